"""Openness reviews over HTTP: what is evaluated, and what a finding does."""

from __future__ import annotations

from typing import Any

import pytest

from activities.filing.reviewing import Reviewing
from rules.loading import load_pack
from tests.api.calling import Service, open_task
from tests.api.updating import TITLE, answers, errors, law, walked

EVALUATED_BY = {"guangzhou": "provider", "nanning": "authority"}


async def review_of(service: Service, city: str, dataset_id: str) -> Any:
    """The review of a dataset, once all that are due are filed, as the evaluating body reads it."""
    runtime = service.app.state.runtime
    reviewing = Reviewing(runtime.pool, runtime.inbox, runtime.clock, packs=lambda: [load_pack(city)])
    await reviewing.file_reviews_due(1000)
    authority = service.as_(f"reviewer@{city}.authority")
    (case,) = (await authority.read("/v1/cases", procedure="openness_review", dataset_id=dataset_id))["items"]
    return await authority.read(f"/v1/cases/{case['case_id']}")


@pytest.mark.parametrize("city", sorted(EVALUATED_BY))
async def test_a_review_shows_the_dataset_with_its_class_and_keeps_it_for_a_reason(working: Service, city: str) -> None:
    found = await working.nobody().read("/v1/datasets", city=city, provider=f"{city}.transport", openness="closed")
    dataset = found["items"][0]
    case = await review_of(working, city, dataset["dataset_id"])
    assert case["openness_review"] == {
        "dataset_id": dataset["dataset_id"],
        "title": dataset["title"],
        "openness": "closed",
        "since": None,
    }
    task = open_task(case, "evaluation")
    assert task["body"].split(".")[1] in (EVALUATED_BY[city], "transport")
    officer = working.as_(f"reviewer@{task['body']}")
    assert errors(await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "keep"})) == [
        ("reason", "RequirementMissing")
    ]
    case = await working.decide(case, "evaluation", "keep", reason="Still secret")
    assert (case["outcome"], case["reasons"][0]["text"]) == ("kept", {"reason": "Still secret"})


@pytest.mark.duty("GZ-19a")
async def test_a_finding_that_data_can_be_opened_further_orders_an_update_that_opens_it(working: Service) -> None:
    provider = working.as_("reviewer@guangzhou.transport")
    conditional = (await provider.conditional_dataset("guangzhou"))["dataset_id"]
    case = await review_of(working, "guangzhou", conditional)
    assert case["openness_review"]["openness"] == "conditional"
    case = await working.decide(case, "evaluation", "open_further")
    update = await provider.read(f"/v1/cases/{case['catalogue_update']['case_id']}")
    assert (update["update"]["trigger"], update["dataset_id"]) == ("openness_review", conditional)

    rules = await law(provider, "guangzhou")
    draft = {"entry": {"title": TITLE}, "answers": answers(rules, "unconditional")}
    update = await walked(working, update, draft)
    assert update["outcome"] == "published"
    dataset = await provider.read(f"/v1/datasets/{conditional}")
    assert (dataset["openness"], dataset["conditions"]) == ("unconditional", None)
    read = await provider.read(f"/v1/cases/{case['case_id']}")
    assert read["openness_review"]["openness"] == "unconditional"
    assert read["openness_review"]["since"] == update["closed_at"]
