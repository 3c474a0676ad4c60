"""Whoever decides on one item has not decided on the others, through the service and its gate."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Service, open_stages, open_task
from tests.api.objecting import TOLD, decided, filed, restricted

ANSWER: dict[str, Any] = {"answer": TOLD}
BUS_LINES = {
    "nanning": ("nanning-transport-bus-lines", ["line_code", "line_name"]),
    "yulin": ("yulin-transport-rural-bus-lines", ["line_code", "line_name"]),
}
"""Open data, for which the gate wants no key, and two of its items."""


async def gate(service: Service, dataset_id: str, *items: str) -> int:
    """What the gate answers to a call for open data."""
    city = dataset_id.split("-")[0]
    asked = {"dataset_id": dataset_id, "items": ",".join(items)}
    answer = await service.http.get("/v1/gate", params=asked, headers=service.as_(f"gateway@{city}").headers())
    return answer.status_code


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", BUS_LINES)
async def test_one_item_is_restored_and_the_other_stays_suspended_with_its_task_open(
    working: Service, pool: Pool, city: str
) -> None:
    dataset_id, (one, other) = BUS_LINES[city]
    case = await filed(working.as_("objector@demo"), city, dataset_id=dataset_id, data_items=[one, other])
    case = await decided(working, case, [("suspension", "suspend", {})])
    assert [await gate(working, dataset_id, item) for item in (one, other)] == [403, 403]

    case = await decided(working, case, [("verification", "restore", {**ANSWER, "data_items": [one]})])

    assert [await gate(working, dataset_id, *items) for items in ([one], [other], [one, other])] == [204, 403, 403]
    assert (case["status"], open_stages(case), case["answer"]) == ("open", ["verification"], None)
    (undecided,) = case["data"]["undecided"]
    assert undecided == {
        "task_id": open_task(case, "verification")["task_id"],
        "data_items": [other],
        "except_items": [],
    }
    again = await working.as_(f"reviewer@{city}.transport").post(
        f"/v1/tasks/{undecided['task_id']}/decision", {"outcome": "restore", **ANSWER, "data_items": [one]}
    )
    assert (again.status_code, again.json()["type"]) == (422, "urn:kaifang:problem:item-not-before-the-task")
    assert again.json()["errors"][0]["field"] == "data_items"

    case = await decided(working, case, [("verification", "withdraw", ANSWER)])

    assert [await gate(working, dataset_id, item) for item in (one, other)] == [204, 403]
    assert (case["outcome"], case["answer"]["text"]) == ("data_withdrawn", TOLD)
    assert await restricted(pool, dataset_id) == [("withdrawal", [other])]
    answered = "select count(*) from events where case_id = $1 and type = 'ObjectorAnswered'"
    assert await pool.fetchval(answered, case["case_id"]) == 1


@pytest.mark.parametrize("city", BUS_LINES)
async def test_a_hold_that_is_lifted_for_one_item_holds_the_rest_of_the_dataset(working: Service, city: str) -> None:
    dataset_id, (one, other) = BUS_LINES[city]
    case = await filed(working.as_("objector@demo"), city, dataset_id=dataset_id)
    lifted = {"reason": "A number of a line names nobody", "data_items": [one]}

    case = await decided(working, case, [("suspension", "keep_open", lifted)])

    assert [await gate(working, dataset_id, *items) for items in ([one], [other], [])] == [204, 403, 403]
    shown = await working.nobody().read(f"/v1/datasets/{dataset_id}")
    assert [(each["data_items"], each["except_items"]) for each in shown["restrictions"]] == [([], [one])]
    assert (shown["served"], open_stages(case)) == (True, ["suspension", "verification"])

    items = [each["item"] for each in shown["items"]]
    rest = {"reason": "Nothing in it names anybody", "data_items": [item for item in items if item != one]}
    case = await decided(working, case, [("suspension", "keep_open", rest)])

    assert (await gate(working, dataset_id), open_stages(case)) == (204, ["verification"])
    assert case["data"]["restriction"] is None
