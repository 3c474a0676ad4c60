"""What a rectification is proposed for: tasks overdue beyond the grace of a city's rules."""

from __future__ import annotations

from sqlalchemy import ColumnClause, ColumnElement, exists, func, literal_column
from sqlmodel import col

from activities.tables.cases import CaseRow, EventRow, TaskRow
from reading.directory import questions as directory
from reading.shape import Page, RuleNamed
from reading.sight import Caller
from reading.store import Present, Store
from reading.supervision import questions as supervision
from reading.supervision.due_lists import DueBetween
from reading.supervision.pages import page_end, page_of
from reading.supervision.shapes import RectificationFiling, RectificationProposal, SupervisedTask
from reading.supervision.shown import due_tasks_shown
from reading.supervision.sight import Looks, Seen
from reading.words.language import Language
from reading.words.law import Law
from rules.calendar import due_by
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules

IN_FORCE: ColumnClause[str] = literal_column(f"'{RECTIFICATION}'")
"""Written out, so that a prepared statement can go by the index of the rectifications that are open."""


async def proposal_page(
    store: Store,
    caller: Caller,
    rules: ProcedureRules,
    present: Present,
    language: Language,
    after: str | None,
    limit: int,
) -> Page[RectificationProposal]:
    """So many tasks of the city of these rules that are overdue beyond the grace and that no open rectification names,
    the longest overdue first; none where the rules propose nothing. Raises CursorUnusable."""
    if rules.proposed is None:
        return Page(items=[], next=None)
    latest = due_by(rules.proposed, present.record.calendar(rules.calendar), present.now)
    between = [DueBetween(rules.city, None, latest)]
    wanted = [*proposable(rules.against), *Seen((rules.city,), looks=Looks(caller.account_id, caller.body)).listed()]
    found = await supervision.due_tasks(store, between, wanted, page_end(after), limit + 1)
    page, more = page_of(found, limit)
    rule = Law(rules, language).named(rules.proposed.citation)
    tasks = await due_tasks_shown(store, page, present, language)
    return Page(items=[_proposal(task, rule) for task in tasks], next=more)


def _proposal(task: SupervisedTask, rule: RuleNamed) -> RectificationProposal:
    file = RectificationFiling(city=task.city, body=task.body, task_id=task.task_id)
    return RectificationProposal(task=task, rule=rule, file=file)


def proposable(roles: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """Tasks before bodies of these roles which no open rectification names; none of a rectification itself."""
    named = exists().where(
        col(CaseRow.city) == col(TaskRow.city),
        col(CaseRow.procedure) == IN_FORCE,
        col(CaseRow.closed_at).is_(None),
        col(EventRow.case_id) == col(CaseRow.case_id),
        col(EventRow.number) == 1,
        func.jsonb_extract_path_text(col(EventRow.event), "about_task") == col(TaskRow.task_id),
    )
    before = directory.bodies_with(roles, col(TaskRow.city))
    return [
        col(TaskRow.procedure) != IN_FORCE,
        col(TaskRow.body).in_(before.correlate(TaskRow)),
        ~named.correlate(TaskRow),
    ]
