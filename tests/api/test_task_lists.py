"""The list of tasks: what stands in a row, and by what it is narrowed."""

from __future__ import annotations

from typing import Any

import pytest

from reading.cases.shapes import TaskListed
from reading.shape import ClockShown
from tests.api.calling import Caller, Service, open_task

OPERATOR = "reviewer@nanning.operator"


async def numbers(caller: Caller, **asked: Any) -> list[str]:
    return [task["case_number"] for task in (await caller.read("/v1/tasks", **asked))["items"]]


async def test_a_row_says_whose_case_of_which_dataset_it_is_and_how_long_there_is(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("nanning", urgency="expedited")
    dataset = await applicant.read(f"/v1/datasets/{case['dataset_id']}")

    (row,) = (await working.as_(OPERATOR).read("/v1/tasks"))["items"]

    assert row["dataset_title"] == dataset["title"]
    assert row["party_name"]
    assert row["party_name"] != case["parties"][0]["id"]
    assert (row["urgency"], row["procedure_label"]) == ("expedited", case["procedure_label"])
    assert row["working_days_left"] is not None


async def test_a_task_says_the_same_of_itself_in_a_list_as_alone(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning", urgency="expedited")
    operator = working.as_(OPERATOR)
    await operator.do(f"/v1/tasks/{open_task(case, 'formal_review')['task_id']}/claim")

    (row,) = (await operator.read("/v1/tasks"))["items"]
    alone = await operator.read(f"/v1/tasks/{row['task_id']}")

    assert list(row) == list(TaskListed.model_fields), "every field, in its order"
    assert list(row["clock"]) == list(alone["clock"]) == list(ClockShown.model_fields)
    assert row["state"] == "claimed"
    for said in (row["clock"], alone["clock"]):
        said.pop("used_seconds")  # a moment lies between the two answers
    assert alone["clock"].pop("ledger") is not None
    assert row["clock"].pop("ledger") is None
    assert {name: row[name] for name in alone} == alone


async def test_a_list_is_narrowed_by_procedure_stage_and_whose_a_task_is(working: Service, applicant: Caller) -> None:
    first, second = await applicant.file("nanning"), await applicant.file("nanning")
    operator = working.as_(OPERATOR)
    await operator.do(f"/v1/tasks/{open_task(first, 'formal_review')['task_id']}/claim")

    assert await numbers(operator, mine=True) == [first["case_number"]]
    assert await numbers(operator, procedure="objection") == []
    both = [first["case_number"], second["case_number"]]
    assert sorted(await numbers(operator, procedure="access_request", stage="formal_review")) == sorted(both)


async def test_a_list_is_searched_by_case_number_and_by_words_of_the_title(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    operator, number = working.as_(OPERATOR), case["case_number"]
    title = (await applicant.get(f"/v1/datasets/{case['dataset_id']}", headers={"Accept-Language": "zh-CN"})).json()

    for q in (number, number.lower(), number[:-2], title["title"]):
        assert await numbers(operator, q=q) == [number], q
    for q in ("NN-XX", "没有这样的数据", "%", "_"):
        assert await numbers(operator, q=q) == [], q


async def test_what_is_due_soon_is_due_neither_today_nor_already_past(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    operator = working.as_(OPERATOR)

    assert await numbers(operator, due="soon") == [case["case_number"]]
    assert await numbers(operator, due="today") == []
    assert await numbers(operator, due="overdue") == []


@pytest.mark.parametrize("asked", [{"procedure": "nothing"}, {"stage": "nothing"}, {"due": "never"}])
async def test_a_list_narrowed_by_what_nothing_can_be_is_a_problem(service: Service, asked: dict[str, Any]) -> None:
    answer = await service.as_(OPERATOR).get("/v1/tasks", **asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(asked))
