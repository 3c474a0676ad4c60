"""The two lists of tasks with a due instant: what is overdue, and what is due soon by the calendar of each city."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from reading.due import end_of
from reading.store import Present
from rules.bounds import LATEST
from rules.loading import load_pack

Listed = Literal["overdue", "due_soon"]

WITHIN = 2
"""Working days after today in which what is due is due soon, unless somebody says otherwise."""
LONGEST_WITHIN = 60
Within = Annotated[int, Field(ge=0, le=LONGEST_WITHIN)]


class DueList(NamedTuple):
    """One of the lists; `within` are working days after today, and mean nothing for what is overdue. `beyond` leaves
    out what is due by the end of so many; no `within`: whenever it is due."""

    listed: Listed
    within: int | None = WITHIN
    beyond: int | None = None


OVERDUE = DueList("overdue")


class DueBetween(NamedTuple):
    """Tasks of a city that are due after the one instant, up to and with the other."""

    city: str
    after: datetime | None
    through: datetime


def due_between(which: DueList, among: Iterable[str], present: Present) -> list[DueBetween]:
    """For each city the instants between which something is due to be listed. Due soon is what is due today, or by the
    end of so many working days of the city's calendar after today."""
    now = present.now
    if which.listed == "overdue":
        return [DueBetween(city, None, now) for city in among]
    return [_due_in(city, which, present) for city in among]


def _due_in(city: str, which: DueList, present: Present) -> DueBetween:
    calendar, now = load_pack(city).calendar, present.now
    return DueBetween(
        city,
        now if which.beyond is None else end_of(which.beyond, calendar, now, present.record),
        LATEST if which.within is None else end_of(which.within, calendar, now, present.record),
    )
