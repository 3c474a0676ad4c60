"""The time that a body has for a task: from when, how long, until when, by which article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from models.acts import Frozen
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
    stopped_at: datetime | None = None
    """Since when a cited rule has stopped this clock; it has no due instant meanwhile."""
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
        return unknown and self.stopped_at is None

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
        """Whether a notice can move an end of this clock, which runs."""
        periods = [*([self.period] if self.period else []), *self.own_periods.values()]
        return self.stopped_at is None and any(self.moves_with_the_calendar(period) for period in periods)

    def unset(self) -> Clock:
        """The same clock without its end, which the transaction that writes it fills in again.

        A last day that a decision named stays as it is, whatever the calendar says: no period gives it.
        """
        of_period = {"due_at": None, "last_day": None} if self.period is not None else {}
        return self.model_copy(update={**of_period, "own_due_at": {}})

    def due_for(self, outcome: str) -> datetime | None:
        """The instant from which this outcome is late: the end of its own period, or of the stage's."""
        return self.own_due_at.get(outcome, self.due_at)
