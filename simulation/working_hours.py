"""When officers work: the sessions of the working days of a calendar. Instants are in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from rules.calendar import Calendar
from rules.deadlines import SHANGHAI, to_shanghai

SESSIONS = ((time(9), time(12)), (time(14), time(17, 30)))
"""Start and end of each; the end is exclusive."""
A_DAY = timedelta(days=1)


class WorkingHours:
    """The hours in which work is done; all answers are about them alone."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def is_working_day(self, day: date) -> bool:
        return self.calendar.is_working(day)

    def opens(self, at: datetime) -> datetime:
        """The first working instant that is not before `at`."""
        return next(max(begins, at) for begins, _ in self._sessions(at))

    def after(self, begins: datetime, minutes: int) -> datetime:
        """When so many minutes of work are done that begin then. Work is done at the end of a session, not at the start
        of the next."""
        left = timedelta(minutes=minutes)
        for start, end in self._sessions(begins):
            resumed = max(start, begins)
            if resumed + left <= end:
                return resumed + left
            left -= end - resumed
        raise AssertionError("sessions never end")

    def minutes(self, since: datetime, until: datetime) -> int:
        """How many working minutes lie between the two instants."""
        worked = timedelta()
        for start, end in self._sessions(since):
            if start >= until:
                break
            worked += min(end, until) - max(start, since)
        return int(worked.total_seconds()) // 60

    def working_days(self, since: datetime, until: datetime) -> int:
        """How many working days of a period were used: the day of its start does not count, the day of its end does."""
        return self.calendar.working_days_between(to_shanghai(since).date(), to_shanghai(until).date())

    def _sessions(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The sessions that end after this instant, in order, without end."""
        day = to_shanghai(after).date()
        while True:
            if self.calendar.is_working(day):
                for start, end in SESSIONS:
                    ends = datetime.combine(day, end, SHANGHAI)
                    if ends > after:
                        yield datetime.combine(day, start, SHANGHAI), ends
            day += A_DAY
