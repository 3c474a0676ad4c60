"""What PostgreSQL holds of a batch of cases, each table asked once for all of them, and what of it does not follow from
their logs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from activities.record.failing import OF_TIME, Failure, Why, failures_among
from activities.record.rows import (
    CaseKept,
    CurtailmentKept,
    DelegationKept,
    FiledOfBody,
    GrantKept,
    ObjectionKept,
    RestrictionKept,
    case_kept,
    curtailment_kept,
    delegations_kept,
    filed_of_body,
    grant_kept,
    objection_kept,
    restrictions_kept,
)
from activities.record.task_rows import TaskKept, foreseen_kept, task_kept
from models.clock import Clock
from models.passing import foreseen

if TYPE_CHECKING:
    import asyncpg

    from activities.database import Connection
    from models.state import CaseState
    from rules.procedure_rules import ProcedureRules

Row = tuple[Any, ...]

OVERLOOKED_FOR = timedelta(minutes=1)
"""What waits longer has nobody who sees to it."""
OF_OBJECTION = tuple(name for name in ObjectionKept._fields if name != "disputed")
"""Whether it is disputed is written for the release before alone, which may have left it otherwise."""
COMPARED: Mapping[str, Sequence[str]] = {
    "cases": CaseKept._fields,
    "tasks": TaskKept._fields,
    "restrictions": RestrictionKept._fields,
    "delegations": DelegationKept._fields,
    "grants": (*GrantKept._fields, "key_digest", "ended"),
    "objections": OF_OBJECTION,
    "curtailments": CurtailmentKept._fields,
    "filed_of_bodies": FiledOfBody._fields,
    "dataset_versions": ("number",),
}
"""The tables that follow from logs, and which columns of them."""
WITH_ONE_ROW = ("grants", "objections", "curtailments", "filed_of_bodies")
"""A case has one row of these, or none."""
EVENTS = "select case_id, event from events where case_id = any($1) order by case_id, number"
WAITING = """
select case_id, act_id, state, received_at, delivered_at is null as undelivered,
  received_at < clock_timestamp() - $2::interval as overlooked
from acts where case_id = any($1) and (state <> 'accepted' or delivered_at is null)
"""
MESSAGES = """
select case_id, task_id, count(*) as messages,
  count(*) filter (where handed_out_at is null and created_at < clock_timestamp() - $2::interval) as waiting
from messages where case_id = any($1) group by case_id, task_id
"""
GIVEN_UP = """
select told.case_id, count(*) as given_up
from messages told join deliveries using (message_id) where told.case_id = any($1) and state = 'given_up'
group by told.case_id
"""
"""By their messages, which an index has by case."""


@dataclass(frozen=True)
class Held:
    """What PostgreSQL holds of a case: its log, the rows of the tables that follow from it, acts that are not settled
    or not delivered, how many messages are about which task, and what fails."""

    log: Sequence[str]
    rows: Mapping[str, Sequence[Row]]
    acts: Sequence[asyncpg.Record]
    messages: Sequence[asyncpg.Record]
    given_up: int
    failures: Sequence[Failure]

    @property
    def case_number(self) -> str:
        """As the table of cases has it."""
        return str(dict(zip(COMPARED["cases"], self.rows["cases"][0], strict=True))["case_number"])


async def held_of(connection: Connection, cases: Sequence[str]) -> dict[str, Held]:
    """What there is of each of these cases. In one look at the tables if the caller's transaction is one."""
    logs, rows = defaultdict[str, list[str]](list), defaultdict[str, dict[str, list[Row]]](_of_no_table)
    for row in await connection.fetch(EVENTS, cases):
        logs[row["case_id"]].append(row["event"])
    for table, columns in COMPARED.items():
        for row in await connection.fetch(_of_these(table, columns), cases):
            rows[row[0]][table].append(tuple(row)[1:])
    acts = _by_case(await connection.fetch(WAITING, cases, OVERLOOKED_FOR))
    messages = _by_case(await connection.fetch(MESSAGES, cases, OVERLOOKED_FOR))
    given_up = {row["case_id"]: row["given_up"] for row in await connection.fetch(GIVEN_UP, cases)}
    failures = await failures_among(connection, cases)
    return {
        case_id: Held(
            logs[case_id],
            rows[case_id],
            acts.get(case_id, ()),
            messages.get(case_id, ()),
            given_up.get(case_id, 0),
            failures.get(case_id, ()),
        )
        for case_id in cases
    }


def _of_no_table() -> dict[str, list[Row]]:
    return {table: [] for table in COMPARED}


def _by_case(rows: Iterable[asyncpg.Record]) -> dict[str, list[asyncpg.Record]]:
    found = defaultdict[str, list["asyncpg.Record"]](list)
    for row in rows:
        found[row["case_id"]].append(row)
    return found


def _of_these(table: str, columns: Sequence[str]) -> str:
    """These columns of the rows that a table has of some cases, after the case's id."""
    return f"select case_id, {', '.join(columns)} from {table} where case_id = any($1)"  # noqa: S608 - names of columns


async def of_read_model(connection: Connection, rules: ProcedureRules, state: CaseState) -> list[str]:
    """The tables of a case that differ from the fold of its log, and how."""
    return in_read_model((await held_of(connection, [state.case_id]))[state.case_id], rules, state)


