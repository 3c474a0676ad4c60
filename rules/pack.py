"""A pack: the law of one city through time, exactly as its YAML file states it.

Every parameter is a list of dated versions, each with its citation; a version whose value is null says, with its
citation, that nothing applies (repealed, or a text that gives no number). `rules.checking` judges what the shapes
here cannot express; `rules.resolving` cuts a pack at a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Strict, StrictBool, StringConstraints, Tag

from rules.authored import (
    Authored,
    Charge,
    Cite,
    Day,
    Name,
    OneOrMore,
    Period,
    PeriodOrPromptly,
    Source,
    Text,
    Version,
    Wording,
)
from rules.service_terms import (
    AccessLogTerms,
    DeclarationEntry,
    FeedbackTerms,
    InChargeTerms,
    KeepingTerms,
    MaintenanceTerms,
    PostEntry,
    RatingTerms,
    ReminderTerms,
)

SERVICE = "service"
"""First word of a citation that names one of the pack's service rules instead of a source."""

PROMPTLY = "promptly"
"""The word for a period that the law wants short and gives no number for."""

WITHDRAWN = "withdrawn"
"""The ending to which an applicant's withdrawal leads."""

GRANTED = "granted"
"""The ending that opens access, in every city: by it requests are counted and compared."""

DATA_WITHDRAWN = "data_withdrawn"
"""The ending of an objection at which the data stays away, in every city."""

EMERGENCY_OVER = "emergency_over"
"""The ending of an upkeep in an emergency after which none is owed any more, in every city."""

BREACH = "breach"
"""The choice of a rectification that says which duty was breached."""

GROUND = "ground"
"""The choice of an objection that says why it is made."""


class Required(Authored):
    """At least one of `any_of`, where `when` holds; without a citation of its own, cited as what it belongs to."""

    any_of: OneOrMore[Name]
    when: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)
    cite: Cite | None = None


class PublishedTerms(Authored):
    """The words with which `stage` was decided last are shown to everybody, or to the bodies of the city alone."""

    stage: Name
    to: Literal["everybody", "bodies"]


class OutcomeTerms(Authored):
    """What an outcome demands and where it leads: a step, an ending, or nowhere else (its stage is done)."""

    leads_to: Name | None = None
    period: Period | None = None
    """The time for this outcome, where it is not that of the stage: a refusal may be due before a consent is."""
    at_most: Annotated[int, Strict(), Field(ge=1)] | None = None
    then_to: Name | None = None
    requires: tuple[Required, ...] = ()
    data: Literal["suspend", "withdraw", "withdraw_until_processed", "serve"] | None = None
    """What the outcome does to the data that the case is about."""
    whole_dataset: StrictBool = False
    """It does so to the whole dataset, whatever the case names."""
    marks: StrictBool = False
    """The dataset bears the disputed mark from here on, until the objector is answered."""
    answers: StrictBool = False
    """The objector is answered with it."""
    entry: Literal["may_change", "order", "submit", "publish"] | None = None
    """What the outcome does to the entry: it may change or has to, or a draft of it is submitted or published."""
    trigger: Name = "processing"
    """The trigger of the catalogue update that it orders."""
    by_publication: StrictBool = False
    """Nobody decides it: it comes of the publication of the update that the case ordered."""
    when_passed: Literal["deemed", "alone"] | None = None
    """Time decides so by itself when the period passes undecided: it is `deemed` decided so, or nobody but time decides
    it (`alone`)."""
    opens: tuple[Name, ...] = ()
    """Stages that lie open beside the others of the step from here on."""
    when_limit: Literal["kept", "missed", "running", "over"] | None = None
    """It can be decided only if the stage whose time limit a decision set was done in time (`kept`) or was not
    (`missed`), or only while that limit is `running`, or once it is `over`."""
    class_effect: Literal["propose", "accept", "keep", "set"] | None = None
    """It proposes another class than the draft's, or settles which binds: the one proposed (`accept`), that of the
    draft (`keep`), or the one that it names (`set`)."""
    when_class: Literal["open", "settled"] | None = None
    """It can be decided only while the class is open, or once it is settled."""
    grant: Literal["close", "restrict", "restore"] | None = None
    """What the outcome does to the grant that the decision names, or gives back what the cause of the case has taken of
    it."""
    orders: Literal["misuse"] | None = None
    """The procedure of which it begins a case, about the same data."""
    record: Literal["publish", "correct"] | None = None
    """What it does to the public record: act and measure are published, or what was published is corrected."""
    publishes: PublishedTerms | None = None
    """What it makes known: the words with which a stage was decided last."""
    pins_figures: StrictBool = False
    """The figures of the year, as they are counted when it is decided, are copied into the log."""


class OutcomeEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[OutcomeTerms]]


PeriodTerms = Annotated[
    Annotated[Mapping[Name, PeriodOrPromptly], Tag("numbers")]
    | Annotated[Literal["promptly", "set_by_decision"], Tag("word")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "numbers"),
]


class ExtensionTerms(Authored):
    """By how much the body of a stage may extend its period altogether, in the unit of the period, before it has ended;
    `by_post` names the post of the body whose holder decides that."""

    at_most: Period
    by_post: Name | None = None


class StageEntry(Authored):
    """A stage; `period` maps each urgency to its period or `promptly`, is `promptly` or `set_by_decision` (whoever puts
    the stage before its body sets it), or is null where the law gives no number."""

    label: Wording
    body: OneOrMore[Version[Name]]
    period: OneOrMore[Version[PeriodTerms]]
    period_by: Name = "urgency"
    """The choice that tells the period; under another than the urgency, a value without one has no number."""
    outcomes: Annotated[Mapping[Name, OutcomeEntry], Field(min_length=1)]
    extension: OneOrMore[Version[ExtensionTerms]] | None = None


class StepTerms(Authored):
    """`data` is what entering the step does to the data."""

    stages: OneOrMore[Name]
    then: Name | None = None
    then_if_all: Mapping[Name, Name] = Field(default_factory=dict)
    """Outcome to where the case goes if every stage was decided so; where they differ, to `then`."""
    data: Literal["suspend", "withdraw"] | None = None
    whole_dataset: StrictBool = False


class OrderTerms(Authored):
    """Which steps there are, which comes first, and which stages run side by side in each.

    `opens_when_passed` names, for a stage with a clock, the stages that lie open beside it by themselves from the
    instant at which that clock passes; they outlast the step, and what is decided of them leads the case on from
    wherever it stands. `only_when` names the choices for which a stage lies open at all; an `outlasting` stage stays
    open when the case goes on to another step; while a `binding` one is open, the case cannot go on by a decision.
    """

    first: Name
    steps: Annotated[Mapping[Name, StepTerms], Field(min_length=1)]
    only_when: Mapping[Name, Mapping[Name, OneOrMore[Name]]] = Field(default_factory=dict)
    clock_from: Mapping[Name, Literal["event", "receipt", "evidence"]] = Field(default_factory=dict)
    """Stages whose clock runs not from their hand-over but from the day of the event that made the case necessary, or
    from the receipt of the case; or which have no clock until there is evidence."""
    clock_from_stage: Mapping[Name, Name] = Field(default_factory=dict)
    """Stages whose clock runs from when an earlier stage, which is named, came before its body last."""
    ahead_of_turn: tuple[Name, ...] = ()
    """Stages that lie open while another update of the same entry goes first, for their clock runs all the same."""
    outlasting: tuple[Name, ...] = ()
    binding: tuple[Name, ...] = ()
    each: tuple[Name, ...] = ()
    """Stages before a provider that are put before every provider of the city, a task each."""
    opens_when_passed: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)


class EndingTerms(Authored):
    """In an objection, `upheld` says whether the ending agrees with the objector."""

    grants: StrictBool = False
    upheld: StrictBool | None = None
    refusal: StrictBool = False
    """It refuses what was asked for: whoever is told so is told of the city's `remedies`."""
    directory: StrictBool = False
    """What was filed stands in the directory from then on, beside the body for which it was."""
    at_once_when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    """Choices for which the law itself has decided: a case of all of them ends so at its receipt."""


class EndingEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[EndingTerms]]


class FieldTerms(Authored):
    required: StrictBool
    when: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)


class FieldEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[FieldTerms]]


