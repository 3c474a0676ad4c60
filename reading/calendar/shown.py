"""The record of notices as everybody may read it, and what a notice would move."""

from __future__ import annotations

from collections.abc import Collection

from activities.notices.foreseeing import Foreseen, Outlook
from activities.notices.moving import under_way
from activities.notices.publishing import Published
from reading.calendar.shapes import (
    ChangedDaysShown,
    CoversShown,
    MoveShown,
    NoticePublished,
    NoticeShown,
    OutlookShown,
    OwnMove,
)
from reading.paging import cursor, number_of
from reading.shape import Page
from reading.store import Archive
from reading.words.language import Language, said
from rules.calendar import CalendarRecord
from rules.calendar_changes import ChangedDays
from rules.calendar_notices import Notice


class CalendarUnknown(Exception):
    """The record knows no calendar of that name, but these."""

    def __init__(self, named: str, known: tuple[str, ...]) -> None:
        self.named = named
        self.known = known
        super().__init__(named)


async def notices(
    archive: Archive, language: Language, calendar: str | None, after: str | None, limit: int
) -> Page[NoticeShown]:
    """One page of the record, or of the notices that count in one calendar; the latest record first. Raises
    CalendarUnknown, CursorUnusable."""
    record = (await archive.present()).record
    if calendar is not None and calendar not in record.scopes:
        raise CalendarUnknown(calendar, tuple(record.scopes))
    before = number_of(after) if after else record.version + 1
    found = [
        (position, notice)
        for position, notice in enumerate(record.notices, start=1)
        if position < before and (calendar is None or calendar in record.bound_by(notice.scope))
    ][::-1]
    page, moving = found[:limit], await under_way(archive.pool)
    return Page(
        items=[_notice(record, position, notice, language, moving) for position, notice in page],
        next=cursor(page[-1][0]) if len(found) > limit else None,
    )


async def published(archive: Archive, language: Language, of: Published) -> NoticePublished:
    """A notice that was published, and how many cases it has moved."""
    moving = frozenset({of.position} if of.under_way else ())
    shown = _notice((await archive.present()).record, of.position, of.notice, language, moving)
    return NoticePublished(**shown.model_dump(), cases_woken=of.moved)


async def clocks_are_moved(archive: Archive) -> bool:
    """Whether a notice on record has not come to every case yet: what is overdue is shown by old ends there."""
    return bool(await under_way(archive.pool))


def _notice(
    record: CalendarRecord, position: int, notice: Notice, language: Language, moving: Collection[int]
) -> NoticeShown:
    covers = notice.covers
    return NoticeShown(
        position=position,
        scope=notice.scope,
        scope_name=said(record.scopes[notice.scope].name, language),
        document=notice.document,
        published_on=notice.published_on,
        published_known=notice.published_known,
        recorded_at=notice.recorded_at,
        days_off=[(off.first, off.last) for off in notice.days_off],
        days_worked=list(notice.days_worked),
        covers=CoversShown(since=covers.since, until=covers.until) if covers else None,
        under_way=position in moving,
    )


def outlook_shown(outlook: Outlook) -> OutlookShown:
    """What would follow from a notice."""
    return OutlookShown(
        on_record=outlook.on_record,
        changed_days=[_days(calendar, days) for calendar, days in outlook.changed.items()],
        cases=outlook.cases,
        tasks=outlook.tasks,
        later=outlook.later,
        earlier=outlook.earlier,
        becomes_overdue=outlook.becomes_overdue,
        no_more_overdue=outlook.no_more_overdue,
        becomes_firm=outlook.becomes_firm,
        items=[_move(each) for each in outlook.foreseen],
    )


def _days(calendar: str, days: ChangedDays) -> ChangedDaysShown:
    return ChangedDaysShown(calendar=calendar, worked=list(days.worked), off=list(days.off), settled=list(days.settled))


def _move(each: Foreseen) -> MoveShown:
    before, after = each.move.before, each.move.after
    return MoveShown(
        case_id=each.move.case_id,
        case_number=each.case_number,
        city=each.city,
        procedure=each.procedure,
        task_id=each.move.task_id,
        stage=each.stage,
        body=each.body,
        period=before.period,
        old_day=before.last_day,
        new_day=after.last_day,
        old_due_at=before.due_at,
        new_due_at=after.due_at,
        moved_by_days=(after.last_day - before.last_day).days if before.last_day and after.last_day else 0,
        own_periods=[
            OwnMove(outcome=outcome, old_due_at=due_at, new_due_at=after.own_due_at[outcome])
            for outcome, due_at in before.own_due_at.items()
        ],
        becomes_overdue=each.becomes_overdue,
        no_more_overdue=each.no_more_overdue,
        becomes_firm=each.move.becomes_firm,
    )
