"""What documents say of a line is what is done with it: their patterns and our refusals draw the same line."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.acting.publishing_notices import NoticeLine
from rules.bounds import FIRST_DAY, LAST_DAY, Code, Day, Heading, NamedItem
from rules.stating import BROKEN_BY, stands_on_one_line

A_DAY = timedelta(days=1)
LINES = st.text(st.sampled_from("a公1.\U00020000 \u3000\u2003\n\t\u2028\u202e\u2066\u061c\x07\x7f\x9b\0"), max_size=12)
"""What is seen, blanks, and what breaks a line or turns it. No pattern tells what else cannot be seen."""


def test_the_class_of_what_breaks_a_line_is_the_very_characters_that_do() -> None:
    broken = re.compile(f"[{BROKEN_BY}]")
    for each in map(chr, range(sys.maxunicode + 1)):
        assert bool(broken.match(each)) is not stands_on_one_line(each), repr(each)


@pytest.mark.parametrize("kind", [Code, NamedItem, Heading, NoticeLine])
def test_a_line_is_taken_exactly_where_its_pattern_in_the_document_fits(kind: Any) -> None:
    adapter = TypeAdapter(kind)
    schema = adapter.json_schema()
    # As everywhere but in Python, the end is the end, and not the line break before it.
    pattern = re.compile(schema["pattern"].removesuffix("$") + r"\Z")

    @given(LINES)
    def judged(text: str) -> None:
        fits = bool(pattern.match(text)) and len(text) >= schema.get("minLength", 0)
        assert is_taken(adapter, text) is fits

    judged()


@given(st.dates())
@example(FIRST_DAY)
@example(LAST_DAY)
@example(FIRST_DAY - A_DAY)
@example(LAST_DAY + A_DAY)
def test_a_day_is_taken_exactly_where_its_pattern_in_the_document_fits(day: date) -> None:
    adapter = TypeAdapter(Day)
    fits = bool(re.search(adapter.json_schema()["pattern"], day.isoformat()))
    assert is_taken(adapter, day.isoformat()) is fits


def is_taken(adapter: TypeAdapter[Any], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
