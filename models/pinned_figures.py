"""The figures of a year as they stood at one instant, to be copied once into the log of the case that goes by them."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class FigureLine(BaseModel):
    """What was counted of one body and procedure: cases about its data, and tasks before it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    body: str
    procedure: str
    filed: int
    closed: int
    decided: int
    in_time: int
    late: int
    open: int
    overdue: int


class PinnedFigures(BaseModel):
    """All that was counted of a city, from one day up to another, which is not in it; `counted_at` is *now* in what is
    open. `allowed` and `refused` are answers of the gate about its data. `moves_pending`: a holiday notice had not come
    to some cases of its calendar, which were waited for in vain; what is not so is left out, as before it was asked.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    counted_at: datetime
    from_on: date
    until_on: date
    lines: tuple[FigureLine, ...]
    allowed: int
    refused: int
    moves_pending: bool = Field(default=False, exclude_if=lambda is_so: not is_so)

    def digest(self) -> str:
        """By which anybody finds that figures are those that were pinned: SHA-256 of their canonical JSON."""
        content = self.model_dump(mode="json")
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
