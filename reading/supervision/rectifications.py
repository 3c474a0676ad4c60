"""The rectifications of a city as a list: against whom, for what, and where each is."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from activities.tables.cases import CaseRow, EventRow
from reading.cases import questions as cases
from reading.cases.mine import open_tasks_of
from reading.cases.questions import CasesSought
from reading.shape import Instant, Page, Shape
from reading.sight import Caller
from reading.store import Store
from reading.supervision.names import Names, body_labels
from reading.words.clocks import last_day
from reading.words.language import Language
from reading.words.law import Law
from reading.words.texts import texts
from rules.pack import BREACH
from rules.procedure_names import RECTIFICATION


class OpenStage(Shape):
    """A task of it that is open, and its last day where it has one."""

    label: str
    body_name: str
    last_day: date | None
    overdue: bool


class RectificationListed(Shape):
    """A rectification; `outcome_label` is null while it runs."""

    case_id: str
    case_number: str
    received_at: Instant
    body: str
    body_name: str
    breach_label: str
    open_stages: list[OpenStage]
    closed_at: Instant | None
    outcome_label: str | None


async def rectification_page(
    store: Store, caller: Caller, city: str | None, language: Language, after: str | None, limit: int
) -> Page[RectificationListed]:
    """Those that the caller may know of, the latest first. Raises CursorUnusable."""
    sought = CasesSought(city=city, procedure=RECTIFICATION)
    found = await cases.cases(store, caller, sought, after, limit)
    ids = [row.case_id for row in found.rows]
    breaches = await _breaches(store, ids)
    tasks, standing = await open_tasks_of(store, ids, await store.now())
    bodies = {row.provider for row in found.rows if row.provider}
    bodies |= {task.body for of_case in tasks.values() for task in of_case}
    names = Names(await body_labels(store, bodies), {})
    items = []
    for row in found.rows:
        law = Law(await store.rules(row.rules_digest), language)
        items.append(
            RectificationListed(
                case_id=row.case_id,
                case_number=row.case_number,
                received_at=row.received_at,
                body=row.provider or "",
                body_name=names.body(row.provider or "", language),
                breach_label=_breach(law, breaches.get(row.case_id, "")),
                open_stages=[
                    OpenStage(
                        label=law.say(stage.label) if (stage := law.rules.stage(task.stage)) else task.stage,
                        body_name=names.body(task.body, language),
                        last_day=last_day(task.due_at) if task.due_at else None,
                        overdue=task.task_id in standing.overdue,
                    )
                    for task in tasks.get(row.case_id, ())
                ],
                closed_at=row.closed_at,
                outcome_label=_outcome(law, row),
            )
        )
    return Page(items=items, next=found.next)


async def _breaches(store: Store, case_ids: list[str]) -> dict[str, str]:
    first = select(EventRow.case_id, EventRow.event).where(col(EventRow.case_id).in_(case_ids), EventRow.number == 1)
    return {case_id: event["choices"].get(BREACH, "") for case_id, event in await store.session.exec(first)}


def _breach(law: Law, breach: str) -> str:
    choice = law.rules.choice(BREACH, breach)
    return law.say(choice.label) if choice else breach


def _outcome(law: Law, row: CaseRow) -> str | None:
    if row.outcome is None:
        return None
    ending = law.rules.ending(row.outcome)
    label = ending.label if ending else texts().endings.get(row.outcome)
    return law.say(label) if label else row.outcome
