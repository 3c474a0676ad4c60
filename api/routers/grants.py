"""Grants: what was granted to whom; keys, renunciation, revocation. A grant is a case of its own."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement
from sqlmodel import col

from activities.tables.cases import CaseRow
from activities.tables.gate import GrantRow
from api.acting.forms.deciding import RevocationForm
from api.acting.receiving import ActShown, Receiver, Receiving, act_answers
from api.dependencies import Applicant, Calling, CaseId, Cursor, Limit, Reading, Reviewer, Word
from api.http.filters import named_dataset
from api.http.openapi import problems
from api.http.problems import Problem
from models import acts as a
from reading.cases import questions as cases
from reading.cases.lists import earlier
from reading.catalogue import questions as catalogue
from reading.grants import questions as grants_questions
from reading.grants.shapes import GrantInList
from reading.grants.shown import shown
from reading.paging import cursor
from reading.shape import Page
from rules.procedure_names import ACCESS

router = APIRouter(prefix="/v1/grants", tags=["grants"])

KEY_PREFIX = "kf_"
KEY_BYTES = 32


class KeyShown(ActShown):
    """How the issue of a key stands. Only its digest is kept, so the key is shown once."""

    key: Annotated[str | None, Field(description="null where a call is repeated: the key was shown before")]


@router.get("", response_model=Page[GrantInList], responses=problems(401, 422, 503), summary="Grants")
async def grants(
    caller: Calling,
    store: Reading,
    dataset_id: Word = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[GrantInList]:
    """The caller's own grants; an officer's, those whose cases it may know of; latest first."""
    await named_dataset(store, dataset_id)
    wanted: list[ColumnElement[bool]] = []
    if dataset_id is not None:
        wanted.append(col(GrantRow.dataset_id) == dataset_id)
    if after is not None:
        wanted.append(earlier(after))
    rows = await grants_questions.grants(store, caller, wanted, limit + 1)
    more = None
    if len(rows) > limit:
        _, last = rows[limit - 1]
        more = cursor(last.received_at, last.case_id)
    standings = await catalogue.standings(store, (grant.dataset_id for grant, _ in rows[:limit] if grant.ended is None))
    return Page(items=[shown(grant, case, standings.get(grant.dataset_id)) for grant, case in rows[:limit]], next=more)


@router.post("/{case_id}/key", response_model=KeyShown, responses=act_answers(), summary="Get a key")
async def issue_key(case_id: CaseId, _caller: Applicant, store: Reading, receiver: Receiving) -> KeyShown:
    """A new key for the grant, in place of any before. It is shown in this answer and never again: a repeated call
    with the same Idempotency-Key answers without it."""
    await grant_of(receiver, case_id)
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    act = a.IssueKey(**receiver.fields(case_id), key_digest=hashlib.sha256(key.encode()).hexdigest())
    answered = await receiver.receive(act)
    row = await cases.act(store, act.id)
    is_new = row is not None and row.act["key_digest"] == act.key_digest
    return KeyShown(**dict(answered), key=key if is_new else None)


@router.post("/{case_id}/renunciation", response_model=ActShown, responses=act_answers(), summary="Give a grant back")
async def renounce(case_id: CaseId, _caller: Applicant, receiver: Receiving) -> ActShown:
    """The grantee wants the access no more."""
    await grant_of(receiver, case_id)
    return await receiver.receive(a.Renounce(**receiver.fields(case_id)))


@router.post("/{case_id}/revocation", response_model=ActShown, responses=act_answers(), summary="Revoke a grant")
async def revoke(case_id: CaseId, form: RevocationForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """A body that the law of the city lets do so, its provider everywhere, ends the access, with a reason."""
    await grant_of(receiver, case_id)
    act = a.Revoke(**receiver.fields(case_id), given=form.given(frozenset({"reason"})))
    return await receiver.receive(act, form.said())


async def grant_of(receiver: Receiver, case_id: str) -> CaseRow:
    """The access case of that id. Raises a Problem if it is none, or the caller may not know of it."""
    case = await receiver.case(case_id)
    if case.procedure != ACCESS:
        raise Problem("NotFound")
    return case
