"""A draft that came with a filing and is not submitted yet: kept, shown, and submitted with the answers alone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Service, open_task
from tests.api.importing import GOOD, HEAD, imported
from tests.api.updating import BASIS, TITLE, answers, drafting, errors, filing, law, recorded, walked

OTHER = {"title": {"zh": "公交车位置", "en": "Where buses are"}}


async def imported_case(service: Service) -> Any:
    """The case of an imported row, as an officer of its provider reads it; no other test has the same row, and so the
    same case, in the engine."""
    row = GOOD.replace("停放点位置", f"停放点位置 {uuid.uuid4().hex}")
    report = await imported(service, f"{HEAD}\n{row}")
    return await service.as_("reviewer@nanning.transport").read(f"/v1/cases/{report['filed'][0]['case_id']}")


async def other_answers(service: Service, **more: str) -> dict[str, str]:
    """An answer to each question but the class, which the imported row states."""
    rules = await law(service.nobody(), "nanning")
    return {name: value for name, value in answers(rules, "").items() if name != "openness"} | more


async def test_an_imported_row_is_shown_as_a_draft_that_its_provider_has_to_submit(service: Service) -> None:
    case = await imported_case(service)

    draft = case["update"]["draft"]
    assert (draft["state"], draft["act_id"], draft["submitted_at"]) == ("kept", None, None)
    assert (draft["entry"]["title"]["en"], draft["entry"]["openness"]) == ("Bike parking", "unconditional")
    assert {each["field"] for each in draft["changes"]} == set(draft["entry"])
    assert "is kept and not submitted" in draft["said"]
    assert open_task(case, "compilation")["said"] == draft["said"]


async def test_the_provider_s_task_list_says_in_its_language_that_a_draft_is_kept(service: Service) -> None:
    case = await imported_case(service)
    provider = service.as_("reviewer@nanning.transport")

    (english,) = (await provider.read("/v1/tasks"))["items"]
    chinese = (await provider.get("/v1/tasks", {"Accept-Language": "zh"})).json()["items"][0]

    assert english["case_id"] == case["case_id"]
    assert "not submitted" in english["said"]
    assert "尚未提交" in chinese["said"]


async def test_a_task_without_a_kept_draft_says_nothing_of_one(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    await recorded(provider, await filing(provider, "nanning"))
    (task,) = (await provider.read("/v1/tasks"))["items"]
    assert task["said"] is None


async def test_an_imported_row_is_submitted_with_the_answers_alone_and_published(working: Service) -> None:
    case = await imported_case(working)
    case = await walked(working, case, {"answers": await other_answers(working)})

    assert (case["status"], case["outcome"]) == ("closed", "published")
    dataset = await working.nobody().read(f"/v1/datasets/{case['dataset_id']}")
    assert (dataset["title"], dataset["openness"], dataset["update_frequency"]) == (
        "Bike parking",
        "unconditional",
        "P1M",
    )
    assert [each["item"] for each in dataset["items"]] == ["code", "place"]
    submitted = next(each for each in case["reasons"] if each["stage"] == "compilation")
    assert submitted["text"]["entry"]["title"]["en"] == "Bike parking"
    assert submitted["text"]["answers"]["openness"] == "unconditional"


async def test_an_imported_row_is_not_submitted_without_the_answers_that_the_law_asks_for(working: Service) -> None:
    case = await imported_case(working)
    task = open_task(case, "compilation")
    answer = await working.as_("reviewer@nanning.transport").post(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "submit"}
    )
    assert {field for field, _ in errors(answer)} == {f"answers.{name}" for name in await other_answers(working)}


async def test_what_the_decision_says_goes_before_what_the_row_said(working: Service) -> None:
    case = await imported_case(working)
    said = await other_answers(working, openness="closed", closed_case="privacy", secrets_or_privacy="applies")
    case = await working.decide(case, "compilation", "submit", answers=said)
    assert case["update"]["draft"]["entry"]["openness"] == "closed"
    assert case["update"]["draft"]["entry"]["title"]["en"] == "Bike parking"


async def test_a_draft_of_the_decision_takes_the_place_of_the_one_that_is_kept(working: Service) -> None:
    case = await imported_case(working)
    entry = {
        "title": TITLE,
        "abstract": TITLE,
        "domain": TITLE,
        "items": [{"item": "a", "name": TITLE, "type": "string"}],
        "formats": ["csv"],
        "update_frequency": "P1D",
    }
    said = await other_answers(working, openness="unconditional")
    case = await working.decide(case, "compilation", "submit", entry=entry, answers=said)
    assert case["update"]["draft"]["entry"]["title"] == TITLE
    assert case["update"]["draft"]["entry"]["abstract"] == TITLE


async def test_nobody_but_the_body_that_compiles_it_submits_a_kept_draft(working: Service) -> None:
    case = await imported_case(working)
    task = open_task(case, "compilation")
    said = {"outcome": "submit", "answers": await other_answers(working)}
    for login, status in (
        ("reviewer@nanning.health", 404),
        ("reviewer@yulin.transport", 404),
        ("applicant@demo", 403),
        ("reviewer@nanning.authority", 403),
    ):
        answer = await working.as_(login).post(f"/v1/tasks/{task['task_id']}/decision", said)
        assert answer.status_code == status, login


@pytest.mark.parametrize("login", ["reviewer@nanning.health", "reviewer@yulin.authority", "applicant@demo"])
async def test_nobody_else_reads_a_kept_draft(service: Service, login: str) -> None:
    case = await imported_case(service)
    for path in (f"/v1/cases/{case['case_id']}", f"/v1/cases/{case['case_id']}/events"):
        assert (await service.as_(login).get(path)).status_code == 404
    assert (await service.as_(login).get(f"/v1/tasks/{case['tasks'][0]['task_id']}")).status_code == 404
    listed = await service.as_(login).get("/v1/tasks")
    assert "Bike parking" not in listed.text


async def test_a_kept_draft_is_submitted_once_however_often_the_decision_is_sent(working: Service, pool: Pool) -> None:
    case = await imported_case(working)
    task = open_task(case, "compilation")
    provider, key = working.as_("reviewer@nanning.transport"), str(uuid.uuid4())
    said = {"outcome": "submit", "answers": await other_answers(working)}
    first = await provider.do(f"/v1/tasks/{task['task_id']}/decision", said, key)
    again = await provider.do(f"/v1/tasks/{task['task_id']}/decision", said, key)
    assert (first["act_id"], first["case"]["events_count"]) == (again["act_id"], again["case"]["events_count"])
    assert await pool.fetchval("select count(*) from acts where kind = 'decide'") == 1


async def test_what_was_returned_is_not_submitted_again_by_saying_nothing(working: Service) -> None:
    case = await imported_case(working)
    case = await walked(working, case, {"answers": await other_answers(working)}, until="review")
    case = await working.decide(case, "review", "return", reason="Too short a title")
    assert open_task(case, "compilation")["said"] is None
    answer = await working.as_("reviewer@nanning.transport").post(
        f"/v1/tasks/{open_task(case, 'compilation')['task_id']}/decision", {"outcome": "submit"}
    )
    assert ("entry", "RequirementMissing") in errors(answer)


async def test_a_draft_that_waited_lies_beside_what_was_published_meanwhile(
    working: Service,
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    first = await recorded(provider, await drafting(provider, "nanning"))
    second = await recorded(provider, await drafting(provider, "nanning", entry=OTHER | {"basis": BASIS}))
    assert second["update"]["draft"]["state"] == "waiting"
    assert "another update of the same entry goes first" in second["update"]["draft"]["said"]

    await walked(working, first)
    await working.app.state.runtime.courier.send_and_wait(second["case_id"])
    second = await provider.read(f"/v1/cases/{second['case_id']}")
    draft = second["update"]["draft"]
    assert (second["update"]["waits_for"], draft["state"]) == (None, "kept")
    assert [each["now"] for each in draft["changes"] if each["field"] == "title"] == [TITLE]
    assert "entry as it is now" in open_task(second, "compilation")["said"]

    # Every answer is kept, so that nothing need be said but that it is to be submitted.
    second = await walked(working, second)
    assert second["outcome"] == "published"
    dataset = await provider.read(f"/v1/datasets/{second['dataset_id']}")
    assert dataset["title"] == OTHER["title"]["en"]


async def test_what_a_draft_changes_is_compared_with_the_entry_when_its_turn_comes(
    working: Service, pool: Pool
) -> None:
    provider = working.as_("reviewer@guangzhou.transport")
    body = await drafting(provider, "guangzhou")
    inbox = working.app.state.runtime.inbox
    receive = inbox.receive_filing

    async def published_meanwhile(*args: Any) -> Any:
        """Another update is published after the call has looked at the entry and before its filing is received."""
        await pool.execute("update datasets set openness = 'unconditional' where dataset_id = $1", body["dataset_id"])
        return await receive(*args)

    inbox.receive_filing = published_meanwhile
    answer = await provider.post("/v1/catalogue-updates", body, str(uuid.uuid4()))

    # The draft narrows the class now, which the law lets nobody do without a basis.
    assert ("basis", "RequirementMissing") in errors(answer)