class Barred(Authored):
    """What else a draft answers that rules this answer out, unless it answers the rest besides."""

    when: Annotated[Mapping[Name, OneOrMore[Name]], Field(min_length=1)]
    unless: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    cite: Cite


class ChoiceTerms(Authored):
    on_request: StrictBool = True
    grant_requires: tuple[Required, ...] = ()
    advice: Wording | None = None
    begins_at: Name | None = None
    """The step in which a case of this choice begins, where it is not the first."""
    reopens: StrictBool = False
    """An update for this reason opens again what was withdrawn."""
    belongs_elsewhere: Wording | None = None
    """Where to go with this instead; a filing of this choice is not received."""
    belongs_to: Name | None = None
    """The procedure of this city to which it belongs instead, where there is one."""
    barred: tuple[Barred, ...] = ()
    formats: tuple[Name, ...] = ()
    """Of `readability`: a draft that has one of these formats is answered so."""


class ChoiceEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[ChoiceTerms]]


class WithdrawalTerms(Authored):
    """What is taken back ends the case, but where a choice has one of the values that `verified_on` names: then the law
    has the bodies act on what they were told, and they go on."""

    verified_on: Annotated[Mapping[Name, OneOrMore[Name]], Field(min_length=1)]


class CorrectionTerms(Authored):
    """`tells` names the steps by whose opening the applicant is told a yes; from then on a correction needs what
    `requires` demands, and the applicant is told of it. A correction is late by its own receipt."""

    tells: OneOrMore[Name]
    requires: OneOrMore[Required]


class SupplementTerms(Authored):
    stops_clock: StrictBool


class GrantTerms(Authored):
    term_days: Annotated[int, Strict(), Field(ge=1)]


class ClauseTerms(Authored):
    """A clause of an agreement, with blanks such as `{purpose}`, which both languages have alike."""

    zh: Text
    en: Text
    cite: Cite


class AgreementPart(Authored):
    heading: Wording
    clauses: OneOrMore[ClauseTerms]


class AgreementTerms(Authored):
    """The template of what both sign. `examined_on` is the day on which a lawyer of the city found it good, null while
    none has. A clause whose blank nothing fills is left out."""

    version: Text
    title: Wording
    examined_on: Day | None
    parts: OneOrMore[AgreementPart]


class RevocationTerms(Authored):
    """Roles of the bodies that end a grant before its time, each with a reason."""

    by: OneOrMore[Name]


class DelegationTerms(Authored):
    """Whoever has a grant may delegate access to somebody else: for a matter, so many times, until a last day. All
    three are always demanded."""


class HoldTerms(Authored):
    """On which grounds evidence holds the data back at receipt, which stage then confirms or lifts the hold, and how
    many holds one person may have open at once. After a rejection the same person gets none on the same ground.

    `during` names the steps in which the facts are verified, and so the hold or its review can come; `also_when` other
    choices of the filing that hold data back as a ground does; `without_evidence` those that do so by themselves.
    """

    grounds: OneOrMore[Name]
    reviewed_by: Name
    during: OneOrMore[Name]
    also_when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    without_evidence: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    most_open: Annotated[int, Strict(), Field(ge=1)]


class EveryTerms(Authored):
    """For what the procedure is begun by itself, again and again: for each dataset every so many calendar `days`, once
    in a calendar year for each provider or for the city as one (`year_of`), or for each grant (`per`), after as many
    days as its agreement has (`reporting`). `from_entry`: whoever enters the directory within a year owes what is left
    of it from that day on."""

    days: Annotated[int, Strict(), Field(ge=1)] | None = None
    year_of: Literal["provider", "city"] | None = None
    from_entry: bool = False
    per: Literal["grant"] | None = None


class ReportingTerms(Authored):
    """After how many calendar days, again and again, a grantee owes a report on use, where no body has set another
    interval."""

    days: Annotated[int, Strict(), Field(ge=1)]


class InspectionTerms(Authored):
    """Roles of the bodies that put on record what an inspection of the use found."""

    by: OneOrMore[Name]


class AfterTerms(Authored):
    """What of a procedure is still received once the law has ended: `only` names, for a choice of the filing or an
    answer of a draft, the values for which it is; where nothing is named, all that was."""

    only: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)


class ProposedTerms(Authored):
    """For how many working days a task is overdue before the procedure is proposed to who may begin it."""

    after: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}wd$")]


