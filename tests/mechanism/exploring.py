"""Every world that can come to be, and what must hold in each: found by going through all interleavings, none twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from models import acts as a
from models.gate import ALLOWING, DatasetFacts, GrantFacts, Question, decide
from models.procedure import JudgedBy
from models.procedures import BY_NAME
from models.state import CaseState
from tests.mechanism.law import ACTS, LOGS, Filing, judged, with_clocks
from tests.mechanism.logs import EMPTY
from tests.mechanism.machine import Machine
from tests.mechanism.plans import KEY
from tests.mechanism.world import CASES, Case, World


@dataclass
class Found:
    """What an exploration went through, and what it found wrong first, with the steps that lead there."""

    worlds: int = 0
    steps: int = 0
    ends: int = 0
    wrong: str = ""
    way: list[str] = field(default_factory=list)


def explored(machine: Machine, crashes: int, most: int = 10_000_000) -> Found:
    """All worlds that the plan can come to with so many crashes; it ends at the first that is wrong. `most` bounds the
    worlds, so that a fault cannot make it endless.

    Each step leads to a world that was not before it: a way that comes back to where it was would be walked in vain,
    and without end.
    """
    found = Found()
    first = machine.beginning(crashes)
    done: set[World] = set()
    on_the_way = {first: ""}
    way = [(first, next_of(machine, first, found))]
    while way:
        world, steps = way[-1]
        for step, after in steps:
            if after in on_the_way:
                found.wrong = f"in vain: {step}"
                break
            if after not in done:
                on_the_way[after] = step
                way.append((after, next_of(machine, after, found)))
                break
        else:
            if found.wrong:
                break
            done.add(world)
            del on_the_way[world]
            way.pop()
        if found.wrong:
            break
        assert found.worlds < most, "more worlds than there can be"
    found.way = list(on_the_way.values())[1:]
    return found


def next_of(machine: Machine, world: World, found: Found) -> Iterator[tuple[str, World]]:
    """What comes next in a world in which nothing is wrong."""
    found.worlds += 1
    found.wrong = next(wrongs(machine, world), "")
    if found.wrong:
        return
    if is_quiet(machine, world):
        for case in world.every():
            yield f"only {case.name} from here on", world.only(case)
        return
    moves = 0
    for step, after in machine.steps(world):
        found.steps += 1
        moves += after.crashes == world.crashes
        yield step, after
    if not moves:
        found.ends += 1
        found.wrong = next(unfinished(machine, world), "")


def wrongs(machine: Machine, world: World) -> Iterator[str]:
    """What must not be, in whichever world."""
    if not world.alone:
        for number, call in enumerate(machine.plan.calls):
            if world.answered[number] and not is_there(world, call):
                yield f"lost: call {number} was answered and is nowhere"
    for number in world.cases:
        if wrong := wrong_in(number):
            yield wrong
    if not world.alone and (served := served_all_the_same(tuple((case.log, case.shown) for case in world.every()))):
        yield f"served: {served}"
    if is_quiet(machine, world):
        restricting = {case.name: kept for case in world.every() if (kept := LOGS.state(case.log).own_restrictions)}
        for case in world.every():
            state = LOGS.state(case.log)
            if state.grant and not state.closed and dict(state.met_restrictions) != restricting:
                yield f"untold: {case.name} does not know what is kept back"


@cache
def wrong_in(number: int) -> str:
    """What must not be in one case; nothing, if all is well."""
    case = CASES[number]
    own = [row for row in case.inbox if not isinstance(ACTS[row.act], a.File)]
    ids = [ACTS[row.act].id for row in own]
    if len(set(ids)) < len(ids):
        return f"twice: {case.name} has one act twice in its inbox"
    settled = [row for row in own if row.state != "received"]
    if settled != own[: len(settled)]:
        return f"order: {case.name} has settled an act before one that was received earlier"
    log, states = one_after_the_other(case.born, tuple(row.act for row in settled))
    if case.log != log:
        return f"log: {case.name} is not what its acts make of it, one after the other"
    if [row.state for row in settled] != list(states):
        return f"answer: an act of {case.name} is settled otherwise than in the order of receipt"
    if case.engine and not LOGS.begins_with(case.log, case.engine.log):
        return f"history: the engine has {case.name} otherwise than its log"
    if list(case.told) != list(range(1, LOGS.state(case.log).number + 1)):
        return f"told: the messages of {case.name} are not those of its events"
    return ""


def unfinished(machine: Machine, world: World) -> Iterator[str]:
    """What must not be where nothing moves any more: something that was received and is not brought to its end."""
    for number, call in enumerate(() if world.alone else machine.plan.calls):
        if not world.answered[number] and (isinstance(call, Filing) or world.case(call.case_id)):
            yield "stuck: somebody has no answer"
    if world.owed:
        yield "stuck: a case is told nothing"
    for case in world.every():
        if any(row.state == "received" or not row.delivered for row in case.inbox):
            yield f"stuck: an act of {case.name} is not worked off"
        if case.engine and any(each.answer == "none" for each in case.engine.updates):
            yield f"stuck: an act of {case.name} has no answer in the engine"
        if case.engine and case.engine.log != case.log and not LOGS.state(case.engine.log).closed:
            procedure = BY_NAME[LOGS.state(case.log).procedure]
            last = next((row.act for row in case.inbox[::-1] if adds(case, row.act)), None)
            if last is not None and procedure.judged_by(type(ACTS[last])) is not JudgedBy.RECEIPT_ALONE:
                yield f"behind: the engine does not know all of {case.name}"


def is_quiet(machine: Machine, world: World) -> bool:
    """Whether all has been received and settled: from here on each case goes its own way, and what others do in
    between changes nothing in it."""
    if world.alone or world.owed or not all(world.answered):
        return False
    return all(row.state != "received" for case in world.every() for row in case.inbox)


def adds(case: Case, act: int) -> bool:
    """Whether an act has events in the log of its case."""
    return ACTS[act].id in LOGS.state(case.log).acts


def is_there(world: World, call: a.Act | Filing) -> bool:
    case = world.case(call.case_id)
    if case is None or isinstance(call, Filing):
        return case is not None
    return any(ACTS[row.act].id == call.id for row in case.inbox)


@cache
def one_after_the_other(born: int, acts: tuple[int, ...]) -> tuple[int, tuple[str, ...]]:
    """What acts make of a case that nobody disturbs: each judged after the one before, as the law alone has it."""
    if not acts:
        return born, ()
    log, states = one_after_the_other(born, acts[:-1])
    events, refusal = judged(log, acts[-1])
    return LOGS.grown(log, with_clocks(events)), (*states, "refused" if refusal else "accepted")


@cache
def served_all_the_same(cases: tuple[tuple[int, int], ...]) -> str:
    """What the gate would serve, by what is shown, although a log that is committed keeps it back; nothing, if well."""
    true = [LOGS.state(log) for log, _ in cases]
    shown = [LOGS.state(seen) for _, seen in cases if seen != EMPTY]
    grants = [state for state in shown if state.grant]
    items = tuple(sorted({item for state in true for item in state.data_items}))
    named = tuple((each.kind.value, each.items) for state in shown for each in state.own_restrictions)
    dataset = DatasetFacts(openness="conditional", items=items, restrictions=named)
    for grant in grants:
        assert grant.grant
        truth = next(state for state in true if state.case_id == grant.case_id)
        for item in grant.grant.data_items:
            mode = grant.grant.access_mode or next(iter(grant.grant.access_modes), "api")
            question = Question(grant.dataset_id, (item,), mode, None, KEY)
            now = max(state.at for state in true if state.at)
            allowed = decide(question, dataset, facts_of(grant), now) in ALLOWING
            if allowed and any(item_kept_back(state, item) for state in true):
                return f"{item} is held back"
            if allowed and truth.closed:
                return f"the grant has ended: {truth.closed}"
    return ""


def item_kept_back(state: CaseState, item: str) -> bool:
    return any(item in each.items for each in state.own_restrictions)


def facts_of(state: CaseState) -> GrantFacts:
    assert state.grant
    assert state.received_at
    return GrantFacts(
        case_id=state.case_id,
        dataset_id=state.dataset_id,
        data_items=state.grant.data_items,
        access_mode=state.grant.access_mode,
        access_modes=state.grant.access_modes,
        use=state.grant.use,
        granted_at=state.received_at,
        valid_until=state.grant.valid_until,
        ended=state.closed,
    )
