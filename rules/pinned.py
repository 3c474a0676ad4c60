"""Of what pinned law consists: citations, and the rules of filings, grants, holds and reminders; those of stages and
outcomes are in `rules.pinned_stages`.

All of it is read leniently: a field added later has a default that means "as before". What a case keeps of it to its
end is put together in `rules.procedure_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

APPLICANT = "applicant"
"""The one party to a case that is not a body; a stage may be put before it."""


PARTY = "party"
"""Whoever filed: the body for which an officer did, or the applicant; a stage may be put before it."""


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


BESIDE = "; "
"""In an article, before those of further sources."""


class Further(Pinned):
    """An article of another source, on which a rule rests as well."""

    source: str
    article: str
    title: Label


class Citation(Pinned):
    """Where a rule stands: an article of a source, or a service rule with the reason for it.

    A rule that rests on articles of several sources has those of the others in `also`, and after its own in `article`:
    `15; licensing_law 45`. So a log that has source and article says all of it.
    """

    source: str
    article: str
    basis: Basis = Basis.LAW
    note: Label | None = None
    also: tuple[Further, ...] = ()

    @property
    def own_article(self) -> str:
        """The article of `source` alone."""
        return self.article.partition(BESIDE)[0]


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


class FieldRule(Pinned):
    """A field of the filing: whether it is demanded, and by what."""

    field: str
    label: Label
    required: bool
    when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    citation: Citation


class Bar(Pinned):
    """What rules an answer out: what else the draft answers, unless it answers one of these things besides."""

    when: Mapping[str, tuple[str, ...]]
    unless: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    citation: Citation

    def applies_to(self, choices: Mapping[str, str]) -> bool:
        is_excepted = any(choices.get(name) in values for name, values in self.unless.items())
        return not is_excepted and all(choices.get(name) in values for name, values in self.when.items())


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
    belongs_to: str | None = None
    """The procedure of this city to which it belongs instead, where there is one."""
    barred: tuple[Bar, ...] = ()
    """What rules it out as an answer of a draft."""
    formats: tuple[str, ...] = ()
    """The service answers so for a draft that has one of these formats."""
    citation: Citation


class RemedyRule(Pinned):
    """One way to go after a refusal, with its period; the citation may be of a law of the whole country."""

    remedy: str
    says: Label
    citation: Citation


BEFOREHAND = "beforehand"
"""In place of a period: before the day of which a filing speaks has begun."""
DISCOVERED_ON, OPENS_ON, OCCURRED_ON = "discovered_on", "opens_on", "occurred_on"
"""The days that a filing can state: on which something came to be known, begins, or happened."""


class FiledWithinRule(Pinned):
    """How soon after a day the law wants a thing filed, e.g. `2wd` after its discovery; or `beforehand`, before that
    day begins. Later is late, on record, and no bar.

    The day is the one that the filing states in `from_day`, or that of `from_event`, which happened in another case.
    `when` names the choices of a filing that the period binds; nothing named: every filing.
    """

    period: str
    citation: Citation
    from_day: str | None = None
    """None, as in rules that were pinned before packs named it: of what is filed beforehand the day on which it begins,
    of everything else that of its discovery."""
    from_event: str | None = None
    when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def day(self) -> str | None:
        """The field in which a filing states the day; None where another case has it."""
        if self.from_event:
            return None
        return self.from_day or (OPENS_ON if self.period == BEFOREHAND else DISCOVERED_ON)

    def binds(self, choices: Mapping[str, str]) -> bool:
        """Whether a filing with these choices is to be filed within the period."""
        return all(choices.get(name) in values for name, values in self.when.items())


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


class LastDayOff(StrEnum):
    """What becomes of a period in calendar days or months whose last day is a day off."""

    STAYS = "stays"
    """It ends with that day."""
    MOVES = "moves_to_next_working_day"


class CountingRule(Pinned):
    """By which rule periods of a unit (`wd`, `h`, `d`, `mo`) begin and end as they do."""

    unit: str
    last_day_off: LastDayOff = LastDayOff.STAYS
    """Of calendar days and months; a period in working days ends with no day off, and one in hours on any."""
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
    """Bodies of which roles end a grant before its time, each with a reason; or none, but by a decision in the
    procedure `through`."""

    by: tuple[str, ...] = ()
    through: str | None = None
    citation: Citation


class DelegationRule(Pinned):
    """Whoever has a grant may have somebody use it for a matter that is stated, so many times, until a day."""

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
    of_county: bool = False
    """It is the authority of a county, of which there are many, and each urges the bodies of its own."""
    citation: Citation


class RecusalRule(Pinned):
    """To which body (a role) a task goes that nobody of its own may decide (回避): the first where somebody may."""

    to: tuple[str, ...]
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


class YearOf(StrEnum):
    """Whose procedure it is that is begun once in a calendar year."""

    PROVIDER = "provider"
    """Each provider's, and that of every other body that may file it."""
    CITY = "city"
    """The city's as one."""


class EveryRule(Pinned):
    """For what the procedure is begun by itself, again and again: for each dataset every so many calendar days, once in
    a calendar year for each body that may file it or for the city as one, or for each grant at the interval of its
    agreement."""

    days: int | None = None
    year_of: YearOf | None = None
    from_entry: bool = False
    """The year of whoever enters the directory within it counts from that day."""
    per: Literal["grant"] | None = None
    citation: Citation


class ReportingRule(Pinned):
    """After how many calendar days a grantee owes a report on use, where no body has set another interval."""

    days: int
    citation: Citation


class InspectionRule(Pinned):
    """Roles of the bodies that put on record what an inspection of the use found."""

    by: tuple[str, ...]
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
