"""Of what pinned law consists where a case goes its way: stages and steps, outcomes and what they do, endings.

Read as leniently as `rules.pinned`: a field added later has a default that means "as before".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from rules.pinned import Citation, Label, Pinned, Requirement


class DataEffect(StrEnum):
    """What a decision does to the data that its case is about."""

    SUSPEND = "suspend"
    WITHDRAW = "withdraw"
    WITHDRAW_UNTIL_PROCESSED = "withdraw_until_processed"
    """It is withdrawn, and the same case decides whether it is opened again."""
    SERVE = "serve"
    """The case keeps the data from being served no more."""

    @property
    def withdraws(self) -> bool:
        return self in (DataEffect.WITHDRAW, DataEffect.WITHDRAW_UNTIL_PROCESSED)


class EntryEffect(StrEnum):
    """What a decision does to the entry of the catalogue."""

    MAY_CHANGE = "may_change"
    """Where the decision says that the entry changes, a catalogue update is opened."""
    ORDER = "order"
    """A catalogue update is opened."""
    SUBMIT = "submit"
    PUBLISH = "publish"


class GrantEffect(StrEnum):
    """What a decision does to a grant (授权). Other grants of the same data, or of the same user, stay as they are."""

    CLOSE = "close"
    """Nothing may be fetched under it."""
    RESTRICT = "restrict"
    """It is left some of its items, or one of its access modes."""
    RESTORE = "restore"
    """What the case that gave cause for this one has taken of it is given back."""

    @property
    def curtails(self) -> bool:
        return self is not GrantEffect.RESTORE


class RecordEffect(StrEnum):
    """What a decision does to the public record (公示)."""

    PUBLISH = "publish"
    """The act that was found and the measure taken are public, in codes alone."""
    CORRECT = "correct"
    """What the case that gave cause for this one has published is marked as no longer true."""


class Audience(StrEnum):
    """Whom the result of a decision is shown to, beside those with a part in its case."""

    EVERYBODY = "everybody"
    """It is published (公布)."""
    BODIES = "bodies"
    """It is circulated to the bodies of the city (通报)."""


class PublishedRule(Pinned):
    """What a decision makes known: the words with which that stage was decided last, its own or an earlier one's."""

    stage: str
    to: Audience


class ClassEffect(StrEnum):
    """What a decision does to the class of an entry. One that is settled binds every draft that follows."""

    PROPOSE = "propose"
    """It names another than the draft's."""
    ACCEPT = "accept"
    """It settles the one that was proposed."""
    KEEP = "keep"
    """It settles that of the draft."""
    SET = "set"
    """It settles the one that it names."""


class ClassStanding(StrEnum):
    """Whether the class of an entry is settled."""

    OPEN = "open"
    SETTLED = "settled"


class LimitStanding(StrEnum):
    """How the time limit that a decision set stands; two of these are true at every instant."""

    KEPT = "kept"
    """What it was set for was done in time, or still can be."""
    MISSED = "missed"
    RUNNING = "running"
    """Its last day is not over, whether or not that is done."""
    OVER = "over"


class BodyStanding(StrEnum):
    """Of what the body is that a case is about."""

    OF_CITY = "of_city"
    OF_COUNTY = "of_county"


class WhenPassed(StrEnum):
    """How time decides a stage whose period passes undecided."""

    DEEMED = "deemed"
    """It is deemed decided so, as its body could have decided."""
    ALONE = "alone"
    """Nobody else decides it so."""


class Outcome(Pinned):
    """One way to decide a stage. Without `leads_to` the stage is done, and its step goes on when all beside it are."""

    outcome: str
    label: Label
    leads_to: str | None = None
    period: str | None = None
    """The time for this outcome, where it is not that of the stage."""
    at_most: int | None = None
    """How often this outcome may lead there in one case; after that it leads to `then_to`."""
    then_to: str | None = None
    requires: tuple[Requirement, ...] = ()
    data: DataEffect | None = None
    whole_dataset: bool = False
    """What it does to data it does to the whole dataset, whatever the case names."""
    marks: bool = False
    """The dataset bears the disputed mark from here on, until the case is closed."""
    answers: bool = False
    """The objector is answered with it."""
    entry: EntryEffect | None = None
    trigger: str = "processing"
    """The trigger of the catalogue update that it orders."""
    by_publication: bool = False
    """Nobody decides it: it comes of the publication of the update that the case ordered."""
    when_passed: WhenPassed | None = None
    """Whether time decides so by itself when the period of the stage passes undecided."""
    opens: tuple[str, ...] = ()
    """Stages that lie open beside the others of the step from here on."""
    when_limit: LimitStanding | None = None
    """It can be decided only while the time limit that a decision set stands so."""
    class_effect: ClassEffect | None = None
    when_class: ClassStanding | None = None
    """It can be decided only while the class of the entry stands so."""
    when_body: BodyStanding | None = None
    """It can be decided only where the body that the case is about is one of the city, or one of a county."""
    grant: GrantEffect | None = None
    record: RecordEffect | None = None
    publishes: PublishedRule | None = None
    pins_figures: bool = False
    """The figures of the year, as they are counted when it is decided, are copied into the log."""
    orders: str | None = None
    """The procedure of which it begins a case, about the same data."""
    citation: Citation

    @property
    def is_decided_by_somebody(self) -> bool:
        """Whether a body or the party can decide so: not what comes of a publication, or of time alone."""
        return not self.by_publication and self.when_passed is not WhenPassed.ALONE


