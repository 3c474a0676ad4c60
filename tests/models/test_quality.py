"""Who obtained data, and on which day a fault in it can have been found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.filing_day import day_in_the_future
from models.quality import found_before_the_grant, not_obtained
from rules.admissibility import Inadmissible
from tests.models.bench import law

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
GRANTED = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
"""Half an hour into the 19th in Asia/Shanghai."""


def codes(found: list[Inadmissible]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in found]


def test_everybody_obtains_open_data_and_conditional_data_whoever_had_a_grant() -> None:
    assert not_obtained("unconditional", None, None) == []
    assert not_obtained("conditional", GRANTED, None) == []
    assert codes(not_obtained("conditional", None, None)) == [("dataset_id", "never_obtained")]


@pytest.mark.duty("NN-20.6")
@pytest.mark.parametrize(
    ("found_on", "code"),
    [
        (date(2026, 11, 24), "day_in_the_future"),
        (date(2026, 11, 23), None),
        (date(2026, 11, 19), None),
        (date(2026, 11, 18), "found_before_the_grant"),
    ],
)
def test_nothing_is_found_tomorrow_or_before_the_day_of_the_grant(found_on: date, code: str | None) -> None:
    expected = [("discovered_on", code)] if code else []
    in_the_future = day_in_the_future(law("nanning", "quality_check"), {"discovered_on": str(found_on)}, MONDAY)
    assert codes([*in_the_future, *found_before_the_grant("conditional", found_on, GRANTED, None)]) == expected


def test_a_day_that_is_not_stated_is_not_out_of_place() -> None:
    assert day_in_the_future(law("nanning", "quality_check"), {}, MONDAY) == []
    assert found_before_the_grant("conditional", None, GRANTED, None) == []
