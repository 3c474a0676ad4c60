"""The mechanism as pure steps: receipt, hand-over, judging, append, and what each crash leaves of them.

One step is one transaction of PostgreSQL, one task of the engine, or one answer that reaches its caller. The law, the
fold, what one case tells another and the gate are the product's own functions; around them stand here the statements
of `append.py`, `engine/handing_over.py` and `workflows/case_log.py`, in pure words, on the record of
`tests/mechanism/record.py`. A seeded fault (`tests/mechanism/faults.py`) replaces one of these methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models import acts as a
from models import events as e
from models.refusals import CaseClosed
from tests.mechanism.inbox import answer_of, carrying, next_of, settled, updated
from tests.mechanism.law import ACTS, LOGS, RULES, Filing, Plan, Unjudged
from tests.mechanism.logs import EMPTY
from tests.mechanism.record import Record
from tests.mechanism.world import CASES, Carrier, Case, Engine, Update, World
from workflows.case_log import unknown


class Machine(Record):
    """All steps that a world can take."""

    def __init__(self, plan: Plan, carriers: int = 1) -> None:
        self.plan = plan
        self.carriers = carriers
        """Who hand over one case at the same time: the API after its call, and the sweeper."""
        self._own_steps: dict[int, list[tuple[str, int, int]]] = {}
        for bench in (*plan.begun, *(call.bench for call in plan.calls if isinstance(call, Filing))):
            RULES[bench.state.city, bench.state.procedure] = bench.rules

    # What is there before anybody calls.

    def beginning(self, crashes: int) -> World:
        world = World((False,) * len(self.plan.calls), (), 0, crashes)
        for bench in self.plan.begun:
            log = LOGS.grown(EMPTY, bench.log)
            engine = Engine(log)
            number = LOGS.state(log).number
            told = tuple(range(1, number + 1))
            world = world.with_case(
                Case(bench.state.case_id, log, log, log, number, (), engine, started=True, told=told)
            )
        return world

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """Every step that may come next, with the world after it."""
        yield from self._owed(world)
        for number, call in enumerate(() if world.alone else self.plan.calls):
            if not world.answered[number]:
                yield from self._received(world, number, call)
        for number in world.cases:
            yield from self._by_itself(world, number)
            yield from self._appending(world, CASES[number])

    def _by_itself(self, world: World, number: int) -> Iterator[tuple[str, World]]:
        """The steps that touch nothing but one case: found once for it, in whichever world it stands."""
        if number not in self._own_steps:
            case = CASES[number]
            only = World((), (number,), 0, 1)
            found = (*self._handed_over(only, case), *self._judging(only, case))
            self._own_steps[number] = [(step, after.cases[0], 1 - after.crashes) for step, after in found]
        for step, after, crashes in self._own_steps[number]:
            if crashes <= world.crashes:
                cases = tuple(after if each == number else each for each in world.cases)
                yield step, world._replace(cases=cases, crashes=world.crashes - crashes)

    # Receipt.

    def _received(self, world: World, number: int, call: a.Act | Filing) -> Iterator[tuple[str, World]]:
        case_id = call.case_id
        if not isinstance(call, Filing) and world.case(case_id) is None:
            return
        after = self.receive_filing(world, call) if isinstance(call, Filing) else self.receive_act(world, call)
        if after is None:
            return
        answered = tuple(each or n == number for n, each in enumerate(world.answered))
        yield f"call {number} is received", after._replace(answered=answered)
        if world.crashes:
            yield f"call {number} is received, its answer lost", after._replace(crashes=world.crashes - 1)

    # Hand-over.

    def _handed_over(self, world: World, case: Case) -> Iterator[tuple[str, World]]:
        undelivered = tuple(row.act for row in case.inbox if not row.delivered)
        if undelivered and len(case.carriers) < self.carriers:
            state = LOGS.state(case.log)
            knew = case.engine_number if state.number > case.engine_number else None
            carrier = Carrier(self.in_order(undelivered), knew)
            yield f"{case.name}: somebody hands over", world.with_case(carrying(case, None, carrier))
        for row in case.inbox if case.engine else ():
            # The mark does not wait for the disk.
            if row.delivered and row.state != "received":
                again = tuple(each._replace(delivered=False) if each == row else each for each in case.inbox)
                lost = world.with_case(case._replace(inbox=again))
                yield f"{case.name}: the mark of an act is lost", lost._replace(crashes=world.crashes - 1)
        for carrier in case.carriers:
            yield from self._carried(world, case, carrier)
            gone = world.with_case(carrying(case, carrier, None))
            yield f"{case.name}: who hands over dies", gone._replace(crashes=world.crashes - 1)

    def in_order(self, acts: tuple[int, ...]) -> tuple[int, ...]:
        return acts

    def _carried(self, world: World, case: Case, carrier: Carrier) -> Iterator[tuple[str, World]]:
        act = carrier.acts[0]
        if isinstance(ACTS[act], a.File):
            yield f"{case.name}: its filing reaches the engine", self.start(world, case, carrier)
            return
        if not carrier.waits:
            yield f"{case.name}: act {ACTS[act].id} reaches the engine", self.deliver(world, case, carrier)
            return
        update = answer_of(case, act)
        if update and update.answer != "none":
            yield f"{case.name}: act {ACTS[act].id} is answered", self.answered(world, case, carrier, update)

    def start(self, world: World, case: Case, carrier: Carrier) -> World:
        """The engine has the case from its log; an engine that has it already is left alone."""
        closed = LOGS.state(case.log).closed
        engine = case.engine or (None if closed else Engine(case.log))
        case = carrying(case._replace(engine=engine, started=True), carrier, next_of(carrier))
        return settled(world.with_case(case), case.name, carrier.acts[0], "accepted", delivered=True)

    def deliver(self, world: World, case: Case, carrier: Carrier) -> World:
        """The act is the engine's, or its validator has refused it. An engine that has it already waits for its
        answer; one that has ended has nobody to ask."""
        act, engine = carrier.acts[0], case.engine
        if engine is None or self.has_ended(engine):
            if not LOGS.state(case.log).closed:
                return world.with_case(carrying(case, carrier, None))
            world = self.refused(world, case, act, CaseClosed.__name__)
            return self.go_on(world, case.name, carrier, act)
        sent = self.unseen(case, carrier)
        waits = carrier._replace(waits=True, sent=len(sent))
        if answer_of(case, act) is None:
            log = self.learnt(engine.log, sent)
            refusal = ""
            if LOGS.state(log).number >= self.must_have_seen(act):
                refusal = self.judged_in_engine(log, act)[1]
            if refusal:
                # Nothing of it in history: delivered again it is judged anew.
                return self._refused_on(world, case, carrier, act, log, refusal)
            engine = engine._replace(log=log, updates=(*engine.updates, Update(act)))
        case = carrying(case._replace(engine=engine), carrier, waits)
        return self.on_sending(world.with_case(case), case.name, act)

    def unseen(self, case: Case, carrier: Carrier) -> list[e.Event]:
        """What receipts have written since the engine last did."""
        return [] if carrier.engine_knew is None else LOGS.after(case.log, carrier.engine_knew)

    def on_sending(self, world: World, name: str, act: int) -> World:
        return world

    def has_ended(self, engine: Engine) -> bool:
        return bool(LOGS.state(engine.log).closed) and all(each.answer != "none" for each in engine.updates)

    def must_have_seen(self, act: int) -> int:
        return ACTS[act].seen

    def learnt(self, log: int, events: Sequence[e.Event]) -> int:
        """The log as the engine knows it with more events of the true one; those that it has change nothing."""
        return LOGS.grown(log, unknown(LOGS.state(log), events))

    def judged_in_engine(self, log: int, act: int) -> tuple[tuple[e.Event, ...], str]:
        return self.judge(log, act)

    def _refused_on(self, world: World, case: Case, carrier: Carrier, act: int, log: int, refusal: str) -> World:
        if not LOGS.begins_with(case.log, log):
            return world.with_case(carrying(case, carrier, None))
        world = self.refused(world, case, act, refusal)
        return self.go_on(world, case.name, carrier, act)

    def refused(self, world: World, case: Case, act: int, _code: str) -> World:
        """An act that waits is refused; what was settled before stays as it is."""
        return settled(world, case.name, act, "refused", delivered=True)

    def answered(self, world: World, case: Case, carrier: Carrier, update: Update) -> World:
        """The answer is on record, and the act is marked as delivered where somebody has settled it."""
        act = update.act
        row = next(row for row in case.inbox if row.act == act)
        if update.answer == "refused":
            return self.go_on(self.refused(world, case, act, update.refusal), case.name, carrier, act)
        if update.answer == "failed":
            if row.state == "received":
                return world.with_case(carrying(case, carrier, None))
        elif carrier.sent:
            assert case.engine
            number = LOGS.state(case.engine.log).number
            most = LOGS.state(case.log).number
            case = case._replace(engine_number=max(case.engine_number, min(most, number)))
            world = world.with_case(case)
        if row.state == "received" and update.answer == "done":
            # It added nothing: accepted, if the log says so too.
            events, refusal = self.judge(case.log, act)
            if events or refusal:
                return world.with_case(carrying(case, carrier, None))
            world = settled(world, case.name, act, "accepted", delivered=True)
        return self.go_on(world, case.name, carrier, act)

    def go_on(self, world: World, name: str, carrier: Carrier, act: int) -> World:
        """The act is delivered if it is settled, and the next one follows."""
        case = world.case(name)
        assert case
        row = next(row for row in case.inbox if row.act == act)
        if row.state == "received":
            return world.with_case(carrying(case, carrier, None))
        world = settled(world, name, act, row.state, delivered=True)
        case = world.case(name)
        assert case
        return world.with_case(carrying(case, carrier, next_of(carrier)))

    # The engine.

    def _judging(self, world: World, case: Case) -> Iterator[tuple[str, World]]:
        updates = case.engine.updates if case.engine else ()
        for update in updates:
            if update.answer != "none":
                continue
            in_memory = update.learning is not None or update.proposing is not None
            if update.learning is not None:
                yield f"{case.name}: history learns what was appended", self.learns(world, case, update)
            elif not in_memory and all(each.learning is None and each.proposing is None for each in updates):
                yield f"{case.name}: the engine judges {ACTS[update.act].id}", self.record(world, case, update)
            if in_memory:
                lost = updated(case, update._replace(learning=None, proposing=None))
                yield f"{case.name}: the worker dies", world.with_case(lost)._replace(crashes=world.crashes - 1)

    def _appending(self, world: World, case: Case) -> Iterator[tuple[str, World]]:
        for update in case.engine.updates if case.engine else ():
            if update.proposing is not None:
                yield f"{case.name}: {ACTS[update.act].id} is appended", self.append(world, case, update)

    def record(self, world: World, case: Case, update: Update) -> World:
        """One round of `CaseLog.record`: judges, and proposes what is to be appended; an answer once nothing is left to
        add."""
        engine = case.engine
        assert engine
        if LOGS.state(engine.log).number >= self.must_have_seen(update.act):
            events, refusal = self.judged_in_engine(engine.log, update.act)
            if refusal:
                return world.with_case(updated(case, update._replace(answer="refused", refusal=refusal)))
            if not events:
                return world.with_case(updated(case, update._replace(answer="done")))
        return world.with_case(updated(case, update._replace(proposing=engine.log)))

    def append(self, world: World, case: Case, update: Update) -> World:
        """One transaction: writes on top of the log on which the act was judged, or brings back what others have
        written there, and all that the engine has not read."""
        assert update.proposing is not None
        after = LOGS.state(update.proposing).number
        events: tuple[e.Event, ...] = ()
        if after >= self.must_have_seen(update.act):
            events = self.judged_in_engine(update.proposing, update.act)[0]
        if events and not self.others_came_first(case, after):
            try:
                world = self.write(world, case, events, engine_number=after + len(events))
            except Unjudged:
                return world.with_case(updated(case, update._replace(answer="failed", proposing=None)))
            written = world.case(case.name)
            assert written
            case = written
        brought = LOGS.state(case.log).number
        return world.with_case(updated(case, update._replace(proposing=None, learning=brought)))

    def others_came_first(self, case: Case, after: int) -> bool:
        return LOGS.state(case.log).number > after

    def learns(self, world: World, case: Case, update: Update) -> World:
        """The worker's answer is in history: the engine folds what came back, and asks the judge again."""
        engine = case.engine
        assert engine
        assert update.learning is not None
        brought = LOGS.after(LOGS.before(case.log, update.learning), LOGS.state(engine.log).number)
        case = case._replace(engine=engine._replace(log=self.learnt(engine.log, brought)))
        return world.with_case(updated(case, self.once_learnt(update)))

    def once_learnt(self, update: Update) -> Update:
        return update._replace(learning=None)

    def _owed(self, world: World) -> Iterator[tuple[str, World]]:
        """What a broken writer has still to do; the true one owes nothing."""
        yield from ()
