"""What the calendar is made of: the notices that make and unmake working days, and the scopes for which they speak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator

from rules.pinned import Label
from rules.stating import ON_ONE_LINE, STATED

LONGEST_DAYS_OFF = timedelta(days=60)
FURTHEST_FROM_PUBLICATION = timedelta(days=800)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), STATED, ON_ONE_LINE]


class DaysOff(NamedTuple):
    """A span of days off as notices state it: both ends included."""

    first: date
    last: date

    def days(self) -> Iterator[date]:
        return (date.fromordinal(day) for day in range(self.first.toordinal(), self.last.toordinal() + 1))


class Span(NamedTuple):
    """Days from `since` on, up to but not including `until`."""

    since: date
    until: date


class Notice(BaseModel):
    """One published document that makes days off or days worked, checked for contradictions within itself.

    `published_on` is the day of issue in Asia/Shanghai; `published_known` is false where that day could not be found
    and the value is a placeholder. `recorded_at` is the instant at which this system took it into its record.
    `covers` is set for the notice that had to come for those days, such as the annual one: days that it leaves alone
    are then known to be ordinary. Raises pydantic's `ValidationError`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Name
    document: Name
    published_on: date
    published_known: bool = True
    recorded_at: AwareDatetime
    covers: Span | None = None
    days_off: tuple[DaysOff, ...] = ()
    days_worked: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Notice:
        for off in self.days_off:
            if off.last < off.first:
                raise ValueError(f"days_off: {off.first} to {off.last} ends before it begins")
            if off.last - off.first >= LONGEST_DAYS_OFF:
                raise ValueError(f"days_off: {off.first} to {off.last} is longer than {LONGEST_DAYS_OFF.days} days")
        if self.covers and self.covers.until <= self.covers.since:
            raise ValueError(f"covers: {self.covers.since} until {self.covers.until} is empty")
        if not (self.days_off or self.days_worked or self.covers):
            raise ValueError("a notice has days_off, days_worked or covers; this one says nothing")
        self._speaks_of_days_near_its_publication()
        for earlier, later in pairwise(sorted(day for day, _ in self.rulings())):
            if earlier == later:
                raise ValueError(f"days_off and days_worked: {earlier} is named twice")
        return self

    def _speaks_of_days_near_its_publication(self) -> None:
        ends = [*(end for off in self.days_off for end in off), *self.days_worked, *(self.covers or ())]
        for day in ends:
            if abs(day - self.published_on) > FURTHEST_FROM_PUBLICATION:
                raise ValueError(
                    f"{day} is more than {FURTHEST_FROM_PUBLICATION.days} days away from published_on"
                    f" {self.published_on}: one of the two years is mistyped"
                )

    def rulings(self) -> Iterator[tuple[date, bool]]:
        """Each day that this notice names, and whether it is worked."""
        for off in self.days_off:
            for day in off.days():
                yield day, False
        for day in self.days_worked:
            yield day, True


class Festival(BaseModel):
    """A festival for which a scope publishes its own notice each year, and the days on which it falls.

    `first_days` has one entry for each year, without a gap; `days` is how many days the festival lasts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Label
    days: int
    first_days: tuple[date, ...]

    @model_validator(mode="after")
    def _leaves_no_year_out(self) -> Festival:
        if not self.first_days:
            raise ValueError("first_days: is empty")
        for earlier, later in pairwise(self.first_days):
            if later.year != earlier.year + 1:
                raise ValueError(f"first_days: {later} does not follow {earlier} by one year")
        return self

    def weeks(self) -> Iterator[Span]:
        """The weeks, Monday to Sunday, that hold a day of the festival; and every day of the years not in the table.

        Beyond the table it is not known where the festival falls, so no day there can be called settled.
        """
        yield Span(date.min, date(self.first_days[0].year, 1, 1))
        for first in self.first_days:
            last = first + timedelta(days=self.days - 1)
            yield Span(first - timedelta(days=first.weekday()), last + timedelta(days=7 - last.weekday()))
        yield Span(date(self.first_days[-1].year + 1, 1, 1), date.max)


class Scope(BaseModel):
    """A territory with a calendar. The widest scope awaits a notice for every day, a narrower one for its festival."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Name
    name: Label
    within: Name | None = None
    festival: Festival | None = None

    def awaited(self) -> Sequence[Span]:
        """The days that stay provisional until a notice of this scope covers them."""
        if self.within is None:
            return (Span(date.min, date.max),)
        return tuple(self.festival.weeks()) if self.festival else ()
