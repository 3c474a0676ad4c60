"""Rules as tests look at them: one city's access request, cut at a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rules.loading import load_file, load_pack
from rules.pack import Pack
from rules.pinned import FieldRule
from rules.pinned_stages import Stage
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve

ACCESS_REQUEST = "access_request"
IN_FORCE_EVERYWHERE = date(2026, 11, 23)
INVENTED = Path(__file__).parent / "packs" / "yunmeng.yaml"


def rules_of(city: str, on: date = IN_FORCE_EVERYWHERE) -> ProcedureRules:
    return resolve(load_pack(city), ACCESS_REQUEST, on)


def invented_pack() -> Pack:
    return load_file(INVENTED)


def stage_of(rules: ProcedureRules, name: str) -> Stage:
    stage = rules.stage(name)
    assert stage is not None
    return stage


def target(rules: ProcedureRules, stage: str, outcome: str) -> str | None:
    decided = stage_of(rules, stage).outcome(outcome)
    assert decided is not None
    return decided.leads_to


def accepted(
    rules: ProcedureRules, stage: str, outcome: str, given: set[str], choices: Mapping[str, str] | None = None
) -> bool:
    """Whether a decision that comes with these fields has all that the outcome requires."""
    decided = stage_of(rules, stage).outcome(outcome)
    assert decided is not None
    demanded = [r for r in decided.requires if r.applies_to(choices or {})]
    return all(requirement.is_met_by(frozenset(given)) for requirement in demanded)


def field_of(rules: ProcedureRules, name: str) -> FieldRule:
    """The field of the filing with that name."""
    return next(field for field in rules.fields if field.field == name)


def required_fields(rules: ProcedureRules) -> set[str]:
    return {field.field for field in rules.fields if field.required}


def values(rules: ProcedureRules, choice: str) -> set[str]:
    return {known.value for known in rules.choices[choice]}
