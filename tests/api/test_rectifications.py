"""Rectifications over HTTP: proposed by the system, recorded by the authority, ordered with a limit, and accepted."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.settings import Settings
from api.app import create_app
from rules.deadlines import midnight
from tests.api.calling import Caller, Service, open_stages, open_task, serving
from tests.api.supervising import OVERDUE, SOON, SUPERVISOR, set_to
from tests.api.updating import errors, today
from tests.driving import ShiftedClock

RECTIFICATIONS = "/v1/rectifications"
PROPOSALS = "/v1/supervision/rectification-proposals"
STATEMENT = "Three requests were never answered"
BREACHES = {
    "nanning": "objection_not_handled",
    "yulin": "other_duty",
    "guangzhou": "duty_not_performed",
    "lianyungang": "request_not_handled",
    "nanjing": "request_not_handled",
}
ORDERED_BY = {
    "nanning": "government",
    "yulin": "government",
    "guangzhou": "government",
    "lianyungang": "authority",
    "nanjing": "authority",
}
CITIES = [
    pytest.param("nanning", marks=pytest.mark.duty("NN-35")),
    pytest.param("yulin", marks=pytest.mark.duty("YL-35")),
    pytest.param("guangzhou", marks=pytest.mark.duty("GZ-34")),
    pytest.param("lianyungang", marks=pytest.mark.duty("LYG-39")),
    pytest.param("nanjing", marks=pytest.mark.duty("NJ-39")),
]


async def post(caller: Caller, of_city: str, key: str | None = None, **fields: Any) -> httpx.Response:
    """The answer to the record of a breach by the city's transport department; a field given as None is left out."""
    about = {"city": of_city, "body": f"{of_city}.transport", "breach": BREACHES[of_city], "statement": STATEMENT}
    filled = about | fields
    body = {name: value for name, value in filled.items() if value is not None}
    return await caller.post(RECTIFICATIONS, body, key or str(uuid.uuid4()))


