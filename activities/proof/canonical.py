"""Documents as RFC 8785 writes them (JSON Canonicalization Scheme), so that equal ones are equal bytes anywhere."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import rfc8785

LARGEST_EXACT = 2**53 - 1
"""A whole number beyond is one that JSON's numbers do not hold exactly: it is read as every other program reads it."""
ORDERED_OTHERWISE = re.compile("[\U00010000-\U0010ffff]")
"""With none of these the order of names by code points, which Python has, is that by UTF-16, which the RFC wants."""


class _NotAsPythonWritesIt(Exception):
    """The text has a number that the RFC writes in another way than Python does."""


def canonical(text: str) -> bytes:
    """The JSON document in this text, as RFC 8785 writes it.

    Python's own encoder, four times as fast, writes the same bytes but for fractions, huge numbers and names that sort
    otherwise; these the RFC's library writes (the tests compare the two). Raises ValueError for what is no JSON, or a
    number that is none; UnicodeEncodeError for half a character.
    """
    try:
        written = WRITER.encode(READER.decode(text))
    except _NotAsPythonWritesIt:
        return by_the_library(text)
    if not written.isascii() and ORDERED_OTHERWISE.search(written):
        return by_the_library(text)
    return written.encode()


def by_the_library(text: str) -> bytes:
    """As `canonical`, whatever the text holds, and slower."""
    document: Any = json.loads(text, parse_int=_as_read_anywhere)
    return rfc8785.dumps(document)


def _exact(digits: str) -> int:
    if abs(number := int(digits)) > LARGEST_EXACT:
        raise _NotAsPythonWritesIt
    return number


def _as_read_anywhere(digits: str) -> int | float:
    return number if abs(number := int(digits)) <= LARGEST_EXACT else float(digits)


def _differs(_: str) -> NoReturn:
    raise _NotAsPythonWritesIt


READER = json.JSONDecoder(parse_int=_exact, parse_float=_differs, parse_constant=_differs)
WRITER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, check_circular=False, separators=(",", ":"))
"""Made once: to make them takes as long as a short document."""
