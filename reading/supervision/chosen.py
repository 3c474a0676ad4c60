"""Tasks that a supervisor has chosen, for what is to be done to several of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from activities.tables.cases import CaseRow, TaskRow
from reading.due import has_opened, moves_pending
from reading.store import Store
from reading.supervision.lists import Asking
from reading.supervision.questions import DueTask, PromptlyOwed
from reading.supervision.shapes import PromptTask, SupervisedTask
from reading.supervision.shown import due_tasks_shown, prompt_tasks_shown


@dataclass(frozen=True)
class Chosen:
    """The tasks, in the order in which they were chosen: each with a due instant, or owed promptly."""

    tasks: tuple[SupervisedTask | PromptTask, ...]


async def chosen_tasks(store: Store, asking: Asking, task_ids: Sequence[str]) -> Chosen:
    """Those of these tasks that the caller supervises, also such as are done by now, but for those that only time will
    open."""
    seen = asking.seen
    if seen is None or not task_ids:
        return Chosen(())
    rows = await store.session.exec(
        select(TaskRow, CaseRow, moves_pending())
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .where(
            col(TaskRow.task_id).in_(task_ids),
            col(TaskRow.city).in_(seen.cities),
            has_opened(asking.present.now),
            *seen.conditions(),
            *seen.listed(),
        )
    )
    found = list(rows)
    due = [DueTask(task, case, None, moves) for task, case, moves in found if task.due_at is not None]
    promptly = [PromptlyOwed(task, case) for task, case, _ in found if task.due_at is None]
    shown: list[SupervisedTask | PromptTask] = [
        *await due_tasks_shown(store, due, asking.present, asking.language),
        *await prompt_tasks_shown(store, promptly, asking.present, asking.language),
    ]
    place = {task_id: number for number, task_id in enumerate(task_ids)}
    return Chosen(tuple(sorted(shown, key=lambda task: place[task.task_id])))
