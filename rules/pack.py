"""A pack: the law of one city through time, exactly as its YAML file states it.

Every parameter is a list of dated versions, each with its citation; a version whose value is null says, with its
citation, that nothing applies (repealed, or a text that gives no number). `rules.checking` judges what the shapes
here cannot express; `rules.resolving` cuts a pack at a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict, StrictBool, StringConstraints

from rules.authored import (
    Authored,
    Charge,
    Cite,
    Day,
    Name,
    OneOrMore,
    PeriodOrBeforehand,
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
from rules.stops import StopEntry
from rules.way import EndingEntry, OrderTerms, Required, StageEntry

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


class FieldTerms(Authored):
    required: StrictBool
    when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)


class FieldEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[FieldTerms]]


class Barred(Authored):
    """What else a draft answers that rules this answer out, unless it answers one of the rest besides."""

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


class FiledWithinTerms(Authored):
    """`within` which period of a day something is filed, or `beforehand`, before that day begins: the day that the
    filing states in the field `from`, or that of `from_event`, which happened in another case. `when` names choices of
    a filing that the period binds; nothing named: every filing."""

    within: PeriodOrBeforehand
    from_day: Name | None = Field(None, alias="from")
    from_event: Name | None = None
    when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)


def _in_full(written: object) -> object:
    """A period alone is one that binds every filing."""
    return written if isinstance(written, Mapping) else {"within": written}


FiledWithin = Annotated[FiledWithinTerms, BeforeValidator(_in_full)]


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
    """Roles of the bodies that end a grant before its time, each with a reason; or the procedure `through` which alone
    one is ended, with all that is published and can be appealed there."""

    by: tuple[Name, ...] = ()
    through: Literal["misuse"] | None = None


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
    in a calendar year for each body that may file it (`year_of: provider`) or for the city as one, or for each grant
    (`per`), after as many days as its agreement has (`reporting`). `from_entry`: whoever enters the directory within a
    year owes what is left of it from that day on."""

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
    filed_within: OneOrMore[Version[FiledWithin]] | None = None
    """How soon after a day the law wants it filed, which is that of its discovery where nothing else is said, or before
    the day on which it begins; what is filed later is late and received all the same."""
    withdrawal: OneOrMore[Version[Literal["allowed"] | WithdrawalTerms]] | None = None
    correction: OneOrMore[Version[CorrectionTerms]] | None = None
    supplement: OneOrMore[Version[SupplementTerms]] | None = None
    stops: Mapping[Name, StopEntry] = Field(default_factory=dict)
    """What stops the clocks of which stages, or is said not to."""
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
    """Role of a body to the roles of its accounts that may urge (催办); the authority of a county urges the bodies of
    its own."""
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
