"""The map of a procedure: where a case begins, what lies side by side, which decision leads where, how it ends. Pure.

It says nothing that the rules do not say; it says it so that the whole way can be seen at once. Whoever draws it
finds words, arrows and lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.pinned import Choice
from rules.pinned_stages import Ending, Outcome, Stage, Step
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class Beginning:
    """A step in which cases begin: those of the `choices`, or, where it names none, all others. Or the ending that
    cases of all these choices `together` have at once."""

    step: str
    choices: tuple[Choice, ...] = ()
    together: bool = False


@dataclass(frozen=True)
class Way:
    """Decisions of one stage that lead to the same place: a step or an ending. Without `outcomes`, the step is done."""

    target: str
    outcomes: tuple[Outcome, ...] = ()
    at_most: int | None = None
    """It leads there so many times in one case, and elsewhere after that."""
    more_than: int | None = None
    """It leads there once it was taken more often than that."""
    if_all: Outcome | None = None
    """The outcome by which every stage of the step must have been decided."""


@dataclass(frozen=True)
class StageOnMap:
    """A stage with the ways that its decisions open, and with those decisions that lead nowhere by themselves."""

    stage: Stage
    ways: tuple[Way, ...]
    findings: tuple[Outcome, ...]
    """Outcomes by which the stage is done, and no more: its step goes on when all beside it are."""
    holds_up: bool
    """The step goes on only when this stage is done."""


@dataclass(frozen=True)
class StepOnMap:
    """The stages that lie side by side, and where the case goes once those are done that hold it up."""

    number: int
    step: Step
    stages: tuple[StageOnMap, ...]
    then: tuple[Way, ...]


@dataclass(frozen=True)
class Beside:
    """A stage that stands in no step, and the stages that put it before its body."""

    of: StageOnMap
    opened_by: tuple[tuple[Stage, Outcome], ...] = ()
    opened_when_passed: tuple[Stage, ...] = ()
    """It lies open by itself once the clock of one of these has passed."""


@dataclass(frozen=True)
class ProcedureMap:
    """All of a procedure that can be drawn, each thing in the order of the rules."""

    beginnings: tuple[Beginning, ...]
    steps: tuple[StepOnMap, ...]
    beside: tuple[Beside, ...]
    opinion: StageOnMap | None
    """The stage that a body may put before the experts from any other, whose clock runs on."""
    endings: tuple[Ending, ...]

    def stages(self) -> Iterator[StageOnMap]:
        """Every stage: those of the steps, those beside them, the opinion."""
        for step in self.steps:
            yield from step.stages
        yield from (each.of for each in self.beside)
        if self.opinion:
            yield self.opinion

    def step(self, name: str) -> StepOnMap | None:
        return next((each for each in self.steps if each.step.step == name), None)

    def ending(self, name: str) -> Ending | None:
        return next((each for each in self.endings if each.outcome == name), None)


def procedure_map(rules: ProcedureRules) -> ProcedureMap:
    """The map of these rules."""
    return ProcedureMap(
        beginnings=tuple(_beginnings(rules)),
        steps=tuple(
            StepOnMap(
                number=number,
                step=step,
                stages=tuple(_on_map(rules, stage) for stage in step.stages),
                then=tuple(_then(step)),
            )
            for number, step in enumerate(rules.steps, start=1)
        ),
        beside=tuple(_beside(rules)),
        opinion=_on_map(rules, rules.opinion) if rules.opinion else None,
        endings=rules.endings,
    )


def _beginnings(rules: ProcedureRules) -> Iterator[Beginning]:
    yield Beginning(rules.first)
    elsewhere: dict[str, list[Choice]] = {}
    for known in rules.choices.values():
        for choice in known:
            if choice.begins_at:
                elsewhere.setdefault(choice.begins_at, []).append(choice)
    for step, choices in elsewhere.items():
        yield Beginning(step, tuple(choices))
    for ending in rules.endings:
        decided = [rules.choice(name, value) for name, values in ending.at_once_when.items() for value in values]
        if decided:
            yield Beginning(ending.outcome, tuple(choice for choice in decided if choice), together=True)


def _on_map(rules: ProcedureRules, stage: Stage) -> StageOnMap:
    return StageOnMap(
        stage=stage,
        ways=tuple(_ways(stage)),
        findings=tuple(outcome for outcome in stage.outcomes if not outcome.leads_to),
        holds_up=rules.holds_up_its_step(stage),
    )


def _ways(stage: Stage) -> Iterator[Way]:
    """One for each place to which the stage leads, but by itself what leads there only so many times."""
    together: dict[str, list[Outcome]] = {}
    for outcome in stage.outcomes:
        if outcome.leads_to and outcome.at_most is None:
            together.setdefault(outcome.leads_to, []).append(outcome)
    for target, outcomes in together.items():
        yield Way(target, tuple(outcomes))
    for outcome in stage.outcomes:
        if outcome.leads_to and outcome.at_most is not None and outcome.then_to:
            yield Way(outcome.leads_to, (outcome,), at_most=outcome.at_most)
            yield Way(outcome.then_to, (outcome,), more_than=outcome.at_most)


def _then(step: Step) -> Iterator[Way]:
    for name, target in step.then_if_all.items():
        known = (outcome for stage in step.stages for outcome in stage.outcomes if outcome.outcome == name)
        yield Way(target, if_all=next(known))
    if step.then:
        yield Way(step.then)


def _beside(rules: ProcedureRules) -> Iterator[Beside]:
    standing = [*(stage for step in rules.steps for stage in step.stages), *rules.opened]
    for stage in rules.opened:
        yield Beside(
            of=_on_map(rules, stage),
            opened_by=tuple((s, o) for s in standing for o in s.outcomes if stage.stage in o.opens),
            opened_when_passed=tuple(s for s in standing if stage.stage in rules.opens_when_passed.get(s.stage, ())),
        )
