"""After the end of Guangzhou's law an update closes or corrects, and opens nothing (GZ 37)."""

from __future__ import annotations

from datetime import date

import pytest

from models.act_contents import Amendment, Measure
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from rules.loading import load_pack
from rules.resolving import governing
from tests.models.bench import WHATEVER_IS_ASKED, Bench, begun
from tests.models.updates import EVERY_FIELD, answers_for

pytestmark = pytest.mark.duty("GZ-37")


def submitted(on: date, change: str) -> tuple[str, Bench]:
    """The answer to a draft that changes the class so, in an update that was opened under the law of that day."""
    rules = governing(load_pack("guangzhou"), "catalogue_update", on)
    bench = begun(rules, CATALOGUE_UPDATE, choices={"trigger": "other"}, given=frozenset({"trigger"}))
    openness = "closed" if change == "narrower" else "conditional"
    said = answers_for(rules, {"change": change, "openness": openness})
    answer = bench.decide(
        "compilation",
        "submit",
        WHATEVER_IS_ASKED | set(said),
        amends=Amendment(choices=said, given=frozenset(said)),
        measure=Measure(entry_fields=EVERY_FIELD),
    )
    return answer, bench


@pytest.mark.parametrize("change", ["new", "wider", "same", "narrower"])
def test_while_the_law_is_in_force_a_draft_may_open(change: str) -> None:
    assert submitted(date(2027, 6, 30), change)[0] == "accepted"


@pytest.mark.parametrize(
    ("change", "answer"),
    [("new", "NotInForce"), ("wider", "NotInForce"), ("same", "accepted"), ("narrower", "accepted")],
)
def test_after_it_a_draft_that_opens_is_refused_and_one_that_closes_or_corrects_runs(change: str, answer: str) -> None:
    said, bench = submitted(date(2027, 7, 1), change)
    assert said == answer
    assert (bench.state.draft is not None) == (answer == "accepted")
