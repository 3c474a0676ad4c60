"""Whether a procedure, as it stood on one day, can be walked from its first step to an end by bodies that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from rules.agreement_checking import broken_of_agreements
from rules.answering_checking import broken_of_answers
from rules.applicant_answers import APPLICANT_ANSWERS
from rules.county_checking import broken_of_counties
from rules.cutting import Broken, Cut, Path, applies, targets_of, thens_of
from rules.deadlines import Unit, parse_period
from rules.entry_checking import broken_of_entry
from rules.filing_checking import (
    broken_of_filing_period,
    broken_of_what_is_chosen,
    broken_of_who_files,
    periods_of_filing,
)
from rules.lapse_checking import broken_of_lapses
from rules.limit_checking import broken_of_limits, broken_of_time, is_limited
from rules.pack import (
    DATA_WITHDRAWN,
    GRANTED,
    GROUND,
    PROMPTLY,
    WITHDRAWN,
    ChoiceTerms,
    Pack,
    WithdrawalTerms,
)
from rules.pinned import APPLICANT, PARTY
from rules.procedure_names import CATALOGUE_UPDATE, USE_REPORT
from rules.report_checking import broken_of_reports
from rules.resolving import in_force
from rules.stop_checking import broken_of_stops, stages_of_stops, stops_of
from rules.use_checking import broken_of_revocation, broken_of_use
from rules.vocabulary import (
    DECISION_FIELDS,
    FOUND_AT_RECEIPT,
    QUESTIONS,
    REPORTED,
    demandable_of,
)
from rules.way import OutcomeTerms, Required, StepTerms
from rules.yearly_checking import broken_of_years

EVIDENCE = "evidence"
"""Of a stage: its clock begins with it; of a filing: the field that carries it."""
NAMES_NOTHING = frozenset({"unknown_target", "unknown_stage", "unknown_step", "unknown_outcome", "ambiguous_target"})
"""Rules by which something is named that is not there: what is said of the ways of a case may only follow from it."""
CAUSED_BY_NOTHING = frozenset({"unknown_field", "unknown_choice", "no_responsible_body"})
"""Rules that are broken by themselves, whatever else is."""
URGENCY, ORDINARY = "urgency", "normal"
"""The choice that tells a period, and the value for which a filing stands that leaves it out."""


def check_cut(pack: Pack, name: str, on: date) -> Iterator[Broken]:
    """Path, rule and fact of everything in the procedure, as it stood on that day, by which a case could not go on."""
    order = in_force(pack.procedures[name].order, on)
    if order is not None and order.value is not None:
        yield from _Cut(pack, name, on, order.value).broken()


class _Cut(Cut):
    def broken(self) -> Iterator[Broken]:
        """What names something that is not there comes first, and alone: all else may only follow from it."""
        found = list(self._of_what_is_named())
        if any(rule in NAMES_NOTHING for _, rule, _ in found):
            yield from (broken for broken in found if broken[1] in NAMES_NOTHING | CAUSED_BY_NOTHING)
            return
        yield from found
        yield from self._of_the_ways()

    def _of_what_is_named(self) -> Iterator[Broken]:
        yield from self._filing()
        yield from broken_of_who_files(self)
        yield from broken_of_what_is_chosen(self)
        yield from broken_of_filing_period(self)
        used = [s for step in self.steps.values() for s in step.stages]
        beside = [*self.opened, *([self.opinion] if self.opinion else [])]
        stages = self._all_stages()
        for stage in stages:
            yield from self._stage(stage)
        yield from self._counting(stages)
        yield from stages_of_stops(self)
        for stage in {s for s in used if used.count(s) > 1 or s in beside}:
            yield (*self.path, "order"), "stage_in_two_places", f"{stage} stands in more than one place"
        for stage in self.procedure.stages:
            if stage not in used and stage not in beside and not self._used_later(stage):
                yield (*self.path, "stages", stage), "unreachable_stage", f"{stage} stands in no step"
        if self.first not in self.steps:
            yield (*self.path, "order"), "unknown_target", f"{self.first} is no step"
        yield from self._beside(stages)
        yield from self._targets()

    def _all_stages(self) -> list[str]:
        used = [s for step in self.steps.values() for s in step.stages]
        return list(dict.fromkeys([*used, *self.opened, *([self.opinion] if self.opinion else [])]))

    def _of_the_ways(self) -> Iterator[Broken]:
        yield from self._names_of_endings()
        if not self.endings:
            yield (*self.path, "endings"), "cannot_end", "there is no ending"
        yield from self._before_the_applicant()
        yield from self._walk()
        yield from broken_of_entry(self)
        yield from broken_of_limits(self)
        yield from broken_of_lapses(self)
        yield from broken_of_counties(self)
        yield from broken_of_stops(self)
        yield from self._after_the_law()
        yield from broken_of_agreements(self)
        yield from broken_of_use(self, self._all_stages())
        yield from broken_of_years(self, self._all_stages())
        yield from broken_of_reports(self, self._all_stages())
        yield from broken_of_answers(self)

    def _before_the_applicant(self) -> Iterator[Broken]:
        """What lies before an applicant is decided by whoever filed, in a way in which an applicant can answer."""
        filed = in_force(self.procedure.filed_by or (), self.on)
        every = in_force(self.procedure.every or (), self.on)
        by_itself = every is not None and every.value is not None and every.value.per is None
        files = not by_itself and APPLICANT in ((filed and filed.value) or (APPLICANT,))
        for stage in self.procedure.stages:
            if not (known := self.outcomes(stage)):
                continue
            path, before = (*self.path, "stages", stage), self.body(stage)
            # A choice that time ends by itself is the applicant's to make or to let pass.
            chosen = any(terms.when_passed == "alone" for terms in known.values())
            if before == APPLICANT and not files:
                fact = f"{stage} lies before an applicant, and no applicant files this: put it before {PARTY} or a body"
                yield path, "nobody_decides", fact
            elif before == PARTY and by_itself:
                fact = f"{stage} lies before whoever filed, and this begins by itself: put it before a body"
                yield path, "nobody_decides", fact
            elif files and before in (APPLICANT, PARTY) and not APPLICANT_ANSWERS & set(known) and not chosen:
                ways = " or ".join(sorted(APPLICANT_ANSWERS))
                fact = f"an applicant can only {ways}, and {stage} has neither: name an outcome so"
                yield path, "nobody_decides", fact

    def _names_of_endings(self) -> Iterator[Broken]:
        """What is counted in every city has the same name in every city."""
        for name, entry in self.procedure.endings.items():
            version = in_force(entry.versions, self.on)
            if version and version.value:
                yield from self.choices_named((*self.path, "endings", name), version.value.at_once_when)
            if version and version.value and version.value.grants != (name == GRANTED):
                yield (
                    (*self.path, "endings", name),
                    "misnamed_ending",
                    f"{GRANTED} is what opens access, and nothing else",
                )
        if GROUND not in self.choices:
            return
        for stage in self.procedure.stages:
            for outcome, terms in self.outcomes(stage).items():
                ends_as = {target for target in targets_of(terms) if target in self.endings}
                if ends_as and (terms.data == "withdraw") != (ends_as == {DATA_WITHDRAWN}):
                    path = (*self.path, "stages", stage, "outcomes", outcome)
                    yield path, "misnamed_ending", f"{DATA_WITHDRAWN} is how an objection ends that withdraws the data"

    def _after_the_law(self) -> Iterator[Broken]:
        """What is kept open after the law speaks of a law that ends, and of choices that there are."""
        path = (*self.path, "after_the_law")
        version = in_force(self.procedure.after_the_law or (), self.on)
        if version is None or version.value is None:
            return
        if self.pack.in_force_until is None:
            yield path, "law_does_not_end", "no end of the law is known after which this could hold"
        yield from self.choices_named(path, version.value.only)

    def _used_later(self, stage: str) -> bool:
        """A stage may stand idle on one day if the order of another day calls for it."""
        orders = [v.value for v in self.procedure.order if v.value]
        named = {s for order in orders for step in order.steps.values() for s in step.stages}
        entries = (e for known in self.procedure.stages.values() for e in known.outcomes.values())
        opened = {name for e in entries for v in e.versions if v.value for name in v.value.opens}
        opened |= {name for order in orders for names in order.opens_when_passed.values() for name in names}
        return stage in named | opened or any(v.value == stage for v in self.procedure.opinion or ())

    def _filing(self) -> Iterator[Broken]:
        for field, entry in self.procedure.fields.items():
            path = (*self.path, "fields", field)
            if field not in demandable_of(self.name):
                yield path, "unknown_field", f"what begins a case of {self.name} carries no {field}"
            version = in_force(entry.versions, self.on)
            if version and version.value:
                yield from self.choices_named(path, version.value.when)
        for choice, known in self.procedure.choices.items():
            path = (*self.path, "choices", choice)
            answered = QUESTIONS if self.name == CATALOGUE_UPDATE else FOUND_AT_RECEIPT.get(self.name, frozenset())
            if choice not in demandable_of(self.name) | answered:
                yield path, "unknown_field", f"neither a filing nor a draft carries {choice}"
            if choice == URGENCY and ORDINARY not in self.choices[choice]:
                yield path, "no_ordinary_urgency", f"a filing that names none is {ORDINARY}, and no such value is known"
            for value, chosen in known.items():
                terms = in_force(chosen.versions, self.on)
                if terms and terms.value:
                    yield from self._requires((*path, value), terms.value.grant_requires, DECISION_FIELDS)
                    if terms.value.begins_at and terms.value.begins_at not in self.steps:
                        yield (*path, value), "unknown_target", f"{terms.value.begins_at} is no step"
                    yield from self._belongs((*path, value), terms.value)
        yield from broken_of_revocation(self)
        if correction := in_force(self.procedure.correction or (), self.on):
            demanded = correction.value.requires if correction.value else ()
            yield from self._requires((*self.path, "correction"), demanded, DECISION_FIELDS)
        withdrawal = in_force(self.procedure.withdrawal or (), self.on)
        if withdrawal and isinstance(withdrawal.value, WithdrawalTerms):
            yield from self.choices_named((*self.path, "withdrawal"), withdrawal.value.verified_on)
        if WITHDRAWN not in self.endings and withdrawal and withdrawal.value:
            yield (*self.path, "withdrawal"), "unknown_target", f"there is no ending {WITHDRAWN}"

    def _belongs(self, path: Path, terms: ChoiceTerms) -> Iterator[Broken]:
        """What leads to another procedure says so in words, and to one of this city."""
        if terms.belongs_to is None:
            return
        if terms.belongs_elsewhere is None:
            yield path, "led_without_a_word", f"it belongs to {terms.belongs_to}, and belongs_elsewhere does not say so"
        if terms.belongs_to not in self.pack.procedures:
            yield path, "unknown_target", f"the pack describes no procedure {terms.belongs_to}"

    def _stage(self, name: str) -> Iterator[Broken]:
        path = (*self.path, "stages", name)
        entry = self.procedure.stages.get(name)
        if entry is None:
            yield (*self.path, "order"), "unknown_stage", f"{name} is described nowhere"
            return
        body = in_force(entry.body, self.on)
        if body is None or body.value is None:
            yield (*path, "body"), "no_responsible_body", f"no body is responsible for {name}"
        elif body.value not in self.bodies:
            yield (*path, "body"), "no_responsible_body", f"{body.value} is no body of this city"
        period = in_force(entry.period, self.on)
        if period and isinstance(period.value, Mapping):
            by = entry.period_by
            if by != URGENCY and by not in self.choices:
                yield (*path, "period_by"), "unknown_choice", f"{by} is no choice of this procedure"
            known = self.choices.get(by, {ORDINARY} if by == URGENCY else set())
            for value in known - set(period.value) if by == URGENCY else ():
                yield (*path, "period"), "period_missing", f"no period for the urgency {value}"
            for value in set(period.value) - known:
                yield (*path, "period"), "unknown_choice", f"{by} has no value {value}"
        outcomes = self.outcomes(name)
        stated = DECISION_FIELDS | self.fields | set(self.choices)
        stated |= set(REPORTED) if self.name == USE_REPORT else set()
        if not outcomes:
            yield (*path, "outcomes"), "leads_nowhere", f"{name} can be decided in no way"
        for outcome, terms in outcomes.items():
            here = (*path, "outcomes", outcome)
            yield from self._requires(here, terms.requires, stated)
            if (terms.at_most is None) != (terms.then_to is None) or (terms.at_most and terms.leads_to is None):
                yield (
                    here,
                    "at_most_without_target",
                    "at_most limits leads_to and needs then_to, and then_to needs at_most",
                )
            if terms.entry in ("may_change", "order") and CATALOGUE_UPDATE not in self.pack.procedures:
                yield here, "unknown_target", f"the pack describes no procedure {CATALOGUE_UPDATE}"
            if name == self.opinion and terms.leads_to:
                yield here, "opinion_leads", "an opinion leads nowhere: the stage that asked for it decides"

    def _counting(self, stages: Iterable[str]) -> Iterator[Broken]:
        """The rules say how periods run for each unit in which the stages have one, and for no other."""
        units_used = {parse_period(period).unit.value for stage in stages for period in self._periods(stage)}
        units_used |= {Unit.WORKING_DAYS.value} if any(is_limited(self, stage) for stage in stages) else set()
        mosts = [terms.at_most for _, terms in stops_of(self) if terms.at_most]
        units_used |= {parse_period(each).unit.value for each in (*periods_of_filing(self), *mosts)}
        units_counted = {unit for unit, versions in self.procedure.counting if versions and applies(versions, self.on)}
        for unit in sorted(units_used - units_counted):
            yield (
                (*self.path, "counting"),
                "counting_missing",
                f"a period is given in {unit}; by which rule does it run?",
            )
        for unit in sorted(units_counted - units_used):
            yield (*self.path, "counting", unit), "counting_unused", f"no period is given in {unit}"

    def _periods(self, stage: str) -> Iterable[str]:
        entry = self.procedure.stages.get(stage)
        period = in_force(entry.period, self.on) if entry else None
        own = [terms.period for terms in self.outcomes(stage).values() if terms.period]
        by_choice = period.value.values() if period and isinstance(period.value, Mapping) else ()
        return [*(each for each in by_choice if each != PROMPTLY), *own]

    def _requires(self, path: Path, required: Iterable[Required], known: Collection[str]) -> Iterator[Broken]:
        for requirement in required:
            if len(set(requirement.any_of)) < len(requirement.any_of):
                yield path, "named_twice", f"any_of names one thing twice: {', '.join(requirement.any_of)}"
            for field in requirement.any_of:
                if field not in known:
                    yield path, "unknown_field", f"{field} is none of what can be demanded: {', '.join(sorted(known))}"
            yield from self.choices_named(path, requirement.when)

    def _targets(self) -> Iterator[Broken]:
        known = set(self.steps) | self.endings
        for target in set(self.steps) & self.endings:
            yield (*self.path, "order"), "ambiguous_target", f"{target} is both a step and an ending"
        for step, terms in self.steps.items():
            for then in thens_of(terms) - known:
                yield (*self.path, "order"), "unknown_target", f"{step} leads to {then}, no step or ending"
            for outcome in terms.then_if_all:
                if lacking := [s for s in terms.stages if self.is_waited_for(s) and outcome not in self.outcomes(s)]:
                    fact = f"{step} goes by {outcome} where all decide so, and {', '.join(lacking)} cannot"
                    yield (*self.path, "order"), "unknown_outcome", fact
            for stage in terms.stages:
                if terms.then and all(led.leads_to for led in self.outcomes(stage).values()):
                    path = (*self.path, "stages", stage, "outcomes")
                    yield path, "never_done", f"every outcome leads elsewhere, so {step} never goes on to {terms.then}"
                for outcome, led in self.outcomes(stage).items():
                    path = (*self.path, "stages", stage, "outcomes", outcome)
                    for target in targets_of(led) - known:
                        yield path, "unknown_target", f"{outcome} leads to {target}, no step or ending"
                    waits = self._always_leads(terms, but=stage) or self._leads_beside(led)
                    if led.leads_to is None and terms.then is None and not waits:
                        yield path, "leads_nowhere", f"after {outcome} nothing follows: {step} has no then"

    def _always_leads(self, step: StepTerms, but: str) -> bool:
        """Whether another stage of the step, which always lies open, leads the case on however it is decided."""
        others = [s for s in step.stages if s != but and not self.may_be_left_out(s)]
        return any(self.always_leads(stage) for stage in others)

    def _leads_beside(self, terms: OutcomeTerms) -> bool:
        """Whether a stage that leads the case on lies open beside the others once this was decided: it opens it, or
        the limit was missed, and so time has."""
        surely = {*terms.opens, *(self.by_time if terms.when_limit == "missed" else ())} & set(self.by_time)
        return any(self.always_leads(stage) for stage in surely)

    def _beside(self, stages: Collection[str]) -> Iterator[Broken]:
        """The order names only stages that exist, and leaves none stuck."""
        path = (*self.path, "order")
        beside = {*self.order.ahead_of_turn, *self.order.outlasting, *self.order.binding}
        named = {*self.order.only_when, *self.order.clock_from, *self.order.each, *beside}
        for stage in named - set(stages):
            yield path, "unknown_stage", f"{stage} stands in no step"
        for stage in (name for name, begins in self.order.clock_from.items() if begins == EVIDENCE):
            if not self.evidence_can_come() or not list(self._periods(stage)):
                fact = f"{stage} waits for evidence, and none can come or no period begins with it"
                yield path, "evidence_never_comes", fact
        for condition in self.order.only_when.values():
            yield from self.choices_named(path, condition)
        for step, terms in self.steps.items():
            is_passed_over = terms.then is not None and all(self.is_of_county(stage) for stage in terms.stages)
            if all(self.may_be_left_out(stage) for stage in terms.stages) and not is_passed_over:
                yield path, "may_be_empty", f"each stage of {step} may be left out, and then it never ends"
        yield from broken_of_time(self)
        for stage in ({*self.order.outlasting, *self.opened} - set(self.by_time)) & set(self.procedure.stages):
            if any(terms.leads_to for terms in self.outcomes(stage).values()):
                yield (*self.path, "stages", stage), "leads_from_beside", f"{stage} lies beside and can lead nowhere"

    def evidence_can_come(self) -> bool:
        """Whether the party can add evidence to a case: to an objection, whose form takes some."""
        return GROUND in self.choices and EVIDENCE in self.fields

    def _walk(self) -> Iterator[Broken]:
        leads = {step: self._leads_to(terms) for step, terms in self.steps.items()}
        reached = _reachable(self.starts(), leads)
        for step, terms in self.steps.items():
            if step not in reached:
                for stage in terms.stages:
                    yield (*self.path, "stages", stage), "unreachable_stage", f"no way leads to the step {step}"
        for ending in self.endings - reached:
            if not (ending == WITHDRAWN and self.procedure.withdrawal):
                yield (*self.path, "endings", ending), "unreachable_ending", f"no way leads to {ending}"
        for step in self.steps:
            if step in reached and not _reachable([step], leads) & self.endings:
                yield (*self.path, "order"), "cannot_end", f"from the step {step} no way leads to an ending"

    def _leads_to(self, step: StepTerms) -> set[str]:
        led = [list(self.outcomes(stage).values()) for stage in step.stages]
        targets = {target for outcomes in led for terms in outcomes for target in targets_of(terms)}
        if step.then and all(any(o.leads_to is None for o in outcomes) for outcomes in led):
            targets |= thens_of(step)
        return targets | self.led_by_time()


def _reachable(starts: Iterable[str], leads: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    frontier = list(starts)
    while frontier:
        here = frontier.pop()
        if here not in reached:
            reached.add(here)
            frontier += leads.get(here, ())
    return reached
