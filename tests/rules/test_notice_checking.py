"""What is wrong with a notice is told by field and rule; what has no fault is a notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar_notices import DaysOff, Notice, Span
from rules.notice_checking import Draft, faults

TODAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 30)
A_DAY = timedelta(days=1)
DRAFT = Draft("CN", "a notice", TODAY, days_off=(DaysOff(MONDAY, MONDAY),))
SCOPES = ("CN", "CN-GX")


def off(first: date, last: date) -> dict[str, Any]:
    return {"days_off": (DaysOff(first, last),)}


@pytest.mark.parametrize(
    ("stated", "field", "code"),
    [
        ({"scope": "CN-XX"}, "scope", "calendar_unknown"),
        ({"published_on": TODAY + A_DAY}, "published_on", "day_in_the_future"),
        (off(MONDAY, MONDAY - A_DAY), "days_off.0", "span_backwards"),
        (off(MONDAY, MONDAY + 60 * A_DAY), "days_off.0", "days_off_too_many"),
        (off(MONDAY + 801 * A_DAY, MONDAY + 801 * A_DAY), "days_off.0", "day_far_from_publication"),
        ({"days_worked": (MONDAY + A_DAY, MONDAY - 900 * A_DAY)}, "days_worked.1", "day_far_from_publication"),
        ({"days_off": (DaysOff(MONDAY, MONDAY), DaysOff(TODAY, MONDAY))}, "days_off", "day_named_twice"),
        ({"days_worked": (TODAY, TODAY)}, "days_worked", "day_named_twice"),
        ({"days_worked": (MONDAY,)}, "days_worked", "day_off_and_worked"),
        ({"days_off": ()}, "days_off|days_worked|covers", "notice_says_nothing"),
        ({"covers": Span(MONDAY, MONDAY)}, "covers", "span_backwards"),
        ({"covers": Span(MONDAY, date.max)}, "covers", "day_far_from_publication"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_rule(stated: dict[str, Any], field: str, code: str) -> None:
    found = faults(replace(DRAFT, **stated), SCOPES, TODAY)
    assert [(each.field, each.code) for each in found] == [(field, code)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    draft = replace(DRAFT, scope="CN-XX", published_on=TODAY + A_DAY, covers=Span(MONDAY, MONDAY))
    assert [each.field for each in faults(draft, SCOPES, TODAY)] == ["scope", "published_on", "covers"]


days = st.dates(TODAY - 3 * A_DAY, TODAY + 5 * A_DAY) | st.dates(date(2023, 1, 1), date(2030, 1, 1))


@settings(max_examples=300, deadline=None)
@given(
    st.builds(
        Draft,
        scope=st.sampled_from(SCOPES),
        document=st.just("a notice"),
        published_on=st.just(TODAY),
        covers=st.none() | st.builds(Span, days, days),
        days_off=st.lists(st.builds(DaysOff, days, days), max_size=2),
        days_worked=st.lists(days, max_size=3),
    )
)
def test_a_draft_without_fault_is_a_notice_and_one_with_a_fault_is_none(draft: Draft) -> None:
    stated = {name: value for name, value in vars(draft).items() if name != "recorded_at"}
    found = faults(draft, SCOPES, TODAY)
    try:
        Notice(recorded_at=datetime(2026, 11, 22, tzinfo=UTC), **stated)
    except ValueError:
        assert found
    else:
        assert not found
