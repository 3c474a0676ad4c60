"""The cut through a pack at one date: what held on that day, and nothing that held only before or after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Generic, NamedTuple, TypeVar

from rules.agreement import template
from rules.authored import Source, Version, Wording
from rules.pack import (
    PROMPTLY,
    SERVICE,
    ChoiceEntry,
    FieldEntry,
    OrderTerms,
    OutcomeEntry,
    Pack,
    Procedure,
    Required,
    StageEntry,
    WithdrawalTerms,
)
from rules.pinned import (
    APPLICANT,
    PARTY,
    AfterRule,
    Bar,
    Basis,
    Choice,
    Citation,
    CorrectionRule,
    CountingRule,
    EveryRule,
    FieldRule,
    FiledWithinRule,
    GrantRule,
    HoldRule,
    InPlaceRule,
    Label,
    ProposedRule,
    RecusalRule,
    Regulation,
    RemedyRule,
    ReminderRule,
    Requirement,
    RevocationRule,
    SelectionRule,
    SupplementRule,
    UrgingRule,
)
from rules.pinned_stages import (
    ClassEffect,
    ClassStanding,
    ClockFrom,
    DataEffect,
    Ending,
    EntryEffect,
    GrantEffect,
    LimitStanding,
    Outcome,
    RecordEffect,
    Stage,
    Step,
)
from rules.procedure_rules import ProcedureRules
from rules.same import Same

T = TypeVar("T")

THE_PARTY = Label(zh="提起方", en="the body that filed")
"""What a body is called before which a stage lies because it filed the case."""


class NotInForce(LookupError):
    """No law of this city governs the procedure on that day: not yet, or no longer."""

    def __init__(self, city: str, procedure: str, on: date, texts: Sequence[Regulation]) -> None:
        self.city = city
        self.procedure = procedure
        self.on = on
        self.texts = tuple(texts)
        """The law of the city through time, and what stands beside it."""
        super().__init__(f"{city}: no law for {procedure} on {on}; {self.named.en}")

    @property
    def named(self) -> Label:
        """Each text by its title and its days."""
        parts = [_with_its_days(text) for text in self.texts]
        return Label(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


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


def in_force(versions: Iterable[Version[T]], on: date) -> Version[T] | None:
    """The version that holds on that day, or none."""
    return next((v for v in versions if v.holds_on(on)), None)


def citation(pack: Pack, cite: str) -> Citation:
    """What a citation of the pack names: an article of a source, or a service rule with its reason."""
    source, _, article = cite.partition(" ")
    if source == SERVICE:
        return Citation(source=SERVICE, article=article, basis=Basis.SERVICE, note=_label(pack.service_rules[article]))
    return Citation(source=source, article=article)


def _label(wording: Wording) -> Label:
    return Label(zh=wording.zh, en=wording.en)


def _maybe(wording: Wording | None) -> Label | None:
    return _label(wording) if wording else None


def _regulation(name: str, source: Source) -> Regulation:
    return Regulation(
        source=name,
        title=_label(source.title),
        document=source.document,
        status=source.status,
        issued_on=source.issued_on,
        in_force_from=source.in_force_from,
        in_force_until=source.in_force_until,
        assumed=_maybe(source.assumed),
    )


def texts_of(pack: Pack) -> tuple[Regulation, ...]:
    """The law of the city through time, and the texts that stand beside it."""
    return tuple(_regulation(name, pack.sources[name]) for name in (*pack.law, *pack.beside))


def stands_on(text: Regulation, on: date) -> bool:
    """Whether a text is in force on that day."""
    return text.in_force_from <= on and (text.in_force_until is None or on < text.in_force_until)


def _with_its_days(text: Regulation) -> Label:
    """A text by its title, and from when until when it is in force."""
    zh, en = f"自{text.in_force_from}起施行", f"in force from {text.in_force_from}"
    if text.in_force_until:
        zh, en = f"{zh}，自{text.in_force_until}起失效", f"{en} until {text.in_force_until} (exclusive)"
    title = text.title.zh if text.title.zh.startswith("《") else f"《{text.title.zh}》"
    return Label(zh=f"{title}{zh}", en=f"{text.title.en}, {en}")


class _Held(NamedTuple, Generic[T]):
    value: T
    cite: str


class _Cut:
    def __init__(self, pack: Pack, name: str, on: date) -> None:
        self.pack = pack
        self.name = name
        self.procedure: Procedure = pack.procedures[name]
        self.on = on
        self.since = pack.in_force_from

    def rules(self) -> ProcedureRules:
        pack, procedure = self.pack, self.procedure
        cited = partial(citation, pack)
        regulation = self._regulation_in_force()
        beside = tuple(text for text in texts_of(pack)[len(pack.law) :] if stands_on(text, self.on))
        order = self._chosen(procedure.order)
        if order.value is None:
            raise self._not_in_force()
        stages = {name: stage for name in procedure.stages if (stage := self._stage(name, order.value)) is not None}
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
        opinion = self._held(procedure.opinion)
        supplement = self._held(procedure.supplement)
        grant = self._held(procedure.grant)
        agreement = template(self._held(procedure.agreement), cited)
        revocation = self._held(procedure.revocation)
        hold = self._held(procedure.hold)
        concerns = self._held(procedure.concerns)
        filed_by = self._held(procedure.filed_by)
        every = self._held(procedure.every)
        recusal, reminders = self._held(pack.recusal), self._held(pack.reminders)
        against = self._held(procedure.against)
        proposed = self._held(procedure.proposed)
        withdrawal, chosen_by = self._held(procedure.withdrawal), procedure.selected_by
        correction, within = self._held(procedure.correction), self._held(procedure.filed_within)
        bodies = {role: _label(v.value) for role, named in pack.bodies.items() if (v := self._held(named))}
        if any(stage.body == PARTY for stage in stages.values()):
            bodies[PARTY] = THE_PARTY
        fields = tuple(self._fields(procedure.fields))
        entry = tuple(self._fields(procedure.entry))
        choices = {name: tuple(self._choices(known)) for name, known in procedure.choices.items()}
        endings = tuple(self._endings())
        counting = tuple(self._counting())
        return ProcedureRules(
            city=pack.city,
            city_name=_label(pack.name),
            city_code=pack.code,
            procedure=self.name,
            label=_label(procedure.label),
            regulation=regulation,
            regulations=tuple(_regulation(name, source) for name, source in pack.sources.items()),
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
            filed_within=FiledWithinRule(period=within.value, citation=cited(within.cite)) if within else None,
            withdrawal=citation(pack, withdrawal.cite) if withdrawal else None,
            verified_on=dict(withdrawal.value.verified_on)
            if withdrawal and isinstance(withdrawal.value, WithdrawalTerms)
            else {},
            correction=citation(pack, correction.cite) if correction else None,
            correcting=CorrectionRule(
                tells=correction.value.tells,
                requires=self._requirements(correction.value.requires, correction.cite),
                citation=citation(pack, correction.cite),
            )
            if correction
            else None,
            supplement=SupplementRule(**supplement.value.model_dump(), citation=citation(pack, supplement.cite))
            if supplement
            else None,
            opinion=stages[opinion.value] if opinion else None,
            opened=tuple(stages[name] for name in opened),
            opens_when_passed=dict(order.value.opens_when_passed),
            filed_by=filed_by.value if filed_by else (APPLICANT,),
            concerns=concerns.value if concerns else ("conditional",),
            revocation=RevocationRule(by=revocation.value.by, citation=cited(revocation.cite)) if revocation else None,
            hold=HoldRule(**hold.value.model_dump(), citation=citation(pack, hold.cite)) if hold else None,
            every=EveryRule(days=every.value.days, citation=citation(pack, every.cite)) if every else None,
            against=against.value if against else ("provider",),
            in_place_of={
                role: InPlaceRule(body=held.value, citation=citation(pack, held.cite))
                for role, versions in procedure.in_place_of.items()
                if (held := self._held(versions))
            },
            proposed=ProposedRule(after=proposed.value.after, citation=citation(pack, proposed.cite))
            if proposed
            else None,
            agreement=agreement,
            grant=GrantRule(term_days=grant.value.term_days, citation=citation(pack, grant.cite)) if grant else None,
            remedies=tuple(self._remedies()) if any(ending.refusal for ending in endings) else (),
            urging=tuple(self._urging()),
            recusal=RecusalRule(to=recusal.value, citation=citation(pack, recusal.cite))
            if recusal and recusal.value
            else None,
            reminders=ReminderRule(**reminders.value.model_dump(), citation=citation(pack, reminders.cite))
            if reminders
            else None,
            counting=counting,
            selection=SelectionRule(selected_by=chosen_by.value, citation=cited(chosen_by.cite)),
        )

    def _not_in_force(self) -> NotInForce:
        return NotInForce(self.pack.city, self.name, self.on, texts_of(self.pack))

    def _regulation_in_force(self) -> Regulation:
        for name in self.pack.law:
            regulation = _regulation(name, self.pack.sources[name])
            if stands_on(regulation, self.on):
                self.since = regulation.in_force_from
                return regulation
        raise self._not_in_force()

    def _chosen(self, versions: Iterable[Version[T]]) -> Version[T]:
        """The version that holds, null or not; the cut has stood since the latest of those chosen."""
        version = in_force(versions, self.on)
        if version is None:
            raise self._not_in_force()
        self.since = max(self.since, version.in_force_from)
        return version

    def _held(self, versions: Iterable[Version[T]] | None) -> _Held[T] | None:
        """The value that holds with its citation, unless the pack is silent or says that nothing applies."""
        version = None if versions is None else self._chosen(versions)
        return None if version is None or version.value is None else _Held(version.value, version.cite)

    def _requirements(self, required: Iterable[Required], cite: str) -> tuple[Requirement, ...]:
        return tuple(
            Requirement(any_of=r.any_of, when=dict(r.when), citation=citation(self.pack, r.cite or cite))
            for r in required
        )

    def _stage(self, name: str, order: OrderTerms) -> Stage | None:
        entry: StageEntry = self.procedure.stages[name]
        body, period = self._held(entry.body), self._chosen(entry.period)
        periods = period.value if isinstance(period.value, Mapping) else {}
        outcomes = tuple(self._outcomes(entry.outcomes))
        if body is None:
            return None
        return Stage(
            stage=name,
            label=_label(entry.label),
            body=body.value,
            periods={by: length for by, length in periods.items() if length != PROMPTLY},
            period_by=entry.period_by,
            period_citation=citation(self.pack, period.cite),
            promptly=period.value == PROMPTLY,
            promptly_for=tuple(by for by, length in periods.items() if length == PROMPTLY),
            set_by_decision=period.value == "set_by_decision",
            clock_from=ClockFrom(order.clock_from.get(name, ClockFrom.OPENING)),
            only_when=dict(order.only_when.get(name, {})),
            ahead_of_turn=name in order.ahead_of_turn,
            outlasting=name in order.outlasting,
            binding=name in order.binding,
            outcomes=outcomes,
            citation=citation(self.pack, body.cite),
        )

    def _outcomes(self, entries: Mapping[str, OutcomeEntry]) -> Iterator[Outcome]:
        for name, entry in entries.items():
            version = self._held(entry.versions)
            if version:
                yield Outcome(
                    outcome=name,
                    label=_label(entry.label),
                    leads_to=version.value.leads_to,
                    period=version.value.period,
                    at_most=version.value.at_most,
                    then_to=version.value.then_to,
                    requires=self._requirements(version.value.requires, version.cite),
                    data=DataEffect(version.value.data) if version.value.data else None,
                    whole_dataset=version.value.whole_dataset,
                    marks=version.value.marks,
                    answers=version.value.answers,
                    entry=EntryEffect(version.value.entry) if version.value.entry else None,
                    trigger=version.value.trigger,
                    by_publication=version.value.by_publication,
                    opens=version.value.opens,
                    when_limit=LimitStanding(version.value.when_limit) if version.value.when_limit else None,
                    class_effect=ClassEffect(version.value.class_effect) if version.value.class_effect else None,
                    when_class=ClassStanding(version.value.when_class) if version.value.when_class else None,
                    grant=GrantEffect(version.value.grant) if version.value.grant else None,
                    record=RecordEffect(version.value.record) if version.value.record else None,
                    citation=citation(self.pack, version.cite),
                )

    def _endings(self) -> Iterator[Ending]:
        for name, entry in self.procedure.endings.items():
            version = self._held(entry.versions)
            if version:
                yield Ending(
                    outcome=name,
                    label=_label(entry.label),
                    grants=version.value.grants,
                    upheld=version.value.upheld,
                    refusal=version.value.refusal,
                    citation=citation(self.pack, version.cite),
                )

    def _remedies(self) -> Iterator[RemedyRule]:
        for name, versions in self.pack.remedies.items():
            if held := self._held(versions):
                yield RemedyRule(remedy=name, says=_label(held.value), citation=citation(self.pack, held.cite))

    def _urging(self) -> Iterator[UrgingRule]:
        for role, versions in self.pack.urging.items():
            if held := self._held(versions):
                yield UrgingRule(body=role, by=held.value, citation=citation(self.pack, held.cite))

    def _counting(self) -> Iterator[CountingRule]:
        for unit, versions in self.procedure.counting:
            if held := self._held(versions):
                yield CountingRule(unit=unit, citation=citation(self.pack, held.cite))

    def _fields(self, entries: Mapping[str, FieldEntry]) -> Iterator[FieldRule]:
        for name, entry in entries.items():
            version = self._held(entry.versions)
            if version:
                yield FieldRule(
                    field=name,
                    label=_label(entry.label),
                    required=version.value.required,
                    when=dict(version.value.when),
                    citation=citation(self.pack, version.cite),
                )

    def _choices(self, entries: Mapping[str, ChoiceEntry]) -> Iterator[Choice]:
        for name, entry in entries.items():
            version = self._held(entry.versions)
            if version:
                yield Choice(
                    value=name,
                    label=_label(entry.label),
                    on_request=version.value.on_request,
                    grant_requires=self._requirements(version.value.grant_requires, version.cite),
                    advice=_maybe(version.value.advice),
                    begins_at=version.value.begins_at,
                    reopens=version.value.reopens,
                    belongs_elsewhere=_maybe(version.value.belongs_elsewhere),
                    belongs_to=version.value.belongs_to,
                    barred=tuple(
                        Bar(when=dict(bar.when), unless=dict(bar.unless), citation=citation(self.pack, bar.cite))
                        for bar in version.value.barred
                    ),
                    citation=citation(self.pack, version.cite),
                )
