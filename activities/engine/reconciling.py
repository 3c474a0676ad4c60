"""Log, read model and engine are compared, batch by batch (`kaifang reconcile`).

In PostgreSQL every case is compared whole: its log is folded, and all that follows from it is compared with the rows.
In the engine every case is looked for in the list of those that run, which also shows tasks and due instants; a case
about which list and log do not agree is asked for by itself, with its history, and so is a sample of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.database import take_time
from activities.engine.comparing import OVERLOOKED_FOR, Held, held_of, in_inbox, in_outbox, in_read_model
from activities.engine.knowledge import is_in_step, known_to_engine
from activities.record.pinned_rules import PinnedRules
from models.events import read_events
from models.state import CaseState, fold
from workflows.search_attributes import BODY, CASE_NUMBER, DUE_AT, STAGE, Shown, running_among, running_on, shown_of

if TYPE_CHECKING:
    from activities.database import Connection, Pool


ONCE_MORE = 2
"""Attempts at a workflow task: a worker that stopped in the middle of one makes a second."""
A_BATCH = 200
"""Cases that are compared together: their logs are in memory, and their ids in one question to the engine's list."""
A_PAGE = 2000
"""Cases that are looked through for those that are wanted."""
ASKED_AT_ONCE = 8
"""Of the engine, each by itself."""
SAMPLE = 1000
"""Open cases of which the engine's history is read although nothing else speaks against them."""
PROBLEMS: SearchAttributeKey[Sequence[str]] = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""What the engine says of a case whose workflow task fails time and again."""
PAGE = """
select case_id, closed_at is null as open, ($2::text is null or city = $2) and ($3::timestamptz is null
  or coalesce((select recorded_at from events where events.case_id = page.case_id order by number desc limit 1) >= $3,
    true)
  or (select received_at from acts where acts.case_id = page.case_id order by seq desc limit 1) >= $3) as wanted
from (select * from cases where case_id > $1 order by case_id limit $4) page
"""
"""By the key, so that each page begins where the one before ended, however many there are."""
OPEN = "select count(*) from cases where closed_at is null and ($1::text is null or city = $1)"


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree with the log, which is the truth."""

    case_id: str
    case_number: str
    what: str


@dataclass(frozen=True)
class Wanted:
    """Which cases are compared: of one city, those whose log or inbox has grown since an instant; of how many open
    ones, drawn at random, the engine's history is read."""

    city: str | None = None
    since: datetime | None = None
    sample: int = SAMPLE


EVERY_CASE = Wanted()


class Batch(NamedTuple):
    """Cases that are compared together, and those of them of which the history is read whatever the list says."""

    cases: tuple[str, ...]
    drawn: frozenset[str]


async def reconcile(pool: Pool, temporal: Client, wanted: Wanted = EVERY_CASE) -> AsyncIterator[Difference]:
    """Every difference between a case's log and what is derived from it or waits on it; none where all agree.

    Reads only. A case that is being worked on while it is compared may show as different: look again.
    """
    comparison = Comparison(pool, temporal)
    async for batch in batches(pool, wanted):
        for difference in await comparison.of(batch):
            yield difference


async def batches(pool: Pool, wanted: Wanted) -> AsyncIterator[Batch]:
    """The cases that are wanted, by their ids, so many at a time, with the sample drawn from all open ones so that each
    is as likely as any other. Of those since an instant nobody knows how many there are: the first are drawn."""
    after, chance = "", Random()  # noqa: S311 - nothing is kept secret by it
    to_draw = wanted.sample
    left = to_draw if wanted.since else await pool.fetchval(OPEN, wanted.city)
    cases: list[str] = []
    drawn: set[str] = set()
    while page := await pool.fetch(PAGE, after, wanted.city, wanted.since, A_PAGE):
        after = page[-1]["case_id"]
        for row in page:
            if not row["wanted"]:
                continue
            cases.append(row["case_id"])
            if row["open"]:
                if chance.random() * left < to_draw:
                    drawn.add(row["case_id"])
                    to_draw -= 1
                left = max(left - 1, 1)
            if len(cases) == A_BATCH:
                yield Batch(tuple(cases), frozenset(drawn))
                cases, drawn = [], set()
    if cases:
        yield Batch(tuple(cases), frozenset(drawn))


