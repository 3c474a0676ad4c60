"""Cursors: where a page ended, as an opaque text that the next call gives back."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime

from api.moments import EARLIEST, LATEST
from api.problems import invalid

Part = str | int | None
Place = list[Part]
WRITTEN = re.compile(r"[A-Za-z0-9._:+-]{0,300}")
"""What cursors of ours hold: ids and instants."""
LARGEST = 2**31 - 1


def cursor(*place: datetime | str | int | None) -> str:
    """The cursor of a place in a list."""
    written = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(written).encode()).decode().rstrip("=")


def place_of(text: str, length: int) -> Place:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise invalid("cursor", "cursor_unusable") from error
    if not isinstance(place, list) or len(place) != length or not all(map(_is_part, place)):
        raise invalid("cursor", "cursor_unusable")
    return place


def _is_part(part: object) -> bool:
    if isinstance(part, str):
        return WRITTEN.fullmatch(part) is not None
    return part is None or (type(part) is int and 0 <= part <= LARGEST)


def instant(part: Part) -> datetime:
    """The instant in a cursor. Raises a Problem on `cursor`."""
    try:
        found = datetime.fromisoformat(str(part))
        if EARLIEST <= found <= LATEST:
            return found
    except (ValueError, TypeError) as error:  # TypeError: it has no offset and cannot be compared
        raise invalid("cursor", "cursor_unusable") from error
    raise invalid("cursor", "cursor_unusable")
