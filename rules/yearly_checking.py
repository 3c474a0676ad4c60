"""Whether what a pack has put before every body, published, or begun by itself can be done as it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.cutting import Broken, Cut
from rules.procedure_names import OPENNESS_REVIEW, YEARLY
from rules.resolving import in_force

PROVIDER = "provider"


def broken_of_years(cut: Cut, stages: Iterable[str]) -> Iterator[Broken]:
    """A stage before every provider leads nowhere by one of them; what is published has been decided; what begins by
    itself does so in one way."""
    for stage in stages:
        for outcome, terms in cut.outcomes(stage).items():
            if terms.publishes and terms.publishes.stage not in {stage, *_always_decided(cut)}:
                fact = f"{outcome} publishes {terms.publishes.stage}, which may be undecided then"
                yield cut.outcome_path(stage, outcome), "publishes_the_undecided", fact
            if stage in cut.order.each and terms.leads_to:
                fact = f"{outcome} leads on by the word of one of the bodies before which {stage} lies"
                yield cut.outcome_path(stage, outcome), "one_leads_for_all", fact
    for stage in cut.order.each:
        if cut.body(stage) != PROVIDER:
            fact = f"{stage} is to lie before every body, and not before the {PROVIDER}"
            yield (*cut.path, "order"), "each_of_one", fact
    every = in_force(cut.procedure.every or (), cut.on)
    if every and every.value:
        terms_ = every.value
        if (terms_.days is None) == (terms_.year_of is None):
            yield (*cut.path, "every"), "begins_in_no_one_way", "it names either days or year_of"
        elif (terms_.year_of is not None) != (cut.name in YEARLY) or (terms_.days and cut.name != OPENNESS_REVIEW):
            fact = f"days are for {OPENNESS_REVIEW}, year_of for {', '.join(YEARLY)}"
            yield (*cut.path, "every"), "begins_in_no_one_way", fact


def _always_decided(cut: Cut) -> tuple[str, ...]:
    """The stages that are decided before whatever comes later: those of the first step, where all always lie open."""
    first = cut.steps.get(cut.first)
    return (
        tuple(stage for stage in first.stages if cut.is_waited_for(stage)) if first and len(cut.starts()) == 1 else ()
    )
