"""What a run assumes: the staff of each body, and periods other than the law's. Written `officers=2`,
`officers.provider=5`, `provider_review=3wd` or `provider_review.urgent=12h`; several with commas between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.deadlines import PeriodNotUnderstood, parse_period
from rules.pinned_stages import Stage
from rules.procedure_rules import ProcedureRules
from simulation.chances import EVERYTHING

OFFICERS = "officers"
ORDINARY = "normal"
MOST_OFFICERS = 1000


class ScenarioRefused(ValueError):
    """A change that is not understood, or that changes nothing there is; the message names it."""


@dataclass(frozen=True)
class Scenario:
    """What is assumed. `name` is as it was written; empty is what the others are compared with."""

    name: str = ""
    officers: Mapping[str, int] = field(default_factory=lambda: {EVERYTHING: 3})
    """Role of a body to how many officers each body of that role has."""
    periods: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Stage and urgency to the period that is assumed instead of the law's."""

    def staff(self, role: str) -> int:
        return self.officers.get(role, self.officers[EVERYTHING])

    def changed(self, written: str, rules: ProcedureRules) -> Scenario:
        """This scenario with those changes. Raises ScenarioRefused."""
        officers, periods = dict(self.officers), dict(self.periods)
        for change in written.split(","):
            what, _, value = change.strip().partition("=")
            name, _, of = what.partition(".")
            if name == OFFICERS:
                officers[_role(change, of, rules)] = number_of_officers(change, value)
            else:
                periods[_stage(change, name, of or ORDINARY, rules)] = _period(change, value)
        return Scenario(written, officers, periods)

    def rules(self, law: ProcedureRules) -> ProcedureRules:
        """The law with the periods that are assumed instead of its own."""
        if not self.periods:
            return law
        steps = tuple(
            step.model_copy(update={"stages": tuple(self._with_periods(stage) for stage in step.stages)})
            for step in law.steps
        )
        return law.model_copy(update={"steps": steps})

    def _with_periods(self, stage: Stage) -> Stage:
        assumed = {urgency: period for (name, urgency), period in self.periods.items() if name == stage.stage}
        return stage.model_copy(update={"periods": {**stage.periods, **assumed}}) if assumed else stage


def number_of_officers(change: str, value: str) -> int:
    """Raises ScenarioRefused."""
    if not value.isdecimal() or not 1 <= int(value) <= MOST_OFFICERS:
        raise ScenarioRefused(f"{change}: {value!r} is not a number of officers from 1 to {MOST_OFFICERS}")
    return int(value)


def staffed(written: list[str], rules: ProcedureRules) -> Scenario:
    """The staff as `3` for every body, or `provider=5` for those of a role. Raises ScenarioRefused."""
    scenario = Scenario()
    for each in written:
        scenario = scenario.changed(f"{OFFICERS}.{each}" if "=" in each else f"{OFFICERS}={each}", rules)
    return Scenario(officers=scenario.officers)


def _role(change: str, role: str, rules: ProcedureRules) -> str:
    if role and role not in rules.bodies:
        raise ScenarioRefused(f"{change}: the bodies are {', '.join(rules.bodies)}")
    return role


def _stage(change: str, name: str, urgency: str, rules: ProcedureRules) -> tuple[str, str]:
    stages = [stage.stage for step in rules.steps for stage in step.stages]
    if name not in stages:
        raise ScenarioRefused(f"{change}: there are {OFFICERS} and the stages {', '.join(stages)}")
    if rules.choice("urgency", urgency) is None:
        known = ", ".join(choice.value for choice in rules.choices.get("urgency", ()))
        raise ScenarioRefused(f"{change}: the urgencies are {known}")
    return name, urgency


def _period(change: str, value: str) -> str:
    try:
        return str(parse_period(value))
    except PeriodNotUnderstood as fact:
        raise ScenarioRefused(f"{change}: {fact}") from None
