"""Whether what the law makes of a period that passes undecided can follow by itself, and where clocks begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.agreement import SIGN
from rules.cutting import Broken, Cut
from rules.deadlines import parse_period
from rules.pack import PROMPTLY
from rules.pinned import APPLICANT
from rules.resolving import in_force
from rules.way import OutcomeTerms

ALONE = "alone"
NEEDS_SOMEBODY = (
    *("requires", "period", "data", "entry", "class_effect", "marks", "answers", "opens"),
    *("when_limit", "when_class", "when_body", "by_publication"),
)
"""What of an outcome somebody has to state, or weigh; time does neither."""


def broken_of_lapses(cut: Cut) -> Iterator[Broken]:
    """Everything by which time could decide nothing, or more than the law lets it, and clocks that nothing begins."""
    for stage in cut.procedure.stages:
        yield from _of_stage(cut, stage)
        yield from _of_extension(cut, stage)
    standing = [name for step in cut.steps.values() for name in step.stages]
    for stage, earlier in cut.order.clock_from_stage.items():
        if stage not in standing or earlier not in standing or stage == earlier:
            fact = f"the clock of {stage} would run from {earlier}; both stand in a step, and one before the other"
            yield (*cut.path, "order", "clock_from_stage"), "clock_never_begins", fact
        if stage in cut.order.clock_from:
            fact = f"the clock of {stage} has two beginnings"
            yield (*cut.path, "order", "clock_from_stage"), "two_beginnings", fact


def _of_stage(cut: Cut, stage: str) -> Iterator[Broken]:
    outcomes = cut.outcomes(stage)
    by_time = {name: terms for name, terms in outcomes.items() if terms.when_passed}
    if not by_time:
        return
    path = (*cut.path, "stages", stage)
    if len(by_time) > 1:
        yield path, "lapses_twice", f"time would decide {stage} in more than one way: {', '.join(by_time)}"
    if not _has_a_clock(cut, stage):
        yield (*path, "period"), "never_passes", f"{stage} has no clock that could pass"
    if stage in cut.opened or stage == cut.opinion or stage in cut.order.outlasting:
        yield path, "lapses_beside", f"{stage} lies beside the way of the case, where time decides nothing"
    if all(terms.when_passed == ALONE for terms in outcomes.values()):
        yield path, "nobody_decides", f"nobody can decide {stage}; only time does"
    for outcome, terms in by_time.items():
        yield from _of_outcome(cut, stage, outcome, terms)


def _of_outcome(cut: Cut, stage: str, outcome: str, terms: OutcomeTerms) -> Iterator[Broken]:
    stated = [name for name in NEEDS_SOMEBODY if getattr(terms, name)]
    if terms.when_passed != ALONE and "requires" in stated:
        # What a body has to give reasons for is deemed decided without any: so the law says.
        stated.remove("requires")
    if outcome == SIGN:
        stated.append("a signature")
    if stated:
        fact = f"time cannot bring about {outcome}: it has {', '.join(stated)}"
        yield cut.outcome_path(stage, outcome), "time_states_nothing", fact


def _of_extension(cut: Cut, stage: str) -> Iterator[Broken]:
    """A period is extended in its own unit, by a body that has such a post."""
    entry = cut.procedure.stages[stage]
    held = in_force(entry.extension or (), cut.on)
    if held is None or held.value is None:
        return
    path = (*cut.path, "stages", stage, "extension")
    version = in_force(entry.period, cut.on)
    lengths = version.value.values() if version and isinstance(version.value, Mapping) else ()
    units = {parse_period(length).unit for length in lengths if length != PROMPTLY}
    if units != {parse_period(held.value.at_most).unit}:
        yield path, "extended_otherwise", f"{stage} has no period, or not only periods, in the unit of the extension"
    if cut.body(stage) == APPLICANT:
        yield path, "extended_by_itself", f"{stage} lies before the applicant, who extends no period"
    if held.value.by_post is not None and held.value.by_post not in cut.pack.posts:
        yield path, "unknown_post", f"{held.value.by_post} is no post of this city"


def _has_a_clock(cut: Cut, stage: str) -> bool:
    version = in_force(cut.procedure.stages[stage].period, cut.on)
    if version is None or version.value in (None, PROMPTLY):
        return False
    lengths = version.value.values() if isinstance(version.value, Mapping) else ("set",)
    return any(length != PROMPTLY for length in lengths)
