"""Whether decisions that go by the county of a body leave one for every body."""

from __future__ import annotations

from collections.abc import Iterator

from rules.cutting import Broken, Cut
from rules.pinned_stages import BodyStanding


def broken_of_counties(cut: Cut) -> Iterator[Broken]:
    """No decision is for bodies of counties, or for those of the city alone, where there are no counties; and each
    stage can be decided about either."""
    for stage in cut.procedure.stages:
        outcomes = cut.outcomes(stage)
        for outcome, terms in outcomes.items():
            if terms.when_body and cut.pack.counties is None:
                fact = f"{outcome} is only for a body {terms.when_body.replace('_', ' a ')}, and there are no counties"
                yield cut.outcome_path(stage, outcome), "no_counties", fact
        for standing in BodyStanding:
            if outcomes and not any(terms.when_body in (None, standing) for terms in outcomes.values()):
                fact = f"{stage} can be decided in no way about a body {standing.replace('_', ' a ')}"
                yield (*cut.path, "stages", stage, "outcomes"), "body_leaves_nothing", fact
