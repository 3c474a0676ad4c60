"""The pages of the log of accesses: for whoever serves the provider or the city, and for a user."""

from __future__ import annotations

import pytest

from activities.database import Pool
from tests.api.gate import CONDITIONAL, put_grant
from tests.api.test_accesses import account, used
from tests.pages.visiting import Front

PROVIDER = "reviewer@nanning.transport"


@pytest.mark.parametrize(("language", "refused"), [("en", "refused"), ("zh", "拒绝")])
async def test_a_provider_looks_at_each_access_its_days_and_the_use_of_its_data(
    front: Front, gate_url: str, pool: Pool, language: str, refused: str
) -> None:
    case_id = await used(gate_url, pool)
    prefix = "/en" if language == "en" else ""
    provider = await front.logged_in(PROVIDER, language)
    await provider.visit(f"{prefix}/supervision/accesses")
    assert provider.answer.status_code == 200
    assert provider.text().count(case_id) == 2
    assert refused in provider.text()
    assert "5 / 1" in provider.text()
    await provider.visit(f"{prefix}/supervision/accesses?grant={case_id}&reason=granted&dataset_id={CONDITIONAL}")
    assert "2 / 0" in provider.text()
    assert (await provider.visit(f"{prefix}/supervision/use")).answer.status_code == 200


async def test_a_user_looks_at_its_own_accesses_and_at_no_others(front: Front, gate_url: str, pool: Pool) -> None:
    case_id = await used(gate_url, pool)
    other, _ = await put_grant(pool, party=await account(pool, "applicant2@demo"))
    user = await front.logged_in("applicant@demo")
    await user.visit("/en/my/accesses")
    assert user.text().count(case_id) == 2
    for number in (other, "none-such"):
        assert (await user.visit(f"/en/my/accesses?grant={number}")).answer.status_code == 422
    assert (await user.visit("/en/supervision/accesses")).answer.status_code == 403
    stranger = await front.logged_in("applicant2@demo")
    assert case_id not in (await stranger.visit("/en/my/accesses")).text()


async def test_what_is_asked_for_wrongly_is_said_and_kept(front: Front) -> None:
    provider = await front.logged_in(PROVIDER)
    await provider.visit("/en/supervision/accesses?grant=none-such&from=2026-01-01")
    assert provider.answer.status_code == 422
    assert "No grant has the number" in provider.text()
    assert "none-such" in provider.answer.text


async def test_the_authority_of_a_county_has_the_pages_of_its_countys_accesses(front: Front) -> None:
    county = await front.logged_in("reviewer@nanning.wuming")
    for page in ("accesses", "use"):
        await county.visit(f"/en/supervision/{page}")
        assert county.answer.status_code == 200
        assert CONDITIONAL not in county.answer.text, "that is of a body of the city"
