"""Misuse over HTTP: anybody reports, the grant is curtailed at once, act and measure are public, the user appeals."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from activities.database import Pool
from rules.sample_accounts import account_id_of
from tests.api.calling import Caller, Service
from tests.api.test_five_cities import granted
from tests.archiving import archive_as_if_they_ended_long_ago
from tests.proof.tampering import found

SEEN = "Mr Li of the reporting firm saw the names for sale"
KINDS = {"nanning": "spreading", "yulin": "spreading", "lianyungang": "improper_use", "guangzhou": "unlawful_use"}


async def in_use(service: Service, applicant: Caller, city: str) -> tuple[dict[str, Any], str]:
    """A grant that is used, as its case shows it, and its key."""
    case = await granted(service, applicant, city)
    access = await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}")
    (grant,) = (await applicant.read("/v1/grants"))["items"]
    key = (await applicant.do(f"/v1/grants/{access['case_id']}/key"))["key"]
    return access | {"mode": grant["access_modes"][0]}, key


async def gate(service: Service, access: dict[str, Any], key: str) -> str:
    """What the gate says of one item, in the way that was granted."""
    item = access["granted"]["data_items"][0]
    facts = {"dataset_id": access["dataset_id"], "items": item, "mode": access["mode"]}
    answer = await service.http.get("/v1/gate", params=facts, headers={"X-Access-Key": key})
    return "yes" if answer.is_success else answer.headers["x-kaifang-reason"]


async def reported(caller: Caller, city: str, dataset_id: str) -> dict[str, Any]:
    body = {"city": city, "dataset_id": dataset_id, "misuse": KINDS[city], "statement": SEEN}
    answer = await caller.post("/v1/misuse-reports", body, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def task_of(case: dict[str, Any], stage: str) -> str:
    return str(next(task["task_id"] for task in case["tasks"] if task["stage"] == stage))


@pytest.mark.duty("NN-26b", "YL-29b", "LYG-17b")
@pytest.mark.duty("NN-27b")
@pytest.mark.duty("YL-30b")
@pytest.mark.duty("LYG-25b", "LYG-38")
@pytest.mark.parametrize("city", ["nanning", "yulin", "lianyungang"])
async def test_anybody_reports_and_the_provider_sees_the_accesses_and_closes_it(
    working: Service, applicant: Caller, city: str
) -> None:
    access, key = await in_use(working, applicant, city)
    assert await gate(working, access, key) == "yes"
    stranger = working.as_("applicant2@demo")

    case = await reported(stranger, city, access["dataset_id"])

    assert (case["procedure"], case["parties"][0]["role"]) == ("misuse", "reporter")
    assert (case["misuse"]["statement"], case["misuse"]["grants"]) == (SEEN, [])
    provider = next(each["id"] for each in case["parties"] if each["role"] == "provider")
    officer = working.as_(f"reviewer@{provider}")
    before = (await officer.read(f"/v1/cases/{case['case_id']}"))["misuse"]["grants"]
    mine = next(each for each in before if each["case_number"] == access["case_number"])
    assert not mine["curtailed"]
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": KINDS[city], "reason": "As reported"}
    task = f"/v1/tasks/{task_of(case, 'verification')}/decision"
    unknown = await officer.post(task, said | {"misused_grant": "NN-AC-1999-000001"})
    assert [(each["field"], each["code"]) for each in unknown.json()["errors"]] == [("misused_grant", "grant_unknown")]
    closed = await officer.do(task, said)

    assert closed["case"]["outcome"] == "access_closed"
    assert await gate(working, access, key) == "grant_closed"
    seen_by_user = await applicant.read(f"/v1/cases/{access['case_id']}")
    assert [(each["effect"], each["measure_id"]) for each in seen_by_user["taken"]] == [("close", None)]
    assert SEEN not in json.dumps(seen_by_user, ensure_ascii=False)
    assert (await applicant.post(f"/v1/cases/{case['case_id']}/notes", {"text": "x"})).status_code == 404
    assert (await working.as_("applicant2@demo").read("/v1/published-measures", city=city))["items"] == []


@pytest.mark.duty("NN-27b", "YL-30b")
@pytest.mark.parametrize("city", KINDS)
async def test_misuse_of_data_that_was_closed_since_is_reported_and_verified_all_the_same(
    working: Service, applicant: Caller, pool: Pool, city: str
) -> None:
    access, _ = await in_use(working, applicant, city)
    await pool.execute("update datasets set openness = 'closed' where dataset_id = $1", access["dataset_id"])

    case = await reported(working.as_("applicant2@demo"), city, access["dataset_id"])

    task = next(each for each in case["tasks"] if each["stage"].endswith("verification"))
    officer = working.as_(f"reviewer@{task['body']}")
    grants = (await officer.read(f"/v1/cases/{case['case_id']}"))["misuse"]["grants"]
    assert access["case_number"] in {each["case_number"] for each in grants}
    said = {"outcome": "other_measure", "measure": "The files that were fetched before are destroyed", "reason": "Sold"}
    decided = await officer.do(f"/v1/tasks/{task['task_id']}/decision", said)
    assert next(each for each in decided["case"]["tasks"] if each["task_id"] == task["task_id"])["state"] == "done"


@pytest.mark.duty("GZ-30a")
async def test_guangzhous_end_of_a_grant_is_published_and_appealed_by_whichever_call(
    working: Service, applicant: Caller
) -> None:
    access, key = await in_use(working, applicant, "guangzhou")
    provider = next(each["id"] for each in access["parties"] if each["role"] == "provider")
    for body in (provider, "guangzhou.authority"):
        directly = await working.as_(f"reviewer@{body}").post(
            f"/v1/grants/{access['case_id']}/revocation", {"reason": "Misuse"}
        )
        assert (directly.status_code, directly.json()["type"]) == (403, "urn:kaifang:problem:ends-elsewhere")
        assert "supervision of use" in directly.json()["detail"]
    assert await gate(working, access, key) == "yes"

    case = await reported(working.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": "unlawful_use", "reason": "It is so"}
    task = task_of(case, "provider_verification")
    await working.as_(f"reviewer@{provider}").do(f"/v1/tasks/{task}/decision", said)

    assert await gate(working, access, key) == "grant_closed"
    public = (await working.http.get("/v1/published-measures", params={"city": "guangzhou"})).json()["items"]
    assert [each["dataset_id"] for each in public] == [access["dataset_id"]]
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    appeal = {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": "We did not"}
    assert (await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))).status_code == 201


async def published(service: Service) -> list[dict[str, Any]]:
    answer = await service.http.get("/v1/published-measures", params={"city": "guangzhou"})
    return list(answer.json()["items"])


@pytest.mark.duty("GZ-30a")
async def test_a_violation_is_published_and_appealed_by_a_grant_that_was_given_back(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    access, key = await in_use(working, applicant, "guangzhou")
    case = await reported(working.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    said = {
        "outcome": "violation",
        "misused_grant": access["case_number"],
        "misuse": "unlawful_use",
        "measure": "Told to delete what it has",
        "reason": "Seen for sale",
    }
    path = f"/v1/tasks/{task_of(case, 'authority_verification')}/decision"
    officer = working.as_("reviewer@guangzhou.authority")
    holds = await officer.post(path, said)
    assert [(each["field"], each["code"]) for each in holds.json()["errors"]] == [("misused_grant", "GrantStillHolds")]
    await applicant.do(f"/v1/grants/{access['case_id']}/renunciation")

    decided = await officer.do(path, said)

    assert decided["case"]["outcome"] == "violation_found"
    news = (await applicant.read("/v1/messages"))["items"]
    (told,) = [each for each in news if each["kind"] == "use_found_unlawful"]
    assert (told["case_id"], access["case_number"] in told["subject"]) == (access["case_id"], True)
    assert case["case_number"] not in json.dumps(told)
    assert account_id_of("applicant@demo") not in json.dumps(await officer.read(f"/v1/cases/{case['case_id']}/events"))
    (entry,) = await published(working)
    assert (entry["dataset_id"], entry["measure_id"], entry["rule"]["article"]) == (access["dataset_id"], None, "30.1")
    assert "Told to delete" not in json.dumps(entry)
    assert await gate(working, access, key) == "grant_ended"
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    assert (taken["effect"], taken["restored_at"], taken["corrected_at"]) == (None, None, None)
    appeal = {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": "We sold nothing"}
    hearing = (await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))).json()
    upheld = f"/v1/tasks/{task_of(hearing, 'government_hearing')}/decision"
    await working.as_("reviewer@guangzhou.government").do(upheld, {"outcome": "uphold", "reason": "Another firm's"})
    assert [each["corrected_at"] is not None for each in await published(working)] == [True]
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    assert (taken["measure_id"], taken["corrected_at"] is not None) == (None, True)
    again = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert [each["code"] for each in again.json()["errors"]] == ["measure_unknown"]
    assert await found(pool) == []


@pytest.mark.duty("GZ-30a", "GZ-30b")
async def test_what_is_found_unlawful_of_open_data_is_published_without_any_grant(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    dataset_id = "guangzhou-transport-metro-stations"
    case = await reported(working.as_("applicant2@demo"), "guangzhou", dataset_id)
    said = {"outcome": "violation", "misuse": "harm", "measure": "A warning", "reason": "Seen"}
    task = next(each for each in case["tasks"] if each["stage"] == "provider_verification")
    await working.as_(f"reviewer@{task['body']}").do(f"/v1/tasks/{task['task_id']}/decision", said)

    (entry,) = await published(working)
    assert (entry["dataset_id"], entry["measure_id"]) == (dataset_id, case["case_id"])
    appeal = {"measure_id": entry["measure_id"], "statement": "It was not us"}
    filed = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert filed.status_code == 201, filed.text
    assert SEEN not in filed.text
    against = filed.json()["misuse_appeal"]["against"]
    assert (against["effect"], against["case"]) == (None, None)
    twice = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert [each["code"] for each in twice.json()["errors"]] == ["appealed_already"]
    path = f"/v1/tasks/{task_of(filed.json(), 'hearing')}/decision"
    await working.as_("reviewer@guangzhou.authority").do(path, {"outcome": "uphold", "reason": "Another person"})
    (entry,) = await published(working)
    assert (entry["corrected_at"] is not None, entry["measure_id"]) == (True, None)
    again = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert [each["code"] for each in again.json()["errors"]] == ["measure_unknown"]
    assert await found(pool) == []


@pytest.mark.duty("GZ-30a")
@pytest.mark.duty("GZ-30b")
@pytest.mark.parametrize("archived", [False, True])
async def test_guangzhou_publishes_in_codes_and_an_appeal_upheld_restores_and_corrects(
    working: Service, applicant: Caller, pool: Pool, *, archived: bool
) -> None:
    access, key = await in_use(working, applicant, "guangzhou")
    reporter = working.as_("applicant2@demo")
    case = await reported(reporter, "guangzhou", access["dataset_id"])
    assert {task["stage"]: task["clock"]["promptly"] for task in case["tasks"]} == {
        "provider_verification": True,
        "authority_verification": True,
    }
    officer = working.as_("reviewer@guangzhou.authority")
    said = {
        "outcome": "close",
        "misused_grant": access["case_number"],
        "misuse": "unlawful_use",
        "reason": f"True: {SEEN}",
    }
    await officer.do(f"/v1/tasks/{task_of(case, 'authority_verification')}/decision", said)
    assert await gate(working, access, key) == "grant_closed"
    if archived:
        assert await archive_as_if_they_ended_long_ago(pool) == 2, "the report, and the request of the grant"

    public = await working.http.get("/v1/published-measures", params={"city": "guangzhou"})
    (entry,) = public.json()["items"]
    assert (entry["dataset_id"], entry["rule"]["article"], entry["corrected_at"]) == (
        access["dataset_id"],
        "30.1",
        None,
    )
    for secret in (SEEN, "applicant2", case["case_number"], access["case_number"], "applicant@demo"):
        assert secret not in public.text

    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    assert (taken["case"], taken["appeal"]) == (None, None), "its user does not read the report"
    assert [each["curtailed"] for each in (await applicant.read("/v1/grants"))["items"]] == ["close"]
    appeal = {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": "We sold nothing"}
    strange = await reporter.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert strange.status_code == 404
    filed = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert filed.status_code == 201, filed.text
    twice = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert [each["code"] for each in twice.json()["errors"]] == ["appealed_already"]
    assert await gate(working, access, key) == "grant_closed"
    hearing = filed.json()
    assert SEEN not in filed.text
    assert hearing["caused_by"] is None
    assert hearing["misuse_appeal"]["against"]["case"] is None
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    assert taken["appeal"]["case_number"] == hearing["case_number"]
    reporters = account_id_of("applicant2@demo")
    log = await applicant.read(f"/v1/cases/{hearing['case_id']}/events")
    assert reporters not in json.dumps(log)
    government = working.as_("reviewer@guangzhou.government")
    path = f"/v1/tasks/{task_of(hearing, 'government_hearing')}/decision"
    upheld = await government.do(path, {"outcome": "uphold", "reason": "The sale was another firm's"})

    assert upheld["case"]["outcome"] == "upheld"
    assert await gate(working, access, key) == "yes"
    corrected = (await working.http.get("/v1/published-measures", params={"city": "guangzhou"})).json()["items"]
    assert [each["corrected_at"] is not None for each in corrected] == [True]
    types = [each["type"] for each in (await applicant.read(f"/v1/cases/{access['case_id']}/events"))["items"]]
    assert types[-2:] == ["CurtailmentMet", "CurtailmentLifted"]
    for each in (case, access):
        shown = await officer.read(f"/v1/cases/{each['case_id']}/events")
        assert [event["number"] for event in shown["items"]] == list(range(1, len(shown["items"]) + 1))
    assert await found(pool) == []


@pytest.mark.duty("NN-27a")
async def test_an_officer_of_another_body_that_finds_it_puts_it_before_its_own_colleagues(
    working: Service, applicant: Caller
) -> None:
    access, key = await in_use(working, applicant, "nanning")
    case = await reported(working.as_("reviewer@nanning.operator"), "nanning", access["dataset_id"])

    assert {task["stage"]: task["body"] for task in case["tasks"]}["finding"] == "nanning.operator"
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": "abuse", "reason": "Seen in the log"}
    path = f"/v1/tasks/{task_of(case, 'finding')}/decision"
    assert (await working.as_("reviewer@nanning.operator").post(path, said)).status_code == 403
    assert await gate(working, access, key) == "yes"


async def test_an_officer_of_another_city_reports_as_anybody_does(service: Service) -> None:
    case = await reported(service.as_("reviewer@yulin.operator"), "nanning", "nanning-transport-bus-lines")

    assert {task["stage"]: task["body"] for task in case["tasks"]} == {"verification": "nanning.transport"}


async def closed_for_misuse(service: Service, applicant: Caller) -> dict[str, Any]:
    """What the applicant sends to appeal against what Guangzhou has taken of its grant."""
    access, _ = await in_use(service, applicant, "guangzhou")
    case = await reported(service.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    said = {"outcome": "close", "misused_grant": access["case_number"], "misuse": "unlawful_use", "reason": "As seen"}
    authority = service.as_("reviewer@guangzhou.authority")
    await authority.do(f"/v1/tasks/{task_of(case, 'authority_verification')}/decision", said)
    (taken,) = (await applicant.read(f"/v1/cases/{access['case_id']}"))["taken"]
    return {"case_id": access["case_id"], "measure_id": taken["measure_id"], "statement": "We sold nothing"}


async def test_of_two_appeals_at_once_against_one_measure_one_is_received(working: Service, applicant: Caller) -> None:
    appeal = await closed_for_misuse(working, applicant)
    answers = await asyncio.gather(*(applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4())) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
    wrong = [each.json()["errors"] for each in answers if each.status_code == 422]
    assert {(each["field"], each["code"]) for (each,) in wrong} == {("measure_id", "appealed_already")}
    assert len((await applicant.read("/v1/cases", procedure="misuse_appeal"))["items"]) == 1


async def test_an_appeal_sent_again_after_it_was_upheld_answers_its_case(working: Service, applicant: Caller) -> None:
    appeal, key = await closed_for_misuse(working, applicant), str(uuid.uuid4())
    filed = (await applicant.post("/v1/misuse-appeals", appeal, key)).json()
    government = working.as_("reviewer@guangzhou.government")
    path = f"/v1/tasks/{task_of(filed, 'government_hearing')}/decision"
    await government.do(path, {"outcome": "uphold", "reason": "The sale was another firm's"})

    again = await applicant.post("/v1/misuse-appeals", appeal, key)
    assert (again.status_code, again.json()["case_id"]) == (201, filed["case_id"])
    assert again.json()["outcome"] == "upheld"
    another = await applicant.post("/v1/misuse-appeals", appeal, str(uuid.uuid4()))
    assert [each["code"] for each in another.json()["errors"]] == ["measure_unknown"]
