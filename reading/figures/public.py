"""The figures of a city that everybody may read: of whole months that are over, of the city as one.

They are of no single body and nobody's work: no bodies, stages or officers, nothing that is open now, and lengths of
time only where so many share them that none can be told from them. Rectifications stay between those who have a part in
them. Counting costs a query over the whole span and anybody may call, so one is counted at a time, and kept a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from reading.figures.counts import Counted, Figures, Place, at_level, without
from reading.figures.questions import Span
from reading.figures.shown import OutcomeCounted, Shower, TimeTaken
from reading.shape import Instant, Shape
from rules.pack import RECTIFICATION

FEWEST = 5
"""Lengths of time are shown where so many share them."""
LONGEST = 60
"""Months in one span."""
KEPT = timedelta(hours=1)
MOST_KEPT = 500


class PublicRow(Shape):
    """Figures of a city as a whole or of one procedure. Times taken are null where fewer than five share them."""

    procedure: str | None
    procedure_label: str | None
    filed: int
    closed: int
    granted: int
    refused: int
    withdrawn: int
    closed_otherwise: int
    outcomes: Annotated[list[OutcomeCounted] | None, Field(description="null for the city as a whole")]
    upheld: int
    not_upheld: int
    time_taken: Annotated[TimeTaken | None, Field(description="from receipt to end")]
    answered: Annotated[int, Field(description="decisions of bodies under a limit of time")]
    answered_in_time: int


class PublicFigures(Shape):
    """Of the months from one up to another, which is not in it."""

    city: str
    city_name: str
    from_on: date
    until_on: date
    as_of: Instant
    total: PublicRow
    by_procedure: list[PublicRow]


Key = tuple[str, Span]
Kept = tuple[datetime, Counted]


@dataclass
class Published:
    """Counts for everybody, one at a time, and keeps what it has counted."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept: dict[Key, Kept] = field(default_factory=dict)

    async def counted(self, key: Key, now: datetime, count: Callable[[], Awaitable[Counted]]) -> Kept:
        """The figures, and when they were counted: an hour ago at the most."""
        async with self.lock:
            known = self.kept.get(key)
            if known is None or not known[0] <= now < known[0] + KEPT:
                if len(self.kept) >= MOST_KEPT:
                    self.kept.clear()
                known = self.kept[key] = now, publishable(key[0], await count())
            return known


def publishable(city: str, counted: Counted) -> Counted:
    """What is published, put together already."""
    open_to_all = without(counted, [RECTIFICATION])
    return {Place(city): Figures()} | at_level(open_to_all, "totals") | at_level(open_to_all, "by_procedure")


def public_row(shower: Shower, place: Place, figures: Figures) -> PublicRow:
    """What everybody may read of a row."""
    row = shower.row(place, figures)
    assert row.cases, "what is published is of no stage"
    told = row.cases.model_dump(exclude={"time_taken", "restrictions", "open", "open_by_age"})
    return PublicRow(
        procedure=row.procedure,
        procedure_label=row.procedure_label,
        **told,
        time_taken=row.cases.time_taken if row.cases.closed >= FEWEST else None,
        answered=row.tasks.in_time + row.tasks.late,
        answered_in_time=row.tasks.in_time,
    )
