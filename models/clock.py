"""The time that a body has for a task: from when, how long, until when, by which article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from pydantic import Field

from models.act_contents import Frozen
from rules.deadlines import DATED, Period, Unit, parse_period
from rules.pinned import Basis, LastDayOff


class Stop(Frozen):
    """A span in which a cited rule stopped the clock: its days are added to the period. Which rule, older logs do not
    say."""

    stopped_at: datetime
    resumed_at: datetime
    because: str = "supplement"
    source: str | None = None
    article: str | None = None
    basis: Basis | None = None
    cause: str | None = None
    """The task or act by which the clock was stopped; older logs do not say."""
    at_most: str | None = None
    """The most by which all stops of this name together move an end, where the law has a most."""
    by_time: bool = False
    """It ended because that was used up."""


class OpenStop(Frozen):
    """A stop that has not ended, by the rule that is named (`because`)."""

    because: str
    cause: str
    stopped_at: datetime
    at_most: str | None = None
    ends_at: datetime | None = None
    """When it ends by itself at the latest, which the transaction that writes it fills in; None without a most."""
    source: str
    article: str
    basis: Basis

    def ended(self, at: datetime) -> Stop:
        """The span that it was, where it ends at an instant, or had ended by itself before."""
        by_time = self.ends_at is not None and self.ends_at <= at
        resumed_at = self.ends_at if self.ends_at and by_time else max(at, self.stopped_at)
        same = self.model_dump(exclude={"ends_at"})
        return Stop(**same, resumed_at=resumed_at, by_time=by_time)


class Stood(NamedTuple):
    """A span in which a clock did not run, by one rule or by several at once."""

    since: datetime
    until: datetime


class Extension(Frozen):
    """A decision that extended the period, by so much, in its own unit, and the rule that lets a body do so."""

    decided_at: datetime
    period: str
    source: str
    article: str
    basis: Basis


class Clock(Frozen):
    """The time a body has. The transaction that writes the event fills in `due_at` and what explains it.

    `period` is None where the law gives no number; then `due_at` stays None and the clock shows the time used.
    """

    started_at: datetime
    period: str | None
    promptly: bool = False
    article: str
    basis: Basis
    moving: tuple[str, ...] = ()
    """Units (`d`, `mo`) whose periods end with the next working day where their last day is a day off."""
    own_periods: Mapping[str, str] = Field(default_factory=dict)
    """Outcome to the period for it, where it is not that of the stage."""
    own_due_at: Mapping[str, datetime] = Field(default_factory=dict)
    """Outcome to the end of its own period."""
    extensions: tuple[Extension, ...] = ()
    stops: tuple[Stop, ...] = ()
    open_stops: tuple[OpenStop, ...] = ()
    """By which rules of the pack it is stopped now; none in logs from before packs named them."""
    stopped_at: datetime | None = None
    """Since when it has stood still. It has no due instant meanwhile, unless each rule that stops it has a most: then
    the instant at which it is due at the latest."""
    due_at: datetime | None = None
    last_day: date | None = None
    provisional: bool = False
    awaits_evidence: bool = False
    """It does not run yet: its period begins with the receipt of the first evidence."""
    calendar: str
    calendar_version: int | None = None

    @property
    def wants_due(self) -> bool:
        """Whether the transaction that writes this clock has to fill in its end."""
        unknown = (self.period is not None and self.due_at is None) or (bool(self.own_periods) and not self.own_due_at)
        ends_unknown = any(stop.at_most and stop.ends_at is None for stop in self.open_stops)
        return ends_unknown or (unknown and not self.stands_without_end)

    @property
    def stands_without_end(self) -> bool:
        """Whether it is stopped, and nobody can say yet for how long at most."""
        return self.stopped_at is not None and not (self.open_stops and all(stop.at_most for stop in self.open_stops))

    @property
    def stood(self) -> list[Stood]:
        """The spans in which it did not run, or will not have run at the latest; what two rules stop at once stands
        still once."""
        spans = [Stood(stop.stopped_at, stop.resumed_at) for stop in self.stops]
        spans += [Stood(stop.stopped_at, stop.ends_at) for stop in self.open_stops if stop.ends_at]
        merged: list[Stood] = []
        for span in sorted(spans):
            if merged and span.since <= merged[-1].until:
                merged[-1] = Stood(merged[-1].since, max(merged[-1].until, span.until))
            else:
                merged.append(span)
        return merged

    @property
    def length(self) -> Period | None:
        """The period with all by which it was extended; None without one."""
        if self.period is None:
            return None
        number, unit = parse_period(self.period)
        return Period(number + sum(parse_period(each.period).number for each in self.extensions), unit)

    @property
    def ends_with_a_day(self) -> bool:
        """Whether the clock ends at the midnight after a day, as every period does that is not in hours, and a last day
        that a decision names."""
        return self.period is None or parse_period(self.period).unit is not Unit.HOURS

    def last_day_off(self, period: str) -> LastDayOff:
        """What becomes of a last day of this period that is a day off."""
        return LastDayOff.MOVES if parse_period(period).unit in self.moving else LastDayOff.STAYS

    def moves_with_the_calendar(self, period: str) -> bool:
        """Whether a notice can move the end of this period."""
        unit = parse_period(period).unit
        return unit is Unit.WORKING_DAYS or (unit in DATED and unit in self.moving)

    @property
    def may_be_moved_by_a_notice(self) -> bool:
        """Whether a notice can move an end of this clock, or of a stop."""
        periods = [*([self.period] if self.period else []), *self.own_periods.values()]
        mosts = [stop.at_most for stop in self.open_stops if stop.at_most]
        of_stops = any(self.moves_with_the_calendar(most) for most in mosts)
        return of_stops or (
            not self.stands_without_end and any(self.moves_with_the_calendar(period) for period in periods)
        )

    def unset(self) -> Clock:
        """The same clock without its end, which the transaction that writes it fills in again.

        A last day that a decision named stays as it is, whatever the calendar says: no period gives it.
        """
        of_period = {"due_at": None, "last_day": None} if self.period is not None else {}
        stops = tuple(stop.model_copy(update={"ends_at": None}) for stop in self.open_stops)
        return self.model_copy(update={**of_period, "own_due_at": {}, "open_stops": stops})

    def due_for(self, outcome: str) -> datetime | None:
        """The instant from which this outcome is late: the end of its own period, or of the stage's."""
        return self.own_due_at.get(outcome, self.due_at)