class Comparison:
    """Compares batches, any number at once."""

    def __init__(self, pool: Pool, temporal: Client) -> None:
        self._pool = pool
        self._temporal = temporal
        self._pinned = PinnedRules()
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)

    async def of(self, batch: Batch) -> list[Difference]:
        """What differs in these cases, in their order; a case that is gone has nothing that could."""
        async with self._pool.acquire() as connection:
            # One look at the tables: what is written meanwhile is in all of them or in none.
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await take_time(connection)
                held = await held_of(connection, batch.cases)
            states, found = await self._folded(connection, held)
        asked = await self._asked(states, batch.drawn)
        return [
            Difference(case_id, held[case_id].case_number, what)
            for case_id in batch.cases
            for what in (*found.get(case_id, ()), *asked.get(case_id, ()))
        ]

    async def _folded(
        self, connection: Connection, held: Mapping[str, Held]
    ) -> tuple[dict[str, CaseState], dict[str, list[str]]]:
        """The cases as their logs tell them, and what differs in PostgreSQL."""
        states: dict[str, CaseState] = {}
        found: dict[str, list[str]] = {}
        for case_id, it in held.items():
            if not it.rows["cases"]:
                continue
            try:
                state = fold(CaseState(), read_events(it.log))
                rules = await self._pinned.of(connection, state.rules_digest)
            except (ValidationError, ValueError, LookupError) as fault:
                found[case_id] = [f"events: the log of {len(it.log)} cannot be read ({type(fault).__name__})"]
                continue
            states[case_id] = state
            found[case_id] = [*in_read_model(it, rules, state), *in_inbox(it, state), *in_outbox(it, state)]
            await asyncio.sleep(0)  # whoever waits beside this goes on
        return states, found

    async def _asked(self, states: Mapping[str, CaseState], drawn: frozenset[str]) -> dict[str, list[str]]:
        """What the engine says otherwise: of these cases, those that its list speaks against, and those drawn."""
        listed = await listed_among(self._temporal, list(states))
        named = [
            state for case_id, state in states.items() if case_id in drawn or not agrees(listed.get(case_id), state)
        ]

        async def one(state: CaseState) -> tuple[str, list[str]]:
            async with self._asking:
                return state.case_id, await of_engine(self._pool, self._temporal, state)

        return dict(await asyncio.gather(*map(one, named)))


class Listed(NamedTuple):
    """A case that runs, as the engine's list has it, which is a moment behind."""

    shown: Shown
    fails: bool


async def listed_among(temporal: Client, cases: Sequence[str]) -> dict[str, Listed]:
    """Those of these cases that the engine lists as running."""
    if not cases:
        return {}
    found = temporal.list_workflows(running_among(cases), page_size=A_BATCH)
    return {
        each.id: Listed(shown_by(each.typed_search_attributes), bool(each.typed_search_attributes.get(PROBLEMS)))
        async for each in found
    }


def agrees(listed: Listed | None, state: CaseState) -> bool:
    """Whether nothing in the engine's list speaks against the log: a closed case is not in it, an open one is, shows
    the same tasks and does not fail."""
    if state.closed:
        return listed is None
    return listed is not None and not listed.fails and listed.shown == shown_of(state)


async def of_the_other_side(pool: Pool, temporal: Client, task_queue: str) -> AsyncIterator[Difference]:
    """Every case that runs in the engine without a log, as after PostgreSQL was set back."""
    numbers: dict[str, str] = {}
    async for each in temporal.list_workflows(running_on(task_queue)):
        numbers[each.id] = each.typed_search_attributes.get(CASE_NUMBER) or ""
        if len(numbers) == A_PAGE:
            for difference in await _without_a_log(pool, numbers):
                yield difference
            numbers = {}
    for difference in await _without_a_log(pool, numbers):
        yield difference


async def _without_a_log(pool: Pool, numbers: Mapping[str, str]) -> list[Difference]:
    known = {row[0] for row in await pool.fetch("select case_id from cases where case_id = any($1)", list(numbers))}
    what = "engine: a case runs of which there is no log (kaifang restore CASE ends it)"
    return [Difference(case_id, number, what) for case_id, number in numbers.items() if case_id not in known]


async def of_engine(connection: Connection | Pool, temporal: Client, state: CaseState) -> list[str]:
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


async def _filing_is_on_its_way(connection: Connection | Pool, case_id: str) -> bool:
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


async def _has_more_to_hear(connection: Connection | Pool, case_id: str) -> bool:
    """Whether something of the log is still on its way to the engine."""
    behind: bool = await connection.fetchval(
        "select engine_number < number or exists (select from acts where acts.case_id = $1 and delivered_at is null) "
        "from cases where case_id = $1",
        case_id,
    )
    return behind
