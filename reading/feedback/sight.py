"""Whose feedback somebody sees: the operator the city's, a provider that about its data, who wrote it the own. Pure."""

from __future__ import annotations

from activities.tables.feedback import FeedbackRow
from models.refusals import RoleRequired
from reading.sight import Caller

OPERATOR, PROVIDER = "operator", "provider"


def sees_for_a_body(caller: Caller) -> bool:
    """Whether the caller serves a body that gets feedback."""
    return caller.has("reviewer") and caller.body_role in (OPERATOR, PROVIDER) and caller.city is not None


def must_see_some(caller: Caller) -> None:
    """Raises RoleRequired for whoever neither writes feedback nor gets any."""
    if not sees_for_a_body(caller) and not caller.has("applicant"):
        raise RoleRequired(roles="applicant|reviewer")


def sees(caller: Caller, row: FeedbackRow) -> bool:
    """Whether the caller wrote it, or serves the operator of its city or the provider of its data."""
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
    return caller.body == row.provider or (caller.body_role == OPERATOR and caller.city == row.city)
