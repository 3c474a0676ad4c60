"""What every case workflow shares: it waits for acts and for clocks, and folds only what PostgreSQL's log returns.

Every step means "see to it that the log says so" and does nothing where it says so already. Hence a replay, an act
delivered twice, a run continued as new and an engine started over from the log are one and the same case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from models.course import next_instant, pass_time
    from models.events import Event
    from models.messages import CaseStart, Delivery, KnownLog, Tail, Write
    from models.procedure import Procedure
    from models.refusals import Refusal
    from models.state import CaseState, fold
    from workflows import search_attributes as attributes

AT_ONCE = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3)
WITHOUT_END = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))
ONE_TRY = timedelta(seconds=5)
BEFORE_LOOKING_AGAIN = timedelta(seconds=5)
AT_MOST_BEFORE_LOOKING_AGAIN = timedelta(minutes=10)
ACT_SETTLED = "ActSettled"
ENGINE_AHEAD = "EngineAheadOfLog"
"""The log does not hold what this workflow knows, which writes nothing until it is started over from the log."""


class Case:
    """A case in the engine. Subclasses name their procedure and are registered under its name."""

    procedure: ClassVar[Procedure]

    def __init__(self, start: CaseStart) -> None:
        self.case_id = start.case_id
        self.rules = start.rules
        self.state = fold(CaseState(), start.log)
        self.one_at_a_time = asyncio.Lock()
        self.shown = attributes.shown_of(self.state)

    async def to_its_end(self) -> str:
        """Waits until the case is closed and returns its outcome. A clock that passes is put on record; it decides
        nothing."""
        await self.record(lambda _: [], seen=1)
        self.show()
        while not self.state.closed:
            await self.until_time_or_an_act_moves_it()
            if self.history_is_long() and not self.state.closed:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(CaseStart(case_id=self.case_id, rules=self.rules))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state.closed

    async def until_time_or_an_act_moves_it(self) -> None:
        instant = next_instant(self.rules, self.state)

        def moved() -> bool:
            return bool(self.state.closed) or self.history_is_long() or next_instant(self.rules, self.state) != instant

        if not await self.until(moved, instant, "due") and instant:
            await self.record(lambda state: pass_time(self.rules, state, instant), passing=instant)

    @staticmethod
    def history_is_long() -> bool:
        return workflow.info().is_continue_as_new_suggested()

    @workflow.update
    async def act(self, delivery: Delivery) -> int:
        """Returns when the act, with all that follows from it, is on record: the length of the log then.

        Fails with the name of the refusal when the log cannot take the act.
        """
        self.learn(delivery.unseen)
        await self.record(lambda state: self.judged(state, delivery), seen=delivery.act.seen)
        self.show()
        return self.state.number

    @act.validator
    def judge_first(self, delivery: Delivery) -> None:
        """A refusal leaves nothing in history. An engine that is behind the log reads it before it judges."""
        state = fold(self.state, unknown(self.state, delivery.unseen))
        if state.number >= delivery.act.seen:
            self.judged(state, delivery)

    def judged(self, state: CaseState, delivery: Delivery) -> list[Event]:
        try:
            return self.procedure.judge(self.rules, state, delivery.act)
        except Refusal as fact:
            # Anything but an ApplicationError would jam the case.
            raise ApplicationError(
                fact.code,
                fact.details(),
                KnownLog(number=state.number, at=state.at),
                type=fact.code,
                category=ApplicationErrorCategory.BENIGN,
                non_retryable=True,
            ) from fact

    async def record(
        self, propose: Callable[[CaseState], list[Event]], *, seen: int = 0, passing: datetime | None = None
    ) -> None:
        """Returns when `propose` has nothing to add to a log of at least `seen` events.

        What an activity has committed, history may not know (a crash in between), and a receipt may have written
        meanwhile: then those events come back instead, and `propose` is asked again.
        """
        pause = BEFORE_LOOKING_AGAIN
        while True:
            async with self.one_at_a_time:
                behind = self.state.number < seen
                proposed = [] if behind else propose(self.state)
                if not proposed and not behind:
                    return
                tail = await self.append(
                    Write(
                        case_id=self.case_id,
                        after=self.state.number,
                        events=tuple(proposed),
                        passing=passing,
                        known_at=self.state.at,
                    )
                )
                self.learn(tail.events)
            if workflow.current_update_info():
                tell(tail)
            self.show()
            if not tail.events:
                # An act received before the instant still waits in the inbox: it goes first, however long it takes.
                # So does what time cannot write: nobody can be told of it but by the record of what fails.
                if (passing or tail.ahead) and self.history_is_long():
                    return
                await self.until_the_log_grows(pause)
                pause = min(2 * pause, AT_MOST_BEFORE_LOOKING_AGAIN)

    async def until_the_log_grows(self, pause: timedelta) -> None:
        number = self.state.number
        again_at = workflow.now() + pause
        await self.until(lambda: self.state.number != number, again_at, "an earlier act goes first")

    def learn(self, events: Iterable[Event]) -> None:
        """The case as PostgreSQL's log tells it; events known already change nothing."""
        self.state = fold(self.state, unknown(self.state, events))

    @staticmethod
    async def append(write: Write) -> Tail:
        """Writes to the log or reads what it holds beyond `after`: returns the truth in either case.

        Local while PostgreSQL answers (one event of history); an ordinary activity while it does not, which waits on
        the server for hours without a byte of history and lets the worker stop.
        """
        try:
            tail: Tail = await workflow.execute_local_activity(
                "append", write, result_type=Tail, start_to_close_timeout=ONE_TRY, retry_policy=AT_ONCE
            )
            return tail
        except (ActivityError, ApplicationError) as failure:
            # A local activity that gives up raises its ApplicationError bare.
            if ACT_SETTLED in (getattr(failure, "type", None), getattr(failure.cause, "type", None)):
                raise ApplicationError(ACT_SETTLED, type=ACT_SETTLED, non_retryable=True) from failure
        try:
            tail = await workflow.execute_activity(
                "append", write, result_type=Tail, start_to_close_timeout=ONE_TRY, retry_policy=WITHOUT_END
            )
            return tail
        except ActivityError as failure:
            raise ApplicationError(ACT_SETTLED, type=ACT_SETTLED, non_retryable=True) from failure

    @staticmethod
    async def until(happens: Callable[[], object], at: datetime | None, why: str) -> bool:
        """True when it happens, False when the instant comes first; without an instant it waits as long as it takes."""
        timeout = None if at is None else max(at - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(
                lambda: bool(happens()), timeout=timeout, timeout_summary=None if at is None else f"{why} {at:%F %R}"
            )
        except TimeoutError:
            return False
        return True

    def show(self) -> None:
        """Temporal's own UI and `temporal workflow list` tell the truth about the case."""
        shown = attributes.shown_of(self.state)
        if shown != self.shown:
            self.shown = shown
            workflow.upsert_search_attributes(shown.updates())
        tasks = self.state.open_tasks()
        lines = [f"- **{t.stage}** before {t.body}, due {t.clock.due_at or 'without a number'}" for t in tasks]
        ended = f"closed: {self.state.closed}" if self.state.closed else ""
        workflow.set_current_details("\n".join([f"{self.state.case_number} {ended}".strip(), *lines]))


def tell(tail: Tail) -> None:
    """Whoever sent an act is told that it is settled as refused, or that nothing is judged on a log that is not the
    truth. Raises ApplicationError."""
    if tail.refused:
        raise ApplicationError(
            tail.refused, {}, type=tail.refused, category=ApplicationErrorCategory.BENIGN, non_retryable=True
        )
    if tail.ahead:
        raise ApplicationError(ENGINE_AHEAD, type=ENGINE_AHEAD, non_retryable=True)


def unknown(state: CaseState, events: Iterable[Event]) -> list[Event]:
    """The events that continue this log without a gap; those it has, and those beyond a gap, are left out."""
    continued: list[Event] = []
    for event in events:
        if event.number == state.number + len(continued) + 1:
            continued.append(event)
    return continued
