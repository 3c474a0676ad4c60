"""Sharing between departments over HTTP (Nanjing 22): asked for, determined, and answered at the exchange's gate."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from activities.database import Pool
from rules.procedure_rules import REVOKED
from rules.remedies import sentence
from tests.api.calling import Caller, Service, open_stages
from tests.api.objecting import filed
from tests.api.test_five_cities import granted
from tests.models.bench import law
from tests.owning import by_owner

PATH = "/v1/sharing-requests"
CALLS, WALL, PUPILS = (
    "nanjing-health-emergency-calls",
    "nanjing-culture-city-wall-monitoring",
    "nanjing-education-student-status",
)
TRANSPORT = "reviewer@nanjing.transport"
FILED = {"city": "nanjing", "dataset_id": CALLS, "purpose": "Lanes for ambulances", "access_mode": "api"}
CLASSED = "update datasets set entry = jsonb_set(entry, '{sharing_class}', to_jsonb($2::text)) where dataset_id = $1"
OF_UNIT = {"scenario": "Dispatch of the metro's own medics", "safeguards": "A closed network"}


async def sent(caller: Caller, **more: Any) -> httpx.Response:
    return await caller.post(PATH, FILED | more, str(uuid.uuid4()))


async def received(caller: Caller, **more: Any) -> Any:
    answer = await sent(caller, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def asked(service: Service, key: str, *, gate: str = "/v1/exchange-gate", **facts: str) -> str:
    """What the gate says to a call with this key: `yes`, or why not."""
    named = {"dataset_id": CALLS, "mode": "api", "items": "called_at", **facts}
    answer = await service.http.get(gate, params=named, headers={"X-Access-Key": key})
    return "yes" if answer.status_code == 204 else answer.headers["x-kaifang-reason"]


async def key_of(caller: Caller, case: Any) -> str:
    """A key of the access that the case has granted."""
    return str((await caller.do(f"/v1/grants/{case['granted']['access_case_id']}/key"))["key"])


async def reasons_until(reader: Caller, access: str, latest: str) -> list[str]:
    """How the gate answered by a grant, as this officer sees it, once the gate has written the latest."""
    async with asyncio.timeout(30):
        while True:
            items = (await reader.read("/v1/accesses"))["items"]
            reasons = [each["reason"] for each in items if each["case_number"] == access]
            if reasons[:1] == [latest]:
                return reasons
            await asyncio.sleep(0.05)


@pytest.mark.duty("NJ-22d")
@pytest.mark.duty("NJ-22b")
async def test_a_department_asks_is_granted_and_is_served_until_data_is_suspended(
    working: Service, applicant: Caller
) -> None:
    transport, centre = working.as_(TRANSPORT), working.as_("reviewer@nanjing.operator")
    case = await received(transport, data_items=["called_at", "subdistrict"])
    assert case["sharing_request"] | {"purpose": None} == {
        "asked_by": "department",
        "asked_by_label": "Department",
        "body": "nanjing.transport",
        "body_name": "Nanjing Transport Bureau",
        "sharing_class": "conditional",
        "sharing_class_label": "Conditionally shared",
        "access_mode": "api",
        "purpose": None,
        "scenario": None,
        "safeguards": None,
        "data_items": ["called_at", "subdistrict"],
    }
    assert open_stages(case) == ["operator_opinion", "provider_opinion"]
    colleague = working.as_("reviewer2@nanjing.transport")
    assert (await colleague.read(f"/v1/cases/{case['case_id']}"))["case_number"] == case["case_number"]
    stranger = await working.as_("reviewer@nanjing.water").get(f"/v1/cases/{case['case_id']}")
    assert stranger.status_code == 404

    case = await working.decide(case, "operator_opinion", "in_favour", text="Between ourselves: check the volume")
    case = await working.decide(case, "provider_opinion", "in_favour")
    theirs = await colleague.read(f"/v1/cases/{case['case_id']}")
    assert "Between ourselves" not in str(theirs), "who asked does not read what bodies write to each other"
    case = await working.decide(case, "determination", "share")
    case = await working.decide(case, "operator_signature", "sign")
    agreement = await transport.read(f"/v1/cases/{case['case_id']}/agreement")
    assert [each["body"] for each in agreement["signatures"]] == ["nanjing.operator", "nanjing.transport"]
    assert "Nanjing Transport Bureau" in agreement["parts"][0]["clauses"][0]["text"]
    case = await working.decide(case, "requester_signature", "sign", conditions=None)
    assert (case["status"], case["outcome"]) == ("closed", "granted")

    grant = case["granted"]["access_case_id"]
    by_none_of_it = await centre.post(f"/v1/grants/{grant}/key")
    assert (by_none_of_it.status_code, by_none_of_it.json()["type"]) == (403, "urn:kaifang:problem:role-required")
    key = await key_of(colleague, case)
    assert await asked(working, key) == "yes"
    assert await asked(working, key, items="call_class") == "item_not_granted"
    assert await asked(working, key, mode="download") == "mode_not_granted"
    assert await asked(working, key, gate="/v1/gate") == "grant_of_sharing"
    assert await asked(working, "kf_" + "x" * 43) == "key_unknown"

    objection = await filed(applicant, "nanjing", dataset_id=CALLS, data_items=["called_at"])
    assert await asked(working, key) == "held"
    await working.decide(objection, "suspension", "suspend")
    assert await asked(working, key) == "suspended"
    assert await asked(working, key, items="subdistrict") == "yes"

    await centre.do(f"/v1/grants/{grant}/revocation", {"reason": "Used for something else"})
    assert await asked(working, key, items="subdistrict") == "grant_ended"
    access = (await transport.read(f"/v1/cases/{grant}"))["case_number"]
    # The centre, which is to watch the use, sees it, and so does the department whose data it is.
    for login in ("reviewer@nanjing.operator", "reviewer@nanjing.health"):
        seen = await reasons_until(working.as_(login), access, "grant_ended")
        assert seen[:3] == ["grant_ended", "granted", "suspended"], login
    await of_the_department_alone(working, access)


async def test_a_message_of_before_on_a_departments_revoked_grant_names_no_remedy(working: Service, pool: Pool) -> None:
    """Texts are made when they are read, and its facts say of no body whose grant it was."""
    transport, centre = working.as_(TRANSPORT), working.as_("reviewer@nanjing.operator")
    grant = (await received(transport, dataset_id=WALL))["granted"]["access_case_id"]
    await centre.do(f"/v1/grants/{grant}/revocation", {"reason": "Used for something else"})
    (facts,) = set(
        await pool.fetchval("select array_agg(facts) from messages where case_id = $1 and kind = 'grant_ended'", grant)
    )
    assert "for_body" not in facts
    told = (await transport.read("/v1/messages"))["items"][0]
    ways = sentence(law("nanjing", "sharing_request"), REVOKED)
    assert ways, "another unit would be told of them"
    assert (told["kind"], ways.en in told["text"]) == ("grant_ended", False)


async def of_the_department_alone(service: Service, access: str) -> None:
    """Its grants and its accesses are read by each officer of a department, as lists and as tables, and by no other."""
    own: dict[str, dict[str, Any]] = {"/v1/grants": {"of": "own_body"}, "/v1/accesses": {"by": "own_grants"}}
    for path, asked_for in own.items():
        for login in (TRANSPORT, "reviewer2@nanjing.transport"):
            caller = service.as_(login)
            items = (await caller.read(path, **asked_for))["items"]
            assert {each["case_number"] for each in items} == {access}, path
            as_table = await caller.get(path, headers={"Accept": "text/csv"}, **asked_for)
            assert access in as_table.text
        for login in ("reviewer@nanjing.water", "reviewer@nanjing.health", "reviewer@nanjing.operator"):
            assert (await service.as_(login).read(path, **asked_for))["items"] == [], "it sees what it asked for itself"
        assert (await service.as_("supervisor@nanjing.authority").get(path, **asked_for)).status_code == 403
    counted = await service.as_(TRANSPORT).read("/v1/accesses/days", by="own_grants")
    assert sum(each["allowed"] for each in counted["items"]) == 2


@pytest.mark.duty("NJ-22a")
async def test_what_all_departments_share_is_served_at_once_and_only_while_it_is(working: Service, pool: Pool) -> None:
    transport = working.as_(TRANSPORT)
    case = await received(transport, dataset_id=WALL)
    assert (case["status"], case["outcome"], case["tasks"]) == ("closed", "granted", [])
    facts = {"dataset_id": WALL, "items": "point_code"}
    key = await key_of(transport, case)
    assert await asked(working, key, **facts) == "yes"
    copied = await received(transport, dataset_id=WALL, access_mode="download")
    assert open_stages(copied) == ["operator_opinion", "provider_opinion"]

    await by_owner(pool, CLASSED, WALL, "conditional")
    assert await asked(working, key, **facts) == "shared_with_all_no_more"
    await by_owner(pool, CLASSED, WALL, "none")
    assert await asked(working, key, **facts) == "not_shared"


@pytest.mark.duty("NJ-22c")
async def test_another_unit_asks_with_its_safeguards_and_the_government_determines(
    working: Service, applicant: Caller
) -> None:
    bare = await sent(applicant)
    assert [(each["field"], each["rule"]["article"]) for each in bare.json()["errors"]] == [
        ("scenario", "22.3"),
        ("safeguards", "22.3"),
    ]
    case = await received(applicant, **OF_UNIT)
    assert open_stages(case) == ["authority_opinion", "provider_opinion_on_unit"]
    case = await working.decide(case, "authority_opinion", "in_favour")
    case = await working.decide(case, "provider_opinion_on_unit", "in_favour")
    assert [task["body"] for task in case["tasks"]][-1] == "nanjing.government"
    case = await working.decide(case, "determination_on_unit", "share")
    case = await working.decide(case, "operator_signature", "sign")
    await applicant.sign(case["case_id"])
    case = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert case["outcome"] == "granted"
    assert await asked(working, await key_of(applicant, case)) == "yes"


@pytest.mark.duty("NJ-22c")
async def test_what_no_department_gets_another_unit_may_still_ask_the_government_for(
    working: Service, applicant: Caller
) -> None:
    case = await received(applicant, dataset_id=PUPILS, **OF_UNIT)
    assert (case["sharing_request"]["sharing_class"], open_stages(case)) == (
        "none",
        ["authority_opinion", "provider_opinion_on_unit"],
    )
    case = await working.decide(case, "authority_opinion", "in_favour")
    case = await working.decide(case, "provider_opinion_on_unit", "in_favour")
    case = await working.decide(case, "determination_on_unit", "share")
    case = await working.decide(case, "operator_signature", "sign")
    await applicant.sign(case["case_id"])
    case = await applicant.read(f"/v1/cases/{case['case_id']}")
    facts = {"dataset_id": PUPILS, "items": "student_number"}
    assert await asked(working, await key_of(applicant, case), **facts) == "yes"


@pytest.mark.duty("NJ-22b")
async def test_what_a_department_was_granted_ends_at_the_gate_once_no_department_gets_it(
    working: Service, pool: Pool
) -> None:
    transport = working.as_(TRANSPORT)
    case = await received(transport)
    for stage, outcome in (
        *(("operator_opinion", "in_favour"), ("provider_opinion", "in_favour")),
        *(("determination", "share"), ("operator_signature", "sign")),
    ):
        case = await working.decide(case, stage, outcome)
    case = await working.decide(case, "requester_signature", "sign", conditions=None)
    key = await key_of(transport, case)
    assert await asked(working, key) == "yes"
    await by_owner(pool, CLASSED, CALLS, "none")
    assert await asked(working, key) == "not_shared"


@pytest.mark.duty("NJ-22b")
async def test_a_districts_authority_asks_like_any_department(working: Service) -> None:
    case = await received(working.as_("reviewer@nanjing.jiangning"))
    assert (case["sharing_request"]["asked_by"], case["sharing_request"]["body"]) == ("department", "nanjing.jiangning")
    assert open_stages(case) == ["operator_opinion", "provider_opinion"]


async def test_what_is_shared_with_none_is_refused_with_reason_and_basis_of_the_entry(working: Service) -> None:
    refused = await sent(working.as_(TRANSPORT), dataset_id=PUPILS)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, "dataset_id", "not_shared")
    assert (error["rule"]["article"], "Personal information of minors" in error["detail"]) == ("21.2(3)", True)
    assert "Minors Protection Law art. 72" in error["detail"]


async def test_nobody_asks_itself_and_who_determines_does_not_ask(working: Service) -> None:
    for login, problem in (
        ("reviewer@nanjing.health", "asks-itself"),
        ("reviewer@nanjing.authority", "decides-on-sharing"),
        ("reviewer@nanning.transport", "role-required"),
    ):
        refused = await sent(working.as_(login))
        assert (refused.status_code, refused.json()["type"]) == (403, f"urn:kaifang:problem:{problem}")


async def test_what_was_opened_to_somebody_is_not_for_the_exchange(working: Service, applicant: Caller) -> None:
    case = await granted(working, applicant, "nanjing")
    facts = {"dataset_id": case["dataset_id"], "items": case["granted"]["data_items"][0], "mode": "download"}
    key = await key_of(applicant, case)
    assert await asked(working, key, gate="/v1/gate", **facts) == "yes"
    assert await asked(working, key, **facts) == "grant_of_opening"
