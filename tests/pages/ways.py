"""The ways of a procedure by its rules: what its bodies decide, step by step, to each of its endings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from rules.pinned_stages import BodyStanding, ClassEffect, ClassStanding, LimitStanding, Outcome, Stage
from rules.procedure_rules import ProcedureRules

SETTLES = frozenset({ClassEffect.ACCEPT, ClassEffect.KEEP, ClassEffect.SET})
STILL_RUNNING = frozenset({LimitStanding.RUNNING, LimitStanding.KEPT})
LIMIT = "time_limit"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Place:
    """Where a case can be: its step, whether the class of its entry is settled, and whether its time limit is over."""

    step: str
    class_settled: bool = False
    limit_over: bool = False


@dataclass(frozen=True)
class Move:
    """What is decided in a step: this outcome of this stage, and `others` by the bodies beside it, unless the case
    `goes_on_alone` by it. The limit is over before that where it `waits`."""

    stage: str
    outcome: str
    to: Place
    others: str | None = None
    goes_on_alone: bool = False
    waits: bool = False
    by_publication: bool = False


@dataclass(frozen=True)
class Way:
    """One way of a case from its beginning to an ending, with the choices that it needs."""

    moves: tuple[Move, ...]
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def ending(self) -> str:
        return self.moves[-1].to.step

    def __str__(self) -> str:
        decided = ", ".join(f"{'late ' if each.waits else ''}{each.stage}: {each.outcome}" for each in self.moves)
        return f"{decided} {dict(self.choices) or ''}"


Wanted = Callable[[Move], bool]


def to_each_ending(rules: ProcedureRules) -> Iterator[Way]:
    """The shortest way to each ending of the procedure that bodies decide: who takes something back does it alone."""
    for ending in rules.endings:
        name = ending.outcome
        if name == WITHDRAWN:
            continue
        yield _way(rules, lambda move, name=name: move.to.step == name)  # type: ignore[misc]  # a default of a lambda


def through_each_outcome(rules: ProcedureRules) -> Iterator[Way]:
    """A way through every outcome of every stage of a case of the city, on to the ending that is nearest then."""
    for stage in _stages(rules):
        if stage.of_county:
            continue
        for outcome in stage.outcomes:
            yield _way(rules, _is(stage, outcome), stage.only_when)


def _is(stage: Stage, outcome: Outcome) -> Wanted:
    return lambda move: (move.stage, move.outcome) == (stage.stage, outcome.outcome)


def _stages(rules: ProcedureRules) -> Iterator[Stage]:
    yield from (stage for step in rules.steps for stage in step.stages)
    yield from rules.opened


def _way(rules: ProcedureRules, wanted: Wanted, needed: Mapping[str, tuple[str, ...]] | None = None) -> Way:
    """The shortest way that makes a move which is wanted, and ends."""
    choices = {name: values[0] for name, values in (needed or {}).items()}
    begun = {
        choice.begins_at: {name: choice.value}
        for name, known in rules.choices.items()
        for choice in known
        if choice.begins_at
    }
    for first, by in ((rules.first, {}), *begun.items()):
        found = _search(rules, Place(first), wanted)
        if found:
            here = found[-1].to
            ahead = () if rules.ending(here.step) else _search(rules, here, lambda move: _ends(rules, move))
            assert ahead is not None
            return Way((*found, *ahead), choices | by)
    raise AssertionError(f"no way in {rules.procedure} of {rules.city}")


def _ends(rules: ProcedureRules, move: Move) -> bool:
    return rules.ending(move.to.step) is not None


def _search(rules: ProcedureRules, start: Place, wanted: Wanted) -> tuple[Move, ...] | None:
    """The fewest moves of which the last is wanted."""
    known = {start}
    ahead: deque[tuple[Place, tuple[Move, ...]]] = deque([(start, ())])
    while ahead:
        place, so_far = ahead.popleft()
        for move in moves(rules, place):
            if wanted(move):
                return (*so_far, move)
            if move.to not in known:
                known.add(move.to)
                ahead.append((move.to, (*so_far, move)))
    return None


def moves(rules: ProcedureRules, place: Place) -> Iterator[Move]:
    """What can be decided there."""
    step = rules.step(place.step)
    stages = step.stages if step else tuple(each for each in rules.opened if each.stage == place.step)
    limited = any(each.set_by_decision for each in stages)
    for over in (False, True) if limited and not place.limit_over else (place.limit_over,):
        for stage in stages:
            for outcome in stage.outcomes:
                if _stands(outcome, place.class_settled, over):
                    yield from _decided(rules, place, stage, outcome, over)


def _stands(outcome: Outcome, settled: bool, over: bool) -> bool:
    """Whether it can be decided about a body of the city, as class and limit stand."""
    if outcome.when_body is BodyStanding.OF_COUNTY:
        return False
    by_class = outcome.when_class is None or (outcome.when_class is ClassStanding.SETTLED) == settled
    return by_class and (outcome.when_limit is None or (outcome.when_limit in STILL_RUNNING) != over)


def _decided(rules: ProcedureRules, place: Place, stage: Stage, outcome: Outcome, over: bool) -> Iterator[Move]:
    step = rules.step(place.step)
    waits = over and not place.limit_over
    sets = any(LIMIT in each.any_of for each in outcome.requires)

    def to(name: str) -> Place:
        settled = place.class_settled or outcome.class_effect in SETTLES
        return Place(name, settled, over and not sets)

    if outcome.leads_to or step is None:
        alone = outcome.leads_to or rules.opened[0].stage
        yield Move(stage.stage, outcome.outcome, to(alone), None, True, waits, outcome.by_publication)
        return
    if outcome.outcome in step.then_if_all:
        yield Move(stage.stage, outcome.outcome, to(step.then_if_all[outcome.outcome]), outcome.outcome, False, waits)
        other = next((each.outcome for each in stage.outcomes if each.outcome != outcome.outcome), None)
        if len(step.stages) > 1 and other and step.then:
            yield Move(stage.stage, outcome.outcome, to(step.then), other, False, waits)
        return
    # Where nothing comes after the step, a stage that lies open beside it ends the case.
    yield Move(stage.stage, outcome.outcome, to(step.then or rules.opened[0].stage), None, step.then is None, waits)
