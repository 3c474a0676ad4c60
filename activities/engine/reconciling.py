"""Log, read model and engine are compared, case by case (`kaifang reconcile`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.engine.knowledge import is_in_step, known_to_engine
from activities.record.failing import OF_TIME, Failure, Why, failures_of
from activities.record.log import read_log
from activities.record.pinned_rules import PinnedRules
from activities.record.rows import (
    CaseKept,
    CurtailmentKept,
    DelegationKept,
    FiledOfBody,
    GrantKept,
    ObjectionKept,
    RestrictionKept,
    TaskKept,
    case_kept,
    curtailment_kept,
    delegations_kept,
    filed_of_body,
    foreseen_kept,
    grant_kept,
    objection_kept,
    restrictions_kept,
    task_kept,
)
from models.clock import Clock
from models.passing import foreseen
from models.state import CaseState, fold
from workflows.search_attributes import BODY, CASE_NUMBER, DUE_AT, STAGE, Shown, running_on, shown_of

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from rules.procedure_rules import ProcedureRules


ONCE_MORE = 2
"""Attempts at a workflow task: a worker that stopped in the middle of one makes a second."""
OVERLOOKED_FOR = timedelta(minutes=1)
"""What waits longer has nobody who sees to it."""


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree with the log, which is the truth."""

    case_id: str
    case_number: str
    what: str


async def reconcile(pool: Pool, temporal: Client) -> AsyncIterator[Difference]:
    """Every difference between a case's log and what is derived from it or waits on it; none where all agree.

    Reads only. A case that is being worked on while it is compared may show as different: look again.
    """
    pinned = PinnedRules()
    async with pool.acquire() as connection:
        cases = [row["case_id"] for row in await connection.fetch("select case_id from cases order by case_id")]
        for case_id in cases:
            # One look at the tables: what is written meanwhile is in all of them or in none.
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                state = fold(CaseState(), await read_log(connection, case_id))
                found = [
                    *await of_read_model(connection, await pinned.of(connection, state.rules_digest), state),
                    *await of_inbox(connection, state),
                    *await of_outbox(connection, state),
                ]
            for what in [*found, *await of_engine(connection, temporal, state)]:
                yield Difference(case_id, state.case_number, what)


async def of_read_model(connection: Connection, rules: ProcedureRules, state: CaseState) -> list[str]:
    """The tables that differ from the fold of the log, and how."""
    differences = [
        *await _one_row(connection, "cases", state.case_id, CaseKept._fields, case_kept(state)),
        *await _of_tasks(connection, rules, state),
        *await _of_restrictions(connection, state),
        *await _of_delegations(connection, state),
    ]
    grant = (*grant_kept(state, state.grant), state.grant.key_digest, state.closed) if state.grant else None
    derived = (
        ("grants", (*GrantKept._fields, "key_digest", "ended"), grant),
        ("objections", ObjectionKept._fields, objection_kept(state)),
        ("curtailments", CurtailmentKept._fields, curtailment_kept(state)),
        ("filed_of_bodies", FiledOfBody._fields, filed_of_body(rules, state)),
    )
    for table, columns, folded in derived:
        differences += await _one_row(connection, table, state.case_id, columns, folded)
    versions = await connection.fetchval("select count(*) from dataset_versions where case_id = $1", state.case_id)
    if versions != (state.published is not None):
        differences.append(f"dataset_versions: {versions} of the case, by the log {int(state.published is not None)}")
    return differences


async def _one_row(
    connection: Connection, table: str, case_id: str, columns: Sequence[str], folded: tuple[object, ...] | None
) -> list[str]:
    """Which columns of the one row that a table has for a case differ from what the log makes of them."""
    kept = await connection.fetchrow(columns_of(table, columns), case_id)
    differing = _differing(columns, tuple(kept) if kept else None, folded)
    return [f"{table}: {differing}"] if differing else []


async def _of_tasks(connection: Connection, rules: ProcedureRules, state: CaseState) -> list[str]:
    rows = await connection.fetch(columns_of("tasks", TaskKept._fields), state.case_id)
    stored = {row["task_id"]: _with_clock(tuple(row)) for row in rows}
    folded = {task.task_id: _with_clock(task_kept(state, task)) for task in state.tasks.values()}
    folded |= {task.task_id: _with_clock(foreseen_kept(state, task)) for task in foreseen(rules, state)}
    found = {
        task_id: _differing(TaskKept._fields, stored.get(task_id), folded.get(task_id))
        for task_id in sorted(stored.keys() | folded.keys())
    }
    return [f"tasks: {task_id}: {differing}" for task_id, differing in found.items() if differing]


