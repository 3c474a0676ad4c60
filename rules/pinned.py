"""Of what pinned law consists: citations, and the rules of stages, outcomes, filings, grants, holds and reminders.

All of it is read leniently: a field added later has a default that means "as before". What a case keeps of it to its
end is put together in `rules.procedure_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

APPLICANT = "applicant"
"""The one party to a case that is not a body; a stage may be put before it."""


class Pinned(BaseModel):
    """Frozen, and lenient: what a later version wrote and this one does not know is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Label(Pinned):
    """A text that a person reads, in both languages."""

    zh: str
    en: str


class Basis(StrEnum):
    """Where a rule comes from: the regulation itself, or our choice where the regulation is silent."""

    LAW = "law"
    SERVICE = "service"


class Citation(Pinned):
    """Where a rule stands: an article of a source, or a service rule with the reason for it."""

    source: str
    article: str
    basis: Basis = Basis.LAW
    note: Label | None = None


class Regulation(Pinned):
    """The text in force: what an answer names as its ground. `in_force_until` is exclusive."""

    source: str
    title: Label
    document: str
    status: str
    """`in_force`, or `adopted_draft`: a draft that the operator of the system has adopted explicitly."""
    issued_on: date | None
    in_force_from: date
    in_force_until: date | None
    assumed: Label | None = None
    """What about these dates is assumed and not read from the text; shown wherever the regulation is named."""


class Requirement(Pinned):
    """What an outcome, a filing or a grant must come with: at least one of `any_of`, where `when` holds."""

    any_of: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choice of the filing (`use`, `urgency`, `access_mode` …) to the values for which this is demanded."""
    citation: Citation

    def applies_to(self, choices: Mapping[str, str]) -> bool:
        return all(choices.get(name) in values for name, values in self.when.items())

    def is_met_by(self, given: frozenset[str]) -> bool:
        return not given.isdisjoint(self.any_of)


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
    """The dataset bears the disputed mark from here on, until the objector is answered."""
    answers: bool = False
    """The objector is answered with it."""
    entry: EntryEffect | None = None
    trigger: str = "processing"
    """The trigger of the catalogue update that it orders."""
    by_publication: bool = False
    """Nobody decides it: it comes of the publication of the update that the case ordered."""
    opens: tuple[str, ...] = ()
    """Stages that lie open beside the others of the step from here on."""
    when_limit: LimitStanding | None = None
    """It can be decided only while the time limit that a decision set stands so."""
    class_effect: ClassEffect | None = None
    when_class: ClassStanding | None = None
    """It can be decided only while the class of the entry stands so."""
    citation: Citation


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
    only_when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choice of the filing to the values for which the stage lies open at all."""
    ahead_of_turn: bool = False
    """Lies open while another update of the same entry goes first, for its clock runs all the same."""
    outlasting: bool = False
    """Stays open when the case goes on to another step."""
    binding: bool = False
    """While it is open, no decision lets the case go on."""
    outcomes: tuple[Outcome, ...]
    citation: Citation

    def applies_to(self, choices: Mapping[str, str]) -> bool:
        return all(choices.get(name) in values for name, values in self.only_when.items())

    def period(self, choices: Mapping[str, str]) -> str | None:
        return self.periods.get(choices.get(self.period_by, "normal"))

    def is_owed_promptly(self, choices: Mapping[str, str]) -> bool:
        return self.promptly or choices.get(self.period_by, "normal") in self.promptly_for

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
    citation: Citation


class FieldRule(Pinned):
    """A field of the filing: whether it is demanded, and by what."""

    field: str
    label: Label
    required: bool
    when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    citation: Citation


class Bar(Pinned):
    """What rules an answer out: what else the draft answers, unless it answers something else besides."""

    when: Mapping[str, tuple[str, ...]]
    unless: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    citation: Citation

    def applies_to(self, choices: Mapping[str, str]) -> bool:
        excepted = bool(self.unless) and all(choices.get(name) in values for name, values in self.unless.items())
        return not excepted and all(choices.get(name) in values for name, values in self.when.items())


