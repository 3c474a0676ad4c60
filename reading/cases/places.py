"""Where a task stands in a list: the parts of the list before it and after it, each a range of an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, tuple_
from sqlmodel import col

from activities.tables.cases import TaskRow

Order = Sequence[Any]

MOST_URGENT_FIRST: Order = (
    # What the law wants done promptly comes first; `sought.less_urgent` goes by this order.
    col(TaskRow.at_once).desc(),
    col(TaskRow.due_at).asc().nulls_last(),
    col(TaskRow.opened_at),
    col(TaskRow.task_id),
)
LATEST_ENDED_FIRST: Order = (col(TaskRow.ended_at).desc(), col(TaskRow.task_id))


class PlaceAmongOpen:
    """The place of a task in a list of those to be answered, the most urgent first."""

    order_after = MOST_URGENT_FIRST
    order_before: Order = (
        col(TaskRow.at_once).asc(),
        col(TaskRow.due_at).desc().nulls_first(),
        col(TaskRow.opened_at).desc(),
        col(TaskRow.task_id).desc(),
    )

    def __init__(self, task: TaskRow) -> None:
        self._task = task
        at_once = col(TaskRow.at_once)
        self._alike = at_once if task.at_once else not_(at_once)
        self._row = tuple_(col(TaskRow.opened_at), col(TaskRow.task_id))
        self._here = (task.opened_at, task.task_id)
        self._same_day = col(TaskRow.due_at).is_(None) if task.due_at is None else col(TaskRow.due_at) == task.due_at

    def after(self) -> Iterator[ColumnElement[bool]]:
        """The parts of the list after the task, the nearest first."""
        yield and_(self._alike, self._same_day, self._row > self._here)
        if self._task.due_at is not None:
            yield and_(self._alike, col(TaskRow.due_at) > self._task.due_at)
            yield and_(self._alike, col(TaskRow.due_at).is_(None))
        if self._task.at_once:
            yield not_(col(TaskRow.at_once))

    def before(self) -> Iterator[ColumnElement[bool]]:
        """The parts of the list before the task, the nearest first."""
        yield and_(self._alike, self._same_day, self._row < self._here)
        if self._task.due_at is None:
            yield and_(self._alike, col(TaskRow.due_at).is_not(None))
        else:
            yield and_(self._alike, col(TaskRow.due_at) < self._task.due_at)
        if not self._task.at_once:
            yield and_(col(TaskRow.at_once))


class PlaceAmongEnded:
    """The place of a task in a list with the latest ended first."""

    order_after = LATEST_ENDED_FIRST
    order_before: Order = (col(TaskRow.ended_at).asc(), col(TaskRow.task_id).desc())

    def __init__(self, task: TaskRow) -> None:
        self._task = task
        self._same = col(TaskRow.ended_at) == task.ended_at

    def after(self) -> Iterator[ColumnElement[bool]]:
        """The parts of the list after the task, the nearest first."""
        yield and_(self._same, col(TaskRow.task_id) > self._task.task_id)
        yield col(TaskRow.ended_at) < self._task.ended_at

    def before(self) -> Iterator[ColumnElement[bool]]:
        """The parts of the list before the task, the nearest first."""
        yield and_(self._same, col(TaskRow.task_id) < self._task.task_id)
        yield col(TaskRow.ended_at) > self._task.ended_at
