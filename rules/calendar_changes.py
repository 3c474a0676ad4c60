"""What a notice changes in a calendar: the days that it makes or unmakes, and those that it settles. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.calendar import CalendarRecord
    from rules.calendar_notices import Notice


@dataclass(frozen=True)
class ChangedDays:
    """The days of one calendar on which a notice makes a difference, in order."""

    worked: tuple[date, ...] = ()
    """Days off before, worked now."""
    off: tuple[date, ...] = ()
    """Worked before, days off now."""
    settled: tuple[date, ...] = ()
    """Days that awaited a notice before, and do no more."""

    def __bool__(self) -> bool:
        return bool(self.worked or self.off or self.settled)

    @property
    def first(self) -> date:
        return min(self.worked + self.off + self.settled)

    @property
    def last(self) -> date:
        return max(self.worked + self.off + self.settled)

    def counted_otherwise(self, after: date, through: date) -> bool:
        """Whether a day after the first one, up to and with the second, was made or unmade."""
        return any(bisect_right(days, after) < bisect_right(days, through) for days in (self.worked, self.off))


def changes(before: CalendarRecord, after: CalendarRecord, notice: Notice) -> dict[str, ChangedDays]:
    """Calendar to what the notice changes there, for each calendar in which it changes anything.

    `after` is `before` with the notice in it. A notice that later or narrower ones override changes nothing.
    """
    found: dict[str, ChangedDays] = {}
    spoken_of = sorted(set(days_of(notice)))
    for scope in after.bound_by(notice.scope):
        old, new = before.calendar(scope), after.calendar(scope)
        made = [day for day in spoken_of if old.is_working(day) != new.is_working(day)]
        changed = ChangedDays(
            worked=tuple(day for day in made if new.is_working(day)),
            off=tuple(day for day in made if not new.is_working(day)),
            settled=tuple(day for day in spoken_of if new.is_covered(day) and not old.is_covered(day)),
        )
        if changed:
            found[scope] = changed
    return found


def days_of(notice: Notice) -> Iterator[date]:
    """Every day of which the notice says something: those that it names, and those for which it had to come."""
    for day, _ in notice.rulings():
        yield day
    if notice.covers:
        for number in range((notice.covers.until - notice.covers.since).days):
            yield notice.covers.since + timedelta(days=number)
