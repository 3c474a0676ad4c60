"""The present of one gate: PostgreSQL's, which never runs backwards here, and how far its decisions are settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from activities.clock import Clock

TOLERANCE = timedelta(seconds=2)
"""A clock that is set back by at most this much stands still for the gate until it has caught up."""


class ClockJumped(Exception):
    """PostgreSQL's clock is behind an instant that a gate has seen: what has expired could hold again."""


class GateClock:
    """Instants of one gate, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._begun: list[datetime] = []

    def know(self, instant: datetime) -> None:
        """An instant that a gate has seen: nothing is decided before it."""
        self._latest = max(self._latest, instant)

    def read(self, database_now: datetime) -> datetime:
        """The instant of a decision. Raises ClockJumped."""
        now = self._clock.at(database_now)
        if now < self._latest - TOLERANCE:
            raise ClockJumped(f"PostgreSQL's clock says {now}, and {self._latest} was seen before")
        self.know(now)
        return self._latest

    def present(self, database_now: datetime) -> datetime:
        """Like `read`, but stands still however far the clock was set back: for the log, which decides nothing."""
        self.know(self._clock.at(database_now))
        return self._latest

    def begin(self, instant: datetime | None = None) -> datetime:
        """A decision is under way whose instant is not before this one, or before now; it goes back to `end`."""
        begun = instant or self._latest
        self._begun.append(begun)
        return begun

    def end(self, begun: datetime) -> None:
        """That decision is in the log's hands, or was none."""
        self._begun.remove(begun)

    def settled_until(self, now: datetime) -> datetime:
        """Every decision before this instant is made and in the log's hands; `now` was read from PostgreSQL before."""
        return min((now, *self._begun))
