"""The way from the inbox to the engine: a case's acts in the order of their receipt, as workflow updates."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.engine.knowledge import known_to_engine
from activities.record.failing import Why, note
from activities.record.log import length_and_instant, read_log
from activities.record.pinned_rules import PinnedRules
from activities.record.refusing import settle_refused
from activities.record.touching import to_hand_over
from models.acts import ACT, Act, File
from models.events import Event
from models.messages import CaseStart, Delivery, KnownLog
from models.procedure import too_late
from models.procedures import BY_NAME
from models.refusal import Refusal
from models.state import CaseState, fold
from workflows import search_attributes
from workflows.case import Case
from workflows.case_log import ENGINE_AHEAD
from workflows.procedures import WORKFLOW_OF

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from activities.database import Pool
    from rules.procedure_rules import ProcedureRules

KNOWN_BETTER = "the log knows better"
"""The reason for which a case is taken back from the engine."""
LOG = logging.getLogger("kaifang.engine")
PRIORITY = {"urgent": 1, "expedited": 2}
ORDINARY = 3
STOPS_DATA = 1
"""The priority of a case that may keep data from being served."""


class Engine:
    """Hands cases their acts. Any number may do so at once: the act's id is the update's id."""

    def __init__(self, pool: Pool, temporal: Client, task_queue: str) -> None:
        self._pool = pool
        self._temporal = temporal
        self._task_queue = task_queue
        self._pinned = PinnedRules()

    async def hand_over(self, case_id: str, patience: timedelta) -> None:
        """Delivers what waits in the case's inbox, in order; stops at the first act that the engine did not answer.

        `patience` bounds each delivery. An act is marked delivered only when its update has returned; one whose answer
        did not come is delivered again, and the engine knows it by its id.
        """
        rows = await self._pool.fetch(
            "select act_id, act, case when number > engine_number then engine_number end as engine_knows "
            "from acts join cases using (case_id) where case_id = $1 and delivered_at is null order by seq",
            case_id,
        )
        for row in rows:
            try:
                act = ACT.validate_json(row["act"])
            except ValidationError as fault:
                LOG.exception("act %s of case %s cannot be read", row["act_id"], case_id)
                await note(self._pool, case_id, [row["act_id"]], Why.NOT_READ, fault)
                return
            if isinstance(act, File):
                delivered = await self._start(act, patience)
            else:
                delivered = await self._deliver(act, await self._unseen(case_id, row["engine_knows"]), patience)
            if not delivered:
                return

    async def deliver(self, act: Act, patience: timedelta) -> None:
        """As `hand_over`, of an act that is all that the engine is to be told of its case."""
        await self._deliver(act, (), patience)

    async def concerned_by(self, case_id: str) -> tuple[str, ...]:
        """The other cases that are to be handed over by what is on record of this one."""
        async with self._pool.acquire() as connection:
            return tuple(each for each in await to_hand_over(connection, case_id) if each != case_id)

    async def start_over(self, case_id: str, patience: timedelta) -> None:
        """The engine has the case again, from its log; an engine that has it already is left alone."""
        await self._start_from_log(
            case_id,
            patience,
            WorkflowIDConflictPolicy.USE_EXISTING,
            # A case that ended closed never starts again; one that somebody terminated in the engine does.
            WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )

    async def start_anew(self, case_id: str, patience: timedelta) -> None:
        """The engine has the case from its log alone, whatever it knew of it before: acts that are in the inbox and not
        in the log are judged anew. A case that is closed in the log is none of the engine's."""
        if await self._closed(case_id):
            await self.forget(case_id, patience)
            return
        await self._start_from_log(
            case_id, patience, WorkflowIDConflictPolicy.TERMINATE_EXISTING, WorkflowIDReusePolicy.ALLOW_DUPLICATE
        )

    async def knows(self, case_id: str) -> KnownLog | None:
        """The log of a running case as the engine knows it; None where none runs."""
        return await known_to_engine(self._temporal, case_id)

    async def running(self) -> AsyncIterator[str]:
        """The ids of all cases that run on this task queue; a moment behind."""
        async for workflow in self._temporal.list_workflows(search_attributes.running_on(self._task_queue)):
            yield workflow.id

    async def running_among(self, cases: Sequence[str]) -> set[str]:
        """Which of these cases run; a moment behind."""
        found = self._temporal.list_workflows(search_attributes.running_among(cases), page_size=len(cases))
        return {workflow.id async for workflow in found}

    async def start_missing(self, log: Sequence[Event], rules: ProcedureRules, patience: timedelta) -> bool:
        """A case that does not run is started from its log, under its rules; False where it runs after all."""
        try:
            await self._start_with(
                fold(CaseState(), log),
                log,
                rules,
                patience,
                WorkflowIDConflictPolicy.FAIL,
                WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def start_anew_if_it_fails(self, case_id: str, patience: timedelta) -> None:
        """A case whose workflow task fails again and again is started over from its log."""
        try:
            described = await self._temporal.get_workflow_handle(case_id).describe(rpc_timeout=patience)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return
        if described.raw_description.pending_workflow_task.attempt > 1:
            await self.start_anew(case_id, patience)

    async def forget(self, case_id: str, patience: timedelta) -> None:
        """The engine no longer runs the case."""
        try:
            await self._temporal.get_workflow_handle(case_id).terminate(KNOWN_BETTER, rpc_timeout=patience)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _start_from_log(
        self,
        case_id: str,
        patience: timedelta,
        while_it_runs: WorkflowIDConflictPolicy,
        when_it_ended: WorkflowIDReusePolicy,
    ) -> None:
        async with self._pool.acquire() as connection:
            log = await read_log(connection, case_id)
            state = fold(CaseState(), log)
            rules = await self._pinned.of(connection, state.rules_digest)
        await self._start_with(state, log, rules, patience, while_it_runs, when_it_ended)

    async def _start_with(
        self,
        state: CaseState,
        log: Sequence[Event],
        rules: ProcedureRules,
        patience: timedelta,
        while_it_runs: WorkflowIDConflictPolicy,
        when_it_ended: WorkflowIDReusePolicy,
    ) -> None:
        await self._temporal.start_workflow(
            WORKFLOW_OF[state.procedure].__name__,
            CaseStart(case_id=state.case_id, rules=rules, log=tuple(log)),
            id=state.case_id,
            task_queue=self._task_queue,
            id_conflict_policy=while_it_runs,
            id_reuse_policy=when_it_ended,
            search_attributes=search_attributes.at_start(state),
            static_summary=f"{state.case_number} {state.dataset_id}",
            priority=Priority(priority_key=priority_of(state), fairness_key=state.city),
            rpc_timeout=patience,
        )

    async def _start(self, filing: File, patience: timedelta) -> bool:
        """A filing needs no update: its events are in the log with which the case enters the engine."""
        try:
            if not await self._closed(filing.case_id):
                await self.start_over(filing.case_id, patience)
            if await self._closed(filing.case_id):
                # Its receipt closed it while it was on the way with an older log, and others found nobody to tell.
                await self.forget(filing.case_id, patience)
        except WorkflowAlreadyStartedError:
            LOG.info("case %s had its workflow before and it is closed", filing.case_id)
        except RPCError as failure:
            LOG.info("case %s not started yet: %s", filing.case_id, failure)
            await self._not_delivered(filing)
            return False
        return await self._delivered(filing)

    async def _deliver(self, act: Act, unseen: tuple[Event, ...], patience: timedelta) -> bool:
        """True when the act is settled and need not be delivered again."""
        handle = self._temporal.get_workflow_handle(act.case_id)
        try:
            number = await handle.execute_update(
                Case.act, Delivery(act=act, unseen=unseen), id=act.id, rpc_timeout=patience
            )
        except WorkflowUpdateFailedError as failure:
            cause = failure.cause
            if isinstance(cause, ApplicationError) and cause.category is ApplicationErrorCategory.BENIGN:
                if not await self._judged_on_the_log(act, cause):
                    return False
                details = dict(cause.details[0]) if cause.details else {}
                await self._refuse(act, {"code": cause.type or "", **details})
            elif not await self._settled(act):
                LOG.warning("act %s of case %s not worked off: %r", act.id, act.case_id, cause)
                kind = cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__
                why = Why.ENGINE_AHEAD if kind == ENGINE_AHEAD else Why.NOT_JUDGED
                await note(self._pool, act.case_id, [act.id], why, kind)
                return False
        except RPCTimeoutOrCancelledError as failure:
            # The client says the same when its patience ends and when its caller is told to stop.
            if (caller := asyncio.current_task()) and caller.cancelling():
                raise asyncio.CancelledError from failure
            return False
        except RPCError as failure:
            over = failure.status is RPCStatusCode.NOT_FOUND and await self._closed(act.case_id)
            if not over or await self._runs(act.case_id, patience):
                LOG.info("act %s of case %s not delivered yet: %s", act.id, act.case_id, failure)
                return False
            await self._refuse(act, await self._why_too_late(act))
        else:
            if unseen:
                await self._engine_knows(act.case_id, number)
            if await self._delivered(act) or await self._accepted(act, number):
                return True
            LOG.warning("act %s of case %s is not in the log (kaifang restore)", act.id, act.case_id)
            await note(self._pool, act.case_id, [act.id], Why.ENGINE_AHEAD, f"event {number}")
            return False
        return await self._delivered(act)

    async def _judged_on_the_log(self, act: Act, refusal: ApplicationError) -> bool:
        """Whether an act was refused on the true log. An engine that knows events which the log does not hold must not
        judge, because a refusal is final."""
        if len(refusal.details) < 2:
            return True
        on = KnownLog.model_validate(refusal.details[1])
        if await length_and_instant(self._pool, act.case_id, on.number) == (on.number, on.at):
            return True
        LOG.warning("act %s of case %s was judged on another log (kaifang restore)", act.id, act.case_id)
        await note(self._pool, act.case_id, [act.id], Why.ENGINE_AHEAD, refusal.type or "")
        return False

    async def _engine_knows(self, case_id: str, number: int) -> None:
        """Marks the act as delivered; if the mark is lost, the act is delivered again."""
        await self._pool.execute(
            "update cases set engine_number = least(number, $2) where case_id = $1 and engine_number < $2",
            case_id,
            number,
        )

    async def _unseen(self, case_id: str, engine_knows: int | None) -> tuple[Event, ...]:
        """What receipts wrote since the engine last did, so that the engine need not come back to read it."""
        if engine_knows is None:
            return ()
        async with self._pool.acquire() as connection:
            return tuple(await read_log(connection, case_id, after=engine_knows))

    async def _delivered(self, act: Act) -> bool:
        # The mark need not wait for the disk: if it is lost, the act is delivered once more, and the engine knows it by
        # its id. An act that nobody has settled is not marked: the engine may be ahead of a log that was set back.
        marked = await self._pool.fetchval(
            "update acts set delivered_at = clock_timestamp() "
            "from (select set_config('synchronous_commit', 'off', true) as is_set) as lazily "
            "where act_id = $1 and state <> 'received' and is_set is not null returning 1",
            act.id,
        )
        return marked is not None

    async def _not_delivered(self, act: Act) -> None:
        """Whoever marked it meanwhile has found no case in the engine, and this call may have brought one there: it is
        looked at again."""
        await self._pool.execute(
            "update acts set delivered_at = null where act_id = $1 and delivered_at is not null", act.id
        )

    async def _accepted(self, act: Act, number: int) -> bool:
        """An act that added nothing, such as a claim made twice, is accepted without an event of its own.

        Only if the log says so too: an engine that is ahead of it may remember an act whose events are lost.
        """
        if not await self._adds_nothing(act):
            return False
        accepted = await self._pool.fetchval(
            "update acts set state = 'accepted', delivered_at = clock_timestamp() "
            "where act_id = $1 and state = 'received' "
            "and exists (select from cases where case_id = $2 and number >= $3) returning 1",
            act.id,
            act.case_id,
            number,
        )
        return accepted is not None

    async def _adds_nothing(self, act: Act) -> bool:
        async with self._pool.acquire() as connection:
            state = fold(CaseState(), await read_log(connection, act.case_id))
            rules = await self._pinned.of(connection, state.rules_digest)
        try:
            return not BY_NAME[state.procedure].judge(rules, state, act)
        except Refusal:
            return False

    async def _refuse(self, act: Act, problem: Mapping[str, Any]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await settle_refused(connection, act.id, problem)

    async def _why_too_late(self, act: Act) -> dict[str, Any]:
        async with self._pool.acquire() as connection:
            fact = too_late(fold(CaseState(), await read_log(connection, act.case_id)), act)
        return {"code": fact.code, **fact.details()}

    async def _settled(self, act: Act) -> bool:
        state: str = await self._pool.fetchval("select state from acts where act_id = $1", act.id)
        return state != "received"

    async def _runs(self, case_id: str, patience: timedelta) -> bool:
        """Whether the engine has the case at work, as far as is known: an update that fell with a host of the engine is
        not found either, and a case that its receipt has closed would never hear of its end."""
        try:
            described = await self._temporal.get_workflow_handle(case_id).describe(rpc_timeout=patience)
        except RPCError as failure:
            return failure.status is not RPCStatusCode.NOT_FOUND
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _closed(self, case_id: str) -> bool:
        return await self._pool.fetchval("select closed_at from cases where case_id = $1", case_id) is not None


def priority_of(state: CaseState) -> int:
    """The lower, the sooner: what may stop data before everything else, then by urgency."""
    return STOPS_DATA if state.standing else PRIORITY.get(state.choices.get("urgency", ""), ORDINARY)
