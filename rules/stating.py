"""Whether a text states something, and whether it stands on one line as it reads: one answer for everything that people
or files send."""

from __future__ import annotations

import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

SEEN = frozenset("LNPS")
"""What can be seen: letters, numbers, punctuation, symbols. Marks only mark what is seen; the rest is space, control or
format."""
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
"""Letters and symbols of which nothing is seen: fillers of Hangul, the empty pattern of Braille, the null notehead."""
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional controls, which make a line read otherwise than it is written."""
BREAKING = frozenset({"Cc", "Zl", "Zp"})
"""Categories of what controls, or ends, a line."""
BROKEN_BY = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""All of these, as a class of a regular expression: documents tell it."""


def states_something(text: str) -> bool:
    """Whether somebody can see anything in it: spaces, controls, format characters and lone marks state nothing."""
    return any(unicodedata.category(each)[0] in SEEN and each not in BLANK for each in text)


def stands_on_one_line(text: str) -> bool:
    """Whether it reads as one line, in the order in which it is written: no control and no bidirectional character."""
    return not any(each in TURNING or unicodedata.category(each) in BREAKING for each in text)


def _stated(text: str) -> str:
    if not states_something(text):
        raise PydanticCustomError("states_nothing", "nothing can be seen in it")
    return text


def _on_one_line(text: str) -> str:
    if not stands_on_one_line(text):
        raise PydanticCustomError("not_one_line", "a control or bidirectional character is in it")
    return text


STATED = AfterValidator(_stated)
"""Of a field that must state something."""
ON_ONE_LINE = AfterValidator(_on_one_line)
"""Of a title, a name, a code: what is shown on one line."""
