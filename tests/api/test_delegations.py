"""Delegated access over HTTP (Guangzhou, by a service rule): delegated, used, seen by whom it concerns, taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from activities.calendar.record import RecordOfNotices
from activities.telling.reminding import Reminding
from rules.deadlines import to_shanghai
from rules.seed_notices import read_scopes
from tests.api.calling import Caller, Service
from tests.api.test_grants import grant
from tests.driving import ShiftedClock

ITSELF = "applicant@demo"
DELEGATE = "applicant2@demo"
MATTER = "Fetch the bus stops near my shop"


async def agreed(service: Service, **more: Any) -> dict[str, Any]:
    """What the holder states; a field given as None is left out."""
    today = to_shanghai(await service.app.state.runtime.now()).date()
    stated = {
        "to": DELEGATE,
        "matter": MATTER,
        "accesses": 1,
        "last_day": f"{today + timedelta(days=20)}",
    }
    return {name: value for name, value in (stated | more).items() if value is not None}


async def delegated(service: Service, applicant: Caller) -> tuple[str, str]:
    """A grant of Guangzhou and its delegation."""
    case_id = await grant(service, applicant)
    act = await applicant.do(f"/v1/grants/{case_id}/delegations", await agreed(service))
    return case_id, act["act_id"]


async def asks(service: Service, case_id: str, applicant: Caller, key: str) -> str:
    """What the gate says to a call for what the grant gives: `yes`, or why not."""
    given = next(each for each in (await applicant.read("/v1/grants"))["items"] if each["case_id"] == case_id)
    facts = {"dataset_id": given["dataset_id"], "mode": given["access_modes"][0], "items": given["data_items"][0]}
    answer = await service.http.get("/v1/gate", params=facts, headers={"X-Access-Key": key})
    return "yes" if answer.status_code == 204 else answer.headers["x-kaifang-reason"]


async def accesses(provider: Caller, number: int) -> list[Any]:
    """What the provider sees of accesses to its data, once the gate has written so many."""
    async with asyncio.timeout(30):
        while True:
            seen: list[Any] = (await provider.read("/v1/accesses"))["items"]
            if len(seen) >= number:
                return seen
            await asyncio.sleep(0.05)


async def test_a_delegation_lacking_matter_number_and_day_is_refused_by_its_rule(
    working: Service, applicant: Caller
) -> None:
    case_id = await grant(working, applicant)
    refused = await applicant.post(f"/v1/grants/{case_id}/delegations", {"to": DELEGATE})
    beyond = await applicant.post(f"/v1/grants/{case_id}/delegations", await agreed(working, last_day="2999-01-01"))
    nobody = await applicant.post(f"/v1/grants/{case_id}/delegations", await agreed(working, to="nobody@demo"))
    unnamed = await applicant.post(f"/v1/grants/{case_id}/delegations", await agreed(working, to="objector@demo"))
    wrong = unnamed.json()["errors"][0]
    assert (unnamed.status_code, wrong["field"], wrong["code"]) == (403, "to", "DelegateNotNamed")
    assert unnamed.json()["errors"][0]["rule"]["article"] == "15"
    assert refused.status_code == 422
    assert [(each["field"], each["rule"]["article"]) for each in refused.json()["errors"]] == [
        ("matter", "delegation"), ("accesses", "delegation"), ("last_day", "delegation")
    ]  # fmt: skip
    assert (beyond.status_code, beyond.json()["type"]) == (422, "urn:kaifang:problem:delegation-beyond-grant")
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "to")
    assert (await applicant.read(f"/v1/grants/{case_id}/delegations"))["items"] == []


async def test_a_delegate_uses_the_grant_as_often_as_agreed_and_the_log_says_for_whom(
    working: Service, applicant: Caller
) -> None:
    case_id, delegation_id = await delegated(working, applicant)
    delegate = working.as_(DELEGATE)
    mine = (await delegate.read("/v1/delegations"))["items"]
    shown = await delegate.post(f"/v1/delegations/{delegation_id}/key", key="a-key-of-its-own")
    again = await delegate.post(f"/v1/delegations/{delegation_id}/key", key="a-key-of-its-own")
    key = shown.json()["key"]
    told = [await asks(working, case_id, applicant, key) for _ in range(2)]

    assert [(each["delegation_id"], each["matter"], each["standing"]) for each in mine] == [
        (delegation_id, "Fetch the bus stops near my shop", "holds")
    ]
    assert (shown.status_code, again.json()["key"]) == (200, None)
    assert told == ["yes", "delegation_exhausted"]
    kept = (await applicant.read(f"/v1/grants/{case_id}/delegations"))["items"][0]
    assert (kept["to"], kept["used"], kept["standing"]) == (DELEGATE, 1, "used_up")
    assert (await working.as_(DELEGATE).get(f"/v1/cases/{case_id}")).status_code == 404
    provider = working.as_("reviewer@guangzhou.transport")
    seen = await accesses(provider, 2)
    assert {(each["grantee"], each["delegate"], each["allowed"]) for each in seen} == {
        (ITSELF, DELEGATE, True), (ITSELF, DELEGATE, False)
    }  # fmt: skip
    read = (await provider.read(f"/v1/grants/{case_id}/delegations"))["items"][0]["matter"]
    assert read == "Fetch the bus stops near my shop"
    assert "transport" in (await applicant.read("/v1/readings"))["items"][0]["body"]


async def test_a_delegation_that_is_taken_back_opens_nothing_from_the_next_call_on(
    working: Service, applicant: Caller
) -> None:
    case_id, delegation_id = await delegated(working, applicant)
    delegate = working.as_(DELEGATE)
    key = (await delegate.post(f"/v1/delegations/{delegation_id}/key")).json()["key"]
    stranger = await working.as_("objector@demo").post(f"/v1/delegations/{delegation_id}/key")
    path = f"/v1/grants/{case_id}/delegations/{delegation_id}/revocation"
    foreign = await delegate.post(path)
    await applicant.do(path)
    late = await delegate.post(f"/v1/delegations/{delegation_id}/key")

    assert (stranger.status_code, foreign.status_code) == (404, 404)
    assert await asks(working, case_id, applicant, key) == "delegation_ended"
    assert (late.status_code, late.json()["type"]) == (409, "urn:kaifang:problem:delegation-is-over")
    assert (await delegate.read("/v1/delegations"))["items"][0]["standing"] == "revoked"


async def test_a_delegate_is_told_that_it_may_that_few_are_left_and_that_it_may_no_more(
    working: Service, applicant: Caller
) -> None:
    case_id, delegation_id = await delegated(working, applicant)
    delegate = working.as_(DELEGATE)
    key = (await delegate.post(f"/v1/delegations/{delegation_id}/key")).json()["key"]
    reminding = Reminding(working.app.state.runtime.pool, RecordOfNotices(read_scopes()), ShiftedClock())
    await reminding.remind()
    assert [each["kind"] for each in (await delegate.read("/v1/messages"))["items"]] == ["delegation_made"]
    assert await asks(working, case_id, applicant, key) == "yes"
    await reminding.remind()
    await reminding.remind()
    await applicant.do(f"/v1/grants/{case_id}/delegations/{delegation_id}/revocation")

    told = (await delegate.read("/v1/messages"))["items"]
    assert [each["kind"] for each in told] == ["delegation_ended", "delegation_nearly_used_up", "delegation_made"]
    assert "0 were left" in told[1]["text"]
    for each in told:
        assert each["link"].endswith(f"/my/delegations/{delegation_id}")
        assert (each["case_id"], each["case_number"]) == (None, None), "it knows of no case"
        assert case_id not in each["text"]
