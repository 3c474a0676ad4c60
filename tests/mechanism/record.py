"""The record as pure steps: receipt and the one writer. The law, the fold, what one case tells another and the gate are
the product's own functions; around them stand here the statements of `activities/record/filings.py`, `inbox.py` and
`log.py`, in pure words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from activities.record.touching import all_kept_back, restriction_act, sent_to_grant
from models import acts as a
from models import events as e
from models.access_events import AccessOpened
from models.procedure import JudgedBy
from models.procedures import BY_NAME, concerned_by
from models.state import CaseState
from tests.mechanism.inbox import put, settled
from tests.mechanism.law import ACTS, LOGS, Filing, Unjudged, as_bench, filing, judged, with_clocks
from tests.mechanism.logs import EMPTY
from tests.mechanism.world import Case, Row, World
from tests.models.bench import MONDAY, accessed


class Record:
    """What one transaction of PostgreSQL does to a world."""

    # Receipt.

    def receive_filing(self, world: World, call: Filing) -> World:
        """One transaction: the case with all that follows at once. The same id again changes nothing."""
        if world.case(call.case_id):
            return world
        new = Case(call.case_id, EMPTY, EMPTY, EMPTY, 0, (Row(filing(call.case_id), "accepted", False),))
        world = world._replace(clock=world.clock + 1).with_case(new)
        world = self.write(world, new, call.bench.log, engine_number=len(call.bench.log))
        case = world.case(call.case_id)
        assert case
        return world.with_case(case._replace(born=case.log))

    def receive_act(self, world: World, act: a.Act) -> World | None:
        """One transaction: the act in the inbox, stamped and in its order, and judged where its receipt judges."""
        case = world.case(act.case_id)
        assert case
        if self.was_received(case, act):
            return world
        stamped = self.stamped(world, case, act)
        waiting = any(row.state == "received" for row in case.inbox)
        world = world._replace(clock=world.clock + 1)
        world = world.with_case(case._replace(inbox=(*case.inbox, Row(ACTS.key(stamped), "received", False))))
        judge = BY_NAME[LOGS.state(case.log).procedure].judged_by(type(act))
        if judge is JudgedBy.RECEIPT_ALONE and not self.must_wait(waiting):
            return self.judge_at_receipt(world, case.name, delivered=True)
        if judge is JudgedBy.RECEIPT:
            return self.judge_at_receipt(world, case.name, delivered=False)
        return world

    def was_received(self, case: Case, act: a.Act) -> bool:
        return any(ACTS[row.act].id == act.id for row in case.inbox)

    def must_wait(self, waiting: bool) -> bool:
        return waiting

    def stamped(self, world: World, case: Case, act: a.Act) -> a.Act:
        at = MONDAY + timedelta(seconds=world.clock)
        seen = LOGS.state(case.log).number
        return act.model_copy(update={"received_at": max(at, act.received_at), "seen": seen})

    def judge_at_receipt(self, world: World, name: str, *, delivered: bool) -> World:
        """Every act that waits, in the order of receipt."""
        case = world.case(name)
        assert case
        for row in case.inbox:
            if row.state != "received":
                continue
            case = world.case(name)
            assert case
            events, refusal = self.judge(case.log, row.act)
            if events:
                world = self.write(world, case, events, engine_number=case.engine_number)
            is_known = delivered or bool(refusal)
            world = settled(world, name, row.act, "refused" if refusal else "accepted", delivered=is_known)
        return world

    def judge(self, log: int, act: int) -> tuple[tuple[e.Event, ...], str]:
        """The product's judge: what the act adds to the log, or the name of the refusal."""
        return judged(log, act)

    # The one writer.

    def write(self, world: World, case: Case, proposed: Sequence[e.Event], *, engine_number: int) -> World:
        """One write: events, the acts that made them, what is shown, the cases that begin, and what others are told.

        Raises Unjudged where an act was settled before.
        """
        before = LOGS.state(case.log)
        events = with_clocks(proposed)
        log = self.appended(case.log, events)
        acts = {event.act for event in events if event.act}
        inbox = tuple(
            row._replace(state="accepted") if ACTS[row.act].id in acts and row.state == "received" else row
            for row in case.inbox
        )
        unsettled = {ACTS[row.act].id for row in case.inbox if row.state == "received"}
        filed = {ACTS[row.act].id for row in case.inbox if isinstance(ACTS[row.act], a.File)}
        if acts - unsettled - filed and self.looks_whether_settled():
            raise Unjudged
        told = (*case.told, *(event.number for event in events))
        after = case._replace(log=log, engine_number=engine_number, inbox=inbox, told=told)
        world = world.with_case(self.showing(after))
        now = LOGS.state(log)
        if now.granted and not before.granted:
            world = self.open_access(world, now)
        if before.own_restrictions != now.own_restrictions:
            world = self.tell_others(world, case.name, log)
        return world

    def appended(self, log: int, events: Sequence[e.Event]) -> int:
        return LOGS.grown(log, events)

    def looks_whether_settled(self) -> bool:
        return True

    def showing(self, case: Case) -> Case:
        """What the writer has written is what is shown, from the same instant on."""
        return case._replace(shown=case.log)

    def open_access(self, world: World, request: CaseState) -> World:
        """The grant as a case of its own, told of every restriction that stands."""
        assert request.granted
        opening = accessed(as_bench(request)).log
        (opened,) = opening
        assert isinstance(opened, AccessOpened)
        name = opened.case_id
        log = LOGS.grown(EMPTY, opening)
        case = Case(name, log, log, log, 1, (Row(filing(name), "accepted", False),), told=(1,))
        world = world.with_case(case)
        for other in world.every():
            if restrictions := LOGS.state(other.shown).own_restrictions:
                sent = sent_to_grant(opened, other.name, MONDAY + timedelta(seconds=world.clock))
                world = put(world, a.Restrict.model_validate(sent | all_kept_back(restrictions)))
        return world

    def tell_others(self, world: World, name: str, log: int) -> World:
        """An act in the inbox of every open case that the news concerns, in the same transaction."""
        state = LOGS.state(log)
        for other in world.every():
            theirs = LOGS.state(other.log)
            if other.name != name and not theirs.closed and theirs.procedure in concerned_by(a.Restrict):
                world = put(world, restriction_act(state, other.name, MONDAY + timedelta(seconds=world.clock)))
        return world
