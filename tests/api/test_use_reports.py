"""Reports on use over HTTP: each is owed once for its grant and period, whoever looks when; it is made, assessed, and
may begin a case of misuse. The user's own record and inspections stand beside."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest

from activities.filing.reviewing import Reviewing
from rules.loading import load_pack
from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.test_five_cities import granted
from tests.api.test_misuse import gate
from tests.driving import ShiftedClock

USED = "Planned two bus lines with it"
RESULT = {"uses": USED, "results": "A study of the bus lines"}
CITED = {"source_cited": "Source: the transport bureau, by the open data platform"}


async def looked(service: Service, city: str, days: int) -> None:
    """The round of a worker that looks so many days from now."""
    runtime = service.app.state.runtime
    clock = ShiftedClock(timedelta(days=days))
    await Reviewing(runtime.pool, runtime.inbox, clock, packs=lambda: [load_pack(city)]).file_reviews_due(1000)


async def a_grant(service: Service, applicant: Caller, city: str) -> dict[str, Any]:
    case = await granted(service, applicant, city)
    return dict(await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}"))


async def use_of(caller: Caller, access: Any) -> Any:
    return await caller.read(f"/v1/grants/{access['case_id']}/use")


async def owed_to(caller: Caller, access: Any) -> Any:
    """The case of the one report of a grant."""
    (report,) = (await use_of(caller, access))["reports"]
    return await caller.read(f"/v1/cases/{report['case_id']}")


def wrong(answer: Any) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


@pytest.mark.duty("NN-26", "LYG-24")
async def test_a_report_is_owed_once_a_period_however_many_workers_look_and_however_late(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "nanning")
    assert access["granted"]["report_days"] == 180
    first = date.fromisoformat((await use_of(applicant, access))["next_report_on"])
    await looked(working, "nanning", 179)
    assert (await use_of(applicant, access))["reports"] == []

    await asyncio.gather(*(looked(working, "nanning", 361) for _ in range(3)))
    await looked(working, "nanning", 361)

    use = await use_of(applicant, access)
    days = [first + timedelta(days=180), first]
    assert [(each["owed_on"], each["owed"], each["late"]) for each in use["reports"]] == [
        (day.isoformat(), True, False) for day in days
    ]
    assert use["next_report_on"] == (first + timedelta(days=360)).isoformat()
    told = [each["kind"] for each in (await applicant.read("/v1/messages"))["items"]]
    assert told.count("your_turn") >= len(days)

    # The grant ends within the third period, which owes no report then; what is owed stays so.
    await applicant.do(f"/v1/grants/{access['case_id']}/renunciation")
    await looked(working, "nanning", 900)
    use = await use_of(applicant, access)
    assert (len(use["reports"]), use["next_report_on"]) == (2, None)


@pytest.mark.duty("NN-26", "GZ-30c")
async def test_a_report_comes_before_the_provider_who_begins_a_case_of_misuse(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "nanning")
    key = (await applicant.do(f"/v1/grants/{access['case_id']}/key"))["key"]
    begun, again = [(await applicant.post(f"/v1/grants/{access['case_id']}/use-reports")).json() for _ in "ab"]
    assert (begun["procedure"], begun["case_id"], open_stages(begun)) == ("use_report", again["case_id"], ["report"])
    # Made before it is owed: no worker asks for it again.
    await looked(working, "nanning", 181)
    case = await owed_to(applicant, access)
    assert case["case_id"] == begun["case_id"]
    path = f"/v1/cases/{case['case_id']}/use-report"
    assert (await working.as_("applicant2@demo").post(path, {"uses": USED})).status_code == 404
    assert wrong(await applicant.post(path, RESULT)) == [("source_cited", "RequirementMissing")]

    reported = (await applicant.do(path, RESULT | CITED))["case"]

    assert open_stages(reported) == ["assessment"]
    nothing = await applicant.post(path, RESULT | CITED)
    assert (nothing.status_code, nothing.json()["title"]) == (409, "No report is owed")
    provider = working.as_(f"reviewer@{open_task(reported, 'assessment')['body']}")
    assert USED in json.dumps(await provider.read(f"/v1/cases/{case['case_id']}/events"), ensure_ascii=False)
    assert await gate(working, access | {"mode": access["granted"]["access_modes"][0]}, key) == "yes"
    ended = await working.decide(reported, "assessment", "suspected", reason="The lines were sold on")
    assert ended["outcome"] == "misuse_suspected"
    (misuse,) = (await provider.read("/v1/cases", procedure="misuse", dataset_id=access["dataset_id"]))["items"]
    shown = await provider.read(f"/v1/cases/{misuse['case_id']}")
    assert (shown["caused_by"]["case_id"], open_stages(shown)) == (case["case_id"], ["verification"])
    # The assessment took nothing, and the user does not read of the other case.
    assert await gate(working, access | {"mode": access["granted"]["access_modes"][0]}, key) == "yes"
    log = await applicant.read(f"/v1/cases/{case['case_id']}/events")
    assert misuse["case_id"] not in json.dumps(log)


@pytest.mark.duty("NJ-27d", "NJ-27e")
async def test_nanjings_results_name_source_and_day_and_its_authority_assesses(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "nanjing")
    await looked(working, "nanjing", 180)
    case = await owed_to(applicant, access)
    path = f"/v1/cases/{case['case_id']}/use-report"
    assert sorted(wrong(await applicant.post(path, RESULT))) == [
        ("obtained_on", "RequirementMissing"),
        ("source_cited", "RequirementMissing"),
    ]
    tomorrow = date.fromisoformat(access["received_at"][:10]) + timedelta(days=3)
    early = await applicant.post(path, RESULT | CITED | {"obtained_on": tomorrow.isoformat()})
    assert wrong(early) == [("obtained_on", "day_in_the_future")]
    today = access["received_at"][:10]
    reported = (await applicant.do(path, RESULT | CITED | {"obtained_on": today}))["case"]
    assert open_task(reported, "assessment")["body"] == "nanjing.authority"
    assessed = await working.decide(reported, "assessment", "as_agreed")
    assert assessed["outcome"] == "assessed"
    (report,) = (await use_of(applicant, access))["reports"]
    assert (report["outcome"], report["owed"], report["late"]) == ("assessed", False, False)


@pytest.mark.duty("GZ-19b", "GZ-30c")
async def test_guangzhous_user_submits_its_own_record_and_two_bodies_judge_the_use(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "guangzhou")
    today = access["received_at"][:10]
    await applicant.do(f"/v1/grants/{access['case_id']}/use-records", {"used_on": today, "text": USED})
    authority, provider = working.as_("reviewer@guangzhou.authority"), working.as_("reviewer@guangzhou.transport")
    for reader in (applicant, authority, provider):
        assert [each["text"] for each in (await use_of(reader, access))["records"]] == [USED]
    assert (await working.as_("applicant2@demo").get(f"/v1/grants/{access['case_id']}/use")).status_code == 404
    sealed = await working.app.state.runtime.pool.fetchval(
        "select content::text from acts where case_id = $1 and kind = 'record_use'", access["case_id"]
    )
    assert USED not in sealed

    await looked(working, "guangzhou", 180)
    case = await owed_to(applicant, access)
    reported = (await applicant.do(f"/v1/cases/{case['case_id']}/use-report", {"uses": USED}))["case"]
    assert sorted(open_stages(reported)) == ["assessment", "provider_assessment"]
    half = await working.decide(reported, "assessment", "as_agreed")
    assert half["outcome"] is None
    assert (await working.decide(half, "provider_assessment", "as_agreed"))["outcome"] == "assessed"


@pytest.mark.duty("LYG-33")
async def test_lianyungangs_provider_inspects_and_the_user_reads_what_it_found(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "lianyungang")
    agreement = await applicant.read(f"/v1/cases/{access['granted']['granted_by']}/agreement")
    clauses = {each["text"] for part in agreement["parts"] for each in part["clauses"]}
    (promised,) = [each for each in clauses if each.startswith("The user takes these safeguards: ")]
    assert promised.removeprefix("The user takes these safeguards: ").strip()
    path = f"/v1/grants/{access['case_id']}/inspections"
    found = {"inspected_on": access["received_at"][:10], "finding": "not_in_order", "text": "Keys lay open"}
    assert (await applicant.post(path, found)).status_code == 403
    assert (await working.as_("reviewer@lianyungang.operator").post(path, found)).status_code == 403
    provider = next(each["id"] for each in access["parties"] if each["role"] == "provider")
    await working.as_(f"reviewer@{provider}").do(path, found)
    (shown,) = (await use_of(applicant, access))["inspections"]
    assert (shown["finding"], shown["text"], shown["body"]) == ("not_in_order", "Keys lay open", provider)
    assert (shown["law"]["article"], shown["law"]["basis"]) == ("33.3", "law")
    told = (await applicant.read("/v1/messages"))["items"][0]
    assert (told["kind"], told["case_id"]) == ("use_inspected", access["case_id"])
    assert "33" in told["law"]
    assert "Keys lay open" not in told["text"]
    assert (await applicant.read(f"/v1/cases/{access['case_id']}"))["outcome"] is None


@pytest.mark.duty("LYG-24")
async def test_lianyungangs_user_reports_as_agreed_and_uses_the_data_as_it_asked_to(
    working: Service, applicant: Caller
) -> None:
    access = await a_grant(working, applicant, "lianyungang")
    agreement = await applicant.read(f"/v1/cases/{access['granted']['granted_by']}/agreement")
    clauses = [each["text"] for part in agreement["parts"] for each in part["clauses"]]
    assert any("every 180 days" in each for each in clauses)
    key = (await applicant.do(f"/v1/grants/{access['case_id']}/key"))["key"]
    assert access["granted"]["use"] == "general"
    asked = {"dataset_id": access["dataset_id"], "items": access["granted"]["data_items"][0], "mode": "api"}
    answers = [
        await working.http.get("/v1/gate", params=asked | {"use": use}, headers={"X-Access-Key": key})
        for use in ("general", "commercial")
    ]
    assert [each.headers.get("x-kaifang-reason") for each in answers if not each.is_success] == ["use_not_granted"]

    await looked(working, "lianyungang", 180)
    case = await owed_to(applicant, access)
    reported = (await applicant.do(f"/v1/cases/{case['case_id']}/use-report", RESULT))["case"]
    task = open_task(reported, "assessment")
    assert (task["clock"]["promptly"], task["clock"]["article"]) == (True, "25")


@pytest.mark.duty("YL-29")
async def test_yulins_user_reports_and_its_provider_follows_the_use(working: Service, applicant: Caller) -> None:
    access = await a_grant(working, applicant, "yulin")
    await looked(working, "yulin", 360)
    reports = (await use_of(applicant, access))["reports"]
    assert [each["owed"] for each in reports] == [True, True]
    for report in reports:
        case = (await applicant.do(f"/v1/cases/{report['case_id']}/use-report", {"uses": USED}))["case"]
        assert (await working.decide(case, "assessment", "as_agreed"))["outcome"] == "assessed"
