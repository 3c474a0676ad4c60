"""The kinds of data that the law has opened first: what a draft says is in the entry, and the catalogue goes by it."""

from __future__ import annotations

import pytest

from rules.opened_first import priorities_of
from tests.api.calling import Service
from tests.api.updating import answers, drafting, law, recorded, walked

KIND = "safety_and_livelihood"


@pytest.mark.duty("GZ-6b", "YL-12", "GZ-8")
@pytest.mark.parametrize("city", ["guangzhou", "yulin"])
async def test_the_kind_that_a_draft_names_marks_its_entry_and_puts_it_first(working: Service, city: str) -> None:
    provider, anybody = working.as_(f"reviewer@{city}.transport"), working.nobody()
    rules = await law(provider, city)
    body = await drafting(provider, city, answers=answers(rules, "conditional", priority=KIND))
    body["entry"] |= {"grade": {"zh": "四级", "en": "Grade 4"}}
    case = await walked(working, await recorded(provider, body))
    assert case["outcome"] == "published"

    dataset = await anybody.read(f"/v1/datasets/{body['dataset_id']}")
    (named,) = (each for each in rules.choices["priority"] if each.value == KIND)
    assert (dataset["priority"], dataset["priority_name"]) == (KIND, named.label.en)
    assert dataset["grade"] == "Grade 4"
    assert bool(dataset["supervision"]) == (city == "guangzhou")

    of_kind = (await anybody.read("/v1/datasets", city=city, priority=KIND, limit=50))["items"]
    assert body["dataset_id"] in {each["dataset_id"] for each in of_kind}
    assert {each["priority"] for each in of_kind} == {KIND}

    usual = [each["dataset_id"] for each in (await anybody.read("/v1/datasets", city=city, limit=50))["items"]]
    found: list[dict[str, str]] = []
    after: dict[str, str] = {}
    while True:
        page = await anybody.read("/v1/datasets", city=city, order="priority", limit=3, **after)
        found += page["items"]
        if page["next"] is None:
            break
        after = {"cursor": page["next"]}
    assert sorted(each["dataset_id"] for each in found) == usual
    is_listed = [each["priority"] not in (None, "none") for each in found]
    assert is_listed == sorted(is_listed, reverse=True)
    assert set(is_listed) == {True, False}


@pytest.mark.parametrize("query", ["priority=sunshine", "priority=sunshine&city=guangzhou"])
async def test_a_kind_that_nobody_has_opened_first_is_a_problem_on_that_field(service: Service, query: str) -> None:
    answer = await service.nobody().get(f"/v1/datasets?{query}")
    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert (wrong["field"], wrong["code"]) == ("priority", "kind_not_opened_first")
    assert next(iter(priorities_of("guangzhou"))) in wrong["detail"]
