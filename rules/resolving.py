"""The cut through a pack at one date: what held on that day, and nothing that held only before or after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from rules.agreement import template
from rules.cut_at import CutAt, NotInForce, citation, in_force
from rules.deadlines import DATED
from rules.pack import Pack, WithdrawalTerms
from rules.pinned import (
    APPLICANT,
    PARTY,
    AfterRule,
    CorrectionRule,
    CountingRule,
    DelegationRule,
    EveryRule,
    GrantRule,
    HoldRule,
    InPlaceRule,
    InspectionRule,
    Label,
    LastDayOff,
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
from rules.pinned_stages import DataEffect, Step
from rules.procedure_rules import ProcedureRules
from rules.resolving_filing import choices_at, fields_at, filed_within_at
from rules.resolving_stages import endings_at, stage_at, stops_at
from rules.same import Same
from rules.texts_in_force import label, regulation, stands_on, texts_of

__all__ = [
    "NotInForce",
    "ProcedureUnknown",
    "as_last_in_force",
    "citation",
    "governing",
    "in_force",
    "resolve",
]

THE_PARTY = Label(zh="提起方", en="the body that filed")
"""What a body is called before which a stage lies because it filed the case."""


class ProcedureUnknown(LookupError):
    """The pack does not describe this procedure."""

    def __init__(self, city: str, procedure: str) -> None:
        super().__init__(f"{city}: the pack describes no procedure {procedure}")


def resolve(pack: Pack, procedure: str, on: date) -> ProcedureRules:
    """The rules of a procedure on a day (a civil date of the city), for a pack that the loader has accepted.

    Raises `NotInForce` before the law is in force and from the day it ends, `ProcedureUnknown` for a procedure that the
    pack does not describe. Never falls back to an earlier or later version.
    """
    if procedure not in pack.procedures:
        raise ProcedureUnknown(pack.city, procedure)
    return _resolved(Same(pack), procedure, on)


@lru_cache(maxsize=256)
def _resolved(pack: Same[Pack], procedure: str, on: date) -> ProcedureRules:
    """Cut once: every filing of a day is received under the same rules, which nobody changes."""
    return _Cut(pack.it, procedure, on).rules()


def as_last_in_force(pack: Pack, procedure: str, on: date) -> ProcedureRules:
    """As `resolve`, and from the day the law ends, the rules of its last day: what its words are, not whom they bind.

    Raises `NotInForce` before the law is in force, `ProcedureUnknown`.
    """
    return resolve(pack, procedure, min(on, pack.in_force_until - timedelta(days=1)) if pack.in_force_until else on)


def governing(pack: Pack, procedure: str, on: date) -> ProcedureRules:
    """The rules under which a case is received on a day: those in force, and once the law has ended, those of its last
    day where the pack keeps the procedure open as a remedy for what was opened under it (`after_the_law`).

    Raises `NotInForce` where there are none, `ProcedureUnknown`.
    """
    if pack.in_force_until is None or on < pack.in_force_until:
        return resolve(pack, procedure, on)
    rules = as_last_in_force(pack, procedure, on)
    after = in_force(pack.procedures[procedure].after_the_law or (), pack.in_force_until - timedelta(days=1))
    if after is None or after.value is None:
        raise NotInForce(pack.city, procedure, on, texts_of(pack))
    kept = AfterRule(only=dict(after.value.only), citation=citation(pack, after.cite))
    return rules.model_copy(update={"after_the_law": kept})


class _Cut(CutAt):
    def rules(self) -> ProcedureRules:
        pack, procedure = self.pack, self.procedure
        cited = self.cited
        in_force_now = self._regulation_in_force()
        beside = tuple(text for text in texts_of(pack)[len(pack.law) :] if stands_on(text, self.on))
        order = self.chosen(procedure.order)
        if order.value is None:
            raise self.not_in_force()
        stages = {name: stage for name in procedure.stages if (stage := stage_at(self, name, order.value)) is not None}
        steps = tuple(
            Step(
                step=name,
                stages=tuple(stages[s] for s in terms.stages),
                then=terms.then,
                then_if_all=dict(terms.then_if_all),
                data=DataEffect(terms.data) if terms.data else None,
                whole_dataset=terms.whole_dataset,
            )
            for name, terms in order.value.steps.items()
        )
        opened = dict.fromkeys(name for stage in stages.values() for o in stage.outcomes for name in o.opens)
        opened |= dict.fromkeys(name for names in order.value.opens_when_passed.values() for name in names)
        opinion = self.held(procedure.opinion)
        supplement = self.held(procedure.supplement)
        grant = self.held(procedure.grant)
        agreement = template(self.held(procedure.agreement), cited)
        revocation = self.held(procedure.revocation)
        delegation = self.held(procedure.delegation)
        hold = self.held(procedure.hold)
        concerns = self.held(procedure.concerns)
        filed_by = self.held(procedure.filed_by)
        every = self.held(procedure.every)
        reporting, inspection = self.held(procedure.reporting), self.held(procedure.inspection)
        use_records = self.held(procedure.use_records)
        recusal, reminders = self.held(pack.recusal), self.held(pack.reminders)
        against = self.held(procedure.against)
        proposed = self.held(procedure.proposed)
        withdrawal, chosen_by = self.held(procedure.withdrawal), procedure.selected_by
        correction = self.held(procedure.correction)
        bodies = {role: label(v.value) for role, named in pack.bodies.items() if (v := self.held(named))}
        if any(stage.body == PARTY for stage in stages.values()):
            bodies[PARTY] = THE_PARTY
        fields = tuple(fields_at(self, procedure.fields))
        entry = tuple(fields_at(self, procedure.entry))
        choices = {name: tuple(choices_at(self, known)) for name, known in procedure.choices.items()}
        endings = tuple(endings_at(self))
        counting = tuple(self._counting())
        return ProcedureRules(
            city=pack.city,
            city_name=label(pack.name),
            city_code=pack.code,
            procedure=self.name,
            label=label(procedure.label),
            regulation=in_force_now,
            regulations=tuple(regulation(name, source) for name, source in pack.sources.items()),
            beside=beside,
            version=self.since.isoformat(),
            calendar=pack.calendar,
            bodies=bodies,
            fields=fields,
            entry=entry,
            choices={name: known for name, known in choices.items() if known},
            first=order.value.first,
            steps=steps,
            endings=endings,
            filed_within=filed_within_at(self) if procedure.filed_within else None,
            withdrawal=cited(withdrawal.cite) if withdrawal else None,
            verified_on=dict(withdrawal.value.verified_on)
            if withdrawal and isinstance(withdrawal.value, WithdrawalTerms)
            else {},
            correction=cited(correction.cite) if correction else None,
            correcting=CorrectionRule(
                tells=correction.value.tells,
                requires=self.requirements(correction.value.requires, correction.cite),
                citation=cited(correction.cite),
            )
            if correction
            else None,
            supplement=SupplementRule(**supplement.value.model_dump(), citation=cited(supplement.cite))
            if supplement
            else None,
            stops=tuple(stops_at(self)),
            opinion=stages[opinion.value] if opinion else None,
            opened=tuple(stages[name] for name in opened),
            opens_when_passed=dict(order.value.opens_when_passed),
            filed_by=filed_by.value if filed_by else (APPLICANT,),
            concerns=concerns.value if concerns else ("conditional",),
            revocation=RevocationRule(**revocation.value.model_dump(), citation=cited(revocation.cite))
            if revocation
            else None,
            delegation=DelegationRule(citation=cited(delegation.cite)) if delegation else None,
            hold=HoldRule(**hold.value.model_dump(), citation=cited(hold.cite)) if hold else None,
            every=EveryRule(**every.value.model_dump(), citation=cited(every.cite)) if every else None,
            reporting=ReportingRule(days=reporting.value.days, citation=cited(reporting.cite)) if reporting else None,
            inspection=InspectionRule(by=inspection.value.by, citation=cited(inspection.cite)) if inspection else None,
            use_records=cited(use_records.cite) if use_records else None,
            against=against.value if against else ("provider",),
            in_place_of={
                role: InPlaceRule(body=held.value, citation=cited(held.cite))
                for role, versions in procedure.in_place_of.items()
                if (held := self.held(versions))
            },
            proposed=ProposedRule(after=proposed.value.after, citation=cited(proposed.cite)) if proposed else None,
            agreement=agreement,
            grant=GrantRule(term_days=grant.value.term_days, citation=cited(grant.cite)) if grant else None,
            remedies=tuple(self._remedies()) if any(ending.refusal for ending in endings) else (),
            county_authority=self.pack.counties.authority if self.pack.counties else None,
            urging=tuple(self._urging()),
            recusal=RecusalRule(to=recusal.value, citation=cited(recusal.cite)) if recusal and recusal.value else None,
            reminders=ReminderRule(**reminders.value.model_dump(), citation=cited(reminders.cite))
            if reminders
            else None,
            counting=counting,
            selection=SelectionRule(selected_by=chosen_by.value, citation=cited(chosen_by.cite)),
        )

    def _regulation_in_force(self) -> Regulation:
        for name in self.pack.law:
            text = regulation(name, self.pack.sources[name])
            if stands_on(text, self.on):
                self.since = text.in_force_from
                return text
        raise self.not_in_force()

    def _remedies(self) -> Iterator[RemedyRule]:
        for name, versions in self.pack.remedies.items():
            if held := self.held(versions):
                yield RemedyRule(remedy=name, says=label(held.value), citation=self.cited(held.cite))

    def _urging(self) -> Iterator[UrgingRule]:
        for role, versions in self.pack.urging.items():
            if held := self.held(versions):
                of_county = self.pack.counties is not None and self.pack.counties.authority == role
                yield UrgingRule(body=role, by=held.value, of_county=of_county, citation=self.cited(held.cite))

    def _counting(self) -> Iterator[CountingRule]:
        for unit, versions in self.procedure.counting:
            if held := self.held(versions):
                off = LastDayOff(held.value) if unit in DATED else LastDayOff.STAYS
                yield CountingRule(unit=unit, last_day_off=off, citation=self.cited(held.cite))
