"""The road of a case: which stages lie behind it, which lie open, and which lie ahead, to an ending. Pure.

What lies ahead is the ordinary way: each stage answered by the first outcome that the rules give it. It promises
nothing; it says what comes next, before whom, within which period, and by which article.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.course import called_for
from models.state import CaseState
from models.task_state import TaskState
from reading.cases.shapes import RoadShown, RoadStage, RoadStep
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import APPLICANT
from rules.pinned_stages import Outcome, Stage, Step
from rules.procedure_rules import ProcedureRules

Standing = Literal["done", "here", "ahead"]
NOT_DONE: tuple[Standing, ...] = ("here", "ahead")
"""What one stage is makes all beside it so, in this order."""


@dataclass(frozen=True)
class OnRoad:
    """A stage on the road; `task` is None where it lies ahead."""

    stage: Stage
    task: TaskState | None = None

    @property
    def standing(self) -> Standing:
        """Whether the stage is answered, open or ahead."""
        if self.task is None:
            return "ahead"
        return "here" if self.task.is_open else "done"


@dataclass(frozen=True)
class Stretch:
    """The stages that lie, lay or will lie side by side."""

    step: str
    stages: tuple[OnRoad, ...]

    @property
    def standing(self) -> Standing:
        """Whether the step is behind, here or ahead; here as long as any of its stages is open."""
        standings = {each.standing for each in self.stages}
        return next((each for each in NOT_DONE if each in standings), "done")


@dataclass(frozen=True)
class Road:
    """All of the way, in its order; `ending` is the outcome with which it ends, None where that is still to be decided,
    or the ordinary way leads back to where it has been."""

    stretches: tuple[Stretch, ...]
    ending: str | None


@dataclass
class _Ahead:
    """The way from a step on, by first outcomes."""

    rules: ProcedureRules
    choices: Mapping[str, str]
    been: set[str]
    bodies: Mapping[str, str] = field(default_factory=dict)
    """Those of the case, by role, as far as they are known."""
    last: Step | None = None
    """The step before the target."""
    stretches: list[Stretch] = field(default_factory=list)

    def to(self, target: str | None) -> str | None:
        """Goes on to a step or an ending; names the ending where no decision of the last step can lead to another
        one."""
        while target is not None:
            if (step := self.rules.step(target)) is None:
                return target if self.last and ends_only(self.rules, self.last, target) else None
            if target in self.been:
                return None
            self.been.add(target)
            self.last = step
            stages = tuple(stage for stage in step.stages if stage.lies_open(self.choices, self.bodies))
            if stages:
                self.stretches.append(Stretch(step.step, tuple(OnRoad(stage) for stage in stages)))
            target = onward(self.rules, step, {stage.stage: ordinary(stage) for stage in stages})
        return None


def ordinary(stage: Stage) -> Outcome | None:
    """The first outcome that somebody decides."""
    return next((each for each in stage.outcomes if each.is_decided_by_somebody), None)


def ends_only(rules: ProcedureRules, step: Step, ending: str) -> bool:
    """Whether every decision in a step leads to this ending."""
    led = {outcome.leads_to or step.then for stage in step.stages for outcome in stage.outcomes}
    return not step.then_if_all and led <= {ending}


def onward(rules: ProcedureRules, step: Step, by: Mapping[str, Outcome | None]) -> str | None:
    """The step or ending to which these answers of a step's stages lead; None where they lead nowhere."""
    standing = [(stage, by[stage.stage]) for stage in step.stages if stage.stage in by]
    holding_up = [outcome for stage, outcome in standing if outcome and rules.holds_up_its_step(stage)]
    leading = next((outcome.leads_to for outcome in holding_up if outcome.leads_to), None)
    if leading:
        return leading
    names = {outcome.outcome for outcome in holding_up}
    together = next((target for name, target in step.then_if_all.items() if names == {name}), None)
    return together or step.then


def road_of(rules: ProcedureRules, state: CaseState) -> Road:
    """The road of a case as its log tells it."""
    behind = list(_travelled(rules, state))
    if state.closed:
        return Road(tuple(behind), state.closed)
    here = rules.step(state.step or "")
    ahead = _Ahead(rules, state.choices, {state.step} if state.step else set(), state.bodies, here)
    ending = ahead.to(_from_here(rules, state))
    return Road((*behind, *ahead.stretches), ending)


