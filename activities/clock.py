"""The clock of the system is PostgreSQL's: one clock for every API and worker, whatever their machines say."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Makes the system's present out of PostgreSQL's, so that tests can set it."""

    def at(self, database_now: datetime) -> datetime: ...


class DatabaseClock:
    """PostgreSQL's own present."""

    def at(self, database_now: datetime) -> datetime:
        return database_now
