"""Tasks that are owed promptly, and acts that wait, as tables (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.store import Archive
from reading.supervision.lists import A_PART, Asking, prompt_page, waiting_page
from reading.supervision.shapes import PromptTask, WaitingAct
from reading.supervision.sheet import word

PROMPTLY: Mapping[str, Callable[[PromptTask], object]] = {
    "case_number": lambda task: task.case_number,
    "city": lambda task: task.city,
    "procedure": lambda task: task.procedure_label,
    "stage": lambda task: task.label,
    "body": lambda task: task.body_name,
    "held_by": lambda task: task.held_by,
    "held_since": lambda task: task.since.strftime("%Y-%m-%d %H:%M"),
    "used": lambda task: task.used_working_days,
    "urgings": lambda task: task.urgings,
    "urged_at": lambda task: task.urged_at.strftime("%Y-%m-%d %H:%M") if task.urged_at else None,
    "rule": lambda task: task.rule.text,
    "case_id": lambda task: task.case_id,
    "task_id": lambda task: task.task_id,
}
WAITING: Mapping[str, Callable[[WaitingAct], object]] = {
    "case_number": lambda act: act.case_number,
    "city": lambda act: act.city,
    "received_at": lambda act: act.received_at.strftime("%Y-%m-%d %H:%M"),
    "why": lambda act: act.said,
    "times": lambda act: act.times,
    "act_id": lambda act: act.act_id,
    "case_id": lambda act: act.case_id,
    "task_id": lambda act: act.task_id,
}
"""The columns, in their order; instants are those of Asia/Shanghai."""


async def prompt_table(archive: Archive, asking: Asking) -> AsyncIterator[str]:
    """All tasks that are owed promptly, a part at a time."""
    yield BYTE_ORDER_MARK + line([word(name, asking.language) for name in PROMPTLY])
    after: str | None = None
    while True:
        async with archive.store_a_little_behind() as store:
            page = await prompt_page(store, asking, after, A_PART)
        yield "".join(line([cell(column(task)) for column in PROMPTLY.values()]) for task in page.items)
        if page.next is None:
            return
        after = page.next


async def waiting_table(archive: Archive, asking: Asking) -> AsyncIterator[str]:
    """All acts that have waited for long, a part at a time."""
    yield BYTE_ORDER_MARK + line([word(name, asking.language) for name in WAITING])
    after: str | None = None
    while True:
        async with archive.store_a_little_behind() as store:
            page = await waiting_page(store, asking.sight, asking.narrowing.city, asking.language, after, A_PART)
        yield "".join(line([cell(column(act)) for column in WAITING.values()]) for act in page.items)
        if page.next is None:
            return
        after = page.next
