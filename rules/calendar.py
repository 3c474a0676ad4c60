"""The calendar as a record of notices, and deadlines as of what was known on a day.

Narrower scope first, then later publication, then order of record. Pure: the record is given, never read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rules.calendar_notices import Notice, Scope, Span
from rules.deadlines import (
    DATED,
    Deadline,
    DeadlineError,
    DeadlineOfAnotherCalendar,
    DeadlineOutOfRange,
    ExplainedDay,
    Explanation,
    Period,
    Unit,
    hours_after,
    last_date,
    midnight,
    parse_period,
    to_shanghai,
)
from rules.pinned import Label, LastDayOff, ProposedRule

BEYOND_ALL_DAYS = date.max.toordinal() + 1
HOURS = Unit.HOURS
WEEKDAYS = (
    Label(zh="周一", en="Monday"),
    Label(zh="周二", en="Tuesday"),
    Label(zh="周三", en="Wednesday"),
    Label(zh="周四", en="Thursday"),
    Label(zh="周五", en="Friday"),
    Label(zh="周六", en="Saturday"),
    Label(zh="周日", en="Sunday"),
)


class CalendarUnknown(DeadlineError):
    """The record has no scope of this name."""


class Ruling(NamedTuple):
    """What the notice that prevails says about a day."""

    worked: bool
    notice: Notice


class Calendar:
    """The working days of one scope, by the notices known; made by `CalendarRecord.calendar`.

    Answers for every day of the years 1 to 9999: a day that no notice names is worked from Monday to Friday.
    """

    def __init__(self, scope: str, version: int, rulings: Mapping[int, Ruling], uncovered: Sequence[Span]) -> None:
        self.scope = scope
        self.version = version
        self._rulings = rulings
        # A departure is a day on which the notices differ from the plain week. Between departures the week alone
        # counts, so the rank of a day (working days up to it) is that of the plain week, shifted by those before it.
        self._departures = sorted(day for day, ruling in rulings.items() if ruling.worked != _is_weekday(day))
        steps = (1 if rulings[day].worked else -1 for day in self._departures)
        self._shifts = list(accumulate(steps, initial=0))
        self._ranks = [_weekdays_through(day) + self._shifts[n] for n, day in enumerate(self._departures, start=1)]
        self._uncovered_since = [*(span.since.toordinal() for span in uncovered), BEYOND_ALL_DAYS]
        self._uncovered_until = [
            *(BEYOND_ALL_DAYS if span.until == date.max else span.until.toordinal() for span in uncovered),
            BEYOND_ALL_DAYS + 1,
        ]
        # Days come again and again; the midnight that ends one costs more than all the rest.
        self._receipt = lru_cache(maxsize=4096)(self._receipt_on)
        self._end = lru_cache(maxsize=4096)(self._end_of)

    def deadline(
        self,
        received_at: datetime,
        period: Period | str,
        extra_days: int = 0,
        last_day_off: LastDayOff = LastDayOff.STAYS,
    ) -> Deadline:
        """When a period that began with this receipt ends, Asia/Shanghai.

        Working days: the day of receipt is not counted, the period ends at 24:00 of the last day; `extra_days` are the
        working days for which the clock was stopped. Calendar days and months likewise, with calendar days in the place
        of working days; `last_day_off` says whether a last day that is a day off moves on. Hours are natural hours from
        the moment, and never provisional.
        Raises `ReceiptWithoutOffset`, `PeriodNotUnderstood`, `DeadlineOutOfRange`, `DeadlineError`.
        """
        number, unit = parse_period(period) if isinstance(period, str) else period
        started_at = to_shanghai(received_at)
        if unit == HOURS:
            return self._hours(started_at, number, extra_days)
        if unit in DATED:
            return self._dated(started_at, Period(number, unit), extra_days, last_day_off)
        if number < 1 or extra_days < 0:
            raise DeadlineError(
                f"period: {number}wd with extra_days {extra_days}; at least 1 and at least 0 are needed"
            )
        rank, awaiting = self._receipt(started_at.toordinal())
        last, last_day, due_at = self._end(rank + number + extra_days)
        provisional = awaiting <= last
        return Deadline(started_at, str(period), extra_days, due_at, last_day, provisional, self.scope, self.version)

    def _receipt_on(self, ordinal: int) -> tuple[int, int]:
        """The rank of a day of receipt, and where the next span of days that await a notice begins or has begun."""
        return self._rank(ordinal), self._uncovered_since[bisect_right(self._uncovered_until, ordinal + 1)]

    def _end_of(self, rank: int) -> tuple[int, date, datetime]:
        """The working day of this rank, as an ordinal and as a date, and the midnight that ends it."""
        n = bisect_left(self._ranks, rank)
        weeks, days = divmod(rank - self._shifts[n] - 1, 5)
        last = 7 * weeks + days + 1
        if n < len(self._departures):
            last = min(last, self._departures[n])
        try:
            return last, date.fromordinal(last), midnight(date.fromordinal(last + 1))
        except (ValueError, OverflowError):
            raise DeadlineOutOfRange("period: it ends outside the years 1 to 9999") from None

    def _hours(self, started_at: datetime, hours: int, extra_days: int) -> Deadline:
        if hours < 1:
            raise DeadlineError(f"period: {hours}h; at least 1 is needed")
        if extra_days:
            raise DeadlineError("extra_days: only a period of working days is extended by working days")
        due_at = hours_after(started_at, hours)
        last_day = (to_shanghai(due_at) - timedelta(microseconds=1)).date()
        return Deadline(started_at, f"{hours}h", 0, due_at, last_day, False, self.scope, self.version)

    def _dated(self, started_at: datetime, period: Period, extra_days: int, last_day_off: LastDayOff) -> Deadline:
        if period.number < 1 or extra_days < 0:
            raise DeadlineError(f"period: {period} with extra_days {extra_days}; at least 1 and at least 0 are needed")
        last_day = nominal = last_date(to_shanghai(started_at).date(), *period, extra_days)
        provisional = False
        try:
            if last_day_off is LastDayOff.MOVES:
                while not self.is_working(last_day):
                    last_day += timedelta(days=1)
                since = nominal.toordinal()
                awaiting = self._uncovered_since[bisect_right(self._uncovered_until, since)]
                provisional = awaiting <= last_day.toordinal()
            due_at = midnight(last_day + timedelta(days=1))
        except OverflowError:
            raise DeadlineOutOfRange("period: it ends outside the years 1 to 9999") from None
        known = (provisional, self.scope, self.version)
        return Deadline(started_at, str(period), extra_days, due_at, last_day, *known, last_day_off)

    def explain(self, deadline: Deadline) -> Explanation:
        """Every day of the deadline's period: counted or skipped, and why. Raises `DeadlineOfAnotherCalendar`."""
        asked = (deadline.started_at, deadline.period, deadline.extra_days, deadline.last_day_off)
        if self.deadline(*asked) != deadline:
            raise DeadlineOfAnotherCalendar(
                f"this calendar ({self.scope}, version {self.version}) does not lead to the deadline {deadline.due_at}"
                f" ({deadline.calendar}, version {deadline.calendar_version}); ask the one that computed it"
            )
        number, unit = parse_period(deadline.period)
        if unit == HOURS:
            return Explanation(days=())
        if unit in DATED:
            nominal = last_date(to_shanghai(deadline.started_at).date(), number, unit, deadline.extra_days)
            return Explanation(days=tuple(self._dated_days(deadline, nominal)))
        first = deadline.started_at.toordinal() + 1
        through = deadline.last_day.toordinal()
        return Explanation(days=tuple(self._explained(date.fromordinal(day)) for day in range(first, through + 1)))

    def _dated_days(self, deadline: Deadline, nominal: date) -> Iterator[ExplainedDay]:
        """Days off count like others, until the day on which the period ends by its number: from there on, a period
        that moves on counts none before the next working day."""
        day = to_shanghai(deadline.started_at).date()
        while day < deadline.last_day:
            day += timedelta(days=1)
            matters = day >= nominal and deadline.last_day_off is LastDayOff.MOVES
            if not matters:
                yield ExplainedDay(on=day, counted=True, covered=True, why=self._why(day))
                continue
            explained = self._explained(day)
            if not explained.counted:
                explained = explained.model_copy(update={"why": _ends_on_none(explained.why)})
            yield explained

    def _explained(self, day: date) -> ExplainedDay:
        covered = self.is_covered(day)
        why = self._why(day)
        if not covered:
            why = Label(zh=f"{why.zh}（尚无通知规定这一天）", en=f"{why.en} (no notice covers this day yet)")
        return ExplainedDay(on=day, counted=self.is_working(day), covered=covered, why=why)

    def _why(self, day: date) -> Label:
        ruling = self._rulings.get(day.toordinal())
        weekday = WEEKDAYS[day.weekday()]
        if ruling is None:
            return weekday
        document = ruling.notice.document
        if ruling.worked:
            return Label(zh=f"{weekday.zh}，{document}：上班", en=f"{weekday.en}, worked by {document}")
        return Label(zh=f"{weekday.zh}，{document}：放假", en=f"{weekday.en}, day off by {document}")

    def is_working(self, day: date) -> bool:
        ruling = self._rulings.get(day.toordinal())
        return day.weekday() < 5 if ruling is None else ruling.worked

    def is_covered(self, day: date) -> bool:
        """Whether every notice that had to come for this day is known."""
        ordinal = day.toordinal()
        return self._uncovered_since[bisect_right(self._uncovered_until, ordinal)] > ordinal

    def ruling(self, day: date) -> Ruling | None:
        """What the notices say about this day; `None` where none of them names it."""
        return self._rulings.get(day.toordinal())

    def working_days_between(self, after: date, through: date) -> int:
        """How many working days lie after the first day, up to and with the second; 0 if it is not later."""
        return max(0, self._rank(through.toordinal()) - self._rank(after.toordinal()))

    def _rank(self, ordinal: int) -> int:
        return _weekdays_through(ordinal) + self._shifts[bisect_right(self._departures, ordinal)]


