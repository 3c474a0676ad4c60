"""Notices, deadlines, and what a notice would move, as they are shown."""

from __future__ import annotations

from datetime import date

from reading.shape import Instant, Shape, SkippedShown


class CoversShown(Shape):
    """Days from `since` on, up to but not including `until`."""

    since: date
    until: date


class NoticeShown(Shape):
    """A notice on record. `position` is its place in the order of record, and the `calendar_version` up to it.

    `published_known` is false where the day of issue could not be found and `published_on` is a placeholder. While it
    is `under_way`, it counts for whatever is received or passes, and tasks of some cases still show the end of before.
    """

    position: int
    scope: str
    scope_name: str
    document: str
    published_on: date
    published_known: bool
    recorded_at: Instant
    days_off: list[tuple[date, date]]
    days_worked: list[date]
    covers: CoversShown | None
    under_way: bool


class NoticePublished(NoticeShown):
    """A notice that was published. `cases_woken` are the open cases that it has moved since, 0 where it was on record
    before; while it is `under_way` there are more. What becomes of each clock stands in the log of its case."""

    cases_woken: int


class ChangedDaysShown(Shape):
    """The days on which a notice makes a difference in one calendar; `settled` awaited a notice, and would no more."""

    calendar: str
    worked: list[date]
    off: list[date]
    settled: list[date]


class OwnMove(Shape):
    """The end of the period for one outcome, where it is not that of the task."""

    outcome: str
    old_due_at: Instant
    new_due_at: Instant


class MoveShown(Shape):
    """What a notice would do to the clock of one open task. Days are the last ones of the period, null without one;
    `moved_by_days` counts calendar days, negative for an earlier end and 0 where only other days count."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    task_id: str
    stage: str
    body: str
    period: str | None
    old_day: date | None
    new_day: date | None
    old_due_at: Instant | None
    new_due_at: Instant | None
    moved_by_days: int
    own_periods: list[OwnMove]
    becomes_overdue: bool
    no_more_overdue: bool
    becomes_firm: bool


class OutlookShown(Shape):
    """What would follow if the notice were published now: how many open cases and tasks, and the most telling of them.

    `on_record`: the record has it already, so nothing would follow.
    """

    on_record: bool
    changed_days: list[ChangedDaysShown]
    cases: int
    tasks: int
    later: int
    earlier: int
    becomes_overdue: int
    no_more_overdue: int
    becomes_firm: int
    items: list[MoveShown]


class DayShown(SkippedShown):
    """A day of the period: whether it counts, why, and whether a notice has settled that."""

    counted: bool
    covered: bool


class DeadlineShown(Shape):
    """When a period ends. `due_at` is exclusive; provisional where a needed day is not covered by a notice yet."""

    calendar: str
    calendar_version: int
    as_of: date | None
    started_at: Instant
    period: str
    due_at: Instant
    last_day: date
    provisional: bool
    skipped: list[SkippedShown]
    days: list[DayShown]
