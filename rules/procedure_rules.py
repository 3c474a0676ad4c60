"""The law of one procedure in one city as it stood on the day that selects it: what a case keeps to its end.

A pack (`rules.pack`) is the law through time; this is one cut through it. It is stored by digest when a case is
received and rides in the workflow's input, so no later edit of a pack disturbs a case. It is read leniently: a field
added later has a default that means "as before".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydantic import Field

from rules.agreement import AgreementRule
from rules.pinned import (
    APPLICANT,
    OCCURRED_ON,
    PARTY,
    AfterRule,
    Choice,
    Citation,
    CorrectionRule,
    CountingRule,
    DelegationRule,
    EveryRule,
    FieldRule,
    FiledWithinRule,
    GrantRule,
    HoldRule,
    InPlaceRule,
    InspectionRule,
    Label,
    LastDayOff,
    Pinned,
    ProposedRule,
    RecusalRule,
    Regulation,
    RemedyRule,
    ReminderRule,
    ReportingRule,
    RevocationRule,
    SelectionRule,
    SupplementRule,
    UrgingRule,
)
from rules.pinned_stages import BodyStanding, ClockFrom, Ending, Stage, Step, StopBegins, StopRule
from rules.same import Same

PROVIDER = "provider"
"""The role of whose data a case is about, or of whom it is directed against."""

REVOKED = "revoked"
"""How a grant ends that a body has ended before its time."""


class ProcedureRules(Pinned):
    """The rules of one procedure, cut at one date."""

    schema_version: int = 1
    city: str
    city_name: Label
    city_code: str
    """Two to four letters that begin a case number."""
    procedure: str
    label: Label
    regulation: Regulation
    regulations: tuple[Regulation, ...] = ()
    """Every source that a citation names, this one included."""
    beside: tuple[Regulation, ...] = ()
    """The texts that were in force beside the regulation on that day."""
    version: str
    """Names this cut: the day since which these rules have stood, e.g. `2020-12-23`."""
    calendar: str
    bodies: Mapping[str, Label]
    """Role to the name of the body in this city; providers are many and named by the dataset."""
    county_authority: str | None = None
    """The role of the authorities of counties; None where there are none, and in rules that were pinned before packs
    had this."""
    fields: tuple[FieldRule, ...]
    entry: tuple[FieldRule, ...] = ()
    """The fields of a catalogue's entry, and which of them the law demands."""
    choices: Mapping[str, tuple[Choice, ...]]
    """`urgency`, `access_mode`, `use` …: the values that this city's law knows."""
    first: str
    steps: tuple[Step, ...]
    endings: tuple[Ending, ...]
    filed_within: FiledWithinRule | None = None
    """None: whenever it is filed, it is not late."""
    withdrawal: Citation | None = None
    """Whoever filed it may withdraw until the case is closed."""
    verified_on: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Choices, and their values, for which the bodies go on though the case was taken back."""
    correction: Citation | None = None
    """A body may correct its own decision until the next body has acted."""
    correcting: CorrectionRule | None = None
    """None, in rules that were pinned before packs had this: a correction is as late as what it replaces, and
    nobody is told of it."""
    supplement: SupplementRule | None = None
    stops: tuple[StopRule, ...] = ()
    """What stops clocks, or does not; none, in rules that were pinned before packs named it, beside what `supplement`
    says."""
    opinion: Stage | None = None
    """The stage that a reviewer may put before the experts while its own clock runs on."""
    opened: tuple[Stage, ...] = ()
    """Stages that stand in no step: an outcome, or a clock that passes, opens them beside it."""
    opens_when_passed: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Stage to those that lie open by themselves from the instant at which its clock passes."""
    filed_by: tuple[str, ...] = (APPLICANT,)
    """Who may file: the applicant, or officers of bodies by their role."""
    concerns: tuple[str, ...] = ("conditional",)
    """Data of which openness the procedure is about."""
    grant: GrantRule | None = None
    agreement: AgreementRule | None = None
    """None, as in rules that were pinned before this was told: whoever signs names no text."""
    revocation: RevocationRule | None = None
    """None, in rules that were pinned before packs had this: the provider, with a reason, by no rule that is named."""
    delegation: DelegationRule | None = None
    """None: a grant is used by whoever has it alone."""
    reporting: ReportingRule | None = None
    """None, as in rules that were pinned before packs had this: grants under them owe no reports on use."""
    inspection: InspectionRule | None = None
    """None, as in rules that were pinned before packs had this: no inspection is put on record."""
    use_records: Citation | None = None
    """A grantee keeps a record of use of its own."""
    hold: HoldRule | None = None
    every: EveryRule | None = None
    against: tuple[str, ...] = ("provider",)
    """Roles of the bodies against which it can be directed."""
    in_place_of: Mapping[str, InPlaceRule] = Field(default_factory=dict)
    """Role of a body against which it can be directed to who acts then in its place."""
    proposed: ProposedRule | None = None
    after_the_law: AfterRule | None = None
    """None where the law was in force when the case was received."""
    remedies: tuple[RemedyRule, ...] = ()
    """Where to go after a refusal; none in rules that were pinned before packs had this."""
    urging: tuple[UrgingRule, ...] = ()
    """Who may urge; nobody, in rules that were pinned before packs had this."""
    recusal: RecusalRule | None = None
    """None: nowhere, and in rules that were pinned before packs had this."""
    reminders: ReminderRule | None = None
    """None: nobody is reminded of anything."""
    counting: tuple[CountingRule, ...] = ()
    """One for each unit in which a period is given; none in rules that were pinned before packs had this."""
    selection: SelectionRule | None = None

    def were_pinned_with(self, field: str) -> bool:
        """Whether packs had rules of this kind when these were pinned, so that these name them, even if there are none.

        Only of rules as they were stored: the engine's copy names every field.
        """
        return field in self.model_fields_set

    def step(self, name: str) -> Step | None:
        return next((s for s in self.steps if s.step == name), None)

    def ending(self, outcome: str) -> Ending | None:
        return next((e for e in self.endings if e.outcome == outcome), None)

    def remedies_against(self, outcome: str | None) -> tuple[RemedyRule, ...]:
        """Where to go after a case that ended so; nowhere where that refuses nothing and takes nothing."""
        ending = self.ending(outcome or "")
        is_against = outcome == REVOKED or (ending is not None and ending.refusal)
        return self.remedies if is_against else ()

    def reached_from(self, first: str) -> frozenset[str]:
        """The steps to which a case can come that begins in this one, itself included."""
        reached: set[str] = set()
        ahead = [first]
        while ahead:
            step = self.step(ahead.pop())
            if step is None or step.step in reached:
                continue
            reached.add(step.step)
            outcomes = [outcome for stage in step.stages for outcome in stage.outcomes]
            led_to = [to for outcome in outcomes for to in (outcome.leads_to, outcome.then_to)]
            ahead += [to for to in (step.then, *step.then_if_all.values(), *led_to) if to]
        return frozenset(reached)

    @property
    def is_about_data(self) -> bool:
        """Whether a provider has a part in the procedure, as it has wherever its data is concerned."""
        return any(stage.body == PROVIDER for step in self.steps for stage in step.stages)

    def stage(self, name: str) -> Stage | None:
        # Asked for so often that a chain of generators is felt.
        for step in self.steps:
            for stage in step.stages:
                if stage.stage == name:
                    return stage
        for stage in self.opened:
            if stage.stage == name:
                return stage
        return self.opinion if self.opinion and self.opinion.stage == name else None

    def decided_by_law(self, choices: Mapping[str, str]) -> Ending | None:
        """The ending of a case with these choices, where the law itself has decided and nobody else does."""
        for ending in self.endings:
            decided = ending.at_once_when.items()
            if decided and all(choices.get(name) in values for name, values in decided):
                return ending
        return None

    def first_for(self, choices: Mapping[str, str]) -> str:
        """The step in which a case with these choices begins, or the ending that it has at once."""
        if ending := self.decided_by_law(choices):
            return ending.outcome
        chosen = (self.choice(name, value) for name, value in choices.items())
        return next((c.begins_at for c in chosen if c and c.begins_at), self.first)

    def choice(self, name: str, value: str) -> Choice | None:
        return next((c for c in self.choices.get(name, ()) if c.value == value), None)

    def opens_by_itself(self, stage: str) -> bool:
        """Whether it is time that puts the stage before its body, when the clock of another passes."""
        return any(stage in opened for opened in self.opens_when_passed.values())

    def holds_up_its_step(self, stage: Stage) -> bool:
        """Whether its step goes on only when this stage is done: not one that outlasts the step, nor the question
        whether to suspend, which other decisions can answer."""
        is_review = self.hold is not None and stage.stage == self.hold.reviewed_by
        return not is_review and not stage.outlasting

    def acting(self, role: str, bodies: Mapping[str, str]) -> str:
        """Who acts where the law says `role`: another, where the case is directed against that very body, which stands
        in it as its provider."""
        is_against_itself = role != PROVIDER and bodies.get(role) is not None and bodies[role] == bodies.get(PROVIDER)
        return self.in_place_of[role].body if is_against_itself and role in self.in_place_of else role

    def begun_by(self, bodies: Mapping[str, str]) -> tuple[str, ...]:
        """The roles that may file a case between these bodies, each by who acts in its place."""
        return tuple(self.acting(role, bodies) for role in self.filed_by)

    @property
    def acting_in_place(self) -> frozenset[str]:
        """The roles that act where a case is directed against the body that otherwise would."""
        return frozenset(each.body for each in self.in_place_of.values())

    def with_a_part(self, bodies: Mapping[str, str]) -> dict[str, str]:
        """Of these, by role, the bodies that have a part in a case under these rules."""
        named = {stage.body for step in self.steps for stage in step.stages} | {stage.body for stage in self.opened}
        part = {*named, *self.filed_by}
        part |= {self.acting(role, bodies) for role in part}
        if self.county_authority and self.goes_by_counties:
            part.add(self.county_authority)
        return {role: body for role, body in bodies.items() if role in part}

    def without_a_body(self, bodies: Mapping[str, str], choices: Mapping[str, str]) -> tuple[str, ...]:
        """The roles before which a case of these choices between these bodies may come to lie, and that none of them
        has. A stage before each provider, or before the authority of a county, is left out where there is none."""
        all_stages = [*(stage for step in self.steps for stage in step.stages), *self.opened]
        stages = [stage for stage in all_stages if stage.may_come_to_apply(choices)]
        roles = {self.acting(s.body, bodies): None for s in stages if not s.each and not s.of_county}
        return tuple(role for role in roles if role not in {*bodies, APPLICANT, PARTY})

    def day_demanded(self, choices: Mapping[str, str]) -> Citation | None:
        """The rule by which a clock, or the period for the filing itself, runs from the event, so that its day is
        stated with the filing; None where none does."""
        for stage in (stage for step in self.steps for stage in step.stages):
            if stage.clock_from is ClockFrom.EVENT and stage.applies_to(choices) and stage.period(choices):
                return stage.period_citation or stage.citation
        within = self.filed_within
        return within.citation if within and within.day == OCCURRED_ON and within.binds(choices) else None

    @property
    def knows_counties(self) -> bool:
        """Whether something of a case can lie before the authority of a county."""
        return any(stage.of_county for step in self.steps for stage in step.stages)

    @property
    def goes_by_counties(self) -> bool:
        """Whether some decision can be taken only about a body of the city, or only about one of a county."""
        stages = [*(stage for step in self.steps for stage in step.stages), *self.opened]
        return any(outcome.when_body for stage in stages for outcome in stage.outcomes)

    def standing_of(self, bodies: Mapping[str, str]) -> BodyStanding:
        """Of what the body is that a case between these bodies is about."""
        return BodyStanding.OF_COUNTY if self.county_authority in bodies else BodyStanding.OF_CITY

    def stop(self, name: str) -> StopRule | None:
        return next((s for s in self.stops if s.stop == name), None)

    def stops_of(self, stage: str, begins: StopBegins) -> Iterator[StopRule]:
        """The rules by which something of this kind stops the clock of a stage, or does not."""
        return (rule for rule in self.stops if rule.begins is begins and stage in rule.clocks)

    def counting_of(self, unit: str) -> CountingRule | None:
        return next((c for c in self.counting if c.unit == unit), None)

    @property
    def moving_units(self) -> tuple[str, ...]:
        """The units whose periods, where their last day is a day off, end with the next working day."""
        return tuple(c.unit for c in self.counting if c.last_day_off is LastDayOff.MOVES)

    def digest(self) -> str:
        """The name under which these rules are kept: SHA-256 over their canonical JSON."""
        return _digest(Same(self))


@lru_cache(maxsize=256)
def _digest(rules: Same[ProcedureRules]) -> str:
    content = rules.it.model_dump(mode="json")
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
