"""The register on PostgreSQL and Temporal: receipt, hand-over and workflows are those of the product.

Receipts and the writer go by a clock that stands where the simulation is. The engine's own clock of a case starts with
the case and is moved only when one of its periods ends: then it is fast-forwarded to that instant, its timer fires, and
the workflow itself puts on record that the clock has passed. Before that it lags behind, which no rule notices: what
is received carries the instant of its receipt. Access cases that grants open stay in PostgreSQL; no engine runs them.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.calendar.record import RecordOfNotices
from activities.database import Pool
from activities.engine.handing_over import Engine
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from activities.record.log import Log, read_log
from models import acts as a
from models.signing import naming_what_stands
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.admissibility import DatasetAtReceipt, admissible, chosen
from rules.agreement import SIGN
from rules.deadlines import to_shanghai
from rules.pack import Pack
from rules.pinned_stages import Outcome
from rules.procedure_names import ACCESS_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from rules.seed_notices import read_scopes
from rules.vocabulary import AGREED
from simulation.chances import Arrival, urgency
from simulation.scenario import Scenario
from simulation.year import PROVIDER, Dataset, Plan

PATIENCE = timedelta(seconds=30)
GIVES_UP_AFTER = 240.0
"""Seconds."""
A_MOMENT = timedelta(seconds=1)
AT_ONCE = 16
"""Requests that are worked off side by side: more would only wait for the same two or so cores."""
STAMPED_AT_RECEIPT = datetime.min.replace(tzinfo=UTC)
SAID = "said in a simulation"
WAITS = "select exists (select from acts where case_id = $1 and delivered_at is null)"


class RegisterFailed(RuntimeError):
    """An act was refused or not worked off, or a clock did not pass: the run means nothing. The message is one line."""


class StandingClock:
    """Stands where the simulation is, whatever PostgreSQL's clock says."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def at(self, database_now: datetime) -> datetime:
        return self.now


class EngineRegister:
    """Keeps the requests of one scenario in a database of its own."""

    def __init__(self, pool: Pool, temporal: Client, task_queue: str, clock: StandingClock, law: LawAssumed) -> None:
        self._pool = pool
        self._skipper = TimeSkipper(temporal)
        self._inbox = Inbox(pool, Log(RecordOfNotices(read_scopes())), clock)
        self._engine = Engine(pool, temporal, task_queue)
        self._temporal = temporal
        self._clock = clock
        self._law = law
        self._places = asyncio.Semaphore(AT_ONCE)

    def turn_to(self, at: datetime) -> None:
        self._clock.now = at

    async def file(self, arrival: Arrival) -> CaseState:
        """Raises NotInForce where the city has no law for requests on that day, and RegisterFailed."""
        async with self._places:
            case_id = str(uuid.uuid4())
            said = self._law.said(arrival, self._clock.now)

            def filing(received_at: datetime) -> Filing:
                return self._law.filing(arrival, said, received_at)

            state = (await self._inbox.receive_filing(case_id, ACCESS_REQUEST, said, filing)).state
            await self._handed_over(state)
            return state

    async def decide(self, state: CaseState, task: TaskState, by: a.Actor, outcome: str) -> CaseState:
        """Raises RegisterFailed."""
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=state.case_id,
            by=by,
            received_at=STAMPED_AT_RECEIPT,
            task_id=task.task_id,
            outcome=outcome,
            given=self._law.needed(task, outcome, self._clock.now),
        )
        assert state.received_at
        async with self._places:
            await self._inbox.receive_act(naming_what_stands(self._law.on(state.received_at), state, act))
            await self._handed_over(state)
            row = await self._pool.fetchrow("select state, problem from acts where act_id = $1", act.id)
            if row is None or row["state"] != "accepted":
                raise RegisterFailed(f"{outcome} of {task.task_id}: {row and (row['state'], row['problem'])}")
            return await self._as_recorded(state)

    async def pass_clocks(self, state: CaseState) -> CaseState:
        """Raises RegisterFailed."""
        handle = self._temporal.get_workflow_handle(state.case_id)
        now = self._clock.now
        async with self._places:
            behind = now - await self._skipper.get_current_time(handle)
            # A moment more, which passes only when the workflow has done what the instant before brought.
            await self._skipper.fast_forward(handle, max(behind, timedelta()) + A_MOMENT)
            try:
                async with asyncio.timeout(GIVES_UP_AFTER):
                    while True:
                        state = await self._as_recorded(state)
                        if not any(
                            t.clock.due_at and t.clock.due_at <= now and not t.passed for t in state.open_tasks()
                        ):
                            return state
                        await asyncio.sleep(0.01)
            except TimeoutError:
                raise RegisterFailed(f"the clock of {state.case_number} did not pass at {now}") from None

    async def _handed_over(self, state: CaseState) -> None:
        """The engine has answered all that waited: on a busy machine a delivery outlasts its patience and is repeated.

        Raises RegisterFailed.
        """
        try:
            async with asyncio.timeout(GIVES_UP_AFTER):
                while await self._pool.fetchval(WAITS, state.case_id):
                    await self._engine.hand_over(state.case_id, PATIENCE)
        except TimeoutError:
            raise RegisterFailed(f"the engine did not work off {state.case_number}") from None

    async def _as_recorded(self, state: CaseState) -> CaseState:
        async with self._pool.acquire() as connection:
            return fold(state, await read_log(connection, state.case_id, after=state.number))


