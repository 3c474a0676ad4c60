"""Who may know of what: an applicant of its own cases, a body of its own tasks, a supervisor of its city."""

from __future__ import annotations

import pytest

from tests.api import updating
from tests.api.calling import Caller, Service, open_task

STRANGERS = ["applicant2@demo", "reviewer@nanning.health", "reviewer@yulin.operator", "supervisor@yulin.authority"]
WHO_MAY_KNOW = [
    "applicant@demo",
    "reviewer@nanning.transport",
    "reviewer@nanning.operator",
    "reviewer@nanning.authority",
    "supervisor@nanning.authority",
    "admin@kaifang",
]


@pytest.mark.parametrize("login", STRANGERS)
async def test_what_a_caller_may_not_know_of_is_not_found(service: Service, applicant: Caller, login: str) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    stranger = service.as_(login)

    for path in (f"/v1/cases/{case['case_id']}", f"/v1/cases/{case['case_id']}/events", f"/v1/tasks/{task['task_id']}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.read("/v1/cases"))["items"] == []
    posts = [f"/v1/cases/{case['case_id']}/notes"]
    if login.startswith("reviewer"):
        posts.append(f"/v1/tasks/{task['task_id']}/decision")
    for path in posts:
        body = {"text": "x"} if path.endswith("notes") else {"outcome": "pass"}
        answer = await stranger.post(path, body)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:kaifang:problem:not-found")


@pytest.mark.parametrize("login", WHO_MAY_KNOW)
async def test_a_party_to_the_case_and_those_who_watch_over_its_city_know_of_it(
    service: Service, applicant: Caller, login: str
) -> None:
    case = await applicant.file("nanning")

    seen = await service.as_(login).read(f"/v1/cases/{case['case_id']}")
    found = await service.as_(login).read("/v1/cases", case_number=case["case_number"])

    assert seen["case_number"] == case["case_number"]
    assert [each["case_id"] for each in found["items"]] == [case["case_id"]]


async def test_experts_know_of_a_case_once_they_are_asked(working: Service, applicant: Caller) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    experts = working.as_("reviewer@nanning.experts")
    before = await experts.get(f"/v1/cases/{case['case_id']}")

    task = open_task(case, "provider_review")
    provider = working.as_("reviewer@nanning.transport")
    await provider.do(f"/v1/tasks/{task['task_id']}/opinion-request", {"question": "Is it safe?"})

    assert before.status_code == 404
    assert (await experts.get(f"/v1/cases/{case['case_id']}")).status_code == 200


async def test_a_task_of_another_body_of_the_case_is_forbidden_and_not_hidden(
    service: Service, applicant: Caller
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    answer = await service.as_("reviewer@nanning.transport").post(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"}
    )

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:not-your-task")


@pytest.mark.parametrize("login", ["applicant@demo", "supervisor@nanning.authority", "admin@kaifang"])
async def test_only_a_reviewer_decides_the_task_of_a_body(service: Service, applicant: Caller, login: str) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    answer = await service.as_(login).post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:role-required")


async def test_a_task_list_holds_the_tasks_of_the_callers_body_most_urgent_first(
    service: Service, applicant: Caller
) -> None:
    normal = await applicant.file("nanning")
    urgent = await applicant.file("nanning", urgency="urgent")
    expedited = await applicant.file("nanning", urgency="expedited")
    await applicant.file("guangzhou")
    operator = service.as_("reviewer@nanning.operator")

    whole = await operator.read("/v1/tasks")
    first = await operator.read("/v1/tasks", limit=2)
    second = await operator.read("/v1/tasks", limit=2, cursor=first["next"])

    wanted = [case["case_id"] for case in (urgent, expedited, normal)]
    assert [task["case_id"] for task in whole["items"]] == wanted
    assert [task["case_id"] for task in first["items"] + second["items"]] == wanted
    assert second["next"] is None
    assert (await service.as_("reviewer@nanning.transport").read("/v1/tasks"))["items"] == []


async def test_tasks_without_a_due_day_come_last_and_pages_go_on_among_them(
    service: Service, applicant: Caller
) -> None:
    cases = [await applicant.file("yulin") for _ in range(3)]
    supervisor = service.as_("supervisor@yulin.authority")

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await supervisor.read("/v1/tasks", limit=2, **cursor)
        seen += [task["task_id"] for task in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert sorted(seen) == sorted(task["task_id"] for case in cases for task in case["tasks"])
    assert len(seen) == len(set(seen)) == 6


async def test_an_applicants_task_list_is_what_lies_before_it(working: Service, applicant: Caller) -> None:
    case = await working.decide(await applicant.file("guangzhou"), "provider_review", "agree")

    tasks = (await applicant.read("/v1/tasks"))["items"]

    assert [(task["case_id"], task["stage"]) for task in tasks] == [(case["case_id"], "applicant_signature")]
    assert tasks[0]["body_name"] == "applicant@demo"
    assert (await working.as_("applicant2@demo").read("/v1/tasks"))["items"] == []


async def test_a_note_of_an_officer_is_not_the_applicants_to_read(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    path = f"/v1/cases/{case['case_id']}"
    operator = service.as_("reviewer@nanning.operator")
    await operator.do(f"{path}/notes", {"text": "Call them tomorrow"})
    await applicant.do(f"{path}/notes", {"text": "I am away on Monday"})

    def texts(events: dict[str, list[dict[str, object]]]) -> list[object]:
        return [event["text"] for event in events["items"] if event["type"] == "NoteAdded"]

    assert texts(await operator.read(f"{path}/events")) == [
        {"text": "Call them tomorrow"},
        {"text": "I am away on Monday"},
    ]
    assert texts(await applicant.read(f"{path}/events")) == [None, {"text": "I am away on Monday"}]


async def test_to_whom_a_task_was_reassigned_is_not_the_applicants_to_read(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    operator = service.as_("reviewer@nanning.operator")
    to = {"to": "reviewer2@nanning.operator"}
    await operator.do(f"/v1/tasks/{case['tasks'][0]['task_id']}/reassignment", to)
    path = f"/v1/cases/{case['case_id']}/events"
    assert (await operator.read(path))["items"][-1]["text"] == to
    assert (await applicant.read(path))["items"][-1]["text"] is None


async def test_events_come_in_pages_and_in_order(service: Service, applicant: Caller) -> None:
    case = await applicant.file("yulin")
    path = f"/v1/cases/{case['case_id']}/events"

    first = await applicant.read(path, limit=2)
    second = await applicant.read(path, limit=2, cursor=first["next"])

    events = first["items"] + second["items"]
    assert [(e["number"], e["type"]) for e in events] == [(1, "Filed"), (2, "TaskOpened"), (3, "TaskOpened")]
    assert events[0]["text"]["purpose"] == "Planning of bus lanes"
    assert len(events) == case["events_count"]


async def test_an_act_is_known_to_who_made_it_and_to_officers_who_may_know_of_the_case(
    working: Service, applicant: Caller
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    operator = working.as_("reviewer@nanning.operator")
    act = await operator.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})
    path = f"/v1/acts/{act['act_id']}"

    statuses = {
        login: (await working.as_(login).get(path)).status_code
        for login in ("reviewer@nanning.operator", "supervisor@nanning.authority", "applicant@demo", "applicant2@demo")
    }

    assert list(statuses.values()) == [200, 200, 404, 404]


async def also_applies(service: Service, login: str, body: str) -> None:
    """The officer serves that body from now on, and may apply for data as anybody may."""
    await service.app.state.runtime.pool.execute(
        "update accounts set body = $2, roles = array['reviewer', 'applicant'] where login = $1", login, body
    )


@pytest.mark.parametrize(
    ("body", "reads"), [("nanning.transport", True), ("nanning.health", False), ("nanning.authority", True)]
)
async def test_who_filed_for_a_body_reads_the_case_as_long_as_it_serves_one_that_may(
    service: Service, body: str, reads: bool
) -> None:
    login = "reviewer@nanning.transport"
    officer = service.as_(login)
    case = await updating.recorded(officer, await updating.filing(officer, "nanning"))
    await also_applies(service, login, body)

    answers = [await officer.get(f"/v1/cases/{case['case_id']}{of}") for of in ("", "/events")]
    listed = (await officer.read("/v1/cases", case_number=case["case_number"]))["items"]

    assert {answer.status_code for answer in answers} == {200 if reads else 404}
    assert len(listed) == reads


async def test_who_filed_for_itself_reads_the_case_as_its_party_whatever_body_it_serves(service: Service) -> None:
    login = "reviewer@nanning.transport"
    officer = service.as_(login)
    await also_applies(service, login, "nanning.transport")
    case = await officer.file("nanning")
    await service.as_("reviewer@nanning.operator").do(f"/v1/cases/{case['case_id']}/notes", {"text": "working paper"})
    await also_applies(service, login, "nanning.health")

    events = (await officer.read(f"/v1/cases/{case['case_id']}/events"))["items"]

    assert "working paper" not in str(events)


async def test_an_officer_who_applies_never_decides_its_own_request(working: Service) -> None:
    login = "reviewer@nanning.transport"
    officer = working.as_(login)
    await also_applies(working, login, "nanning.transport")
    case = await working.decide(await officer.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")["task_id"]

    for call, body in (("claim", None), ("decision", {"outcome": "agree"}), ("opinion-request", {"question": "?"})):
        answer = await officer.post(f"/v1/tasks/{task}/{call}", body)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:party-to-the-case"), call
    decided = await working.as_("reviewer2@nanning.transport").post(f"/v1/tasks/{task}/decision", {"outcome": "agree"})
    assert decided.status_code == 200
