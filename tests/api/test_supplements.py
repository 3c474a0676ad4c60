"""What an applicant is asked to complete stands, in the officer's words, in the message, the case and the task list."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from activities.engine.comparing import of_read_model
from activities.record.log import read_log
from activities.record.pinned_rules import PinnedRules
from models.state import CaseState, fold
from tests.api.calling import Caller, Service, open_task
from tests.owning import by_owner

WANTED = "Name the machine on which {it} is kept"


async def asked(working: Service, applicant: Caller) -> Any:
    """The task in which the provider has asked for a supplement."""
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    provider = working.as_("reviewer@nanning.transport")
    await provider.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": WANTED})
    return task


async def message(applicant: Caller) -> str:
    found = (await applicant.read("/v1/messages"))["items"]
    return str(next(each["text"] for each in found if each["kind"] == "supplement_asked"))


async def test_what_is_asked_for_stands_wherever_the_applicant_looks(working: Service, applicant: Caller) -> None:
    task = await asked(working, applicant)

    (listed,) = (await applicant.read("/v1/tasks"))["items"]
    case = await applicant.read(f"/v1/cases/{task['case_id']}")
    of_case = next(each for each in case["tasks"] if each["task_id"] == task["task_id"])
    alone = await applicant.read(f"/v1/tasks/{task['task_id']}")

    for shown in (listed, of_case, alone):
        assert (shown["task_id"], shown["supplement_wanted"]) == (task["task_id"], WANTED)
        assert shown["supplement_asked_at"]
    assert WANTED in await message(applicant)


@pytest.mark.parametrize("login", ["reviewer2@nanning.transport", "supervisor@nanning.authority"])
async def test_whoever_answers_for_the_task_reads_in_its_list_what_was_asked_for(
    working: Service, applicant: Caller, login: str
) -> None:
    task = await asked(working, applicant)
    listed = (await working.as_(login).read("/v1/tasks"))["items"]
    shown = next(each for each in listed if each["task_id"] == task["task_id"])
    assert shown["supplement_wanted"] == WANTED


async def test_another_applicant_reads_nothing_of_it(working: Service, applicant: Caller) -> None:
    task = await asked(working, applicant)
    other = working.as_("applicant2@demo")
    assert (await other.read("/v1/tasks"))["items"] == []
    assert (await other.get(f"/v1/tasks/{task['task_id']}")).status_code == 404
    assert (await other.read("/v1/messages"))["items"] == []


async def test_an_answered_question_is_no_task_of_the_applicant_any_more(working: Service, applicant: Caller) -> None:
    task = await asked(working, applicant)

    await applicant.do(f"/v1/cases/{task['case_id']}/supplement", {"text": "The one in the cellar"})

    assert (await applicant.read("/v1/tasks"))["items"] == []
    shown = await applicant.read(f"/v1/tasks/{task['task_id']}")
    assert (shown["supplement_asked_at"], shown["supplement_wanted"]) == (None, None)


async def test_a_decided_task_asks_for_nothing_any_more(working: Service, applicant: Caller) -> None:
    task = await asked(working, applicant)
    await working.as_("reviewer@nanning.transport").do(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})
    assert (await applicant.read("/v1/tasks"))["items"] == []


async def test_the_words_are_in_no_log_and_no_message_row_and_are_erased_with_the_act(
    working: Service, applicant: Caller
) -> None:
    task = await asked(working, applicant)
    pool = working.app.state.runtime.pool
    kept = "select count(*) from {} where {}::text like '%machine on which%'"
    columns = [("events", "event"), ("messages", "facts"), ("acts", "act"), ("acts", "content"), ("tasks", "clock")]
    for table, column in columns:
        assert await pool.fetchval(kept.format(table, column)) == 0, table
    sealed = "select count(*) from acts where kind = 'ask_supplement' and content -> 'text' ? 'sealed'"
    assert await pool.fetchval(sealed) == 1

    await by_owner(pool, "update acts set content = null where kind = 'ask_supplement'")

    (listed,) = (await applicant.read("/v1/tasks"))["items"]
    alone = await applicant.read(f"/v1/tasks/{task['task_id']}")
    assert (listed["supplement_wanted"], alone["supplement_wanted"]) == (None, None)
    assert listed["supplement_asked_at"], "that something was asked for stays on record"
    text = await message(applicant)
    assert "machine on which" not in text and "What is asked for" not in text


async def test_the_read_model_says_of_a_supplement_what_the_log_says(working: Service, applicant: Caller) -> None:
    task = await asked(working, applicant)
    pool = working.app.state.runtime.pool
    async with pool.acquire() as connection:
        case = fold(CaseState(), await read_log(connection, task["case_id"]))
        rules = await PinnedRules().of(connection, case.rules_digest)
        assert await of_read_model(connection, rules, case) == []
        # As a task stood in the table before it was kept there.
        await connection.execute("update tasks set supplement_asked_at = null, supplement_act = null")
        assert await of_read_model(connection, rules, case) != []
        await connection.execute(import_module("migrations.versions.0008_claims_that_lapse").WHAT_WAS_ASKED_FOR)
        assert await of_read_model(connection, rules, case) == []
