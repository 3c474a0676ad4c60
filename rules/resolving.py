"""The cut through a pack at one date: what held on that day, and nothing that held only before or after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from rules.agreement import template
from rules.authored import Source
from rules.cut_at import CutAt, NotInForce, citation, in_force, label, maybe
from rules.deadlines import DATED
from rules.pack import Pack
from rules.pinned import (
    APPLICANT,
    AfterRule,
    CorrectionRule,
    CountingRule,
    EveryRule,
    GrantRule,
    HoldRule,
    InPlaceRule,
    LastDayOff,
    ProposedRule,
    RecusalRule,
    Regulation,
    ReminderRule,
    RevocationRule,
    SelectionRule,
    SupplementRule,
    UrgingRule,
)
from rules.pinned_stages import DataEffect, Step
from rules.procedure_rules import ProcedureRules
from rules.resolving_filing import choices_at, fields_at
from rules.resolving_stages import endings_at, stage_at

__all__ = [
    "NotInForce",
    "ProcedureUnknown",
    "as_last_in_force",
    "citation",
    "governing",
    "in_force",
    "resolve",
]


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
    return _Cut(pack, procedure, on).rules()


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
        raise NotInForce(pack.city, procedure, on, pack.in_force_from, pack.in_force_until)
    kept = AfterRule(only=dict(after.value.only), citation=citation(pack, after.cite))
    return rules.model_copy(update={"after_the_law": kept})


def _regulation(name: str, source: Source) -> Regulation:
    return Regulation(
        source=name,
        title=label(source.title),
        document=source.document,
        status=source.status,
        issued_on=source.issued_on,
        in_force_from=source.in_force_from,
        in_force_until=source.in_force_until,
        assumed=maybe(source.assumed),
    )


class _Cut(CutAt):
    def rules(self) -> ProcedureRules:
        pack, procedure = self.pack, self.procedure
        cited = self.cited
        regulation = self._regulation_in_force()
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
        hold = self.held(procedure.hold)
        concerns = self.held(procedure.concerns)
        filed_by = self.held(procedure.filed_by)
        every = self.held(procedure.every)
        recusal, reminders = self.held(pack.recusal), self.held(pack.reminders)
        against = self.held(procedure.against)
        proposed = self.held(procedure.proposed)
        withdrawal, chosen_by = self.held(procedure.withdrawal), procedure.selected_by
        correction = self.held(procedure.correction)
        bodies = {role: label(v.value) for role, named in pack.bodies.items() if (v := self.held(named))}
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
            regulation=regulation,
            regulations=tuple(_regulation(name, source) for name, source in pack.sources.items()),
            version=self.since.isoformat(),
            calendar=pack.calendar,
            bodies=bodies,
            fields=fields,
            entry=entry,
            choices={name: known for name, known in choices.items() if known},
            first=order.value.first,
            steps=steps,
            endings=endings,
            withdrawal=cited(withdrawal.cite) if withdrawal else None,
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
            opinion=stages[opinion.value] if opinion else None,
            opened=tuple(stages[name] for name in opened),
            opens_when_passed=dict(order.value.opens_when_passed),
            filed_by=filed_by.value if filed_by else (APPLICANT,),
            concerns=concerns.value if concerns else ("conditional",),
            revocation=RevocationRule(by=revocation.value.by, citation=cited(revocation.cite)) if revocation else None,
            hold=HoldRule(**hold.value.model_dump(), citation=cited(hold.cite)) if hold else None,
            every=EveryRule(days=every.value.days, citation=cited(every.cite)) if every else None,
            against=against.value if against else ("provider",),
            in_place_of={
                role: InPlaceRule(body=held.value, citation=cited(held.cite))
                for role, versions in procedure.in_place_of.items()
                if (held := self.held(versions))
            },
            proposed=ProposedRule(after=proposed.value.after, citation=cited(proposed.cite)) if proposed else None,
            agreement=agreement,
            grant=GrantRule(term_days=grant.value.term_days, citation=cited(grant.cite)) if grant else None,
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
            source = self.pack.sources[name]
            if source.in_force_from <= self.on and (source.in_force_until is None or self.on < source.in_force_until):
                self.since = source.in_force_from
                return _regulation(name, source)
        raise self.not_in_force()

    def _urging(self) -> Iterator[UrgingRule]:
        for role, versions in self.pack.urging.items():
            if held := self.held(versions):
                yield UrgingRule(body=role, by=held.value, citation=self.cited(held.cite))

    def _counting(self) -> Iterator[CountingRule]:
        for unit, versions in self.procedure.counting:
            if held := self.held(versions):
                off = LastDayOff(held.value) if unit in DATED else LastDayOff.STAYS
                yield CountingRule(unit=unit, last_day_off=off, citation=self.cited(held.cite))
