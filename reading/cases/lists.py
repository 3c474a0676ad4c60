"""Lists of cases and tasks: which are wanted, in which order, and where a page goes on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import col

from activities.tables.cases import CaseRow, TaskRow
from reading.cases.questions import TaskRead
from reading.paging import Part, cursor, instant, place_of


def cursor_of(read: TaskRead) -> str:
    task = read.task
    return cursor(int(task.at_once), task.due_at, task.opened_at, task.task_id)


def beyond(after: str) -> ColumnElement[bool]:
    """The tasks that come after the place of a cursor."""
    at_once, due, opened, task_id = place_of(after, 4)
    if at_once == 1:
        return or_(not_(col(TaskRow.at_once)), and_(col(TaskRow.at_once), later(due, opened, task_id)))
    return and_(not_(col(TaskRow.at_once)), later(due, opened, task_id))


def later(due: Part, opened: Part, task_id: Part) -> ColumnElement[bool]:
    """Among tasks that are alike urgent, those that come after this place."""
    opened_at = instant(opened)
    then = or_(
        col(TaskRow.opened_at) > opened_at,
        and_(col(TaskRow.opened_at) == opened_at, col(TaskRow.task_id) > str(task_id)),
    )
    if due is None:
        return and_(col(TaskRow.due_at).is_(None), then)
    due_at = instant(due)
    return or_(col(TaskRow.due_at) > due_at, and_(col(TaskRow.due_at) == due_at, then), col(TaskRow.due_at).is_(None))


def earlier(after: str) -> ColumnElement[bool]:
    """The cases that come after the place of a cursor, in a list with the latest first."""
    received, case_id = place_of(after, 2)
    received_at = instant(received)
    same = and_(col(CaseRow.received_at) == received_at, col(CaseRow.case_id) > str(case_id))
    return or_(col(CaseRow.received_at) < received_at, same)
