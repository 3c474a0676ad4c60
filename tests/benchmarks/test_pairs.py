"""What pairs of turns may claim, by hand: nothing here measures anything."""

from __future__ import annotations

import pytest

from benchmarks.compare import figures, rows
from benchmarks.pairs import confidence, ratio
from benchmarks.turns import Turn


def test_a_ratio_is_the_median_of_pairs_and_not_the_ratio_of_medians() -> None:
    assert ratio([10, 200, 30], [10, 100, 20]).median == 1.5


def test_as_sure_as_coins_that_all_fall_on_one_side_are_not() -> None:
    assert confidence(6, 0) == 1 - 2 / 64
    assert confidence(8, 1) == pytest.approx(1 - 2 * 9 / 256)


def test_bounds_leave_out_as_many_pairs_as_the_wanted_confidence_allows() -> None:
    values = [0.5, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 3.0]
    found = ratio(values, [1.0] * 9)
    assert (found.low, found.high) == (0.9, 0.96), "one at either end is left out of nine"
    assert found.confidence >= 0.95
    assert found.says == "less"


def test_too_few_pairs_claim_nothing_and_say_how_sure_they_are() -> None:
    found = ratio([0.5] * 4, [1.0] * 4)
    assert (found.confidence, found.says) == (0.875, "no difference shown")
    assert found.shown == "0.50 × (0.50 to 0.50, 88% of 4 pairs)"


def test_bounds_on_both_sides_of_one_claim_nothing() -> None:
    assert ratio([0.9, 0.95, 0.99, 1.0, 1.01, 1.02, 1.1], [1.0] * 7).says == "no difference shown"


def test_more_is_said_of_what_is_more_in_every_bound() -> None:
    assert ratio([1.1] * 8, [1.0] * 8).says == "more"


@pytest.mark.parametrize(("values", "beside"), [([], []), ([1.0], [1.0, 2.0]), ([1.0], [0.0])])
def test_what_is_not_in_pairs_or_beside_nothing_has_no_ratio(values: list[float], beside: list[float]) -> None:
    with pytest.raises(ValueError, match="pairs"):
        ratio(values, beside)


def turn(worker: float, upserts: float) -> Turn:
    costs = {"worker": worker, "upserts": upserts}
    return Turn(costs=costs, milliseconds={"filing": [2.0, 4.0, 9.0], "act": [3.0]})


def test_a_table_has_each_figure_of_both_and_no_ratio_to_nothing() -> None:
    then, now = figures([turn(50, 0)] * 6), figures([turn(40, 5)] * 6)
    assert list(rows(then, now, ("v1", "now"))) == [
        "| of one case | v1 | now | ratio | |",
        "| --- | ---: | ---: | --- | --- |",
        "| worker | 50.0 | 40.0 | 0.80 × (0.80 to 0.80, 97% of 6 pairs) | less |",
        "| upserts | 0.0 | 5.0 | | |",
        "| filing, median, ms | 4.0 | 4.0 | 1.00 × (1.00 to 1.00, 97% of 6 pairs) | no difference shown |",
        "| act, median, ms | 3.0 | 3.0 | 1.00 × (1.00 to 1.00, 97% of 6 pairs) | no difference shown |",
    ]
