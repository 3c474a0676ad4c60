"""Feedback, as who wrote it and the bodies that it reaches see it."""

from __future__ import annotations

from datetime import date

from reading.shape import Instant, RuleNamed, Shape


class FeedbackInList(Shape):
    """That somebody told something; what it says is read on its own. `dataset_id` is null where it is about none.
    `answer_due_on`: the last day on which an answer is in time, null where none is owed; `is_overdue`: it is over, and
    there is none."""

    feedback_id: str
    city: str
    kind: str
    kind_label: str
    dataset_id: str | None
    title: str | None
    received_at: Instant
    answered_at: Instant | None
    answer_due_on: date | None
    is_overdue: bool


class FeedbackShown(FeedbackInList):
    """What somebody told, and the answer, null while there is none. `may_answer` is for bodies that it reaches."""

    text: str
    answer: str | None
    answered_body: str | None
    answered_body_name: str | None
    may_answer: bool
    rule: RuleNamed | None
