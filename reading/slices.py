"""What a count is of: a city, and as much below it as is distinguished."""

from __future__ import annotations

from typing import NamedTuple


class Slice(NamedTuple):
    """The cases or tasks that are counted together; None where they are not distinguished by this."""

    city: str
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