Concerned = Literal["closed", "conditional", "unconditional"]


class Selection(Authored):
    """The date of a case that selects the version of its law. It has no versions of its own, for it chooses them."""

    value: Literal["received", "occurred", "opened"]
    cite: Cite


EndOnADayOff = Literal["stays", "moves_to_next_working_day"]


class Counting(Authored):
    """How periods run, by their unit; there is one way for each, and the pack says who chose it.

    `wd`: from the hand-over into the responsible body's task list, that day excluded, until 24:00 of the last working
    day. `h`: from the moment of the hand-over, in natural hours, nights and days off included. `d` and `mo`: the first
    day excluded, until 24:00 of the last calendar day, or of the day of the same number in the last month, which is its
    last day where it has none of that number; the value says what becomes of a last day that is a day off.
    """

    wd: OneOrMore[Version[Literal["from_next_day"]]] | None = None
    h: OneOrMore[Version[Literal["natural"]]] | None = None
    d: OneOrMore[Version[EndOnADayOff]] | None = None
    mo: OneOrMore[Version[EndOnADayOff]] | None = None


class Procedure(Authored):
    """One legal procedure through time. `counting` speaks of each unit in which some period is given."""

    label: Wording
    selected_by: Selection
    fields: Mapping[Name, FieldEntry]
    entry: Mapping[Name, FieldEntry] = Field(default_factory=dict)
    """The fields of a catalogue's entry, and which of them the law demands."""
    choices: Mapping[Name, Annotated[Mapping[Name, ChoiceEntry], Field(min_length=1)]]
    order: OneOrMore[Version[OrderTerms]]
    stages: Annotated[Mapping[Name, StageEntry], Field(min_length=1)]
    endings: Annotated[Mapping[Name, EndingEntry], Field(min_length=1)]
    filed_by: OneOrMore[Version[OneOrMore[Name]]] | None = None
    """Who may file: the applicant, or officers of bodies by their role; the applicant where the pack names nobody."""
    concerns: OneOrMore[Version[OneOrMore[Concerned]]] | None = None
    """The openness of the data that the procedure is about; conditional data where the pack names none."""
    counting: Counting = Counting()
    filed_within: OneOrMore[Version[Period | Literal["beforehand"]]] | None = None
    """How soon after its discovery the law wants it filed, or before the day on which it begins; what is filed later is
    late and received all the same."""
    withdrawal: OneOrMore[Version[Literal["allowed"] | WithdrawalTerms]] | None = None
    correction: OneOrMore[Version[CorrectionTerms]] | None = None
    supplement: OneOrMore[Version[SupplementTerms]] | None = None
    opinion: OneOrMore[Version[Name]] | None = None
    """The stage that a reviewer may put before the experts while its own clock runs on."""
    grant: OneOrMore[Version[GrantTerms]] | None = None
    agreement: OneOrMore[Version[AgreementTerms]] | None = None
    """The text that is signed; where nothing is said, signatures name no text."""
    revocation: OneOrMore[Version[RevocationTerms]] | None = None
    delegation: OneOrMore[Version[DelegationTerms]] | None = None
    """Where the pack has no such rule, a grant is used by whoever has it alone."""
    reporting: OneOrMore[Version[ReportingTerms]] | None = None
    inspection: OneOrMore[Version[InspectionTerms]] | None = None
    use_records: OneOrMore[Version[Literal["kept"]]] | None = None
    """Whether a grantee keeps a record of use of its own beside the log of accesses."""
    hold: OneOrMore[Version[HoldTerms]] | None = None
    every: OneOrMore[Version[EveryTerms]] | None = None
    against: OneOrMore[Version[OneOrMore[Name]]] | None = None
    """Roles of the bodies against which it can be directed; providers where the pack names none."""
    in_place_of: Mapping[Name, OneOrMore[Version[Name]]] = Field(default_factory=dict)
    """Who acts in the place of a body against which the procedure is directed: nobody begins, orders or accepts what is
    directed against itself."""
    proposed: OneOrMore[Version[ProposedTerms]] | None = None
    after_the_law: OneOrMore[Version[AfterTerms]] | None = None
    """A remedy, which is received and runs under the rules of the law's last day once the law has ended; where the pack
    has no such rule, nothing is received any more."""


