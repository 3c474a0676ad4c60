"""Conflict of interest (回避) over HTTP: nobody decides his own affair, is given it, or reads how others do."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from reading.board.shown import board_shown
from rules.loading import cities
from tests.api import objecting, updating
from tests.api.calling import Service, open_task
from tests.api.conflicting import PARTY_TO_THE_CASE, also_applies, leaves, look, serves_alone
from tests.api.supervising import asking, set_after_due
from tests.api.test_delegations import delegated
from tests.api.test_five_cities import granted
from tests.api.test_rectifications import post as record_breach
from tests.driving import ShiftedClock

OFFICER, COLLEAGUE = "reviewer@nanning.operator", "reviewer2@nanning.operator"
PROVIDER = "reviewer@nanning.transport"
SUPERVISED = ("overdue", "due-soon", "promptly", "waiting-acts")


def officers_of(city: str) -> list[str]:
    return [f"reviewer@{city}.{body}" for body in ("operator", "transport", "authority")]


async def refused_all(service: Service, login: str, case: Any) -> set[str]:
    """What the officer is answered who tries everything on the tasks that lie before its body; all of it the same."""
    officer, answered = service.as_(login), set()
    body = login.partition("@")[2]
    for task in (each for each in case["tasks"] if each["body"] == body):
        outcomes = [each["outcome"] for each in task["outcomes"]]
        calls: list[tuple[str, Any]] = [
            ("claim", None),
            ("release", None),
            ("reassignment", {"to": f"reviewer2@{body}"}),
            *(("decision", {"outcome": each, "reason": "x", "answer": "x"}) for each in outcomes),
            ("correction", {"outcome": outcomes[0]}),
            ("supplement-request", {"text": "x"}),
            ("opinion-request", {"question": "x"}),
        ]
        for call, said in calls:
            answer = await officer.post(f"/v1/tasks/{task['task_id']}/{call}", said)
            answered.add((answer.status_code, answer.json()["type"]))
    assert not answered or answered == {(403, PARTY_TO_THE_CASE)}, answered
    return {type_ for _, type_ in answered}


@pytest.mark.parametrize("city", cities())
async def test_no_officer_of_any_body_does_anything_with_its_own_request(working: Service, city: str) -> None:
    tried = set()
    for login in officers_of(city):
        officer = await also_applies(working, login)
        tried |= await refused_all(working, login, await officer.file(city))
    assert tried == {PARTY_TO_THE_CASE}


@pytest.mark.parametrize("city", cities())
async def test_no_officer_withdraws_the_data_on_its_own_objection(working: Service, city: str) -> None:
    tried = set()
    for login in officers_of(city):
        officer = await also_applies(working, login)
        tried |= await refused_all(working, login, await objecting.filed(officer, city))
    assert tried == {PARTY_TO_THE_CASE}


async def test_nobody_is_given_a_task_of_his_own_case_by_a_colleague_or_a_supervisor(working: Service) -> None:
    officer = await also_applies(working, OFFICER)
    task = open_task(await officer.file("nanning"), "formal_review")
    await working.app.state.runtime.pool.execute(
        "update accounts set roles = array['reviewer', 'supervisor'] where login = $1", COLLEAGUE
    )
    colleague = working.as_(COLLEAGUE)
    given = await colleague.post(f"/v1/tasks/{task['task_id']}/reassignment", {"to": OFFICER})
    assert (given.status_code, given.json()["type"]) == (422, "urn:kaifang:problem:officer-is-party")
    assert given.json()["errors"][0]["field"] == "to"

    await colleague.do(f"/v1/tasks/{task['task_id']}/claim")
    path = f"/v1/supervision/officers/{COLLEAGUE}/hand-over"
    (item,) = (await colleague.post(path, {"to": OFFICER})).json()["items"]
    assert (item["state"], item["problem"]["type"]) == ("refused", "urn:kaifang:problem:officer-is-party")


async def test_a_substitute_decides_nothing_of_his_own_in_place_of_an_absent_colleague(working: Service) -> None:
    officer = await also_applies(working, OFFICER)
    task = open_task(await officer.file("nanning"), "formal_review")
    await working.as_(COLLEAGUE).do(f"/v1/tasks/{task['task_id']}/claim")
    await working.app.state.runtime.pool.execute(
        "insert into absences select 'away', a.account_id, s.account_id, '2020-01-01', '2099-01-01', now() "
        "from accounts a, accounts s where a.login = $1 and s.login = $2",
        COLLEAGUE,
        OFFICER,
    )
    answer = await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})
    assert (answer.status_code, answer.json()["type"]) == (403, PARTY_TO_THE_CASE)


async def test_a_supervisor_urges_nobody_to_answer_himself(working: Service) -> None:
    login = "supervisor@nanning.authority"
    await also_applies(working, login, "supervisor")
    supervisor = working.as_(login)
    task = open_task(await supervisor.file("nanning"), "formal_review")
    answer = await supervisor.post(f"/v1/supervision/tasks/{task['task_id']}/urging", {"text": "quick"})
    assert (answer.status_code, answer.json()["type"]) == (403, PARTY_TO_THE_CASE)


async def test_an_officer_is_shown_its_own_case_as_any_party_is(working: Service) -> None:
    officer = await also_applies(working, OFFICER)
    case = await officer.file("nanning")
    await working.as_(COLLEAGUE).do(f"/v1/cases/{case['case_id']}/notes", {"text": "between ourselves"})
    claim = await working.as_(COLLEAGUE).do(f"/v1/tasks/{open_task(case, 'formal_review')['task_id']}/claim")

    shown = await officer.read(f"/v1/cases/{case['case_id']}")
    applicant = await working.as_("applicant@demo").file("nanning")

    assert {each["act"] for each in shown["possible"]} == {each["act"] for each in applicant["possible"]}
    assert "between ourselves" not in str(await officer.read(f"/v1/cases/{case['case_id']}/events"))
    assert (await officer.get(f"/v1/acts/{claim['act_id']}")).status_code == 404
    listed = (await officer.read("/v1/tasks"))["items"]
    assert case["case_id"] not in {each["case_id"] for each in listed}
    assert applicant["case_id"] in {each["case_id"] for each in listed}, "what is not his own is listed as ever"


@pytest.mark.parametrize("login", ["supervisor@nanning.authority", "admin@kaifang"])
async def test_no_list_of_supervision_and_no_feed_holds_a_case_of_whoever_reads_it(
    stopped: Service, clock: ShiftedClock, login: str
) -> None:
    await stopped.app.state.runtime.pool.execute(
        "update accounts set roles = roles || array['applicant'] where login = $1", login
    )
    supervisor = stopped.as_(login)
    own, other = await supervisor.file("nanning"), await stopped.as_("applicant@demo").file("nanning")
    leak = await objecting.filed(supervisor, "nanning")
    await stopped.as_(OFFICER).post(f"/v1/tasks/{own['tasks'][0]['task_id']}/decision", {"outcome": "pass"})
    feed = (await supervisor.post("/v1/supervision/feeds", {"name": "Mine", "lists": ["overdue", "due_soon"]})).json()

    async def everything() -> str:
        lists = [str(await supervisor.read(f"/v1/supervision/{each}", limit=200)) for each in SUPERVISED]
        table = await stopped.nobody().get(feed["csv"], lang="en")
        numbers = [row["Case number"] for row in csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))]
        ical = (await stopped.nobody().get(feed["ics"], lang="en")).text
        async with asking(stopped, login) as (store, _, asked):
            board = await board_shown(store, asked)
        assert board
        assert sum(each.counted for each in board.held) == 1, "what is kept back counts for everybody"
        listed = str(await supervisor.read("/v1/tasks", limit=200))
        return " ".join([*lists, *numbers, ical, listed, board.model_dump_json()])

    soon = await everything()
    await set_after_due(stopped, clock, own["tasks"][0], days=1)
    late = await everything()

    assert other["case_number"] in soon
    assert other["case_number"] in late
    for mine in (own, leak):
        assert mine["case_number"] not in soon + late


async def test_nobody_is_told_as_an_officer_of_his_own_case(working: Service) -> None:
    officer = await also_applies(working, OFFICER)
    case = await officer.file("nanning")
    rows = await working.app.state.runtime.pool.fetch(
        "select login, messages.kind from messages join accounts using (account_id) where case_id = $1", case["case_id"]
    )
    told = {(row["login"], row["kind"]) for row in rows}
    assert (COLLEAGUE, "task_opened") in told
    assert {kind for login, kind in told if login == OFFICER} == {"case_received"}


async def test_who_was_kept_waiting_begins_no_rectification_for_a_body(working: Service) -> None:
    login = "reviewer@lianyungang.authority"
    officer = await also_applies(working, login)
    case = await officer.file("lianyungang")
    task = open_task(case, "provider_review")
    refused = await record_breach(officer, "lianyungang", task_id=task["task_id"])
    assert (refused.status_code, refused.json()["type"]) == (403, PARTY_TO_THE_CASE)
    by_case = await record_breach(officer, "lianyungang", case_id=case["case_id"])
    assert by_case.status_code == 403

    colleague = working.as_("reviewer2@lianyungang.authority")
    begun = await record_breach(colleague, "lianyungang", task_id=task["task_id"])
    assert begun.status_code == 201, begun.text
    order = open_task(begun.json(), "order")
    decided = await officer.post(f"/v1/tasks/{order['task_id']}/decision", {"outcome": "order", "time_limit": "10wd"})
    assert (decided.status_code, decided.json()["type"]) == (403, PARTY_TO_THE_CASE)
    assert begun.json()["case_id"] not in str(await officer.read("/v1/tasks"))
    assert "concerned" not in str(await colleague.read(f"/v1/cases/{begun.json()['case_id']}/events"))


async def test_who_filed_for_one_body_acts_for_no_other_by_which_it_is_reviewed(working: Service) -> None:
    login = "reviewer@nanning.transport"
    officer = working.as_(login)
    case = await updating.recorded(officer, await updating.filing(officer, "nanning"))
    task = case["tasks"][0]
    await working.app.state.runtime.pool.execute("update accounts set body = $2 where login = $1", login, task["body"])
    moved = "nanning.authority" if task["body"] == "nanning.transport" else task["body"]
    await working.app.state.runtime.pool.execute("update accounts set body = $2 where login = $1", login, moved)
    rows = await working.app.state.runtime.pool.fetch(
        "select event ->> 'for_body' as body from events where case_id = $1 and number = 1", case["case_id"]
    )
    assert [row["body"] for row in rows] == ["nanning.transport"]
    await working.as_("reviewer2@nanning.transport").do(f"/v1/cases/{case['case_id']}/notes", {"text": "for ourselves"})
    assert "for ourselves" not in str(await officer.read(f"/v1/cases/{case['case_id']}/events"))


async def test_where_the_only_officer_is_the_party_the_authority_decides_and_says_so(
    working: Service,
) -> None:
    officer = await also_applies(working, OFFICER)
    case = await officer.file("nanning")
    await serves_alone(working, OFFICER)

    assert await look(working) == 1

    shown = await officer.read(f"/v1/cases/{case['case_id']}")
    task = open_task(shown, "formal_review")
    assert task["body"] == "nanning.authority"
    assert task["clock"]["due_at"] == case["tasks"][0]["clock"]["due_at"], "the period runs on"
    events = (await officer.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    (entrusted,) = [each for each in events if each["type"] == "TaskEntrusted"]
    assert (entrusted["from_body"], entrusted["body"]) == ("nanning.operator", "nanning.authority")
    assert (entrusted["source"], entrusted["article"], entrusted["basis"]) == ("service", "recusal", "service")
    for login in ("reviewer@nanning.authority", "supervisor@nanning.authority", OFFICER):
        messages = (await working.as_(login).read("/v1/messages"))["items"]
        assert [each["kind"] for each in messages].count("task_entrusted") == 1, login

    authority = working.as_("reviewer@nanning.authority")
    assert task["task_id"] in str(await authority.read("/v1/tasks"))
    decided = await authority.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})
    assert open_task(decided["case"], "provider_review")["body"] == "nanning.transport"


async def test_a_former_officer_has_of_its_own_case_what_any_applicant_has(working: Service) -> None:
    officer = await also_applies(working, PROVIDER)
    case = await working.decide(await officer.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    officer = await leaves(working, PROVIDER)
    assert (await officer.read(f"/v1/cases/{case['case_id']}"))["case_id"] == case["case_id"]
    answer = await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})
    assert answer.status_code == 403
    assert (await officer.read("/v1/tasks"))["items"] == []
    assert (await officer.get("/v1/supervision/overdue")).status_code == 403


async def test_who_has_or_asks_for_access_decides_no_strangers_objection_to_the_data(stopped: Service) -> None:
    officer = await also_applies(stopped, PROVIDER)
    await officer.file("nanning")
    case = await objecting.filed(stopped.as_("objector@demo"), "nanning")
    tried = await refused_all(stopped, PROVIDER, case)
    assert tried == {PARTY_TO_THE_CASE}
    assert case["case_id"] not in str(await officer.read("/v1/tasks"))
    messages = (await officer.read("/v1/messages"))["items"]
    assert case["case_id"] not in {each.get("case_id") for each in messages}

    task = next(each for each in case["tasks"] if each["body"] == "nanning.transport")
    colleague = await stopped.as_("reviewer2@nanning.transport").post(f"/v1/tasks/{task['task_id']}/claim")
    assert colleague.status_code == 200, colleague.text


async def test_a_delegate_who_serves_the_provider_finds_no_objection_and_no_evidence(
    working: Service,
) -> None:
    login = "applicant2@demo"
    await delegated(working, working.as_("applicant@demo"))
    await working.app.state.runtime.pool.execute(
        "update accounts set city = 'guangzhou', body = 'guangzhou.transport', roles = array['reviewer'] "
        "where login = $1",
        login,
    )
    case = await objecting.filed(working.as_("objector@demo"), "guangzhou")
    (evidence,) = case["objection"]["evidence"]

    async def found(officer: str) -> tuple[bool, int]:
        lists = [str(await working.as_(officer).read(f"/v1/supervision/{each}", limit=200)) for each in SUPERVISED]
        lists += [str(await working.as_(officer).read(each, limit=200)) for each in ("/v1/tasks", "/v1/messages")]
        file = await working.as_(officer).get(f"/v1/evidence/{evidence['evidence_id']}")
        return case["case_id"] in " ".join(lists), file.status_code

    assert await found("reviewer@guangzhou.transport") == (True, 200)
    assert await found(login) == (False, 404)


async def test_who_has_a_side_by_the_cause_is_refused_before_receipt(stopped: Service) -> None:
    login = "reviewer@lianyungang.authority"
    officer = await also_applies(stopped, login)
    case = await officer.file("lianyungang")
    begun = await record_breach(
        stopped.as_("reviewer2@lianyungang.authority"),
        "lianyungang",
        task_id=open_task(case, "provider_review")["task_id"],
    )
    order = open_task(begun.json(), "order")["task_id"]
    refused = [
        await officer.post(f"/v1/tasks/{order}/decision", {"outcome": "order", "time_limit": "10wd"}),
        await officer.post(f"/v1/tasks/{order}/reassignment", {"to": "reviewer2@lianyungang.authority"}),
        await officer.post(f"/v1/tasks/{order}/claim"),
    ]
    assert [(each.status_code, each.json()["type"]) for each in refused] == [(403, PARTY_TO_THE_CASE)] * 3
    received = "select count(*) from acts where case_id = $1"
    assert await stopped.app.state.runtime.pool.fetchval(received, begun.json()["case_id"]) == 1, "the filing alone"


async def test_figures_are_the_same_for_an_officer_whose_own_case_they_count(stopped: Service) -> None:
    officer = await also_applies(stopped, PROVIDER)
    await officer.file("nanning")
    colleague = stopped.as_("reviewer2@nanning.transport")
    mine, theirs = [await each.read("/v1/figures", city="nanning") for each in (officer, colleague)]
    assert mine == theirs
    assert "case_id" not in str(mine)


async def test_the_authority_revokes_the_grant_of_the_only_officer_of_the_provider(working: Service) -> None:
    granted_to_it = (await granted(working, working.as_("applicant@demo"), "nanning"))["granted"]["access_case_id"]
    path, why = f"/v1/grants/{granted_to_it}/revocation", {"reason": "misuse"}
    authority = working.as_("reviewer@nanning.authority")
    refused = await authority.post(path, why)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:kaifang:problem:not-your-task")
    await working.app.state.runtime.pool.execute(
        "update accounts set body = 'nanning.transport', roles = array['reviewer', 'applicant'] where login = $1",
        "applicant@demo",
    )
    await serves_alone(working, "applicant@demo")
    assert (await authority.do(path, why))["case"]["outcome"] == "revoked"
