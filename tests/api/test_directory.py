"""The directory: who holds which post of a body, and who stands in for whom."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from api.http.tokens import issue, signing_key
from cli.token import VALID_FOR
from rules.deadlines import to_shanghai
from rules.loading import cities
from tests.api.calling import Caller, Service, open_task

TRANSPORT = "/v1/directory/nanning.transport"
OFFICER, COLLEAGUE = "reviewer@nanning.transport", "reviewer2@nanning.transport"


@pytest.fixture(autouse=True)
async def nobody_on_file(service: Service) -> None:
    await service.app.state.runtime.pool.execute("delete from posts")


async def fill(caller: Caller, path: str, account: str, **more: str) -> Any:
    return await caller.http.put(path, json={"account": account, **more}, headers=caller.headers())


async def delete(caller: Caller, path: str) -> Any:
    return await caller.http.delete(path, headers=caller.headers())


async def body_of(caller: Caller, body: str) -> Any:
    return next(each for each in (await caller.read("/v1/directory"))["items"] if each["body"] == body)


@pytest.mark.parametrize(
    ("city", "missing", "article"),
    [
        pytest.param("nanning", ["leader", "data_officer", "technical_officer"], "32", marks=pytest.mark.duty("NN-32")),
        pytest.param("lianyungang", ["data_officer"], "35.1", marks=pytest.mark.duty("LYG-35")),
        pytest.param("guangzhou", ["data_officer"], "5.5", marks=pytest.mark.duty("GZ-5")),
        ("yulin", [], "posts"),
        ("nanjing", [], "posts"),
    ],
)
async def test_what_the_law_wants_on_file_and_is_not_is_shown_as_missing(
    service: Service, city: str, missing: list[str], article: str
) -> None:
    transport = await body_of(service.as_(f"supervisor@{city}.authority"), f"{city}.transport")
    assert [each for each in transport["missing"] if each != "contact"] == missing
    assert [post["post"] for post in transport["posts"] if post["required"]] == missing
    officer = next(post for post in transport["posts"] if post["post"] == "data_officer")
    assert officer["rule"]["article"] == article


@pytest.mark.duty("NN-32", "LYG-35", "GZ-5")
@pytest.mark.parametrize("city", ["nanning", "lianyungang", "guangzhou"])
@pytest.mark.parametrize("by", ["reviewer@{city}.transport", "supervisor@{city}.authority", "admin@kaifang"])
async def test_a_body_names_its_officers_and_the_authority_has_them_on_file(
    service: Service, city: str, by: str
) -> None:
    caller, account = service.as_(by.format(city=city)), f"reviewer@{city}.transport"

    answer = await fill(caller, f"/v1/directory/{city}.transport/data_officer", account, department="General office")

    assert answer.status_code == 200, answer.text
    shown = await body_of(service.as_(f"supervisor@{city}.authority"), f"{city}.transport")
    post = next(each for each in shown["posts"] if each["post"] == "data_officer")
    assert (post["account"], post["department"], post["filed_by"]) == (account, "General office", by.format(city=city))
    assert "data_officer" not in shown["missing"]


@pytest.mark.parametrize(
    "login",
    [
        "reviewer@nanning.health",
        "reviewer@nanning.authority",
        "supervisor@yulin.authority",
        "reviewer@nanning.operator",
    ],
)
async def test_nobody_names_the_officers_of_another_body(service: Service, login: str) -> None:
    answer = await fill(service.as_(login), f"{TRANSPORT}/leader", OFFICER)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:not-your-body")


@pytest.mark.parametrize(
    ("account", "code"),
    [("reviewer@nanning.health", "officer_of_another_body"), ("nobody@nowhere", "account_unknown")],
)
async def test_a_post_is_held_by_somebody_who_serves_the_body(service: Service, account: str, code: str) -> None:
    answer = await fill(service.as_(OFFICER), f"{TRANSPORT}/leader", account)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.duty("GZ-5", "LYG-35")
@pytest.mark.parametrize("city", ["guangzhou", "lianyungang"])
async def test_where_the_law_has_the_department_named_nobody_is_on_file_without_it(service: Service, city: str) -> None:
    officer, path = f"reviewer@{city}.transport", f"/v1/directory/{city}.transport/data_officer"
    for more in ({}, {"department": " "}):
        answer = await fill(service.as_(officer), path, officer, **more)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "department")
    assert (await fill(service.as_(officer), path, officer, department="综合处")).status_code == 200


async def test_a_post_that_no_rule_of_the_city_knows_is_not_found(service: Service) -> None:
    assert (await fill(service.as_(OFFICER), f"{TRANSPORT}/mascot", OFFICER)).status_code == 404
    assert (await fill(service.as_("admin@kaifang"), "/v1/directory/nanning.zoo/leader", OFFICER)).status_code == 404


async def test_a_post_filled_again_has_its_new_holder_alone(
    service: Service,
) -> None:
    officer = service.as_(OFFICER)
    first = (await fill(officer, f"{TRANSPORT}/leader", OFFICER)).json()
    same = (await fill(service.as_("admin@kaifang"), f"{TRANSPORT}/leader", OFFICER)).json()
    other = (await fill(officer, f"{TRANSPORT}/leader", COLLEAGUE)).json()

    assert same == first
    assert [post["account"] for post in other["posts"] if post["post"] == "leader"] == [COLLEAGUE]


async def test_a_post_that_is_vacated_is_missing_again(service: Service) -> None:
    officer = service.as_(OFFICER)
    await fill(officer, f"{TRANSPORT}/leader", OFFICER)
    assert "leader" not in (await body_of(officer, "nanning.transport"))["missing"]

    assert (await delete(officer, f"{TRANSPORT}/leader")).status_code == 204
    assert "leader" in (await body_of(officer, "nanning.transport"))["missing"]
    assert (await delete(officer, f"{TRANSPORT}/leader")).status_code == 404


async def test_a_post_whose_holder_serves_another_body_by_now_is_missing_again(service: Service) -> None:
    officer = service.as_(OFFICER)
    await fill(officer, f"{TRANSPORT}/leader", COLLEAGUE)
    assert "leader" not in (await body_of(officer, "nanning.transport"))["missing"]
    await service.app.state.runtime.pool.execute(
        "update accounts set body = 'nanning.health' where login = $1", COLLEAGUE
    )
    assert "leader" in (await body_of(officer, "nanning.transport"))["missing"]


async def test_an_officer_reads_the_directory_of_its_city_and_no_other(service: Service) -> None:
    officer = service.as_(OFFICER)
    assert {each["city"] for each in (await officer.read("/v1/directory"))["items"]} == {"nanning"}
    assert (await officer.get("/v1/directory", city="yulin")).status_code == 403
    whole = (await service.as_("admin@kaifang").read("/v1/directory"))["items"]
    assert {each["city"] for each in whole} == set(cities())


async def days(service: Service, since: int, until: int) -> dict[str, str]:
    """From so many days after today to so many, the latter exclusive."""
    today = to_shanghai(await service.app.state.runtime.now()).date()
    return {
        "from_on": (today + timedelta(days=since)).isoformat(),
        "until_on": (today + timedelta(days=until)).isoformat(),
    }


async def away(caller: Caller, service: Service, since: int = 0, until: int = 2, **more: Any) -> Any:
    return await caller.post("/v1/absences", {"substitute": COLLEAGUE, **await days(service, since, until), **more})


async def claimed_by_the_officer(working: Service, applicant: Caller) -> Any:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    await working.as_(OFFICER).do(f"/v1/tasks/{task['task_id']}/claim")
    return task


async def test_the_substitute_of_an_absent_officer_decides_what_that_officer_claimed(
    working: Service, applicant: Caller
) -> None:
    task = await claimed_by_the_officer(working, applicant)
    path, agree = f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"}
    colleague = working.as_(COLLEAGUE)
    before = await colleague.post(path, agree)
    assert (before.status_code, before.json()["type"]) == (409, "urn:kaifang:problem:task-already-claimed")

    assert (await away(working.as_(OFFICER), working)).status_code == 201

    answer = await colleague.do(path, agree)
    assert (answer["task"]["state"], answer["task"]["claimed_by"]) == ("done", OFFICER)


@pytest.mark.parametrize(("since", "until"), [(1, 3), (-3, 0)], ids=["not yet", "no more"])
async def test_a_substitute_stands_in_on_the_days_of_the_absence_alone(
    working: Service, applicant: Caller, since: int, until: int
) -> None:
    task = await claimed_by_the_officer(working, applicant)
    known = await days(working, since, until)
    pool = working.app.state.runtime.pool
    await pool.execute(
        "insert into absences select 'a', o.account_id, s.account_id, $1::text::date, $2::text::date, now() "
        "from accounts o, accounts s where o.login = $3 and s.login = $4",
        known["from_on"],
        known["until_on"],
        OFFICER,
        COLLEAGUE,
    )

    answer = await working.as_(COLLEAGUE).post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})

    assert answer.json()["type"] == "urn:kaifang:problem:task-already-claimed"


async def test_who_is_back_has_no_substitute_any_more(working: Service, applicant: Caller) -> None:
    task = await claimed_by_the_officer(working, applicant)
    filed = (await away(working.as_(OFFICER), working)).json()

    assert (await delete(working.as_(OFFICER), f"/v1/absences/{filed['absence_id']}")).status_code == 204

    answer = await working.as_(COLLEAGUE).post(f"/v1/tasks/{task['task_id']}/release")
    assert answer.json()["type"] == "urn:kaifang:problem:task-already-claimed"
    assert (await working.as_(OFFICER).read("/v1/absences"))["items"] == []


async def test_while_somebody_is_away_messages_go_to_the_substitute(working: Service, applicant: Caller) -> None:
    await away(working.as_(OFFICER), working)
    await working.decide(await applicant.file("nanning"), "formal_review", "pass")

    rows = await working.app.state.runtime.pool.fetch(
        "select login from messages join accounts using (account_id) where messages.kind = 'task_opened' "
        "and facts ->> 'body' = 'nanning.transport'"
    )
    assert {row["login"] for row in rows} == {COLLEAGUE}


async def test_an_absence_is_filed_by_the_officer_or_a_supervisor_of_its_body(service: Service) -> None:
    authority: dict[str, Any] = {"account": "reviewer@nanning.authority", "substitute": "reviewer2@nanning.authority"}
    assert (await away(service.as_("supervisor@nanning.authority"), service, **authority)).status_code == 201
    for login in (COLLEAGUE, "supervisor@nanning.authority"):
        answer = await away(service.as_(login), service, account=OFFICER)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:not-your-body")


@pytest.mark.parametrize(
    ("substitute", "code"),
    [(OFFICER, "substitute_is_absent"), ("reviewer@nanning.health", "officer_of_another_body")],
)
async def test_a_substitute_is_another_officer_of_the_same_body(service: Service, substitute: str, code: str) -> None:
    answer = await away(service.as_(OFFICER), service, substitute=substitute)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.parametrize(
    ("since", "until", "code"), [(2, 2, "days_not_in_order"), (-5, 0, "day_past")], ids=["no day", "all past"]
)
async def test_an_absence_has_days_that_are_to_come(service: Service, since: int, until: int, code: str) -> None:
    answer = await away(service.as_(OFFICER), service, since, until)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_one_day_has_one_substitute(service: Service) -> None:
    officer = service.as_(OFFICER)
    assert (await away(officer, service, 0, 2)).status_code == 201
    assert (await away(officer, service, 1, 3)).status_code == 409
    assert (await away(officer, service, 2, 3)).status_code == 201, "`until_on` is exclusive"


async def test_an_absence_filed_again_with_its_key_is_the_same(service: Service) -> None:
    officer, key = service.as_(OFFICER), str(uuid.uuid4())
    form = {"substitute": COLLEAGUE, **await days(service, 0, 2)}

    first = await officer.post("/v1/absences", form, key)
    again = await officer.post("/v1/absences", form, key)
    other = await officer.post("/v1/absences", form | await days(service, 3, 4), key)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


async def test_the_absence_of_somebody_who_has_left_its_body_breaks_no_list(service: Service) -> None:
    officer, admin = service.as_(OFFICER), service.as_("admin@kaifang")
    days = {"from_on": "2099-01-01", "until_on": "2099-02-01"}
    answer = await officer.post("/v1/absences", {"substitute": COLLEAGUE, **days})
    assert answer.status_code == 201, answer.text
    assert len((await admin.read("/v1/absences"))["items"]) == 1
    await service.app.state.runtime.pool.execute("update accounts set body = null where login = $1", OFFICER)
    assert (await admin.read("/v1/absences"))["items"] == []


THIRD = "reviewer3@nanning.transport"


@pytest.fixture
async def third(service: Service) -> Caller:
    """One more officer of the body."""
    await service.app.state.runtime.pool.execute(
        "insert into accounts (account_id, login, name, city, body, roles) "
        "select 'third', $2, name, city, body, roles from accounts where login = $1",
        OFFICER,
        THIRD,
    )
    key = signing_key(service.settings.signing_key_file)
    return Caller(service.http, issue(key, "third", VALID_FOR))


async def told(service: Service, kind: str) -> set[str]:
    rows = await service.app.state.runtime.pool.fetch(
        "select login from messages join accounts using (account_id) where messages.kind = $1", kind
    )
    return {row["login"] for row in rows}


async def test_who_stands_in_for_a_substitute_stands_in_for_the_officer_too(
    working: Service, applicant: Caller, third: Caller
) -> None:
    task = await claimed_by_the_officer(working, applicant)
    await away(working.as_(OFFICER), working)
    await away(working.as_(COLLEAGUE), working, substitute=THIRD)
    await applicant.do(f"/v1/cases/{task['case_id']}/notes", {"text": "x"})
    urging = f"/v1/supervision/tasks/{task['task_id']}/urging"
    await working.as_("supervisor@nanning.authority").do(urging, {"text": "please"})

    answer = await third.do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})

    assert answer["task"]["state"] == "done"
    assert THIRD in await told(working, "task_urged")
    assert not {OFFICER, COLLEAGUE} & await told(working, "task_urged")


async def test_a_substitute_is_told_when_it_stands_in_and_when_that_ends(service: Service) -> None:
    officer = service.as_(OFFICER)
    filed = (await away(officer, service)).json()
    assert await told(service, "stands_in") == {COLLEAGUE}
    assert await told(service, "stands_in_no_more") == set()

    messages = (await service.as_(COLLEAGUE).read("/v1/messages"))["items"]
    last_on = (await days(service, 0, 1))["from_on"]
    assert last_on in messages[0]["text"]

    await delete(officer, f"/v1/absences/{filed['absence_id']}")
    assert await told(service, "stands_in_no_more") == {COLLEAGUE}


async def test_where_two_stand_in_for_each_other_nobody_does_and_that_is_told(
    working: Service, applicant: Caller, third: Caller
) -> None:
    task = await claimed_by_the_officer(working, applicant)
    today = (await days(working, 0, 1))["from_on"]
    first = await away(working.as_(OFFICER), working)
    assert first.json()["nobody_from"] is None
    assert await told(working, "nobody_stands_in") == set()

    second = await away(working.as_(COLLEAGUE), working, substitute=OFFICER)

    assert (second.status_code, second.json()["nobody_from"]) == (201, today)
    heard = {OFFICER, COLLEAGUE, "supervisor@nanning.authority"}
    assert await told(working, "nobody_stands_in") == heard
    listed = (await working.as_(OFFICER).read("/v1/absences"))["items"]
    assert {each["nobody_from"] for each in listed} == {today}
    urging = f"/v1/supervision/tasks/{task['task_id']}/urging"
    await working.as_("supervisor@nanning.authority").do(urging, {"text": "please"})
    assert await told(working, "task_urged") == {OFFICER, THIRD}, "no message is lost, and whoever is there has it"


async def test_on_the_day_its_substitute_goes_away_an_absence_has_none(service: Service) -> None:
    await away(service.as_(COLLEAGUE), service, 3, 9, substitute=OFFICER)
    answer = (await away(service.as_(OFFICER), service, 0, 6)).json()
    assert answer["nobody_from"] == (await days(service, 3, 9))["from_on"]


async def test_an_absence_whose_substitute_has_left_gives_way_to_one_with_another(
    service: Service, third: Caller
) -> None:
    officer = service.as_(OFFICER)
    assert (await away(officer, service)).status_code == 201
    assert (await away(officer, service, substitute=THIRD)).status_code == 409
    await service.app.state.runtime.pool.execute(
        "update accounts set body = 'nanning.health' where login = $1", COLLEAGUE
    )
    (listed,) = (await officer.read("/v1/absences"))["items"]
    assert listed["nobody_from"] == listed["from_on"]

    answer = await away(officer, service, substitute=THIRD)

    assert (answer.status_code, answer.json()["nobody_from"]) == (201, None)
    assert [each["substitute"] for each in (await officer.read("/v1/absences"))["items"]] == [THIRD]


async def test_an_absence_that_ended_is_filed_again_only_with_another_key(
    service: Service,
) -> None:
    officer, key = service.as_(OFFICER), str(uuid.uuid4())
    form = {"substitute": COLLEAGUE, **await days(service, 0, 2)}
    filed = (await officer.post("/v1/absences", form, key)).json()
    await delete(officer, f"/v1/absences/{filed['absence_id']}")

    again = await officer.post("/v1/absences", form, key)
    anew = await officer.post("/v1/absences", form, str(uuid.uuid4()))

    assert (again.status_code, again.json()["type"]) == (409, "urn:kaifang:problem:absence-ended")
    assert anew.status_code == 201
    assert [each["absence_id"] for each in (await officer.read("/v1/absences"))["items"]] == [anew.json()["absence_id"]]
