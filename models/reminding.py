"""When somebody is reminded of a task: points on its clock, which the clock and the rules of the case alone decide.
Pure.

Each point gives one reminder; where several have come, only the latest does, because it includes what the others would
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from models.clock import Clock
from models.tellings import Account, Addressee, Officers, Posts, Supervisors, Telling
from rules.deadlines import SHANGHAI, Unit, parse_period, to_shanghai
from rules.pinned import APPLICANT, ReminderRule

if TYPE_CHECKING:
    from rules.calendar import Calendar

DUE_SOON = "reminder_due_soon"
DUE = "reminder_due"
OVERDUE = "reminder_overdue"
AT_ONCE = "reminder_at_once"
OF_AN_OUTCOME = {DUE_SOON: "reminder_outcome_due_soon", DUE: "reminder_outcome_due"}
"""The kinds of reminders for a period that only one outcome has."""
KINDS = (DUE_SOON, DUE, OVERDUE, AT_ONCE, *OF_AN_OUTCOME.values())


@dataclass(frozen=True)
class Reminded:
    """An open task with the facts that a reminder needs."""

    task_id: str
    case_id: str
    city: str
    party: str
    stage: str
    round: int
    body: str
    claimed_by: str | None
    opened_at: datetime
    clock: Clock
    sides: Mapping[str, str | None] = field(default_factory=dict)
    """As of `Telling`."""


@dataclass(frozen=True)
class Point:
    """One instant at which a reminder of a task is due. `nth` counts those after the end of the clock, or of a duty
    owed promptly; `before` is the period that is left."""

    kind: str
    at: datetime
    nth: int = 0
    before: str | None = None
    outcomes: tuple[str, ...] = ()
    """The outcomes whose own period it is about; none: the period of the stage."""

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.before or self.nth}"

    @property
    def escalates(self) -> bool:
        """Whether the reminder also goes to the posts of the body and to the city's supervisors: all but the first
        after the end, or of a duty owed promptly, do."""
        return self.nth > (1 if self.kind == AT_ONCE else 0)


@dataclass(frozen=True)
class End:
    """An end of a clock: of the stage's period, or of the own period of these outcomes."""

    due_at: datetime
    in_days: bool
    outcomes: tuple[str, ...] = ()

    @property
    def last_day(self) -> date:
        """The last day on which an act is in time."""
        return to_shanghai(self.due_at - timedelta(microseconds=1)).date()


@dataclass(frozen=True)
class Look:
    """What a look at a task finds: the reminder that is due now, and when to look again, if ever."""

    point: Point | None
    again_at: datetime | None


NOTHING = Look(None, None)


def look(clock: Clock, opened_at: datetime, rule: ReminderRule | None, calendar: Calendar, now: datetime) -> Look:
    """The reminder that is due at `now` for an open task. For periods in days or months it is due only in working hours
    of a working day.

    Where outcomes have periods of their own, reminders are of the earliest end to come, then of the next.
    """
    if rule is None or clock.stopped_at is not None:
        return NOTHING
    now = to_shanghai(now)
    ends = ends_of(clock)
    if not ends:
        return look_at(at_once(clock, rule, now), now) if clock.promptly else NOTHING
    hours = WorkingHours(rule, calendar)
    found = look_at(points(ends, opened_at, rule, hours, now), now)
    at_any_hour = {end.outcomes for end in ends if not end.in_days}
    if found.point is None or clock.promptly or found.point.outcomes in at_any_hour or hours.include(now):
        return found
    # A reminder that has come meanwhile waits until somebody is at work; one of a period in hours does not.
    opening = hours.next_opening(now)
    return Look(None, min(opening, found.again_at or opening))


def ends_of(clock: Clock) -> list[End]:
    """When the periods of a clock end, the earliest first. Periods that end together make one end, named after the
    stage where the stage's own is among them."""
    ends: dict[datetime, End] = {}
    if clock.due_at:
        ends[clock.due_at] = End(clock.due_at, clock.ends_with_a_day)
    for outcome, due_at in sorted(clock.own_due_at.items()):
        in_days = parse_period(clock.own_periods[outcome]).unit is not Unit.HOURS
        if (known := ends.get(due_at)) is None:
            ends[due_at] = End(due_at, in_days, (outcome,))
        elif known.outcomes:
            ends[due_at] = End(due_at, in_days, (*known.outcomes, outcome))
    return sorted(ends.values(), key=lambda end: end.due_at)


def points(
    ends: Sequence[End], opened_at: datetime, rule: ReminderRule, hours: WorkingHours, now: datetime
) -> Iterator[Point]:
    """The points of all ends around `now`. Points of an end come only after the ends before it. Only the stage's end
    has overdue points: a body that misses the period of an outcome still owes the answer and may give another."""
    over = opened_at
    for end in ends:
        found = (
            in_whole_days(end.last_day, over, rule, hours, now)
            if end.in_days
            else in_hours(end.due_at, over, rule, now)
        )
        for point in found:
            if point.kind != OVERDUE or not end.outcomes:
                yield replace(point, outcomes=end.outcomes)
        over = max(opened_at, end.due_at)


def look_at(points: Iterable[Point], now: datetime) -> Look:
    """The latest point that has come, and the next."""
    in_order = sorted(points, key=lambda point: point.at)
    come = [point for point in in_order if point.at <= now]
    to_come = (point.at for point in in_order if point.at > now)
    return Look(come[-1] if come else None, next(to_come, None))


