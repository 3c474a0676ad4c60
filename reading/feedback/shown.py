"""Feedback as people see it. What an officer reads of it is on record before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from activities.tables.feedback import FeedbackRow
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.feedback import questions
from reading.feedback.shapes import FeedbackInList, FeedbackShown
from reading.feedback.sight import may_answer, sees_for_a_body
from reading.read_by.register import feedback_is_read
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import law_of
from rules.deadlines import to_shanghai
from rules.feedback import FeedbackRule
from rules.loading import load_pack
from rules.pinned import Label


async def feedback_shown(store: Store, caller: Caller, language: Language, feedback_id: str) -> FeedbackShown | None:
    """What somebody told, with its answer; None where the caller may not know of it."""
    row = await questions.feedback(store, caller, feedback_id)
    if row is None:
        return None
    await feedback_is_read(store, caller, row)
    names = await directory.body_names(store, [row.answered_body] if row.answered_body else [])
    titles = await catalogue.titles(store, [row.dataset_id] if row.dataset_id else [])
    rule = rule_of(row)
    on = to_shanghai(row.received_at).date()
    return FeedbackShown(
        **_in_list(row, titles, language, today=to_shanghai(await store.now()).date()),
        text=row.text,
        answer=row.answer,
        answered_body=row.answered_body,
        answered_body_name=said(names[row.answered_body], language) if row.answered_body in names else None,
        may_answer=row.answered_at is None and may_answer(caller, row),
        rule=law_of(row.city, on, language).named(rule.citation) if rule else None,
    )


async def feedback_list(
    store: Store, caller: Caller, language: Language, after: str | None, limit: int
) -> Page[FeedbackInList]:
    """What the caller wrote, or its body gets, without what it says. Raises CursorUnusable."""
    found = await questions.feedback_seen(store, caller, after, limit)
    titles = await catalogue.titles(store, (row.dataset_id for row in found.rows if row.dataset_id))
    today = to_shanghai(await store.now()).date()
    items = [FeedbackInList(**_in_list(row, titles, language, today=today)) for row in found.rows]
    return Page(items=items, next=found.next)


def gets_feedback(caller: Caller, on: date) -> bool:
    """Whether the caller serves a body that feedback reaches by the law of its city."""
    if not sees_for_a_body(caller) or caller.city is None:
        return False
    rule = FeedbackRule.of(load_pack(caller.city), on)
    return rule is not None and caller.body_role in rule.reaches


def rule_of(row: FeedbackRow) -> FeedbackRule | None:
    """By which rule it was received."""
    return FeedbackRule.of(load_pack(row.city), to_shanghai(row.received_at).date())


def _in_list(row: FeedbackRow, titles: Mapping[str, Label], language: Language, *, today: date) -> dict[str, Any]:
    rule = rule_of(row)
    due_on = rule.owed_on(to_shanghai(row.received_at).date()) if rule else None
    title = titles.get(row.dataset_id or "")
    return {
        "feedback_id": row.feedback_id,
        "city": row.city,
        "kind": row.kind,
        "kind_label": said(rule.label_of(row.kind), language) if rule else row.kind,
        "dataset_id": row.dataset_id,
        "title": said(title, language) if title else None,
        "received_at": row.received_at,
        "answered_at": row.answered_at,
        "answer_due_on": due_on,
        "is_overdue": due_on is not None and row.answered_at is None and due_on < today,
    }
