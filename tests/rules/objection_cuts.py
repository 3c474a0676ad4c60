"""Objections as tests look at them: one city's rules, what an outcome does, and every way to an end."""

from __future__ import annotations

from collections.abc import Iterator

from rules.loading import load_pack
from rules.pack import WITHDRAWN
from rules.pinned import Basis
from rules.pinned_stages import DataEffect, Outcome
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.rules.cuts import IN_FORCE_EVERYWHERE, stage_of


def rules_for(city: str, procedure: str = "objection") -> ProcedureRules:
    return resolve(load_pack(city), procedure, IN_FORCE_EVERYWHERE)


def outcome_of(rules: ProcedureRules, stage: str, outcome: str) -> Outcome:
    found = stage_of(rules, stage).outcome(outcome)
    assert found is not None
    return found


def stages_in(rules: ProcedureRules, step: str) -> set[str]:
    found = rules.step(step)
    assert found is not None
    return {stage.stage for stage in found.stages}


def outcomes_of(rules: ProcedureRules, stage: str) -> set[str]:
    return {outcome.outcome for outcome in stage_of(rules, stage).outcomes}


def demanded_by(rules: ProcedureRules, stage: str, outcome: str) -> set[tuple[str, Basis]]:
    """What a decision must come with, and whether the law says so or we do."""
    return {(r.any_of[0], r.citation.basis) for r in outcome_of(rules, stage, outcome).requires}


def grounds(rules: ProcedureRules) -> dict[str, str]:
    """The grounds on which an objection is received, each with the article that names it."""
    return {c.value: c.citation.article for c in rules.choices["ground"] if c.belongs_elsewhere is None}


def upheld(rules: ProcedureRules) -> dict[str, bool | None]:
    """Each ending but that of an objection which was taken back, on which nobody has decided."""
    return {ending.outcome: ending.upheld for ending in rules.endings if ending.outcome != WITHDRAWN}


def ends(rules: ProcedureRules, step: str, taken: tuple[Outcome, ...] = ()) -> Iterator[tuple[Outcome, ...]]:
    """Every way from a step to an ending, as the outcomes that lead there; a step's `then` adds none."""
    found = rules.step(step)
    if found is None:
        yield taken
        return
    for outcome in (o for stage in found.stages for o in stage.outcomes if o.leads_to):
        yield from ends(rules, outcome.leads_to or "", (*taken, outcome))
    if found.then:
        yield from ends(rules, found.then, taken)


def effect(rules: ProcedureRules, stage: str, outcome: str) -> DataEffect | None:
    return outcome_of(rules, stage, outcome).data
