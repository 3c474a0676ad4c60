"""The pages of declarations: a body declares, everybody reads it, and a user alone lets himself be named."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.gate import put_grant
from tests.pages.visiting import Front

DATASET = "nanning-transport-bus-positions"
FILLED = {
    "dataset_ids": DATASET,
    "says_title": "Bus lanes",
    "says_value": "social",
    "says_why": "Buses are on time",
    "says_use": "Positions show where lanes pay",
}


@pytest.mark.parametrize(
    ("prefix", "language", "declare", "on_record", "down", "named"),
    [
        ("/en", "en", "Declare: Cases of use", "It is on record", "Taken down by", "You are named here"),
        ("", "zh", "登记：应用案例", "已登记。", "撤下。理由：", "案例显示您的名称。"),
    ],
)
async def test_a_case_of_use_is_shown_by_a_body_and_names_its_user_by_his_own_hand(
    *, front: Front, pool: Pool, prefix: str, language: str, declare: str, on_record: str, down: str, named: str
) -> None:
    party = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    grant, _ = await put_grant(pool, DATASET, party=party)
    provider = await front.logged_in("reviewer@nanning.transport", language)
    await provider.visit(f"{prefix}/nanning")
    await provider.follow("What bodies declare" if language == "en" else "登记与公示")
    await provider.follow(declare)
    provider_fills: dict[str, Any] = {**FILLED, "says_why": "", "grant": grant}
    await provider.send("/new", **provider_fills)
    assert provider.answer.status_code == 422
    # What was written is still there.
    await provider.send("/new", says_why=FILLED["says_why"])
    assert on_record in provider.text()
    address = provider.answer.url.path
    nobody = front.visitor(language)
    await nobody.visit(f"{prefix}/datasets/{DATASET}")
    await nobody.follow("Bus lanes")
    assert FILLED["says_use"] in nobody.text()
    user = await front.logged_in("applicant@demo", language)
    await user.visit(address)
    await user.send("/naming")
    assert named in user.text()
    await provider.visit(address)
    await provider.send("/taking-down", reason="It has ended")
    assert down in (await nobody.visit(address)).text()
    assert FILLED["says_use"] not in nobody.text()


async def test_what_is_overdue_leads_to_its_form_where_the_city_has_declarations(front: Front) -> None:
    provider = await front.logged_in("reviewer@nanning.transport")
    await provider.visit("/en/nanning/declarations")
    assert "Overdue, Whether the data can be reached" in provider.text()
    await provider.visit(f"/en/nanning/declarations/reachability/new?dataset_id={DATASET}")
    await provider.send("/new", says_reachable="yes")
    assert "It can be reached" in provider.text()
    assert (await provider.visit("/en/nanning/declarations/platform_rules/new")).answer.status_code == 404
    assert (await provider.visit("/en/nanjing/declarations/reachability/new")).answer.status_code == 404
