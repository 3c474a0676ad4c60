"""One task with its case, as whoever decides it reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.tables.cases import ActRow, TaskRow
from models.state import CaseState
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown, TaskShown
from reading.cases.shown import case_shown
from reading.catalogue import questions as catalogue
from reading.catalogue.shapes import DatasetShown
from reading.catalogue.shown import dataset_now
from reading.directory import questions as directory
from reading.sight import Caller, may_read
from reading.store import CaseRead, Store
from reading.words.language import Language
from reading.words.law import Law


@dataclass(frozen=True)
class NoteShown:
    """A note of the file; `by` is a login."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class TaskFile:
    """A task with its case and the dataset that it is about. `entry` is what is published of the dataset, in both
    languages; empty where it is not in the catalogue. `question` is what the experts are asked with an opinion."""

    row: TaskRow
    state: CaseState
    law: Law
    case: CaseShown
    shown: TaskShown
    dataset: DatasetShown | None
    entry: Mapping[str, Any]
    question: str | None
    notes: tuple[NoteShown, ...]

    @property
    def task_id(self) -> str:
        return self.row.task_id

    @property
    def task(self) -> TaskState:
        """The task as the log tells it."""
        return self.state.tasks[self.row.task_id]

    @property
    def place(self) -> dict[str, str]:
        """What its address is made of."""
        return {"number": self.case.case_number, "place": f"{self.row.stage}.{self.row.round}"}

    def lies_before(self, caller: Caller) -> bool:
        """Whether it is open, and the caller's to answer."""
        return self.task.is_open and caller.may_answer(self.row)

    def may_be_corrected_by(self, caller: Caller) -> bool:
        """Whether the body of the caller decided it, in a case that is open and whose rules know corrections."""
        decided = self.task.ended == "decided" and caller.may_answer(self.row) and not self.task.asked_by_task
        return decided and self.state.closed is None and self.law.rules.correction is not None


async def task_file(
    store: Store, caller: Caller, language: Language, number: str, stage: str, round_: int
) -> TaskFile | None:
    """The task of that stage and round in the case of that number; None where the caller may not know of it, or has a
    side in the case and reads of it what the party does."""
    row = await cases.task_at(store, caller, number, stage, round_)
    if row is None:
        return None
    read = await store.case_read(row.case_id)
    if caller.reads_as_party(read.state):
        return None
    state = await cases.with_what_time_opened(store, read, await store.now())
    case = await case_shown(store, caller, language, row.case_id)
    dataset = await dataset_now(store, caller, language, state.dataset_id) if state.dataset_id else None
    acts = await cases.acts_with_text(store, caller, read.state)
    published = await catalogue.dataset(store, state.dataset_id) if dataset else None
    return TaskFile(
        row=row,
        state=state,
        law=Law(read.rules, language),
        case=case,
        shown=next(each for each in case.tasks if each.task_id == row.task_id),
        dataset=dataset,
        entry=published.entry if published else {},
        question=question_of(state.tasks[row.task_id], acts),
        notes=await notes_of(store, caller, read, acts),
    )


def question_of(task: TaskState, acts: Sequence[ActRow]) -> str | None:
    """What the experts are asked, in the words of whoever asked; None for any other task, and once the words are
    erased."""
    if task.asked_by_task is None:
        return None
    asked = (row for row in acts if row.kind == "ask_opinion" and row.act.get("task_id") == task.asked_by_task)
    said = [row.content["question"] for row in asked if row.content and row.content.get("question")]
    return str(said[-1]) if said else None


async def notes_of(store: Store, caller: Caller, read: CaseRead, acts: Sequence[ActRow]) -> tuple[NoteShown, ...]:
    """The notes of the case that the caller may read, in their order."""
    rows = [row for row in acts if row.kind == "note" and may_read(caller, read.rules, read.state, row)]
    logins = await directory.logins(store, (row.account for row in rows))
    return tuple(
        NoteShown(logins[row.account], row.received_at, str(row.content["text"]))
        for row in rows
        if row.content and row.content.get("text")
    )
