"""Cursors: where a page ended, as an opaque text that the next call gives back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from rules.bounds import EARLIEST, LATEST

Part = str | int | None
PageEnd = list[Part]
"""Where a page ended, by what its list goes by."""
Row = TypeVar("Row")
WRITTEN = re.compile(r"[A-Za-z0-9._:@+-]{0,300}")
"""What cursors of ours hold: ids, logins and instants."""
LARGEST = 2**31 - 1


class CursorUnusable(Exception):
    """A text is no cursor of ours, or belongs to another list."""

    code = "cursor_unusable"


class CursorOfAnotherList(CursorUnusable):
    """A cursor came back to a list that was asked for in another way."""

    code = "cursor_of_another_list"


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """The rows of one page, and the cursor of the page that follows, None at the end of the list."""

    rows: Sequence[Row]
    next: str | None


def cut(found: Sequence[Row], limit: int, end: Callable[[Row], tuple[datetime | Part, ...]]) -> Cut[Row]:
    """The page that begins what was found, where one row more than `limit` was asked for; `end` is what the list goes
    by, of the last row of a page."""
    if len(found) <= limit:
        return Cut(found, None)
    return Cut(found[:limit], cursor(*end(found[limit - 1])))


def cursor(*end: datetime | Part) -> str:
    """The cursor of the end of a page."""
    written = [part.isoformat() if isinstance(part, datetime) else part for part in end]
    return base64.urlsafe_b64encode(json.dumps(written).encode()).decode().rstrip("=")


def place_of(text: str, length: int) -> PageEnd:
    """The end of a page that a cursor names, of so many parts. Raises CursorUnusable."""
    try:
        end = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:  # RecursionError: somebody has nested brackets in one another
        raise CursorUnusable from error
    if not isinstance(end, list) or len(end) != length or not all(map(_is_part, end)):
        raise CursorUnusable
    return end


def number_of(text: str) -> int:
    """The number in a cursor that has nothing else. Raises CursorUnusable."""
    (number,) = place_of(text, 1)
    if not isinstance(number, int):
        raise CursorUnusable
    return number


def _is_part(part: object) -> bool:
    if isinstance(part, str):
        return WRITTEN.fullmatch(part) is not None
    return part is None or (type(part) is int and 0 <= part <= LARGEST)


def instant(part: Part) -> datetime:
    """The instant in a cursor. Raises CursorUnusable."""
    try:
        found = datetime.fromisoformat(str(part))
        if EARLIEST <= found <= LATEST:
            return found
    except (ValueError, TypeError) as error:  # TypeError: it has no offset and cannot be compared
        raise CursorUnusable from error
    raise CursorUnusable
