"""The log of a case, as its workflow keeps up with it: what PostgreSQL's log returned, folded, and nothing else.

Every step means "see to it that the log says so" and does nothing where it says so already. Hence a replay, an act
delivered twice, a run continued as new and an engine started over from the log are one and the same case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from models.events import Event
    from models.messages import CaseStart, KnownLog, Tail, Write
    from models.refusal import Refusal
    from models.state import CaseState, fold
    from workflows import search_attributes as attributes

AT_ONCE = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3)
WITHOUT_END = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10))
ONE_TRY = timedelta(seconds=5)
BEFORE_LOOKING_AGAIN = timedelta(seconds=5)
AT_MOST_BEFORE_LOOKING_AGAIN = timedelta(minutes=10)
AN_EARLIER_ACT_FIRST = "An act received earlier goes first · looks again"
ACT_SETTLED = "ActSettled"
ENGINE_AHEAD = "EngineAheadOfLog"
"""The log does not hold what this workflow knows, which writes nothing until it is started over from the log."""


class CaseLog:
    """The one way by which a workflow reads and writes its case; `state` is what the log says as far as it is known."""

    def __init__(self, start: CaseStart) -> None:
        self._start = CaseStart(case_id=start.case_id, rules=start.rules)
        self.state = fold(CaseState(), start.log)
        self._one_at_a_time = asyncio.Lock()
        self._shown = attributes.shown_of(self.state)

    async def read(self) -> None:
        """Returns when the log is known; a case that enters the engine without one reads it first."""
        await self.record(lambda _: [], seen=1)
        self.show()

    async def record(
        self, propose: Callable[[CaseState], list[Event]], *, seen: int = 0, passing: datetime | None = None
    ) -> None:
        """Returns when `propose` has nothing to add to a log of at least `seen` events.

        What an activity has committed, history may not know (a crash in between), and a receipt may have written
        meanwhile: then those events come back instead, and `propose` is asked again.
        """
        pause = BEFORE_LOOKING_AGAIN
        while True:
            async with self._one_at_a_time:
                behind = self.state.number < seen
                proposed = [] if behind else propose(self.state)
                if not proposed and not behind:
                    return
                tail = await append(
                    Write(
                        case_id=self._start.case_id,
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
                # So do events of time that cannot be written: only the record of what fails shows them.
                if (passing or tail.ahead) and self.run_is_over():
                    return
                await self._until_it_grows(pause)
                pause = min(2 * pause, AT_MOST_BEFORE_LOOKING_AGAIN)

    async def _until_it_grows(self, pause: timedelta) -> None:
        number = self.state.number
        again_at = workflow.now() + pause
        await until(lambda: self.state.number != number, again_at, f"{AN_EARLIER_ACT_FIRST} {again_at:%F %R} UTC")

    def learn(self, events: Iterable[Event]) -> None:
        """The case as PostgreSQL's log tells it; events known already change nothing."""
        self.state = self.with_unseen(events)

    def with_unseen(self, events: Iterable[Event]) -> CaseState:
        """The case as it would be with these events of its log."""
        return fold(self.state, unknown(self.state, events))

    @staticmethod
    def run_is_over() -> bool:
        """Whether another run is to go on with the case: this one's history is long, or the engine means another
        version of the worker for it. Both are told by history itself, and hence the same in a replay."""
        run = workflow.info()
        return run.is_continue_as_new_suggested() or run.is_target_worker_deployment_version_changed()

    async def go_on_in_a_new_run_if_this_is_over(self) -> None:
        """The case goes on in a run that begins from PostgreSQL's log, at the version that the engine means for it;
        what is being answered is answered before. No version replays what another has written."""
        if self.run_is_over() and not self.state.closed:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                self._start, initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
            )

    def show(self) -> None:
        """Temporal's own UI and `temporal workflow list` tell the truth about the case."""
        shown = attributes.shown_of(self.state)
        if shown != self._shown:
            self._shown = shown
            workflow.upsert_search_attributes(shown.updates())
        tasks = self.state.open_tasks()
        lines = [f"- **{t.stage}** before {t.body}, due {t.clock.due_at or 'without a number'}" for t in tasks]
        ended = f"closed: {self.state.closed}" if self.state.closed else ""
        workflow.set_current_details("\n".join([f"{self.state.case_number} {ended}".strip(), *lines]))


async def append(write: Write) -> Tail:
    """Writes to the log or reads what it holds beyond `after`: returns the truth in either case.

    Local while PostgreSQL answers (one event of history); an ordinary activity while it does not, which waits on the
    server for hours without a byte of history and lets the worker stop. Raises ApplicationError where the act is
    settled otherwise.
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


async def until(happens: Callable[[], object], at: datetime | None, summary: str) -> bool:
    """True when it happens, False when the instant comes first; without an instant it waits as long as it takes.

    `summary` stands beside the timer wherever Temporal shows it.
    """
    timeout = None if at is None else max(at - workflow.now(), timedelta(0))
    try:
        await workflow.wait_condition(
            lambda: bool(happens()), timeout=timeout, timeout_summary=None if at is None else summary
        )
    except TimeoutError:
        return False
    return True


def tell(tail: Tail) -> None:
    """Whoever sent an act is told that it is settled as refused, or that nothing is judged on a log that is not the
    truth. Raises ApplicationError."""
    if tail.refused:
        raise ApplicationError(
            tail.refused, {}, type=tail.refused, category=ApplicationErrorCategory.BENIGN, non_retryable=True
        )
    if tail.ahead:
        raise ApplicationError(ENGINE_AHEAD, type=ENGINE_AHEAD, non_retryable=True)


def as_answered(fact: Refusal, state: CaseState) -> ApplicationError:
    """A refusal as an update answers it, with the log on which it was judged: any other error would jam the case."""
    return ApplicationError(
        fact.code,
        fact.details(),
        KnownLog(number=state.number, at=state.at),
        type=fact.code,
        category=ApplicationErrorCategory.BENIGN,
        non_retryable=True,
    )


def unknown(state: CaseState, events: Iterable[Event]) -> list[Event]:
    """The events that continue this log without a gap; those it has, and those beyond a gap, are left out."""
    continued: list[Event] = []
    for event in events:
        if event.number == state.number + len(continued) + 1:
            continued.append(event)
    return continued