class Choice(Pinned):
    """One value that the law knows for a choice of the filing, such as an urgency, an access mode, or a use."""

    value: str
    label: Label
    on_request: bool = True
    """Whether an applicant may ask for it; if not, only a body may grant it, with what `grant_requires`."""
    grant_requires: tuple[Requirement, ...] = ()
    advice: Label | None = None
    """What the form and the reviewer are told; refuses nothing by itself."""
    begins_at: str | None = None
    """The step in which a case of this choice begins, where it is not the first."""
    reopens: bool = False
    """An update for this reason opens again what was withdrawn."""
    belongs_elsewhere: Label | None = None
    """Where to go with this instead; a filing of this choice is not received."""
    barred: tuple[Bar, ...] = ()
    """What rules it out as an answer of a draft."""
    citation: Citation


class CorrectionRule(Pinned):
    """A correction is late by its own receipt, and what the applicant has been told is corrected only with a reason.

    `tells`: steps by whose opening the applicant is told a yes; `requires`: what correcting it then demands.
    """

    tells: tuple[str, ...]
    requires: tuple[Requirement, ...]
    citation: Citation


class SupplementRule(Pinned):
    """Whether asking for a supplement (补正) stops the clock; no text known allows it."""

    stops_clock: bool = False
    citation: Citation


class CountingRule(Pinned):
    """By which rule periods of a unit (`wd`, `h`) begin and end as they do."""

    unit: str
    citation: Citation


class SelectionRule(Pinned):
    """The date of a case that selected these rules (`received`, `occurred`, `opened`), and by which rule it does."""

    selected_by: str
    citation: Citation


class GrantRule(Pinned):
    """What a grant is when nobody says otherwise. `term_days` are calendar days from the day of the grant."""

    term_days: int
    citation: Citation


class RevocationRule(Pinned):
    """Bodies of which roles end a grant before its time, each with a reason."""

    by: tuple[str, ...]
    citation: Citation


class HoldRule(Pinned):
    """On which grounds evidence holds the data back at receipt, and which stage then confirms or lifts the hold."""

    grounds: tuple[str, ...]
    reviewed_by: str
    during: tuple[str, ...] = ()
    """Steps in which the facts are verified, and so the hold or its review can come."""
    also_when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Other choices of the filing that hold data back as a ground does."""
    without_evidence: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choices of the filing that hold data back whether or not evidence comes with them."""
    most_open: int
    """Holds that one person may have open at once."""
    citation: Citation

    def holds_back(self, choices: Mapping[str, str]) -> bool:
        """Whether evidence holds the data back that an objection of these choices is about."""
        also = any(choices.get(name) in values for name, values in self.also_when.items())
        return choices.get("ground") in self.grounds or also

    def needs_evidence(self, choices: Mapping[str, str]) -> bool:
        """Whether an objection of these choices holds nothing back until evidence comes."""
        return not any(choices.get(name) in values for name, values in self.without_evidence.items())


class UrgingRule(Pinned):
    """A body that may urge (催办) those whose tasks are open: its role, and the roles of its accounts that do so."""

    body: str
    by: tuple[str, ...]
    citation: Citation


class ReminderRule(Pinned):
    """When those who have a task are reminded of it. A period in working days is reminded of in working days, one in
    hours in hours: of each list the first entry in the unit of the clock counts, and all of them of `before`."""

    before: tuple[str, ...]
    """Periods before the end of the clock."""
    overdue_every: tuple[str, ...]
    """Periods between the reminders after its end."""
    at_once_every: str | None
    """Hours between the reminders of what the law wants done promptly."""
    at_once_within: str | None = None
    """The service standard for that, where the city has one: it is shown, and nothing is late by it."""
    opens: str
    closes: str
    """Working hours of the bodies, `09:00`; `closes` is exclusive. Outside them, and on days off, only clocks in hours
    and what is owed promptly are reminded of."""
    citation: Citation


class InPlaceRule(Pinned):
    """Who (a role) acts in the place of a body against which a case is directed."""

    body: str
    citation: Citation


class EveryRule(Pinned):
    """How often the procedure is begun for each dataset by itself. `days` are calendar days."""

    days: int
    citation: Citation


class AfterRule(Pinned):
    """Received though the law had ended, as a remedy for what was opened under it: in a filing and in a draft, each
    choice that is named has one of these values."""

    only: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    citation: Citation

    def refuses(self, name: str, value: str | None) -> bool:
        """Whether a choice of this value is no remedy."""
        return name in self.only and value not in self.only[name]


class ProposedRule(Pinned):
    """For how many working days (`5wd`) a task is overdue before the procedure is proposed to who may begin it."""

    after: str
    citation: Citation
