"""Check your answers: what was filled in, in words, and what will follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from api.acting.forms.form import FilingForm
from pages.calls import Call
from pages.filing.matter import Matter
from pages.forms.fields import Field
from pages.forms.kinds import Kind
from reading.cases.road import Bodies, road_before, road_shown
from reading.cases.shapes import RoadShown
from reading.directory import questions as directory
from reading.objections import questions as objections
from reading.shape import RuleNamed
from rules.admissibility import chosen
from rules.deadlines import DeadlineError
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class Kept:
    """A file that was uploaded with a form and waits for it."""

    evidence_id: str
    name: str
    size: int


@dataclass(frozen=True)
class Answered:
    """A field with what stands in it, in words; files that were uploaded with it can be looked at."""

    label: str
    texts: Sequence[str]
    is_prose: bool
    files: Sequence[Kept] = ()


@dataclass(frozen=True)
class Follows:
    """What follows once it is received: the road, the first day on which an answer is due, and what becomes of the
    data."""

    road: RoadShown
    first_due: date | None
    held: RuleNamed | None
    needs_evidence: bool


async def answered(call: Call, fields: Iterable[Field]) -> list[Answered]:
    """What was filled in; what was left empty is not named."""
    return [await _answered(call, field) for field in fields if any(field.values)]


async def _answered(call: Call, field: Field) -> Answered:
    if field.kind is Kind.FILES:
        return Answered(field.label, (), is_prose=False, files=await files_of(call, field.values))
    labels = {option.value: option.label for option in field.options}
    texts = [labels.get(value, value) for value in field.values if value]
    return Answered(field.label, texts, field.kind in (Kind.PROSE, Kind.LINE))


async def files_of(call: Call, ids: Iterable[str]) -> list[Kept]:
    """The files that the caller uploaded, by their ids."""
    caller = call.must_be_logged_in()
    found = [await objections.evidence_for(call.store, caller, each) for each in ids if each]
    return [Kept(each.evidence_id, each.name, each.size) for each in found if each]


async def follows(call: Call, matter: Matter, rules: ProcedureRules, form: FilingForm) -> Follows:
    """What will follow from this filing."""
    stated = form.stated()
    choices = {**chosen(rules, stated), **matter.about.found}
    provider = matter.dataset.provider if matter.dataset else getattr(form, "provider", None)
    if provider:
        bodies = await directory.bodies_around(call.store, matter.city, provider)
    else:
        bodies = await directory.bodies_of(call.store, matter.city)
    labels = await directory.body_names(call.store, bodies.values())
    names = {body: matter.law.say(label) for body, label in labels.items()}
    party = call.must_be_logged_in().account_id
    on_road = Bodies(bodies, {**names, party: call.name or party}, party)
    shown = road_shown(matter.law, road_before(rules, choices, bodies), choices, on_road)
    hold = rules.hold if rules.hold and rules.hold.holds_back(choices) else None
    has_evidence = bool(getattr(form, "evidence", ()))
    return Follows(
        road=shown,
        first_due=await _first_due(call, rules, shown),
        held=matter.law.named(hold.citation) if hold else None,
        needs_evidence=bool(hold and hold.needs_evidence(choices) and not has_evidence),
    )


async def _first_due(call: Call, rules: ProcedureRules, road: RoadShown) -> date | None:
    """The last day of the first stage, were it received now."""
    period = next((stage.period for step in road.steps[:1] for stage in step.stages if stage.period), None)
    if period is None:
        return None
    present = await call.store.present()
    try:
        return present.record.calendar(rules.calendar).deadline(present.now, period).last_day
    except DeadlineError:
        return None
