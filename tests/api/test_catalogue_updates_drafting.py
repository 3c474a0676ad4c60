"""Drafts of entries: what is answered with them, how they differ from what is there, and what they cannot have."""

from __future__ import annotations

import pytest

from tests.api.calling import Service, open_task
from tests.api.updating import (
    BASIS,
    TITLE,
    answers,
    drafted,
    drafting,
    errors,
    filing,
    law,
    post,
    recorded,
    walked,
)


async def test_before_a_draft_nobody_knows_which_reviews_apply(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    case = await recorded(provider, await filing(provider, "nanning"))
    assert {each["applies"] for each in case["update"]["reviews"]} == {None}


@pytest.mark.parametrize(
    ("openness", "change"), [("closed", "narrower"), ("conditional", "same"), ("unconditional", "wider")]
)
async def test_the_service_tells_how_a_draft_differs_from_todays_class(
    working: Service, openness: str, change: str
) -> None:
    provider = working.as_("reviewer@guangzhou.transport")
    rules = await law(provider, "guangzhou")
    entry = {"title": TITLE} | ({} if openness == "unconditional" else {"basis": BASIS})
    body = await drafting(provider, "guangzhou", entry=entry, answers=answers(rules, openness), basis="Some law")
    case = await recorded(provider, body)
    answered = {each["question"]: each["answer"] for each in case["update"]["questions"]}
    assert answered["change"] == change


async def test_how_a_draft_differs_is_not_the_callers_to_say(service: Service) -> None:
    provider = service.as_("reviewer@guangzhou.transport")
    body = await drafting(provider, "guangzhou")
    body["answers"]["change"] = "same"
    assert errors(await post(provider, body)) == [("answers.change", "extra_forbidden")]


async def test_a_question_that_the_city_does_not_ask_is_not_answered(service: Service) -> None:
    provider = service.as_("reviewer@guangzhou.transport")
    body = await drafting(provider, "guangzhou")
    body["answers"]["group_interests"] = "applies"
    assert errors(await post(provider, body)) == [("answers.group_interests", "question_not_asked")]


async def test_an_answer_that_the_law_does_not_know_is_refused(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    body = await drafting(provider, "nanning")
    body["answers"]["specialised"] = "perhaps"
    assert errors(await post(provider, body)) == [("answers.specialised", "ChoiceNotOnRequest")]


async def test_answers_belong_to_a_draft_and_to_nothing_else(working: Service) -> None:
    case = await drafted(working, "nanning")
    request = await working.as_("applicant@demo").file("nanning")
    for each, stage, outcome in [(case, "security_review", "pass"), (request, "formal_review", "pass")]:
        task = open_task(each, stage)
        said = {"outcome": outcome, "answers": {"openness": "closed"}}
        answer = await working.as_(f"reviewer@{task['body']}").post(f"/v1/tasks/{task['task_id']}/decision", said)
        assert errors(answer) == [("answers", "MeasureNotAllowed")]


async def test_a_draft_stands_beside_todays_entry_and_then_beside_the_one_it_replaced(
    working: Service,
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    rules = await law(provider, "nanning")
    body = await drafting(
        provider, "nanning", entry={"title": TITLE, "update_frequency": "PT1M"}, answers=answers(rules, "unconditional")
    )
    before = (await provider.read(f"/v1/datasets/{body['dataset_id']}/versions"))["items"][0]["entry"]
    case = await recorded(provider, body)
    beside = [
        {"field": "title", "now": before["title"], "then": TITLE},
        {"field": "openness", "now": "conditional", "then": "unconditional"},
    ]
    assert case["update"]["draft"]["changes"] == beside
    assert case["update"]["draft"]["entry"]["update_frequency"] == "PT1M"

    case = await walked(working, case)
    assert case["update"]["draft"]["changes"] == beside
    dataset = await provider.read(f"/v1/datasets/{case['dataset_id']}")
    assert (dataset["openness"], dataset["conditions"]) == ("unconditional", None)


async def test_a_draft_has_nothing_that_data_of_the_class_it_proposes_cannot_have(service: Service) -> None:
    provider = service.as_("reviewer@nanning.transport")
    rules = await law(provider, "nanning")
    entry = {"title": TITLE, "conditions": TITLE}
    body = await drafting(provider, "nanning", entry=entry, answers=answers(rules, "unconditional"))
    assert errors(await post(provider, body)) == [("entry.conditions", "entry_conditions_out_of_place")]
    body["entry"], body["answers"] = {"title": TITLE, "basis": BASIS}, answers(rules, "unconditional")
    assert errors(await post(provider, body)) == [("entry.basis", "entry_basis_out_of_place")]
