"""A task list has first what the law wants done promptly, then what has its days."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Caller, Service
from tests.api.objecting import decided, filed


async def in_pages(caller: Caller, limit: int) -> list[Any]:
    """The whole list, page by page."""
    found: list[Any] = []
    cursor = None
    while True:
        page = await caller.read("/v1/tasks", limit=limit, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        if (cursor := page["next"]) is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
async def test_what_is_to_be_done_promptly_comes_first_whatever_page_the_border_falls_on(
    working: Service, applicant: Caller, limit: int
) -> None:
    objector = working.as_("objector@demo")
    requests = [await applicant.file("guangzhou") for _ in range(2)]
    objections = [await filed(objector, "guangzhou") for _ in range(2)]
    provider = working.as_("reviewer@guangzhou.transport")

    listed = await in_pages(provider, limit)

    ids = [task["task_id"] for task in listed]
    assert len(set(ids)) == len(ids) == 6
    assert ids == [task["task_id"] for task in (await provider.read("/v1/tasks"))["items"]]
    assert [task["clock"]["promptly"] for task in listed] == [True, True, False, False, False, False]
    assert [task["case_id"] for task in listed[:2]] == [case["case_id"] for case in objections]
    assert [task["clock"]["due_at"] for task in listed[2:]] == sorted(t["clock"]["due_at"] for t in listed[2:])
    assert {task["case_id"] for task in listed[4:]} == {case["case_id"] for case in requests}


async def test_what_has_no_due_day_and_need_not_be_prompt_comes_last(working: Service, applicant: Caller) -> None:
    query = {"city": "guangzhou", "provider": "guangzhou.transport", "openness": "unconditional", "limit": 1}
    dataset = (await applicant.read("/v1/datasets", **query))["items"][0]["dataset_id"]
    unhurried = await filed(working.as_("objector@demo"), "guangzhou", dataset_id=dataset)
    answered = {"answer": "It is being processed"}
    await decided(working, unhurried, [("verification", "withdraw_until_processed", answered)])
    request = await applicant.file("guangzhou")
    objection = await filed(working.as_("objector@demo"), "guangzhou")

    listed = await in_pages(working.as_("reviewer@guangzhou.transport"), 1)

    assert [(task["case_id"], task["stage"]) for task in listed] == [
        (objection["case_id"], "suspension"),
        (objection["case_id"], "verification"),
        (request["case_id"], "provider_review"),
        (unhurried["case_id"], "reopening"),
    ]
    assert listed[-1]["clock"]["due_at"] is None