class SightTerms(Authored):
    """That the reviewers of a role see every case of their city; with `rectifications: false`, of those against bodies
    only such as concern their own. Undated, for whoever looks sees by the role of today, old cases too."""

    rectifications: StrictBool = True
    cite: Cite


class CountiesTerms(Authored):
    """The role of the bodies that are the authority of a county (县、区、开发区) each; a city has as many of them as it
    has counties with a catalogue of their own. Undated, for a body has its role in the directory today."""

    authority: Name
    cite: Cite


class Pack(Authored):
    """The law of one city. `law` lists, in order of force, the sources that follow one another as the law in force."""

    schema_version: Literal[1]
    city: Name
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
    name: Wording
    calendar: Text
    checked_on: Day
    """The day when somebody last read the sources against this file."""
    law: OneOrMore[Name]
    beside: tuple[Name, ...] = ()
    """Sources in force beside the law, each by its own days."""
    sources: Mapping[Name, Source]
    service_rules: Mapping[Name, Wording] = Field(default_factory=dict)
    """Our choices where the law is silent: name to reason."""
    bodies: Mapping[Name, OneOrMore[Version[Wording]]]
    sees_the_city: Mapping[Name, SightTerms] = Field(default_factory=dict)
    """Roles of the bodies that see the whole city; every other sees the cases that concern its body."""
    in_charge: Mapping[Charge, InChargeTerms] = Field(default_factory=dict)
    """Who announces interruptions, has officers of every body on file, and keeps every provider's entries; where the
    pack does not say, as `rules.sight.IN_CHARGE` has it."""
    counties: CountiesTerms | None = None
    """Whether its counties have authorities and catalogues of their own; without this rule they have none."""
    maintenance: OneOrMore[Version[MaintenanceTerms]] | None = None
    """How the service may be interrupted; without this rule, an announcement is free in form and time."""
    holders: OneOrMore[Version[Literal["public"]]] | None = None
    """Who holds conditional data is public; without this rule, it is not."""
    remedies: Mapping[Name, OneOrMore[Version[Wording]]] = Field(default_factory=dict)
    """Where to go after a refusal (救济途径): what can be done, within which time, by which law."""
    urging: Mapping[Name, OneOrMore[Version[OneOrMore[Literal["reviewer", "supervisor"]]]]] = Field(
        default_factory=dict
    )
    """Role of a body to the roles of its accounts that may urge (催办)."""
    recusal: OneOrMore[Version[OneOrMore[Name]]] | None = None
    """Roles of the bodies, the first of which decides a task that nobody of its own body may decide (回避)."""
    reminders: OneOrMore[Version[ReminderTerms]] | None = None
    keeping: OneOrMore[Version[KeepingTerms]] | None = None
    """How long the record of a case that has ended is kept; without this rule nothing has it kept."""
    access_log: OneOrMore[Version[AccessLogTerms]] | None = None
    """How long the log of accesses is kept; without this rule it is kept without end."""
    real_name: OneOrMore[Version[StrictBool]] | None = None
    """Whether those who use data are known by their real names (实名)."""
    rating: OneOrMore[Version[RatingTerms]] | None = None
    """How data is rated (评价); without this rule it is not."""
    feedback: OneOrMore[Version[FeedbackTerms]] | None = None
    """What people can tell those who open data, beside all procedures; without this rule there is no such way."""
    declarations: Mapping[Name, DeclarationEntry] = Field(default_factory=dict)
    """What bodies declare of the use of data, of data of theirs and of the platform, outside every procedure."""
    open_authorisation: OneOrMore[Version[AgreementTerms]] | None = None
    """The text under which data that is open to all is used (开放授权), which nobody signs; without this rule, none."""
    posts: Mapping[Name, PostEntry] = Field(default_factory=dict)
    """The posts that a body fills."""
    procedures: Annotated[Mapping[Name, Procedure], Field(min_length=1)]

    @property
    def in_force_from(self) -> date:
        return self.sources[self.law[0]].in_force_from

    @property
    def in_force_until(self) -> date | None:
        """Exclusive; null while no end is known."""
        return self.sources[self.law[-1]].in_force_until
