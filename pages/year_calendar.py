"""A small calendar of a year, for who has to see where days off and days worked fall. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7


@dataclass(frozen=True)
class DayOfYear:
    """A day: `kind` is off or worked where the notice makes it so, rest where it was no working day anyhow."""

    on: date
    kind: str


@dataclass(frozen=True)
class Month:
    """A month by weeks, Monday first; None where a week begins or ends beyond it."""

    first: date
    weeks: tuple[tuple[DayOfYear | None, ...], ...]


def months_of(
    days: Collection[date], off: Collection[date], worked: Collection[date], is_working: Callable[[date], bool]
) -> tuple[Month, ...]:
    """The months, from the first to the last, in which these days fall, with what is made of each."""
    if not days:
        return ()
    first, last = min(days).replace(day=1), max(days)
    months = []
    while first <= last:
        months.append(_month(first, off, worked, is_working))
        first = (first + timedelta(days=32)).replace(day=1)
    return tuple(months)


def _month(first: date, off: Collection[date], worked: Collection[date], is_working: Callable[[date], bool]) -> Month:
    def kind(on: date) -> str:
        if on in off:
            return "off"
        if on in worked:
            return "worked"
        return "" if is_working(on) else "rest"

    after = (first + timedelta(days=32)).replace(day=1)
    days = [DayOfYear(on, kind(on)) for n in range((after - first).days) for on in (first + timedelta(days=n),)]
    cells: list[DayOfYear | None] = [*([None] * first.weekday()), *days]
    cells += [None] * (-len(cells) % WEEK)
    return Month(first, tuple(tuple(cells[n : n + WEEK]) for n in range(0, len(cells), WEEK)))
