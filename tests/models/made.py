"""Rules that are made in a test: what no pack has yet, or what should hold whatever a pack says."""

from __future__ import annotations

from datetime import date
from typing import Any

from rules.pinned import Citation, FieldRule, Label, Regulation, Requirement
from rules.pinned_stages import Ending, EntryEffect, Outcome, Stage, Step
from rules.procedure_rules import ProcedureRules

CITED = Citation(source="ordinance", article="30")


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def outcome(name: str, leads_to: str | None = None, *, demands: tuple[str, ...] = (), **more: Any) -> Outcome:
    """One way to decide a stage, which demands each of these."""
    requires = tuple(Requirement(any_of=(field,), citation=CITED) for field in demands)
    return Outcome(outcome=name, label=label(name), leads_to=leads_to, requires=requires, citation=CITED, **more)


def stage(name: str, body: str, *outcomes: Outcome, period: str | None = None, **more: Any) -> Stage:
    """One question before one body; `period` whatever the urgency, unless `periods` are given."""
    more.setdefault("periods", {"normal": period} if period else {})
    return Stage(stage=name, label=label(name), body=body, outcomes=outcomes, citation=CITED, **more)


def field(name: str, **more: Any) -> FieldRule:
    """A field that is demanded."""
    return FieldRule(field=name, label=label(name), required=True, citation=CITED, **more)


BODIES = ("operator", "provider", "authority")


def made(procedure: str, *steps: Step, endings: tuple[str, ...], **more: Any) -> ProcedureRules:
    """The rules of a procedure with these steps, in a city that exists in the test only."""
    ordinance = Regulation(
        source="ordinance",
        title=label("Ordinance"),
        document="Order No. 1",
        status="in_force",
        issued_on=None,
        in_force_from=date(2021, 2, 1),
        in_force_until=None,
    )
    told = {
        "city": "made",
        "city_name": label("Made"),
        "city_code": "MD",
        "procedure": procedure,
        "label": label(procedure),
        "regulation": ordinance,
        "version": "2021-02-01",
        "calendar": "CN",
        "bodies": {role: label(role) for role in BODIES},
        "fields": (),
        "choices": {},
        "first": steps[0].step,
        "steps": steps,
        "endings": tuple(Ending(outcome=name, label=label(name), citation=CITED) for name in endings),
    }
    return ProcedureRules.model_validate(told | more)


SUBMIT = outcome("submit", "review", demands=("entry",), entry=EntryEffect.SUBMIT)
PUBLISH = outcome("publish", "published", entry=EntryEffect.PUBLISH)
RETURN = outcome("return", "compilation")


def update_law(
    *, submit: Outcome = SUBMIT, publish: Outcome = PUBLISH, clock: dict[str, Any] | None = None, **more: Any
) -> ProcedureRules:
    """A catalogue update that the provider compiles, on this clock, and the authority reviews and publishes."""
    return made(
        "catalogue_update",
        Step(step="compilation", stages=(stage("compilation", "provider", submit, **(clock or {})),)),
        Step(step="review", stages=(stage("review", "authority", publish, RETURN),)),
        endings=("published",),
        **more,
    )