async def recorded(service: Service, city: str, **fields: Any) -> Any:
    """The case as a reviewer of the authority records it."""
    answer = await post(service.as_(f"reviewer@{city}.authority"), city, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("city", CITIES)
async def test_a_breach_is_ordered_to_be_rectified_in_time_and_that_is_accepted(working: Service, city: str) -> None:
    case = await recorded(working, city)
    assert (case["procedure"], case["dataset_id"], case["parties"][0]["role"]) == ("rectification", None, "initiator")
    shown = case["rectification"]
    assert (shown["body"], shown["breach"], shown["statement"]) == (f"{city}.transport", BREACHES[city], STATEMENT)
    order = open_task(case, "order")
    assert order["body"] == f"{city}.{ORDERED_BY[city]}"

    path = f"/v1/tasks/{order['task_id']}/decision"
    ordering = working.as_(f"reviewer@{order['body']}")
    bare = await ordering.post(path, {"outcome": "order"})
    assert errors(bare) == [("time_limit|last_day", "RequirementMissing")]
    both = await ordering.post(path, {"outcome": "order", "time_limit": "10wd", "last_day": "2099-01-01"})
    assert both.status_code == 422
    past = await ordering.post(path, {"outcome": "order", "last_day": "2020-01-01"})
    assert errors(past) == [("last_day", "TimeLimitNotAhead")]
    declined = await ordering.post(path, {"outcome": "decline", "reason": "x", "time_limit": "10wd"})
    assert errors(declined) == [("time_limit", "TimeLimitNotSet")]

    case = await working.decide(case, "order", "order", time_limit="10wd")
    remedy = open_task(case, "remedy")
    assert (remedy["body"], remedy["clock"]["period"]) == (f"{city}.transport", "10wd")
    assert remedy["clock"]["basis"] == ("law" if city in ("lianyungang", "nanjing") else "service")
    assert remedy["clock"]["counting"]["article"] == "rectification_limit"
    early = await ordering.post(
        f"/v1/tasks/{open_task(case, 'oversight')['task_id']}/decision", {"outcome": "not_remedied", "reason": "x"}
    )
    assert errors(early) == [("outcome", "TimeLimitRunning")]

    case = await working.decide(case, "remedy", "report", measure="All three were answered")
    case = await working.decide(case, "acceptance", "not_accepted", reason="One was not", time_limit="5wd")
    assert open_task(case, "remedy")["clock"]["period"] == "5wd"
    case = await working.decide(case, "remedy", "report", measure="Now they were")
    case = await working.decide(case, "acceptance", "accept")
    assert (case["status"], case["outcome"]) == ("closed", "remedied")
    said = [(each["stage"], each["outcome"], each["text"]) for each in case["reasons"]]
    assert ("order", "order", {"time_limit": "10wd"}) in said
    assert ("remedy", "report", {"measure": "Now they were"}) in said


async def test_a_last_day_is_shown_as_it_was_named(working: Service) -> None:
    case = await recorded(working, "nanjing")
    last_day = today() + timedelta(days=100)
    case = await working.decide(case, "order", "order", last_day=last_day.isoformat())
    clock = open_task(case, "remedy")["clock"]
    assert (clock["period"], clock["last_day"], clock["skipped"]) == (None, last_day.isoformat(), [])
    assert datetime.fromisoformat(clock["due_at"]) == midnight(last_day + timedelta(days=1))
    case = await working.decide(case, "oversight", "rescind", reason="It was not theirs to answer")
    assert case["outcome"] == "rescinded"


@pytest.mark.parametrize("city", CITIES)
async def test_only_bodies_with_a_part_supervisors_and_administrators_know_of_it(working: Service, city: str) -> None:
    case = await recorded(working, city)
    await working.decide(case, "order", "order", time_limit="10wd")
    another = "yulin" if city != "yulin" else "nanning"
    government = ORDERED_BY[city] == "government"
    expected = {
        f"reviewer@{city}.authority": 200,
        f"reviewer@{city}.transport": 200,
        f"reviewer@{city}.government": 200 if government else 404,
        f"supervisor@{city}.authority": 200,
        "admin@kaifang": 200,
        f"reviewer@{city}.operator": 404,
        f"reviewer@{city}.health": 404,
        "applicant@demo": 404,
        f"reviewer@{another}.authority": 404,
        f"supervisor@{another}.authority": 404,
    }
    path = f"/v1/cases/{case['case_id']}"
    seen = {who: (await working.as_(who).get(path)).status_code for who in expected}
    assert seen == expected
    for who, status in expected.items():
        caller = working.as_(who)
        listed = (await caller.read("/v1/cases", procedure="rectification"))["items"]
        assert (case["case_id"] in str(listed)) == (status == 200), who
        assert (await caller.get(f"{path}/events")).status_code == status


@pytest.mark.parametrize("city", [each for each in CITIES if each.values[0] != "lianyungang"])
async def test_a_breach_of_the_authority_lies_with_the_government_from_record_to_end(
    working: Service, city: str
) -> None:
    body = f"{city}.authority"
    itself = await post(working.as_(f"reviewer@{body}"), city, body=body)
    assert errors(itself) == [("body", "directed_against_your_own_body")]
    assert (await post(working.as_(f"reviewer@{city}.operator"), city, body=body)).status_code == 403
    government = working.as_(f"reviewer@{city}.government")
    assert (await post(government, city)).status_code == 403, "of a department the authority records it"
    answer = await post(government, city, body=body)
    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert open_task(case, "order")["body"] == f"{city}.government"
    refused = await working.as_(f"reviewer@{body}").post(
        f"/v1/tasks/{open_task(case, 'order')['task_id']}/decision", {"outcome": "decline", "reason": "x"}
    )
    assert refused.status_code == 403
    case = await working.decide(case, "order", "order", time_limit="10wd")
    assert open_task(case, "remedy")["body"] == body
    case = await working.decide(case, "remedy", "report", measure="It was done")
    case = await working.decide(case, "acceptance", "accept")
    assert case["outcome"] == "remedied"


async def test_in_lianyungang_nothing_is_directed_against_the_authority(service: Service) -> None:
    for who in ("reviewer@lianyungang.authority", "reviewer@lianyungang.government"):
        answer = await post(service.as_(who), "lianyungang", body="lianyungang.authority")
        assert errors(answer) == [("body", "body_not_rectified")]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"statement": " "}, ("statement", "field_required")),
        ({"breach": None}, ("breach", "field_required")),
        ({"breach": "idleness"}, ("breach", "breach_unknown")),
        ({"body": "yulin.transport"}, ("body", "body_unknown")),
        ({"body": "nanning.government"}, ("body", "body_not_rectified")),
        ({"task_id": "none"}, ("task_id", "task_unknown")),
        ({"case_id": "none"}, ("case_id", "case_unknown")),
        ({"city": "atlantis"}, ("city", "city_unknown")),
        ({"dataset_id": "x"}, ("dataset_id", "extra_forbidden")),
    ],
)
async def test_what_is_wrong_with_the_record_of_a_breach_is_named(
    service: Service, fields: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert errors(await post(service.as_("reviewer@nanning.authority"), "nanning", **fields)) == [wrong]


async def test_the_task_that_gave_cause_is_one_of_that_body_and_its_case_is_named(service: Service) -> None:
    request = await service.as_("applicant@demo").file("nanning")
    task_id = open_task(request, "formal_review")["task_id"]
    authority = service.as_("reviewer@nanning.authority")
    assert errors(await post(authority, "nanning", task_id=task_id)) == [("task_id", "task_of_another_body")]
    operator: dict[str, Any] = {"body": "nanning.operator", "task_id": task_id}
    other = await post(authority, "nanning", **operator, case_id="none")
    assert errors(other) == [("task_id", "task_of_another_case")]
    case = await recorded(service, "nanning", **operator)
    assert case["rectification"]["task_id"] == task_id
    assert case["caused_by"]["case_number"] == request["case_number"]
    by_case = await recorded(service, "nanning", case_id=request["case_id"])
    assert by_case["caused_by"]["case_id"] == request["case_id"]
    assert (await service.as_("applicant@demo").read(f"/v1/cases/{request['case_id']}"))["caused_by"] is None


async def test_the_same_key_records_a_breach_once(service: Service) -> None:
    authority, key = service.as_("reviewer@nanjing.authority"), str(uuid.uuid4())
    first, again = [await post(authority, "nanjing", key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["case_number"] == again.json()["case_number"]
    assert (await post(authority, "nanjing", key, statement="Another")).status_code == 422


async def after_the_grace(service: Service, clock: ShiftedClock, task: Any) -> datetime:
    """The midnight at which five working days are over since the last day of the task."""
    answer = await service.nobody().read(
        "/v1/deadlines", city="nanning", period="5wd", received_at=f"{task['clock']['last_day']}T12:00:00+08:00"
    )
    return datetime.fromisoformat(answer["due_at"])


@pytest.mark.duty("NN-35")
async def test_a_task_overdue_beyond_the_grace_is_proposed_until_a_rectification_names_it(
    stopped: Service, clock: ShiftedClock
) -> None:
    request = await stopped.as_("applicant@demo").file("nanning")
    task = open_task(request, "formal_review")
    supervisor = stopped.as_(SUPERVISOR)
    over = await after_the_grace(stopped, clock, task)
    await set_to(stopped, clock, over - timedelta(seconds=30))
    assert (await supervisor.read(PROPOSALS))["items"] == []
    await set_to(stopped, clock, over + timedelta(seconds=1))
    (proposed,) = (await supervisor.read(PROPOSALS))["items"]
    assert proposed["task"]["task_id"] == task["task_id"]
    assert proposed["task"]["late_working_days"] >= 5
    assert (proposed["rule"]["article"], proposed["rule"]["basis"]) == ("rectification_grace", "service")
    assert proposed["file"] == {"city": "nanning", "body": "nanning.operator", "task_id": task["task_id"]}
    assert (await supervisor.read("/v1/cases", procedure="rectification"))["items"] == [], "nothing is filed by itself"

    said = {**proposed["file"], "breach": "other_duty", "statement": STATEMENT}
    answer = await supervisor.post(RECTIFICATIONS, said, str(uuid.uuid4()))
    assert answer.status_code == 201
    assert open_stages(answer.json()) == ["order"]
    assert (await supervisor.read(PROPOSALS))["items"] == []


async def test_who_may_urge_sees_no_rectification_of_another_body(
    working: Service, clock: ShiftedClock, settings: Settings
) -> None:
    case = await recorded(working, "nanning")
    case = await working.decide(case, "order", "order", time_limit="1wd")
    due_at = datetime.fromisoformat(open_task(case, "remedy")["clock"]["due_at"])
    async with serving(create_app(settings, clock=clock, patience=SOON), settings) as later:
        await set_to(later, clock, due_at + timedelta(days=1))
        listed = {
            who: [row["task_id"] for row in (await later.as_(who).read(OVERDUE))["items"]]
            for who in ("reviewer@nanning.operator", "reviewer@nanning.transport", SUPERVISOR)
        }
    remedy = open_task(case, "remedy")["task_id"]
    assert list(listed.values()) == [[], [remedy], [remedy]]


async def test_what_is_overdue_is_proposed_only_where_its_body_can_be_ordered(
    stopped: Service, clock: ShiftedClock
) -> None:
    applicant = stopped.as_("applicant@demo")
    tasks = [open_task(await applicant.file("nanning"), "formal_review") for _ in range(3)]
    await applicant.file("nanjing")
    await set_to(stopped, clock, await after_the_grace(stopped, clock, tasks[-1]) + timedelta(days=90))
    authority = stopped.as_("reviewer@nanning.authority")
    first = await authority.read(PROPOSALS, limit=2)
    rest = await authority.read(PROPOSALS, limit=2, cursor=first["next"])
    found = [each["task"]["task_id"] for page in (first, rest) for each in page["items"]]
    assert sorted(found) == sorted(task["task_id"] for task in tasks)
    assert rest["next"] is None
    admin = stopped.as_("admin@kaifang")
    assert len((await admin.read(PROPOSALS, city="nanjing"))["items"]) == 1
    assert errors(await admin.get(PROPOSALS)) == [("city", "city_not_named")]
    assert (await authority.get(PROPOSALS, city="nanjing")).status_code == 403


async def test_a_task_has_one_open_rectification_and_the_second_officer_is_told_which(service: Service) -> None:
    request = await service.as_("applicant@demo").file("nanning")
    of_task: dict[str, Any] = {
        "body": "nanning.operator",
        "task_id": open_task(request, "formal_review")["task_id"],
    }
    officers = [service.as_(f"{role}@nanning.authority") for role in ("reviewer", "supervisor")]

    answers = await asyncio.gather(*(post(officer, "nanning", **of_task) for officer in officers * 3))

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    case = next(answer.json() for answer in answers if answer.status_code == 201)
    for refused in (answer.json() for answer in answers if answer.status_code == 409):
        assert refused["type"] == "urn:kaifang:problem:rectification-open"
        assert case["case_number"] in refused["detail"] and case["case_id"] in refused["detail"]
        assert refused["errors"][0]["field"] == "task_id"
    assert (await post(officers[0], "nanning", body="nanning.operator")).status_code == 201, "that names no task"


async def test_a_task_can_be_rectified_anew_when_the_case_about_it_is_closed(working: Service) -> None:
    request = await working.as_("applicant@demo").file("nanjing")
    task = next(task for task in request["tasks"] if task["state"] == "open")
    of_task: dict[str, Any] = {"body": task["body"], "task_id": task["task_id"]}
    case = await recorded(working, "nanjing", **of_task)
    assert (await post(working.as_("supervisor@nanjing.authority"), "nanjing", **of_task)).status_code == 409
    assert (await working.decide(case, "order", "decline", reason="It is done"))["status"] == "closed"
    await recorded(working, "nanjing", **of_task)


async def test_proposals_of_a_city_that_nobody_knows_are_refused_by_name(service: Service) -> None:
    assert errors(await service.as_("admin@kaifang").get(PROPOSALS, city="atlantis")) == [("city", "city_unknown")]
