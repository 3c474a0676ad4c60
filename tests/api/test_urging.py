"""Urging (催办) over HTTP: by whom the law lets urge, on record with its article, told to those who owe the answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task

TEXT = {"text": "Two working days are left, please answer."}


def path_of(task: Any) -> str:
    return f"/v1/supervision/tasks/{task['task_id']}/urging"


async def before_the_provider(working: Service, applicant: Caller) -> Any:
    return open_task(await working.decide(await applicant.file("nanning"), "formal_review", "pass"), "provider_review")


async def told(service: Service, kind: str) -> list[str]:
    """The logins of those for whom a message of this kind lies in the outbox."""
    rows = await service.app.state.runtime.pool.fetch(
        "select login from messages join accounts using (account_id) where messages.kind = $1 order by login", kind
    )
    return [row["login"] for row in rows]


@pytest.mark.duty("NN-6.5")
@pytest.mark.parametrize(
    ("login", "article", "note"),
    [("supervisor@nanning.authority", "5(1)", "authority"), ("reviewer@nanning.operator", "6(5)", "operator")],
)
async def test_an_urging_stands_in_the_timeline_with_the_article_that_allows_it(
    working: Service, applicant: Caller, login: str, article: str, note: str
) -> None:
    task = await before_the_provider(working, applicant)

    answer = await working.as_(login).do(path_of(task), TEXT)

    assert answer["task"]["urgings"] == 1
    assert answer["task"]["urged_at"] == answer["received_at"]
    events = (await working.as_(login).read(f"/v1/cases/{task['case_id']}/events"))["items"]
    urged = next(event for event in events if event["type"] == "TaskUrged")
    assert (urged["source"], urged["article"], urged["basis"]) == ("measures", article, "law")
    assert (urged["by_login"], urged["body"], urged["text"]) == (login, f"nanning.{note}", TEXT)


async def test_an_urging_moves_no_clock_and_decides_nothing(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)

    answer = await working.as_("supervisor@nanning.authority").do(path_of(task), TEXT)

    same = {"clock", "state", "outcome", "outcomes", "opened_at", "claimed_by"}
    shown = {name: answer["task"][name] for name in same}
    was = {name: task[name] for name in same}
    for each in (shown, was):
        each["clock"] = {name: each["clock"][name] for name in ("due_at", "last_day", "started_at", "overdue")}
    assert shown == was


async def test_the_officers_and_the_posts_of_the_body_are_told(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)
    pool = working.app.state.runtime.pool
    await pool.execute("delete from posts")

    await working.as_("supervisor@nanning.authority").do(path_of(task), TEXT)

    assert await told(working, "task_urged") == ["reviewer2@nanning.transport", "reviewer@nanning.transport"]
    texts = [row["facts"] for row in await pool.fetch("select facts from messages where kind = 'task_urged'")]
    assert not any(TEXT["text"] in each for each in texts), "what somebody wrote stays in the inbox"


async def test_who_claimed_the_task_is_told_and_its_colleague_only_as_holder_of_a_post(
    working: Service, applicant: Caller
) -> None:
    task = await before_the_provider(working, applicant)
    officer, admin = working.as_("reviewer@nanning.transport"), working.as_("admin@kaifang")
    await officer.do(f"/v1/tasks/{task['task_id']}/claim")
    await working.app.state.runtime.pool.execute("delete from posts")

    await working.as_("supervisor@nanning.authority").do(path_of(task), TEXT)
    assert await told(working, "task_urged") == ["reviewer@nanning.transport"]

    await admin.http.put(
        "/v1/directory/nanning.transport/leader",
        json={"account": "reviewer2@nanning.transport"},
        headers=admin.headers(),
    )
    await working.as_("reviewer@nanning.operator").do(path_of(task), TEXT)
    assert await told(working, "task_urged") == [
        "reviewer2@nanning.transport",
        "reviewer@nanning.transport",
        "reviewer@nanning.transport",
    ]


async def test_an_urging_repeated_with_its_key_urges_once(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)
    supervisor, key = working.as_("supervisor@nanning.authority"), str(uuid.uuid4())

    first = await supervisor.do(path_of(task), TEXT, key)
    again = await supervisor.do(path_of(task), TEXT, key)

    assert (again["act_id"], again["task"]["urgings"]) == (first["act_id"], 1)


async def test_whoever_may_not_urge_is_told_who_may(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)

    answer = await working.as_("reviewer@nanning.authority").post(path_of(task), TEXT)

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:urging-not-yours")
    assert answer.json()["detail"] == (
        "By the rules of this city, those who urge are Municipal Big Data Development Bureau (Nanning article 5(1)), "
        "Municipal Information Network Management Centre (Nanning article 6(5)), "
        "Data authority of a county or development zone (Nanning article 8(1))."
    )


async def test_an_urging_says_something(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)
    answer = await working.as_("supervisor@nanning.authority").post(path_of(task), {"text": "  "})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "text")


async def test_the_applicant_learns_of_an_urging_and_not_of_its_words(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)
    await working.as_("supervisor@nanning.authority").do(path_of(task), TEXT)

    events = (await applicant.read(f"/v1/cases/{task['case_id']}/events"))["items"]

    urged = next(event for event in events if event["type"] == "TaskUrged")
    assert (urged["article"], urged["text"]) == ("5(1)", None)


async def test_a_task_list_shows_how_often_a_task_was_urged(working: Service, applicant: Caller) -> None:
    task = await before_the_provider(working, applicant)
    supervisor = working.as_("supervisor@nanning.authority")
    await supervisor.do(path_of(task), TEXT)
    answer = await supervisor.do(path_of(task), TEXT)

    listed = (await working.as_("reviewer@nanning.transport").read("/v1/tasks"))["items"]

    assert [(each["urgings"], each["urged_at"]) for each in listed] == [(2, answer["received_at"])]
