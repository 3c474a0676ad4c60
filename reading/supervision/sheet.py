"""Overdue tasks and those due soon as a table (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.store import Archive
from reading.supervision.due_lists import DueList
from reading.supervision.lists import Asking, every_due_task
from reading.supervision.shapes import SupervisedTask
from reading.words.language import Language, said
from reading.words.texts import texts


def word(name: str, language: Language, **facts: object) -> str:
    return said(texts().supervision[name], language).format_map(facts)


COLUMNS: Mapping[str, Callable[[SupervisedTask, Language], object]] = {
    "case_number": lambda task, _: task.case_number,
    "city": lambda task, _: task.city,
    "procedure": lambda task, _: task.procedure_label,
    "stage": lambda task, _: task.label,
    "body": lambda task, _: task.body_name,
    "held_by": lambda task, _: task.held_by,
    "held_since": lambda task, _: task.held_since.strftime("%Y-%m-%d %H:%M"),
    "due_on": lambda task, _: task.last_day.isoformat(),
    "is_overdue": lambda task, language: word("yes" if task.overdue else "no", language),
    "late": lambda task, _: task.late_working_days,
    "left": lambda task, _: task.left_working_days,
    "provisional": lambda task, language: word("yes" if task.provisional else "no", language),
    "urgings": lambda task, _: task.urgings,
    "urged_at": lambda task, _: task.urged_at.strftime("%Y-%m-%d %H:%M") if task.urged_at else None,
    "rule": lambda task, _: task.rule.text,
    "case_id": lambda task, _: task.case_id,
    "task_id": lambda task, _: task.task_id,
}
"""The columns of the table, in their order; instants are those of Asia/Shanghai."""


async def table(archive: Archive, asking: Asking, lists: Sequence[DueList]) -> AsyncIterator[str]:
    """The table of all tasks of these lists, a part at a time."""
    language = asking.language
    yield BYTE_ORDER_MARK + line([word(name, language) for name in COLUMNS])
    for which in lists:
        async for tasks in every_due_task(archive, asking, which):
            yield "".join(line([cell(column(task, language)) for column in COLUMNS.values()]) for task in tasks)


async def whole_table(archive: Archive, asking: Asking, lists: Sequence[DueList]) -> bytes:
    """The table of all tasks of these lists, as one content."""
    return "".join([part async for part in table(archive, asking, lists)]).encode()
