"""Whether what a pack has put before every body, published, or begun by itself can be done as it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.cutting import Broken, Cut, targets_of, thens_of
from rules.procedure_names import EMERGENCY_UPKEEP, OPENNESS_REVIEW, USE_REPORT, YEARLY
from rules.resolving import in_force

PROVIDER = "provider"


def broken_of_years(cut: Cut, stages: Iterable[str]) -> Iterator[Broken]:
    """A stage before every provider leads nowhere by one of them; what is published has been decided; what begins by
    itself does so in one way."""
    for stage in stages:
        for outcome, terms in cut.outcomes(stage).items():
            if terms.publishes and not _is_decided(cut, terms.publishes.stage, stage):
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
        in_a_year = dict.fromkeys(YEARLY, every.value.year_of)
        of_data = dict.fromkeys((OPENNESS_REVIEW, EMERGENCY_UPKEEP), every.value.days)
        ways = {**of_data, USE_REPORT: every.value.per, **in_a_year}
        if cut.name not in ways or set(ways.values()) - {None} != {ways[cut.name]}:
            fact = (
                f"days are for {', '.join(of_data)}, year_of for {', '.join(YEARLY)}, per for {USE_REPORT}, and no two"
            )
            yield (*cut.path, "every"), "begins_in_no_one_way", fact


def _is_decided(cut: Cut, published: str, by: str) -> bool:
    """Whether the one stage is decided whenever the other is: it is that one, or no way leads past its step, which ends
    only when it is decided."""
    if published == by:
        return True
    within = {stage: step for step, terms in cut.steps.items() for stage in terms.stages}
    if published not in within or by not in within or not cut.is_waited_for(published):
        return False
    return within[by] not in _reached_without(cut, within[published])


def _reached_without(cut: Cut, left_out: str) -> set[str]:
    """The steps to which a case can come that never stands in this one."""
    reached: set[str] = set()
    ahead = [*cut.starts()]
    while ahead:
        step = ahead.pop()
        if step in reached or step == left_out or step not in cut.steps:
            continue
        reached.add(step)
        terms = cut.steps[step]
        ahead += thens_of(terms)
        ahead += [to for stage in terms.stages for led in cut.outcomes(stage).values() for to in targets_of(led)]
    return reached