class CalendarRecord:
    """The notices in order of record, with the scopes they speak for; never changes once made.

    `version` is the position reached: the number of notices. Raises `CalendarUnknown` for a notice of an unknown scope.
    """

    def __init__(self, notices: Iterable[Notice], scopes: Iterable[Scope]) -> None:
        self.notices = tuple(notices)
        self.scopes: dict[str, Scope] = {}
        for scope in scopes:
            if scope.within is not None:
                self._scope(scope.within)  # a scope comes after the one it lies within, so none can lie within itself
            self.scopes[scope.scope] = scope
        for notice in self.notices:
            self._scope(notice.scope)
        self._by_publication: dict[str, tuple[Sequence[Notice], Sequence[date]]] = {}
        self._calendars: dict[tuple[str, int], Calendar] = {}

    @property
    def version(self) -> int:
        return len(self.notices)

    def has(self, notice: Notice) -> bool:
        """Whether a notice of that scope and document is on record, whatever it says."""
        return any((each.scope, each.document) == (notice.scope, notice.document) for each in self.notices)

    def at(self, version: int) -> CalendarRecord:
        """The record as it was at an earlier position. Raises `ValueError` for a position that it has not reached."""
        if not 0 <= version <= self.version:
            raise ValueError(f"calendar_version: {version} is not between 0 and {self.version}")
        return self if version == self.version else CalendarRecord(self.notices[:version], self.scopes.values())

    def with_notice(self, notice: Notice) -> CalendarRecord:
        """The record with one notice more. Raises `CalendarUnknown`."""
        return CalendarRecord((*self.notices, notice), self.scopes.values())

    def calendar(self, scope: str, as_of: date | None = None) -> Calendar:
        """The calendar of a scope by the notices published up to and on a day; by all in the record without one.

        Raises `CalendarUnknown`.
        """
        in_order, published = self._published(scope)
        known = len(in_order) if as_of is None else bisect_right(published, as_of)
        key = (scope, known)
        if key not in self._calendars:
            self._calendars[key] = self._build(scope, in_order[:known])
        return self._calendars[key]

    def bound_by(self, scope: str) -> list[str]:
        """The scopes in which a notice of this scope counts: itself and those that lie within it."""
        return [name for name in self.scopes if any(wider.scope == scope for wider in self._wide_to_narrow(name))]

    def _published(self, scope: str) -> tuple[Sequence[Notice], Sequence[date]]:
        if scope not in self._by_publication:
            names = {each.scope for each in self._wide_to_narrow(scope)}
            # sorted() is stable: of two notices published on one day, the order of record decides
            in_order = sorted((n for n in self.notices if n.scope in names), key=lambda notice: notice.published_on)
            self._by_publication[scope] = in_order, [notice.published_on for notice in in_order]
        return self._by_publication[scope]

    def _build(self, scope: str, known: Sequence[Notice]) -> Calendar:
        rulings: dict[int, Ruling] = {}
        uncovered: list[Span] = []
        for each in self._wide_to_narrow(scope):
            own = [notice for notice in known if notice.scope == each.scope]
            for notice in own:
                rulings.update((day.toordinal(), Ruling(worked, notice)) for day, worked in notice.rulings())
            uncovered += _without(each.awaited(), [notice.covers for notice in own if notice.covers])
        return Calendar(scope, self.version, rulings, _merged(uncovered))

    def _wide_to_narrow(self, scope: str) -> list[Scope]:
        chain = [self._scope(scope)]
        while (wider := chain[0].within) is not None:
            chain.insert(0, self._scope(wider))
        return chain

    def _scope(self, name: str) -> Scope:
        if name not in self.scopes:
            raise CalendarUnknown(f"calendar: {name!r} is unknown; known are {', '.join(sorted(self.scopes))}")
        return self.scopes[name]


