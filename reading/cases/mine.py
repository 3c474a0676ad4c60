"""The cases of one person, as that person thinks of them: what waits for me, what is being worked on, what is over.

Grants are cases too, and have a list of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from activities.tables.cases import CaseRow, TaskRow
from models.clock import Clock
from reading.cases import questions as cases
from reading.cases.filing_period import was_filed_late
from reading.cases.questions import CasesSought
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.due import lies_open, moves_pending, overdue
from reading.sight import Caller
from reading.store import Store
from reading.words.clocks import last_day
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import APPLICANT, Label
from rules.procedure_names import ACCESS

MOST_OPEN = 200
"""Open cases of one person that are shown at once."""


@dataclass(frozen=True)
class TasksStanding:
    """Of the open tasks of cases those that are overdue, and those whose ends a notice on record may still move."""

    overdue: frozenset[str] = frozenset()
    moves_pending: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Holding:
    """An open task of a case: before whom, until which day. `is_asked`: a supplement is asked for and has not come;
    `moves_pending`: a notice on record may still move that day."""

    label: str
    body_name: str
    is_mine: bool
    is_asked: bool
    last_day: date | None
    promptly: bool
    overdue: bool
    moves_pending: bool


@dataclass(frozen=True)
class MyCase:
    """A case in my list; `title` is that of its dataset, null where it is about none."""

    case_number: str
    procedure: str
    procedure_label: str
    title: str | None
    received_at: datetime
    filed_late: bool
    closed_at: datetime | None
    outcome_label: str | None
    holdings: tuple[Holding, ...]

    @property
    def waits_for_me(self) -> bool:
        """Whether something is to be done by me."""
        return any(each.is_mine or each.is_asked for each in self.holdings)

    @property
    def due(self) -> date:
        """The day by which somebody answers next; a day far ahead where there is none."""
        return min((each.last_day for each in self.holdings if each.last_day), default=date.max)


@dataclass(frozen=True)
class ClosedCases:
    """Part of the list of closed cases; `next` is the cursor of the part that follows."""

    items: list[MyCase]
    next: str | None


async def open_cases(store: Store, caller: Caller, language: Language) -> list[MyCase]:
    """My open cases: what waits for me first, then by the day on which an answer is due."""
    mine = CasesSought(status="open", party=caller.account_id, other_than=ACCESS)
    rows = (await cases.cases(store, caller, mine, None, MOST_OPEN)).rows
    tasks, standing = await open_tasks_of(store, [row.case_id for row in rows], await store.now())
    shown = await _shown(store, language, rows, tasks, standing)
    return sorted(shown, key=lambda each: (not each.waits_for_me, each.due, each.received_at))


async def closed_cases(store: Store, caller: Caller, language: Language, after: str | None, limit: int) -> ClosedCases:
    """A page of my cases that are closed, latest first. Raises CursorUnusable."""
    mine = CasesSought(status="closed", party=caller.account_id, other_than=ACCESS)
    found = await cases.cases(store, caller, mine, after, limit)
    return ClosedCases(await _shown(store, language, found.rows, {}, TasksStanding()), found.next)


async def in_words(store: Store, language: Language, rows: Sequence[CaseRow]) -> list[MyCase]:
    """Cases of a list, whosever they are, with what lies open in each."""
    tasks, standing = await open_tasks_of(store, [row.case_id for row in rows], await store.now())
    return await _shown(store, language, rows, tasks, standing)


async def open_tasks_of(
    store: Store, case_ids: Sequence[str], now: datetime
) -> tuple[dict[str, list[TaskRow]], TasksStanding]:
    """The tasks of each of these cases that somebody has yet to answer, in the order in which they opened, and how they
    stand."""
    rows = await store.session.exec(
        select(TaskRow, overdue(now), moves_pending())
        .where(col(TaskRow.case_id).in_(case_ids), lies_open(now))
        .order_by(col(TaskRow.opened_at), col(TaskRow.task_id))
    )
    found: dict[str, list[TaskRow]] = {}
    late: set[str] = set()
    moving: set[str] = set()
    for task, is_overdue, is_pending in rows:
        found.setdefault(task.case_id, []).append(task)
        late |= {task.task_id} if is_overdue else set()
        moving |= {task.task_id} if is_pending else set()
    return found, TasksStanding(frozenset(late), frozenset(moving))


async def _shown(
    store: Store, language: Language, rows: Sequence[CaseRow], tasks: dict[str, list[TaskRow]], standing: TasksStanding
) -> list[MyCase]:
    titles = await catalogue.titles(store, (row.dataset_id for row in rows if row.dataset_id))
    names = await directory.body_names(store, (task.body for of_case in tasks.values() for task in of_case))
    bodies = {body: said(label, language) for body, label in names.items()}
    shown = []
    for row in rows:
        law = Law(await store.rules(row.rules_digest), language)
        ending = law.rules.ending(row.outcome or "")
        label: Label | None = ending.label if ending else texts().endings.get(row.outcome or "")
        title = titles.get(row.dataset_id)
        shown.append(
            MyCase(
                case_number=row.case_number,
                procedure=row.procedure,
                procedure_label=law.case_called(row.procedure),
                title=said(title, language) if title else None,
                received_at=row.received_at,
                filed_late=was_filed_late(row),
                closed_at=row.closed_at,
                outcome_label=law.say(label) if label else None,
                holdings=tuple(_holding(law, task, bodies, standing) for task in tasks.get(row.case_id, ())),
            )
        )
    return shown


def _holding(law: Law, task: TaskRow, bodies: dict[str, str], standing: TasksStanding) -> Holding:
    stage = law.rules.stage(task.stage)
    return Holding(
        label=law.say(stage.label) if stage else task.stage,
        body_name=bodies.get(task.body, task.body),
        is_mine=task.body == APPLICANT,
        is_asked=task.supplement_asked_at is not None,
        last_day=last_day(task.due_at) if task.due_at else None,
        promptly=task.at_once,
        overdue=task.task_id in standing.overdue,
        moves_pending=task.task_id in standing.moves_pending
        and Clock.model_validate(task.clock).may_be_moved_by_a_notice,
    )