def road_before(rules: ProcedureRules, choices: Mapping[str, str], bodies: Mapping[str, str]) -> Road:
    """The road that a case with these choices between these bodies would take, were it filed."""
    ahead = _Ahead(rules, choices, set(), bodies)
    ending = ahead.to(rules.first_for(choices))
    return Road(tuple(ahead.stretches), ending)


def _from_here(rules: ProcedureRules, state: CaseState) -> str | None:
    """Where the case goes if what lies open is answered in the ordinary way."""
    if state.step is None:
        return rules.first_for(state.choices)
    if (step := rules.step(state.step)) is None:
        return None
    answered = {task.stage: task for task in called_for(rules, state, state.step)}
    by: dict[str, Outcome | None] = {}
    for stage in step.stages:
        task = answered.get(stage.stage)
        if task and task.ended == "decided":
            by[stage.stage] = stage.outcome(task.outcome or "")
        elif task or stage.lies_open(state.choices, state.bodies):
            by[stage.stage] = ordinary(stage)
    return onward(rules, step, by)


def _travelled(rules: ProcedureRules, state: CaseState) -> Iterator[Stretch]:
    """The stages that were answered or lie open, those together that were put before their bodies side by side; what
    the course of the case made void is not among them."""
    together: list[OnRoad] = []
    step = ""
    for task in sorted(state.tasks.values(), key=lambda each: each.opened_by_event):
        stage = rules.stage(task.stage)
        if stage is None or task.ended == "cancelled":
            continue
        is_anew = any(each.stage.stage == task.stage for each in together)
        if together and (task.step != step or is_anew):
            yield Stretch(step, tuple(together))
            together = []
        step = task.step
        together.append(OnRoad(stage, task))
    if together:
        yield Stretch(step, tuple(together))


@dataclass(frozen=True)
class Bodies:
    """Who answers on a road: the body of each role, what bodies and the party are called."""

    by_role: Mapping[str, str]
    names: Mapping[str, str]
    party: str

    def of(self, rules: ProcedureRules, stage: Stage, task: TaskState | None) -> str:
        """The body of a stage, or `applicant`."""
        if task is not None:
            return task.body
        if stage.body == APPLICANT:
            return APPLICANT
        role = rules.acting(stage.body, self.by_role)
        return self.by_role.get(role, role)

    def named(self, law: Law, body: str, stage: Stage) -> str:
        """What people call it."""
        if body == APPLICANT:
            return self.names.get(self.party, self.party)
        label = law.rules.bodies.get(stage.body)
        return self.names.get(body) or (law.say(label) if label else body)


def road_shown(law: Law, road: Road, choices: Mapping[str, str], bodies: Bodies) -> RoadShown:
    """The road in words."""
    ending = law.rules.ending(road.ending or "")
    label = ending.label if ending else texts().endings.get(road.ending or "")
    return RoadShown(
        steps=[
            RoadStep(
                step=stretch.step,
                standing=stretch.standing,
                stages=[_stage_shown(law, each, choices, bodies) for each in stretch.stages],
            )
            for stretch in road.stretches
        ],
        ending=road.ending,
        ending_label=law.say(label) if label else None,
    )


def _stage_shown(law: Law, each: OnRoad, choices: Mapping[str, str], bodies: Bodies) -> RoadStage:
    stage, task = each.stage, each.task
    body = bodies.of(law.rules, stage, task)
    outcome = stage.outcome(task.outcome) if task and task.outcome else None
    return RoadStage(
        stage=stage.stage,
        label=law.say(stage.label),
        standing=each.standing,
        task_id=task.task_id if task else None,
        body=body,
        body_name=bodies.named(law, body, stage),
        period=task.clock.period if task else stage.period(choices),
        promptly=task.clock.promptly if task else stage.is_owed_promptly(choices),
        last_day=task.clock.last_day if task else None,
        outcome=outcome.outcome if outcome else None,
        outcome_label=law.say(outcome.label) if outcome else None,
        ended_at=task.ended_at if task else None,
        late=task.late if task else False,
        rule=law.named(stage.citation),
        period_rule=law.named(stage.period_citation) if stage.period_citation else None,
    )