def _ends_on_none(why: Label) -> Label:
    """Why a day off is not the last of a period that moves on."""
    return Label(zh=f"{why.zh}；期限不在休息日届满", en=f"{why.en}; the period ends on no day off")


def _is_weekday(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < 5


def _weekdays_through(ordinal: int) -> int:
    # Day 1 of the proleptic calendar is a Monday.
    weeks, days = divmod(ordinal, 7)
    return 5 * weeks + (days if days < 5 else 5)


def _without(spans: Iterable[Span], removed: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for gone in removed:
        left = [
            part
            for span in left
            for part in (Span(span.since, min(span.until, gone.since)), Span(max(span.since, gone.until), span.until))
            if part.since < part.until
        ]
    return left


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.since <= merged[-1].until:
            merged[-1] = Span(merged[-1].since, max(merged[-1].until, span.until))
        else:
            merged.append(span)
    return merged


def due_by(rule: ProposedRule, calendar: Calendar, now: datetime) -> datetime:
    """What was due by this midnight is overdue for longer than the grace: all its working days are over since."""
    yesterday = to_shanghai(now).date() - timedelta(days=1)
    last_day = yesterday
    while calendar.working_days_between(last_day, yesterday) < parse_period(rule.after).number:
        last_day -= timedelta(days=1)
    return midnight(last_day + timedelta(days=1))
