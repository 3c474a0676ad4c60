"""Cursors: where a page ended, as an opaque text that the next call gives back."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from api.problems import invalid

Place = list[str | int | None]


def cursor(*place: datetime | str | int | None) -> str:
    """The cursor of a place in a list."""
    written = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(written).encode()).decode().rstrip("=")


def place_of(text: str, length: int) -> Place:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise invalid("cursor", "cursor_unusable") from error
    if not isinstance(place, list) or len(place) != length:
        raise invalid("cursor", "cursor_unusable")
    return place


def instant(part: str | int | None) -> datetime:
    """The instant in a cursor. Raises a Problem on `cursor`."""
    try:
        found = datetime.fromisoformat(str(part))
    except ValueError as error:
        raise invalid("cursor", "cursor_unusable") from error
    if found.utcoffset() is None:
        raise invalid("cursor", "cursor_unusable")
    return found
