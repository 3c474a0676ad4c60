"""A text states something if something can be seen in it, whatever characters there are."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.stating import BLANK, TURNING, stands_on_one_line, states_something

CATEGORIES = sorted({unicodedata.category(chr(n)) for n in range(sys.maxunicode + 1)} - {"Cs"})
VISIBLE = {category for category in CATEGORIES if category[0] in "LNPS"}
NOTHING = st.text(
    st.one_of(
        st.characters(categories=["Cc", "Cf", "Co", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"]),
        st.sampled_from(sorted(BLANK)),
    )
)


@cache
def of(category: str) -> st.SearchStrategy[str]:
    blank = "".join(sorted(BLANK))
    return st.characters(categories=[category], exclude_characters=blank)  # type: ignore[list-item]  # one of them


@pytest.mark.parametrize("category", CATEGORIES)
def test_letters_numbers_punctuation_and_symbols_alone_state_something(category: str) -> None:
    @given(st.text(of(category), min_size=1), NOTHING, NOTHING)
    def judged(text: str, before: str, after: str) -> None:
        assert states_something(before + text + after) is (category in VISIBLE)

    judged()


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u2060", "\ufeff", "\u3000", "\u00ad", "\u200d\ufe0f", "\u3164", "\u2800", "\u0301"]
)
def test_what_looks_like_nothing_is_nothing(text: str) -> None:
    assert not states_something(text)


@pytest.mark.parametrize("text", ["无", ".", "ok", "\u200b好\u200b", "e\u0301", "\U00020000"])
def test_one_character_that_is_seen_is_enough(text: str) -> None:
    assert states_something(text)


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_control_and_no_bidirectional_character_stands_on_one_line(category: str) -> None:
    @given(st.text(of(category), min_size=1), st.text(st.characters(categories=["L", "N", "Zs"])))
    def judged(text: str, around: str) -> None:
        broken = category in ("Cc", "Zl", "Zp") or any(each in TURNING for each in text)
        assert stands_on_one_line(around + text + around) is not broken

    judged()


def test_every_character_that_turns_a_line_is_known() -> None:
    controls = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    found = {chr(n) for n in range(sys.maxunicode + 1) if unicodedata.bidirectional(chr(n)) in controls}
    assert found | {"\u061c", "\u200e", "\u200f"} == TURNING
