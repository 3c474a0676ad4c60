"""Whether a time limit that a decision sets is always set: where it begins, and where a case depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from rules.cutting import Broken, Cut, applies, targets_of, thens_of
from rules.procedure_rules import PROVIDER
from rules.resolving import in_force
from rules.vocabulary import TIME_LIMIT
from rules.way import OutcomeTerms

SET_BY_DECISION = "set_by_decision"
"""The word of a pack for a period that is set by whoever puts the stage before its body."""

STANDINGS = (("kept", "running"), ("kept", "over"), ("missed", "over"))
"""How a limit can stand."""


def is_limited(cut: Cut, stage: str) -> bool:
    """Whether a decision sets the time limit of the stage."""
    entry = cut.procedure.stages.get(stage)
    version = in_force(entry.period, cut.on) if entry else None
    return version is not None and version.value == SET_BY_DECISION


def sets_limit(terms: OutcomeTerms) -> bool:
    """Whether the outcome demands a time limit, whatever was filed."""
    return any(not required.when and set(required.any_of) <= set(TIME_LIMIT) for required in terms.requires)


def broken_of_limits(cut: Cut) -> Iterator[Broken]:
    """Everything by which a stage could lie open without its limit, or a limit be asked for that nothing goes by."""
    limited = {stage for stage in cut.procedure.stages if is_limited(cut, stage)}
    yield from _of_bodies(cut)
    if limited and applies(cut.procedure.correction or (), cut.on):
        yield (
            (*cut.path, "correction"),
            "correction_sets_no_limit",
            "a correction cannot carry the limit of a new decision",
        )
    limited_steps = {name for name, step in cut.steps.items() if limited & set(step.stages)}
    for start in limited_steps & cut.starts():
        yield (*cut.path, "order"), "limit_not_set", f"a case begins in {start}, where no decision has set a limit"
    for name, step in cut.steps.items():
        for target in thens_of(step) & limited_steps:
            yield (*cut.path, "order"), "limit_not_set", f"{name} goes on to {target} by itself, without a limit"
    for stage in cut.procedure.stages:
        yield from _of_stage(cut, stage, limited, limited_steps)


def broken_of_time(cut: Cut) -> Iterator[Broken]:
    """Everything by which a stage that time is to open could never lie open, be void, or be late before it began."""
    path = (*cut.path, "order")
    for passed, names in cut.order.opens_when_passed.items():
        entry = cut.procedure.stages.get(passed)
        version = in_force(entry.period, cut.on) if entry else None
        if version is None or version.value in (None, "promptly"):
            yield path, "never_passes", f"{passed} has no clock that could pass and open {', '.join(names)}"
    for name in cut.by_time:
        entry = cut.procedure.stages.get(name)
        period = in_force(entry.period, cut.on) if entry else None
        if period and period.value not in (None, "promptly"):
            stage = (*cut.path, "stages", name, "period")
            yield stage, "clock_before_it_opens", f"{name} opens by itself, and its clock would be set before it does"
        if name not in cut.order.outlasting:
            yield path, "void_when_it_goes_on", f"{name} opens by itself, and is void when the case goes on"


def _of_stage(cut: Cut, stage: str, limited: set[str], limited_steps: set[str]) -> Iterator[Broken]:
    outcomes = cut.outcomes(stage)
    for outcome, terms in outcomes.items():
        path = cut.outcome_path(stage, outcome)
        begins = bool(targets_of(terms) & limited_steps) or bool(set(terms.opens) & limited)
        if begins and not sets_limit(terms):
            yield path, "limit_not_demanded", f"{outcome} puts a stage before its body and demands no limit for it"
        if not begins and any(set(required.any_of) & set(TIME_LIMIT) for required in terms.requires):
            yield path, "limit_unused", f"{outcome} demands a limit, and nothing goes by it"
        if terms.when_limit and not limited:
            yield path, "limit_never_set", f"{outcome} goes by a limit, and no decision sets one"
    path = (*cut.path, "stages", stage, "outcomes")
    for standing in STANDINGS:
        if outcomes and not any(terms.when_limit in (None, *standing) for terms in outcomes.values()):
            named = " and ".join(standing)
            yield path, "limit_leaves_nothing", f"{stage} can be decided in no way when the limit is {named}"


def _of_bodies(cut: Cut) -> Iterator[Broken]:
    """What the procedure is directed against are bodies of the city, and none of them judges itself."""
    version = in_force(cut.procedure.against or (), cut.on)
    against = version.value or () if version else ()
    for role in against:
        if role not in cut.bodies:
            yield (*cut.path, "against"), "no_responsible_body", f"{role} is no body of this city"
    instead = {role: held.value for role, v in cut.procedure.in_place_of.items() if (held := in_force(v, cut.on))}
    for role, other in instead.items():
        if other is not None and (other not in cut.bodies or other in against):
            yield (*cut.path, "in_place_of", role), "no_responsible_body", f"{other} cannot stand in for {role}"
    filed = in_force(cut.procedure.filed_by or (), cut.on)
    acting = {body for stage in cut.procedure.stages if (body := cut.body(stage))} | set((filed and filed.value) or ())
    for role in (set(against) & acting) - {PROVIDER}:
        if instead.get(role) is None:
            yield (*cut.path, "against"), "judges_itself", f"{role} acts in what can be directed against it"
