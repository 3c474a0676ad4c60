"""Platform accounts and contacts over HTTP: a body files, the body of the law answers, the directory has it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from rules.deadlines import to_shanghai
from tests.api.calling import Service

ANSWERS = {"nanning": "authority", "yulin": "operator"}


async def filed(service: Service, login: str, path: str, **stated: Any) -> Any:
    """The case of what somebody files for its body."""
    answer = await service.as_(login).post(path, stated, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def of_the_directory(service: Service, login: str, body: str) -> Any:
    """The body as the directory shows it."""
    found = (await service.as_(login).read("/v1/directory"))["items"]
    return next(each for each in found if each["body"] == body)


@pytest.mark.parametrize("city", ANSWERS)
async def test_an_account_that_is_agreed_to_stands_in_the_directory_until_its_end(working: Service, city: str) -> None:
    clerk, body = f"reviewer@{city}.transport", f"{city}.transport"
    asked = {"city": city, "account_user": "Li Si, desk of data"}
    opened = await filed(working, clerk, "/v1/account-changes", account_action="open", **asked)
    refused = await filed(working, clerk, "/v1/account-changes", account_action="open", **asked | {"account_user": "X"})
    (task,) = opened["tasks"]
    before = await of_the_directory(working, clerk, body)
    done = await working.decide(opened, "account_answer", "agree")
    await working.decide(refused, "account_answer", "decline", reason="Nobody of that name serves you")
    after = await of_the_directory(working, clerk, body)
    ended = await filed(working, clerk, "/v1/account-changes", account_action="cancel", **asked)
    await working.decide(ended, "account_answer", "agree")

    assert (task["body"], opened["of_body"]["account_user"]) == (f"{city}.{ANSWERS[city]}", asked["account_user"])
    assert (done["status"], done["outcome"]) == ("closed", "account_done")
    assert before["accounts"] == []
    assert [each["user"] for each in after["accounts"]] == [asked["account_user"]]
    assert (await of_the_directory(working, clerk, body))["accounts"] == []


@pytest.mark.duty("NN-12b", "NN-12c")
async def test_the_first_contact_is_never_late_and_a_change_after_two_working_days_is(
    working: Service,
) -> None:
    clerk, path = "reviewer@nanning.transport", "/v1/contact-changes"
    today = to_shanghai(await working.app.state.runtime.now()).date()
    stated = {"city": "nanning", "reached_at": "0771-1234567"}
    long_ago = today - timedelta(days=40)
    for name, changed_on, late in (("Li Si", long_ago, False), ("Wang Wu", today, False), ("Ma Liu", long_ago, True)):
        case = await filed(working, clerk, path, contact=name, discovered_on=f"{changed_on}", **stated)
        assert (name, case["of_body"]["late"]) == (name, late)
        await working.decide(case, "contact_record", "keep")
        kept = (await of_the_directory(working, "supervisor@nanning.authority", "nanning.transport"))["contact"]
        assert (kept["contact"], kept["reached_at"]) == (name, "0771-1234567")
    lacking = await working.as_(clerk).post(path, {"city": "nanning"}, str(uuid.uuid4()))
    tomorrow = {**stated, "contact": "X", "discovered_on": f"{today + timedelta(days=1)}"}
    early = await working.as_(clerk).post(path, tomorrow, str(uuid.uuid4()))
    assert {each["field"] for each in lacking.json()["errors"]} == {"contact", "reached_at", "discovered_on"}
    assert early.json()["errors"][0]["code"] == "day_in_the_future"


@pytest.mark.duty("NN-12b")
async def test_a_change_filed_while_the_first_contact_waits_is_late_all_the_same(working: Service) -> None:
    clerk, path = "reviewer@nanning.transport", "/v1/contact-changes"
    long_ago = to_shanghai(await working.app.state.runtime.now()).date() - timedelta(days=40)
    stated = {"city": "nanning", "reached_at": "0771-1234567", "discovered_on": f"{long_ago}"}
    first = await filed(working, clerk, path, contact="Li Si", **stated)
    change = await filed(working, clerk, path, contact="Wang Wu", **stated)
    assert [each["of_body"]["late"] for each in (first, change)] == [False, True]


@pytest.mark.duty("NN-12c")
async def test_a_body_without_a_contact_on_file_is_shown_as_missing_one(working: Service) -> None:
    clerk, body = "reviewer@nanning.transport", "nanning.transport"
    stated = {"contact": "Li Si", "reached_at": "0771-1234567"}
    day = to_shanghai(await working.app.state.runtime.now()).date()
    case = await filed(working, clerk, "/v1/contact-changes", city="nanning", discovered_on=f"{day}", **stated)
    assert "contact" in (await of_the_directory(working, clerk, body))["missing"]
    await working.decide(case, "contact_record", "keep")
    assert "contact" not in (await of_the_directory(working, clerk, body))["missing"]
    elsewhere = await of_the_directory(working, "reviewer@yulin.transport", "yulin.transport")
    assert "contact" not in elsewhere["missing"]


async def test_nobody_but_an_officer_of_the_city_files_for_a_body(working: Service) -> None:
    stated = {"city": "nanning", "account_action": "open", "account_user": "X"}
    for login in ("applicant@demo", "reviewer@nanning.authority", "reviewer@yulin.transport"):
        answer = await working.as_(login).post("/v1/account-changes", stated, str(uuid.uuid4()))
        assert answer.status_code == 403, login
    elsewhere = await working.as_("reviewer@nanjing.transport").post(
        "/v1/account-changes", {**stated, "city": "nanjing"}, str(uuid.uuid4())
    )
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (422, "procedure_unknown")