def signatures_of(rules: ProcedureRules) -> list[Outcome]:
    """The signatures of a city, with what each demands."""
    outcomes = (outcome for step in rules.steps for stage in step.stages for outcome in stage.outcomes)
    return [outcome for outcome in outcomes if outcome.outcome == SIGN]


class LawAssumed:
    """What a request is under the law of the day, with the periods that the scenario assumes."""

    def __init__(self, pack: Pack, plan: Plan, scenario: Scenario) -> None:
        self._pack = pack
        self._plan = plan
        self._scenario = scenario
        self._days: dict[date, ProcedureRules] = {}

    def on(self, at: datetime) -> ProcedureRules:
        """Raises NotInForce."""
        day = to_shanghai(at).date()
        if day not in self._days:
            self._days[day] = self._scenario.rules(resolve(self._pack, ACCESS_REQUEST, day))
        return self._days[day]

    def said(self, arrival: Arrival, at: datetime) -> dict[str, object]:
        """What the applicant sends: all that the law demands of a request that asks for nothing special, and what is
        signed has to state, so that either side can sign first."""
        rules = self.on(at)
        dataset = self._dataset(arrival)
        asked = urgency(self._plan.habits, arrival, [choice.value for choice in rules.choices.get("urgency", ())])
        said: dict[str, object] = {"urgency": asked} if asked else {}
        choices = chosen(rules, said)
        for rule in rules.fields:
            if rule.required and all(choices.get(name) in values for name, values in rule.when.items()):
                known = (choice.value for choice in rules.choices.get(rule.field, ()) if choice.on_request)
                said[rule.field] = choices.get(rule.field) or next(known, SAID)
        signed = {name for outcome in signatures_of(rules) for each in outcome.requires for name in each.any_of}
        in_text = {rule.field: SAID for rule in rules.fields if rule.field in signed & AGREED}
        return {**in_text, **said, "data_items": dataset.items}

    def filing(self, arrival: Arrival, said: Mapping[str, object], received_at: datetime) -> Filing:
        """Raises RegisterFailed where the law does not admit it."""
        rules, dataset = self.on(received_at), self._dataset(arrival)
        refused = admissible(rules, said, DatasetAtReceipt(dataset.dataset_id, "conditional", frozenset(dataset.items)))
        if refused:
            raise RegisterFailed(f"a request is not admissible: {', '.join(each.code for each in refused)}")
        city = self._plan.city
        return Filing(
            rules=rules,
            party=f"acc_applicant_{arrival.number}",
            dataset_id=dataset.dataset_id,
            bodies={role: dataset.provider if role == PROVIDER else f"{city}.{role}" for role in rules.bodies},
            data_items=dataset.items,
            choices=chosen(rules, said),
            given=frozenset(said),
        )

    def needed(self, task: TaskState, outcome: str, at: datetime) -> frozenset[str]:
        """What a decision says so that nothing is missing."""
        stage = self.on(at).stage(task.stage)
        decided = stage.outcome(outcome) if stage else None
        return frozenset(name for each in (decided.requires if decided else ()) for name in each.any_of)

    def _dataset(self, arrival: Arrival) -> Dataset:
        return self._plan.datasets[arrival.dataset]
