"""What every case workflow does: it waits for the next act or for the next instant at which time itself does something,
judges by its procedure, and follows what PostgreSQL's log says.

How the log is read and written, and how a case outlives a crash and a long history, is in `workflows/case_log.py`.
"""

from __future__ import annotations

from typing import ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.events import Event
    from models.messages import CaseStart, Delivery
    from models.passing import next_instant
    from models.procedure import Procedure
    from models.refusal import Refusal
    from models.state import CaseState
    from workflows.timer_summaries import what_time_brings
from workflows.case_log import CaseLog, as_answered, until


class Case:
    """A case in the engine. Subclasses name their procedure and are registered under its name."""

    procedure: ClassVar[Procedure]

    def __init__(self, start: CaseStart) -> None:
        self.rules = start.rules
        self.log = CaseLog(start)

    @property
    def state(self) -> CaseState:
        """The case as its log tells it."""
        return self.log.state

    async def to_its_end(self) -> str:
        """Waits until the case is closed and returns its outcome. A clock that passes is put on record; it decides
        nothing, unless the law says what follows of that."""
        await self.log.read()
        while not self.state.closed:
            await self.until_time_or_an_act_moves_it()
            await self.log.go_on_in_a_new_run_if_this_is_over()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state.closed

    async def until_time_or_an_act_moves_it(self) -> None:
        instant = next_instant(self.rules, self.state)

        def moved() -> bool:
            is_over = bool(self.state.closed) or self.log.run_is_over()
            return is_over or next_instant(self.rules, self.state) != instant

        if not await until(moved, instant, what_time_brings(self.rules, self.state)) and instant:
            await self.log.record(lambda state: self.procedure.passed(self.rules, state, instant), passing=instant)

    @workflow.update
    async def act(self, delivery: Delivery) -> int:
        """Returns when the act, with all that follows from it, is on record: the length of the log then.

        Fails with the name of the refusal when the log cannot take the act.
        """
        self.log.learn(delivery.unseen)
        await self.log.record(lambda state: self.judged(state, delivery), seen=delivery.act.seen)
        self.log.show()
        return self.state.number

    @act.validator
    def judge_first(self, delivery: Delivery) -> None:
        """A refusal leaves nothing in history. An engine that is behind the log reads it before it judges."""
        state = self.log.with_unseen(delivery.unseen)
        if state.number >= delivery.act.seen:
            self.judged(state, delivery)

    @workflow.signal
    def look(self) -> None:
        """Does nothing: a case that sleeps learns with it, as with all that reaches it, whether another version of the
        worker is to go on with it. Sent again, it does nothing again."""

    def judged(self, state: CaseState, delivery: Delivery) -> list[Event]:
        """What the act adds by the law of the case. Raises the refusal, as whoever sent the act is answered."""
        try:
            return self.procedure.judge(self.rules, state, delivery.act)
        except Refusal as fact:
            raise as_answered(fact, state) from fact
