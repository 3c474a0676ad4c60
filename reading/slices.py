"""Of what a count is: a city, and as much below it as is told apart."""

from __future__ import annotations

from typing import NamedTuple


class Slice(NamedTuple):
    """The cases or tasks that are counted together; what is None is not told apart."""

    city: str
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