class ClockFrom(StrEnum):
    """From when the clock of a stage runs."""

    OPENING = "opening"
    """Its hand-over: the receipt of the act that put it before its body."""
    EVENT = "event"
    """The day on which that happened which made the case necessary; it may lie long before anybody filed it."""
    RECEIPT = "receipt"
    """The receipt of the case."""
    EVIDENCE = "evidence"
    """Its hand-over, once there is evidence; what lies open without any has no clock until the first is received."""


class StopBegins(StrEnum):
    """What stops a clock."""

    SUPPLEMENT_ASKED = "supplement_asked"
    """The party is asked for a supplement inside the task."""
    OPINION_ASKED = "opinion_asked"
    """The experts are asked for an opinion inside the task."""
    STAGE_OPENED = "stage_opened"
    """A stage that the rule names comes before its body."""
    BY_DECISION = "by_decision"
    """The body of the task decides so, for a reason."""


class StopRule(Pinned):
    """What stops the clock of some stages (停止计时), or is said not to: from what on, until when, by which rule."""

    stop: str
    label: Label
    clocks: tuple[str, ...]
    """The stages of which it stops the clocks."""
    begins: StopBegins
    stage: str | None = None
    """The stage of which it is, where it begins with one."""
    until_done: bool = True
    """It ends when what began it is over: the supplement or the opinion has come, the stage is done, or the body
    decides so. Otherwise it ends only when its most is used up."""
    at_most: str | None = None
    """The most for which it stops one clock altogether, in working days, calendar days or hours."""
    stops: bool = True
    """Whether the clock stands still; False where the rule says that it runs on."""
    citation: Citation


class ExtensionRule(Pinned):
    """By how much the body of a stage may extend its period altogether before it has ended, in the unit of the period.

    `by_post`: only who holds that post of the body decides it.
    """

    at_most: str
    by_post: str | None = None
    citation: Citation


class Stage(Pinned):
    """One question before one body, with the period it has for it."""

    stage: str
    label: Label
    body: str
    """A role of the city's bodies (operator, provider, authority …), or the applicant."""
    periods: Mapping[str, str] = Field(default_factory=dict)
    """Urgency, or the value of `period_by`, to period (`12h`, `5wd`); empty where the law gives no number."""
    period_by: str = "urgency"
    period_citation: Citation | None = None
    promptly: bool = False
    """The law says *promptly* or *immediately* and gives no number: the clock shows the time used."""
    promptly_for: tuple[str, ...] = ()
    """Values of `period_by` for which the law says so."""
    set_by_decision: bool = False
    """Whoever puts it before its body sets its time limit with that decision."""
    clock_from: ClockFrom = ClockFrom.OPENING
    clock_from_stage: str | None = None
    """An earlier stage: its clock runs from when that one came before its body last."""
    only_when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choice of the filing to the values for which the stage lies open at all."""
    ahead_of_turn: bool = False
    """Lies open while another update of the same entry goes first, for its clock runs all the same."""
    outlasting: bool = False
    """Stays open when the case goes on to another step."""
    binding: bool = False
    """While it is open, no decision lets the case go on."""
    each: bool = False
    """It is put before every body that the case names in its role, a task each."""
    of_county: bool = False
    """It lies before the authority of a county: in a case about a body of no county it is left out."""
    outcomes: tuple[Outcome, ...]
    extension: ExtensionRule | None = None
    """None: nobody extends its period."""
    citation: Citation

    def applies_to(self, choices: Mapping[str, str]) -> bool:
        return all(choices.get(name) in values for name, values in self.only_when.items())

    def may_come_to_apply(self, choices: Mapping[str, str]) -> bool:
        """Whether it applies once all is chosen, by the choices that are made so far."""
        return all(name not in choices or choices[name] in values for name, values in self.only_when.items())

    def lies_open(self, choices: Mapping[str, str], bodies: Mapping[str, str]) -> bool:
        """Whether a case of these choices between these bodies, by role, has it at all."""
        return self.applies_to(choices) and (not self.of_county or self.body in bodies)

    def period(self, choices: Mapping[str, str]) -> str | None:
        return self.periods.get(choices.get(self.period_by, "normal"))

    def is_owed_promptly(self, choices: Mapping[str, str]) -> bool:
        return self.promptly or choices.get(self.period_by, "normal") in self.promptly_for

    @property
    def when_passed(self) -> Outcome | None:
        """How time decides it when its period passes undecided; None where it decides nothing."""
        return next((o for o in self.outcomes if o.when_passed), None)

    def outcome(self, name: str) -> Outcome | None:
        return next((o for o in self.outcomes if o.outcome == name), None)


class Step(Pinned):
    """The stages that run side by side; when each is done and none has led elsewhere, the case goes on to `then`."""

    step: str
    stages: tuple[Stage, ...]
    then: str | None = None
    then_if_all: Mapping[str, str] = Field(default_factory=dict)
    """Outcome to where the case goes if every stage was decided so; where they differ, to `then`."""
    data: DataEffect | None = None
    """What entering the step does to the data, to the `whole_dataset` or to what the case names."""
    whole_dataset: bool = False

    def stage(self, name: str) -> Stage:
        return next(s for s in self.stages if s.stage == name)


class Ending(Pinned):
    """One way in which a case closes."""

    outcome: str
    label: Label
    grants: bool = False
    """Access is granted: the writer opens the access case in the same transaction."""
    upheld: bool | None = None
    """Of an objection: whether the ending agrees with it."""
    refusal: bool = False
    """It refuses what was asked for: whoever is told so is told of the remedies."""
    directory: bool = False
    """What was filed stands in the directory from then on: the writer puts it there in the same transaction."""
    at_once_when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choices for which the law itself has decided: a case of all of them ends so at its receipt."""
    citation: Citation