async def _of_restrictions(connection: Connection, state: CaseState) -> list[str]:
    kept = await connection.fetch(columns_of("restrictions", RestrictionKept._fields), state.case_id)
    stored = {row["kind"]: _with_sets(tuple(row)) for row in kept}
    folded = {row.kind: _with_sets(row) for row in restrictions_kept(state)}
    found = {
        kind: _differing(RestrictionKept._fields, stored.get(kind), folded.get(kind))
        for kind in sorted(stored.keys() | folded.keys())
    }
    return [f"restrictions: {kind}: {differing}" for kind, differing in found.items() if differing]


async def _of_delegations(connection: Connection, state: CaseState) -> list[str]:
    stored = {
        tuple(row) for row in await connection.fetch(columns_of("delegations", DelegationKept._fields), state.case_id)
    }
    folded = {tuple(row) for row in delegations_kept(state)}
    return [f"delegations: {row[0]}" for row in sorted(stored ^ folded, key=str)]


def _with_sets(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row of a restriction whose items stand in no order."""
    return tuple(sorted(value) if isinstance(value, list) else value for value in row)


def _with_clock(row: tuple[object, ...]) -> tuple[object, ...]:
    """A task's row with its clock read, since PostgreSQL spells JSON its own way."""
    return (*row[:-1], Clock.model_validate_json(str(row[-1])))


def _differing(
    columns: Sequence[str], kept: tuple[object, ...] | None, folded: tuple[object, ...] | None
) -> str | None:
    """The columns of a row that differ from what the log makes of them; None where none does."""
    if kept is None:
        return None if folded is None else "not there"
    if folded is None:
        return "the log knows nothing of it"
    names = zip(columns, kept, folded, strict=True)
    return ", ".join(name for name, has, by_log in names if has != by_log) or None


async def of_inbox(connection: Connection, state: CaseState) -> list[str]:
    """Acts that the log has and the inbox has not settled, or that nobody handed to the engine for a while."""
    row = await connection.fetchrow(
        "select count(*) filter (where state <> 'accepted' and act_id = any($2)) as unsettled, "
        "count(*) filter (where delivered_at is null and received_at < clock_timestamp() - $3::interval) as waiting, "
        "min(received_at) filter (where delivered_at is null) as since from acts where case_id = $1",
        state.case_id,
        list(state.acts),
        OVERLOOKED_FOR,
    )
    assert row
    differences = []
    if row["unsettled"]:
        differences.append(f"acts: {row['unsettled']} are in the log and not accepted")
    if row["waiting"]:
        differences.append(f"acts: {row['waiting']} are not delivered to the engine, the first since {row['since']}")
    differences += [line_about(failure) for failure in await failures_of(connection, state.case_id)]
    return differences


def line_about(it: Failure) -> str:
    """One line on what fails again and again, and the way out."""
    which = f"act {it.act_id}" if it.act_id != OF_TIME else "what time brings about"
    way_out = {
        Why.ENGINE_AHEAD: f"kaifang restore {it.case_id} starts the case over",
        Why.NOT_WRITTEN: "the worker's log tells more",
    }.get(Why(it.why), f"a newer version may judge it; kaifang refuse {it.act_id} settles it")
    return f"failing: {which}: {it.why} ({it.detail}), {it.times} times since {it.first_at}: {way_out}"


async def of_outbox(connection: Connection, state: CaseState) -> list[str]:
    """Messages about a task that the log does not know, that nobody handed out for a while, or that somebody's
    receiver never took.

    Which messages each event made is not derived again: the log does not know who was whose substitute then.
    """
    row = await connection.fetchrow(
        "select count(*) filter (where task_id is not null and task_id <> all($2)) as unknown, "
        "count(*) filter (where handed_out_at is null and created_at < clock_timestamp() - $3::interval) as waiting, "
        # By their messages, which an index has by case.
        "(select count(*) from messages told join deliveries using (message_id) "
        "where told.case_id = $1 and state = 'given_up') as given_up "
        "from messages where case_id = $1",
        state.case_id,
        list(state.tasks),
        OVERLOOKED_FOR,
    )
    assert row
    lines = {
        "unknown": "messages: {} are about a task that the log does not know",
        "waiting": "messages: {} are not handed out",
        "given_up": "deliveries: {} are given up",
    }
    return [text.format(row[name]) for name, text in lines.items() if row[name]]


async def of_the_other_side(pool: Pool, temporal: Client, task_queue: str) -> AsyncIterator[Difference]:
    """Every case that runs in the engine without a log, as after PostgreSQL was set back."""
    running = [workflow async for workflow in temporal.list_workflows(running_on(task_queue))]
    known = await pool.fetch("select case_id from cases where case_id = any($1)", [each.id for each in running])
    with_a_log = {row["case_id"] for row in known}
    for each in running:
        if each.id not in with_a_log:
            number = each.typed_search_attributes.get(CASE_NUMBER) or ""
            yield Difference(
                each.id, number, "engine: a case runs of which there is no log (kaifang restore CASE ends it)"
            )


async def of_engine(connection: Connection, temporal: Client, state: CaseState) -> list[str]:
    """The differences between engine and log: a closed case that runs, an open one that does not, and other open tasks
    or another due instant than the log has. Events still on their way to the engine are no difference, nor is a case
    whose filing is, for as long as its inbox has that grace."""
    handle = temporal.get_workflow_handle(state.case_id)
    described = await _described(handle)
    if described is None and not state.closed:
        if await _filing_is_on_its_way(connection, state.case_id):
            return []
        # It may have arrived between the two questions.
        described = await _described(handle)
    if described is None:
        # A closed case leaves the engine when its retention ends.
        return [] if state.closed else ["engine: an open case is not there (kaifang restore brings it back)"]
    status = described.status
    running = status is WorkflowExecutionStatus.RUNNING
    known = await known_to_engine(temporal, state.case_id) if running else None
    if known and not await is_in_step(connection, state.case_id, known):
        ahead = f"it knows {known.number} events, of which the log of {state.number} does not hold all"
        return [f"engine: ahead of the log: {ahead} (kaifang restore starts the case over)"]
    if running == bool(state.closed):
        name = status.name if status else "unknown"
        return [f"engine: {name}, by the log {state.closed or 'open'} (kaifang restore mends it)"]
    failed = described.raw_description.pending_workflow_task.attempt
    if failed > ONCE_MORE:
        return [f"engine: the workflow task of the case has failed {failed - 1} times"]
    shown = shown_by(described.typed_search_attributes)
    if state.closed or shown == shown_of(state) or await _has_more_to_hear(connection, state.case_id):
        return []
    return [f"engine: shows {', '.join(shown.stages) or 'no stage'} due {shown.due_at}, by the log {shown_of(state)}"]


async def _described(handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionDescription | None:
    """What the engine says of a case; None where it has none."""
    try:
        return await handle.describe()
    except RPCError as failure:
        if failure.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _filing_is_on_its_way(connection: Connection, case_id: str) -> bool:
    """Whether a case was received a moment ago and not handed over yet; after that somebody has overlooked it."""
    is_it: bool = await connection.fetchval(
        "select exists (select from acts where case_id = $1 and kind = 'file' and delivered_at is null "
        "and received_at >= clock_timestamp() - $2::interval)",
        case_id,
        OVERLOOKED_FOR,
    )
    return is_it


def shown_by(attributes: TypedSearchAttributes) -> Shown:
    """What the engine shows of a case."""
    stages, bodies = attributes.get(STAGE) or (), attributes.get(BODY) or ()
    return Shown(tuple(sorted(stages)), tuple(sorted(bodies)), attributes.get(DUE_AT))


async def _has_more_to_hear(connection: Connection, case_id: str) -> bool:
    """Whether something of the log is still on its way to the engine."""
    behind: bool = await connection.fetchval(
        "select engine_number < number or exists (select from acts where acts.case_id = $1 and delivered_at is null) "
        "from cases where case_id = $1",
        case_id,
    )
    return behind


def columns_of(table: str, columns: Sequence[str]) -> str:
    """These columns of the rows that a table has of a case."""
    return f"select {', '.join(columns)} from {table} where case_id = $1"  # noqa: S608 - names of columns