class WorkingHours:
    """When the bodies of a city are at work, by its pack and by the notices known."""

    def __init__(self, rule: ReminderRule, calendar: Calendar) -> None:
        self._opens = time.fromisoformat(rule.opens)
        self._closes = time.fromisoformat(rule.closes)
        self._calendar = calendar

    def include(self, instant: datetime) -> bool:
        is_within = self._opens <= to_shanghai(instant).time() < self._closes
        return is_within and self._calendar.is_working(to_shanghai(instant).date())

    def next_opening(self, after: datetime) -> datetime:
        """When work next begins after that instant."""
        day = to_shanghai(after).date()
        while not self._calendar.is_working(day) or self.opening(day) <= after:
            day += timedelta(days=1)
        return self.opening(day)

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, self._opens, SHANGHAI)

    def opening_before(self, day: date, days: int) -> datetime:
        """When work begins on the working day that lies so many before a working day."""
        while days:
            day -= timedelta(days=1)
            days -= self._calendar.is_working(day)
        return self.opening(day)

    def opening_after(self, day: date, days: int) -> datetime:
        """When work begins on the working day that lies so many after a day."""
        return self.opening(self._calendar.deadline(self.opening(day), f"{days}wd").last_day)

    def openings_since(self, day: date, now: datetime) -> int:
        """How many working days after that day have begun."""
        today = to_shanghai(now).date()
        begun = self._calendar.working_days_between(day, today)
        return begun - (begun > 0 and self._calendar.is_working(today) and now < self.opening(today))


def in_whole_days(
    last_day: date, opened_at: datetime, rule: ReminderRule, hours: WorkingHours, now: datetime
) -> Iterator[Point]:
    """The points of a period in days around `now`, reckoned in working days. A period ends at midnight; the reminder of
    that comes when work begins."""
    for period in periods(rule.before, Unit.WORKING_DAYS):
        at = hours.opening_before(last_day, period)
        if at > opened_at:
            yield Point(DUE_SOON, at, before=f"{period}wd")
    yield Point(DUE, hours.opening_after(last_day, 1))
    for every in periods(rule.overdue_every, Unit.WORKING_DAYS):
        begun = hours.openings_since(last_day, now)
        latest = max(0, (begun - 1) // every)
        for nth in (latest, latest + 1):
            if nth:
                yield Point(OVERDUE, hours.opening_after(last_day, 1 + nth * every), nth)


def in_hours(due_at: datetime, opened_at: datetime, rule: ReminderRule, now: datetime) -> Iterator[Point]:
    """The points of a period in hours around `now`, by day and by night."""
    for period in periods(rule.before, Unit.HOURS):
        if (at := due_at - timedelta(hours=period)) > opened_at:
            yield Point(DUE_SOON, at, before=f"{period}h")
    yield Point(DUE, due_at)
    for every in periods(rule.overdue_every, Unit.HOURS):
        yield from repeated(OVERDUE, due_at, timedelta(hours=every), now)


def at_once(clock: Clock, rule: ReminderRule, now: datetime) -> Iterator[Point]:
    """The points around `now` of a duty that the law wants done promptly, without giving a number."""
    for every in periods([rule.at_once_every] if rule.at_once_every else [], Unit.HOURS):
        yield from repeated(AT_ONCE, clock.started_at, timedelta(hours=every), now)


def repeated(kind: str, since: datetime, every: timedelta, now: datetime) -> Iterator[Point]:
    """The latest and the next point of a reminder that repeats at this interval."""
    latest = max(0, (now - since) // every)
    for nth in (latest, latest + 1):
        if nth:
            yield Point(kind, since + nth * every, nth)


def periods(texts: Sequence[str], unit: Unit) -> list[int]:
    """The numbers of the periods that have this unit."""
    return [period.number for period in map(parse_period, texts) if period.unit is unit]


def tellings(task: Reminded, point: Point) -> Iterator[Telling]:
    """The reminders that go out at a point, one for each addressee. The same point of the same clock is the same event,
    whoever looks at it."""
    clock = task.clock
    end = next((each for each in ends_of(clock) if each.outcomes == point.outcomes), None)
    ends = end.due_at if end else clock.started_at
    facts: dict[str, str | int] = {
        "stage": task.stage,
        "body": task.body,
        "round": task.round,
        "started_at": clock.started_at.isoformat(),
        "nth": point.nth,
    }
    if end:
        facts["due_at"] = end.due_at.isoformat()
        if end.in_days:
            facts["due_on"] = end.last_day.isoformat()
    if point.outcomes:
        facts["outcomes"] = "|".join(point.outcomes)
    if clock.provisional:
        facts["provisional"] = 1
    for to in addressees(task, point):
        yield Telling(
            kind=OF_AN_OUTCOME[point.kind] if point.outcomes else point.kind,
            of=f"{task.task_id}/{ends.isoformat()}/{point.name}",
            to=to,
            case_id=task.case_id,
            task_id=task.task_id,
            city=task.city,
            facts=facts,
            sides=task.sides,
        )


def addressees(task: Reminded, point: Point) -> Iterator[Addressee]:
    """Whoever has the task; where the reminder escalates, also those who answer for the body and those who supervise
    it."""
    if task.body == APPLICANT:
        yield Account(task.party)
        return
    yield Officers(task.body, task.claimed_by)
    if point.escalates:
        yield Posts(task.body)
        yield Supervisors(task.city)