def in_read_model(held: Held, rules: ProcedureRules, state: CaseState) -> list[str]:
    """The tables that differ from the fold of the log, and how."""
    grant = (*grant_kept(state, state.grant), state.grant.key_digest, state.closed) if state.grant else None
    objection = objection_kept(state)
    of_objection = tuple(getattr(objection, name) for name in OF_OBJECTION) if objection else None
    folded = (grant, of_objection, curtailment_kept(state), filed_of_body(rules, state))
    differences = [
        *_one_row(held, "cases", case_kept(state)),
        *_tasks(held, rules, state),
        *_restrictions(held, state),
        *_delegations(held, state),
    ]
    for table, row in zip(WITH_ONE_ROW, folded, strict=True):
        differences += _one_row(held, table, row)
    versions = len(held.rows["dataset_versions"])
    if versions != (state.published is not None):
        differences.append(f"dataset_versions: {versions} of the case, by the log {int(state.published is not None)}")
    return differences


def _one_row(held: Held, table: str, folded: Row | None) -> list[str]:
    """Which columns of the one row that a table has for a case differ from what the log makes of them."""
    kept = next(iter(held.rows[table]), None)
    differing = _differing(COMPARED[table], kept, folded)
    return [f"{table}: {differing}"] if differing else []


def _tasks(held: Held, rules: ProcedureRules, state: CaseState) -> list[str]:
    stored = {row[0]: row for row in held.rows["tasks"]}
    folded: dict[str, Row] = {task.task_id: task_kept(state, task) for task in state.tasks.values()}
    folded |= {task.task_id: foreseen_kept(state, task) for task in foreseen(rules, state)}
    found = {
        task_id: _differing(TaskKept._fields, *_with_one_clock(stored.get(task_id), folded.get(task_id)))
        for task_id in sorted(stored.keys() | folded.keys())
    }
    return [f"tasks: {task_id}: {differing}" for task_id, differing in found.items() if differing]


def _with_one_clock(kept: Row | None, folded: Row | None) -> tuple[Row | None, Row | None]:
    """Two rows of a task with their clocks read, since PostgreSQL spells JSON its own way; as clocks only where what is
    spelled differs."""
    if kept is None or folded is None:
        return kept, folded
    if json.loads(kept[-1]) == json.loads(folded[-1]):
        return (*kept[:-1], None), (*folded[:-1], None)
    return (*kept[:-1], Clock.model_validate_json(kept[-1])), (*folded[:-1], Clock.model_validate_json(folded[-1]))


def _restrictions(held: Held, state: CaseState) -> list[str]:
    kind = RestrictionKept._fields.index("kind")
    stored = {row[kind]: _with_sets(row) for row in held.rows["restrictions"]}
    folded = {row.kind: _with_sets(row) for row in restrictions_kept(state)}
    found = {
        kind: _differing(RestrictionKept._fields, stored.get(kind), folded.get(kind))
        for kind in sorted(stored.keys() | folded.keys())
    }
    return [f"restrictions: {kind}: {differing}" for kind, differing in found.items() if differing]


def _delegations(held: Held, state: CaseState) -> list[str]:
    folded = {tuple(row) for row in delegations_kept(state)}
    return [f"delegations: {row[0]}" for row in sorted(set(held.rows["delegations"]) ^ folded, key=str)]


def _with_sets(row: Row) -> Row:
    """A row of a restriction whose items stand in no order."""
    return tuple(sorted(value) if isinstance(value, list) else value for value in row)


def _differing(columns: Sequence[str], kept: Row | None, folded: Row | None) -> str | None:
    """The columns of a row that differ from what the log makes of them; None where none does."""
    if kept is None:
        return None if folded is None else "not there"
    if folded is None:
        return "the log knows nothing of it"
    names = zip(columns, kept, folded, strict=True)
    return ", ".join(name for name, has, by_log in names if has != by_log) or None


def in_inbox(held: Held, state: CaseState) -> list[str]:
    """Acts that the log has and the inbox has not settled, that nobody handed to the engine for a while, or that were
    tried in vain."""
    unsettled = sum(act["state"] != "accepted" and act["act_id"] in state.acts for act in held.acts)
    undelivered = [act for act in held.acts if act["undelivered"]]
    differences = []
    if unsettled:
        differences.append(f"acts: {unsettled} are in the log and not accepted")
    if waiting := sum(act["overlooked"] for act in undelivered):
        since: datetime = min(act["received_at"] for act in undelivered)
        differences.append(f"acts: {waiting} are not delivered to the engine, the first since {since}")
    return differences + [line_about(failure) for failure in held.failures]


def line_about(it: Failure) -> str:
    """One line on what fails again and again, and the way out."""
    which = f"act {it.act_id}" if it.act_id != OF_TIME else "what time brings about"
    way_out = {
        Why.ENGINE_AHEAD: f"kaifang restore {it.case_id} starts the case over",
        Why.NOT_WRITTEN: "the worker's log tells more",
    }.get(Why(it.why), f"a newer version may judge it; kaifang refuse {it.act_id} settles it")
    return f"failing: {which}: {it.why} ({it.detail}), {it.times} times since {it.first_at}: {way_out}"


def in_outbox(held: Held, state: CaseState) -> list[str]:
    """Messages about a task that the log does not know, that nobody handed out for a while, or that somebody's
    receiver never took.

    Which messages each event made is not derived again: the log does not know who was whose substitute then.
    """
    known = {None, *state.tasks}
    counted = {
        "messages: {} are about a task that the log does not know": sum(
            row["messages"] for row in held.messages if row["task_id"] not in known
        ),
        "messages: {} are not handed out": sum(row["waiting"] for row in held.messages),
        "deliveries: {} are given up": held.given_up,
    }
    return [text.format(count) for text, count in counted.items() if count]
