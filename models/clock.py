"""The time that a body has for a task: from when, how long, until when, by which article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from models.acts import Frozen
from rules.deadlines import Unit, parse_period
from rules.pinned import Basis


class Stop(Frozen):
    """A span in which a cited rule stopped the clock: its working days are added to the period."""

    stopped_at: datetime
    resumed_at: datetime


class Clock(Frozen):
    """The time a body has. The transaction that writes the event fills in `due_at` and what explains it.

    `period` is None where the law gives no number; then `due_at` stays None and the clock shows the time used.
    """

    started_at: datetime
    period: str | None
    promptly: bool = False
    article: str
    basis: Basis
    own_periods: Mapping[str, str] = Field(default_factory=dict)
    """Outcome to the period for it, where it is not that of the stage."""
    own_due_at: Mapping[str, datetime] = Field(default_factory=dict)
    """Outcome to the end of its own period."""
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
    def ends_with_a_day(self) -> bool:
        """Whether the clock ends at the midnight after a day, as a period in working days does, and a last day that a
        decision names."""
        return self.period is None or parse_period(self.period).unit is Unit.WORKING_DAYS

    def unset(self) -> Clock:
        """The same clock without its end, which the transaction that writes it fills in again.

        A last day that a decision named stays as it is, whatever the calendar says: no period gives it.
        """
        of_period = {"due_at": None, "last_day": None} if self.period is not None else {}
        return self.model_copy(update={**of_period, "own_due_at": {}})

    def due_for(self, outcome: str) -> datetime | None:
        """The instant from which this outcome is late: the end of its own period, or of the stage's."""
        return self.own_due_at.get(outcome, self.due_at)
