"""One procedure as it stood on one day, as the checks look at it: what held, and where each outcome leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from rules.authored import Version
from rules.pack import Pack, Procedure
from rules.pinned import APPLICANT, PARTY
from rules.resolving import in_force
from rules.way import OrderTerms, OutcomeTerms, StepTerms

T = TypeVar("T")
Path = tuple[str | int, ...]
Broken = tuple[Path, str, str]
"""Path, rule and fact of something by which a case could not go on."""


class Cut:
    """What held of a procedure on that day. `path` leads to it inside the pack."""

    def __init__(self, pack: Pack, name: str, on: date, order: OrderTerms) -> None:
        self.pack = pack
        self.on = on
        self.name = name
        self.path: Path = ("procedures", name)
        self.procedure: Procedure = pack.procedures[name]
        self.steps: Mapping[str, StepTerms] = order.steps
        self.first = order.first
        self.bodies = {role for role, named in pack.bodies.items() if applies(named, on)} | {APPLICANT, PARTY}
        self.endings = {e for e, entry in self.procedure.endings.items() if applies(entry.versions, on)}
        self.choices = {
            choice: {value for value, entry in known.items() if applies(entry.versions, on)}
            for choice, known in self.procedure.choices.items()
        }
        self.fields = {field for field, entry in self.procedure.fields.items() if applies(entry.versions, on)}
        opinion = in_force(self.procedure.opinion or (), on)
        self.opinion = opinion.value if opinion else None
        self.order = order
        self.by_time = list(dict.fromkeys(name for names in order.opens_when_passed.values() for name in names))
        """Stages that lie open by themselves when the clock of another passes."""
        by_outcome = [o for s in self.procedure.stages for t in self.outcomes(s).values() for o in t.opens]
        self.opened = list(dict.fromkeys([*by_outcome, *self.by_time]))

    def outcomes(self, stage: str) -> dict[str, OutcomeTerms]:
        """The outcomes of a stage that held; none of a stage that is described nowhere."""
        entries = self.procedure.stages[stage].outcomes if stage in self.procedure.stages else {}
        held = ((name, in_force(entry.versions, self.on)) for name, entry in entries.items())
        return {name: version.value for name, version in held if version and version.value}

    def body(self, stage: str) -> str | None:
        """The role of the body before which a stage lies."""
        entry = self.procedure.stages.get(stage)
        version = in_force(entry.body, self.on) if entry else None
        return version.value if version else None

    def choices_named(self, path: Path, when: Mapping[str, Iterable[str]]) -> Iterator[Broken]:
        """A fault for each value named that the choice does not have."""
        for choice, values in when.items():
            for value in values:
                if value not in self.choices.get(choice, set()):
                    yield path, "unknown_choice", f"{choice} has no value {value}"

    def starts(self) -> set[str]:
        """The steps in which a case can begin."""
        chosen = (in_force(e.versions, self.on) for known in self.procedure.choices.values() for e in known.values())
        return {self.first} | {v.value.begins_at for v in chosen if v and v.value and v.value.begins_at}

    def is_waited_for(self, stage: str) -> bool:
        """Whether its step goes on by itself only when this stage is done: it always lies open, and holds it up."""
        version = in_force(self.procedure.hold or (), self.on)
        reviews_hold = bool(version and version.value and version.value.reviewed_by == stage)
        return not self.may_be_left_out(stage) and stage not in self.order.outlasting and not reviews_hold

    def may_be_left_out(self, stage: str) -> bool:
        """Whether a case may have no such stage: by what was chosen, or because its provider is of no county."""
        return stage in self.order.only_when or self.is_of_county(stage)

    def is_of_county(self, stage: str) -> bool:
        """Whether the stage lies before the authority of a county."""
        counties = self.pack.counties
        return counties is not None and self.body(stage) == counties.authority

    def always_leads(self, stage: str) -> bool:
        """Whether the case goes on however the stage is decided."""
        return all(terms.leads_to for terms in self.outcomes(stage).values())

    def led_by_time(self) -> set[str]:
        """Where the stages that time opens lead, from whatever step the case stands in then."""
        return {t for stage in self.by_time for terms in self.outcomes(stage).values() for t in targets_of(terms)}

    def outcome_path(self, stage: str, outcome: str) -> Path:
        """Where an outcome stands in the pack."""
        return (*self.path, "stages", stage, "outcomes", outcome)


def applies(versions: Iterable[Version[T]], on: date) -> bool:
    """Whether something held on that day."""
    version = in_force(versions, on)
    return version is not None and version.value is not None


def targets_of(terms: OutcomeTerms) -> set[str]:
    """The steps and endings to which an outcome can lead."""
    return {target for target in (terms.leads_to, terms.then_to) if target is not None}


def thens_of(step: StepTerms) -> set[str]:
    """Where a step can go by itself once its stages are done."""
    return {target for target in (step.then, *step.then_if_all.values()) if target is not None}
