"""Faults that are seeded into the mechanism, to show that the exploration finds such: each takes away one of the things
by which nothing is lost, doubled or served. None of them is anything that the product does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from activities.record.touching import restriction_act
from models import acts as a
from models import events as e
from models.procedures import concerned_by
from tests.mechanism.inbox import carrying, next_of, put, settled
from tests.mechanism.law import ACTS, LOGS, Filing, judged
from tests.mechanism.machine import Machine
from tests.mechanism.plans import FETCHED, RACE, RELEASED
from tests.mechanism.world import Carrier, Case, Update, World
from tests.models.bench import MONDAY


class NotJudgedAgain(Machine):
    """What came back from an append is taken for what was proposed, and the engine is sent nothing of the log."""

    def unseen(self, case: Case, carrier: Carrier) -> list[e.Event]:
        return []

    def once_learnt(self, update: Update) -> Update:
        return update._replace(learning=None, answer="done")


class WritesOverOthers(Machine):
    """An append does not look whether others have written since the engine last did."""

    def others_came_first(self, case: Case, after: int) -> bool:
        return False

    def appended(self, log: int, events: Sequence[e.Event]) -> int:
        number = LOGS.state(log).number
        renumbered = [event.model_copy(update={"number": number + n}) for n, event in enumerate(events, 1)]
        return LOGS.grown(log, renumbered)


class AppliesAgain(Machine):
    """Neither judge nor writer know an act by its id."""

    def looks_whether_settled(self) -> bool:
        return False

    def judged_in_engine(self, log: int, act: int) -> tuple[tuple[e.Event, ...], str]:
        again = ACTS[act].model_copy(update={"id": f"{ACTS[act].id} after {LOGS.state(log).number}"})
        return judged(log, ACTS.key(again))


class ShownLater(Machine):
    """What is kept back is shown in a transaction after the one that logs it."""

    def showing(self, case: Case) -> Case:
        return case

    def _owed(self, world: World) -> Iterator[tuple[str, World]]:
        for case in world.every():
            if case.shown != case.log:
                yield f"{case.name} is shown as it is", world.with_case(case._replace(shown=case.log))


class ToldLater(Machine):
    """Other cases are told by whoever wrote, after its transaction: who dies in between tells nothing."""

    def tell_others(self, world: World, name: str, log: int) -> World:
        told = restriction_act(LOGS.state(log), "", MONDAY)
        others = [
            ACTS.key(told.model_copy(update={"case_id": case.name, "id": f"{told.id}/{case.name}"}))
            for case in world.every()
            if LOGS.state(case.log).procedure in concerned_by(a.Restrict) and not LOGS.state(case.log).closed
        ]
        return world._replace(owed=(*world.owed, *others))

    def _owed(self, world: World) -> Iterator[tuple[str, World]]:
        for act in world.owed:
            left = world._replace(owed=tuple(each for each in world.owed if each != act))
            if world.crashes:
                yield "who would tell another case dies", left._replace(crashes=world.crashes - 1)
            yield "another case is told", put(left, ACTS[act])


class OutOfOrder(Machine):
    """What waits is handed over with the latest first."""

    def in_order(self, acts: tuple[int, ...]) -> tuple[int, ...]:
        return acts[::-1]


class JudgedBeforeOthers(Machine):
    """A receipt judges although acts that came earlier wait."""

    def must_wait(self, waiting: bool) -> bool:
        return False

    def judge_at_receipt(self, world: World, name: str, *, delivered: bool) -> World:
        case = world.case(name)
        assert case
        act = case.inbox[-1].act
        events, refusal = self.judge(case.log, act)
        if events:
            world = self.write(world, case, events, engine_number=case.engine_number)
        return settled(world, name, act, "refused" if refusal else "accepted", delivered=True)


class MarkedWhenSent(Machine):
    """An act is marked as delivered before it is sent, and not when it is answered."""

    def _handed_over(self, world: World, case: Case) -> Iterator[tuple[str, World]]:
        yield from super()._handed_over(world, case)
        for carrier in case.carriers:
            inbox = tuple(row._replace(delivered=row.delivered or row.act in carrier.acts[:1]) for row in case.inbox)
            gone = world.with_case(carrying(case._replace(inbox=inbox), carrier, None))
            yield "who has marked an act and not sent it dies", gone._replace(crashes=world.crashes - 1)


class ReceivedTwice(Machine):
    """A call that is repeated because its answer was lost is received again."""

    def was_received(self, case: Case, act: a.Act) -> bool:
        return False


class AnsweredTooSoon(Machine):
    """Whoever calls has an answer before the transaction is committed."""

    def _received(self, world: World, number: int, call: a.Act | Filing) -> Iterator[tuple[str, World]]:
        yield from super()._received(world, number, call)
        if world.crashes:
            answered = tuple(each or n == number for n, each in enumerate(world.answered))
            lost = world._replace(answered=answered, crashes=world.crashes - 1)
            yield f"call {number} is answered, and not committed", lost


class RefusesWhatWasTaken(Machine):
    """A refusal settles an act although it was accepted before, and an act that is delivered again is judged as if it
    were new."""

    def judged_in_engine(self, log: int, act: int) -> tuple[tuple[e.Event, ...], str]:
        events, refusal = judged(log, act)
        if ACTS[act].id in LOGS.state(log).acts:
            again = ACTS[act].model_copy(update={"id": f"{ACTS[act].id} again"})
            return (), judged(log, ACTS.key(again))[1]
        return events, refusal

    def refused(self, world: World, case: Case, act: int, _code: str) -> World:
        inbox = tuple(row._replace(state="refused", delivered=True) if row.act == act else row for row in case.inbox)
        return world.with_case(case._replace(inbox=inbox))


class JudgedOnAnOldLog(Machine):
    """An engine that is behind the log judges all the same."""

    def must_have_seen(self, act: int) -> int:
        return 0

    def unseen(self, case: Case, carrier: Carrier) -> list[e.Event]:
        return []


class GoesOnWithoutAnswer(Machine):
    """Who hands over does not wait for the answer to one act before it sends the next."""

    def deliver(self, world: World, case: Case, carrier: Carrier) -> World:
        after = super().deliver(world, case, carrier)
        now = after.case(case.name)
        assert now
        sent = next((each for each in now.carriers if each.waits and each.acts == carrier.acts), None)
        if sent is None or next_of(sent) is None:
            return after
        return after.with_case(carrying(now, sent, next_of(sent)))


class Fault(NamedTuple):
    """A seeded fault: in which plan it shows, with how many crashes, and as what."""

    machine: type[Machine]
    plan: str
    crashes: int
    shows: str


FAULTS: Mapping[str, Fault] = {
    "what came back is not judged again": Fault(NotJudgedAgain, RELEASED, 0, "in vain"),
    "an append writes over others": Fault(WritesOverOthers, RELEASED, 1, "told"),
    "an act is applied again": Fault(AppliesAgain, RELEASED, 1, "log"),
    "what is kept back is shown later": Fault(ShownLater, FETCHED, 0, "served"),
    "other cases are told later": Fault(ToldLater, FETCHED, 1, "untold"),
    "the latest is handed over first": Fault(OutOfOrder, RACE, 0, "order"),
    "a receipt judges before others": Fault(JudgedBeforeOthers, RELEASED, 0, "order"),
    "an act is marked when it is sent": Fault(MarkedWhenSent, RACE, 1, "order"),
    "a call is received twice": Fault(ReceivedTwice, RELEASED, 1, "twice"),
    "a call is answered too soon": Fault(AnsweredTooSoon, RELEASED, 1, "lost"),
    "what was taken is refused": Fault(RefusesWhatWasTaken, RACE, 1, "answer"),
    "the engine judges on an old log": Fault(JudgedOnAnOldLog, RELEASED, 0, "log"),
    "the next act is sent before the answer": Fault(GoesOnWithoutAnswer, RACE, 0, "order"),
}
