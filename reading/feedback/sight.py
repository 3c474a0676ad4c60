"""Whose feedback somebody sees: a provider that about its data, whoever else it reaches by the pack that of the city,
who wrote it the own. Pure."""

from __future__ import annotations

from activities.tables.feedback import FeedbackRow
from models.refusals import RoleRequired
from reading.sight import Caller
from rules.procedure_rules import PROVIDER
from rules.sight import reached_by_feedback


def sees_for_a_body(caller: Caller) -> bool:
    """Whether the caller serves a body that gets feedback by the law of its city."""
    return caller.has("reviewer") and caller.body_role in reached_by_feedback(caller.city)


def sees_the_citys(caller: Caller) -> bool:
    """Whether what the caller's body gets is that of the whole city, and not that about data of its own alone."""
    return sees_for_a_body(caller) and caller.body_role != PROVIDER


def must_see_some(caller: Caller) -> None:
    """Raises RoleRequired for whoever neither writes feedback nor gets any."""
    if not sees_for_a_body(caller) and not caller.has("applicant"):
        raise RoleRequired(roles="applicant|reviewer")


def sees(caller: Caller, row: FeedbackRow) -> bool:
    """Whether the caller wrote it, or serves a body that gets it."""
    return row.account_id == caller.account_id or may_answer(caller, row)


def must_answer(caller: Caller, row: FeedbackRow) -> str:
    """The body for which the caller answers it. Raises RoleRequired."""
    if not may_answer(caller, row) or caller.body is None:
        raise RoleRequired(roles="reviewer")
    return caller.body


def may_answer(caller: Caller, row: FeedbackRow) -> bool:
    """Whether the caller may answer it for its body: nobody answers what he himself wrote."""
    if not sees_for_a_body(caller) or row.account_id == caller.account_id:
        return False
    return caller.city == row.city if sees_the_citys(caller) else caller.body == row.provider
