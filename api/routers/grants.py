"""Grants: what was granted to whom; keys, renunciation, revocation. A grant is a case of its own."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.dependencies import Applicant, Calling, CaseId, Cursor, Limit, Reading, Reviewer, Word
from api.filters import named_dataset
from api.forms import RevocationForm
from api.openapi import act_answers, problems
from api.paging import cursor
from api.problems import Problem
from api.reading_disputes import DatasetStanding
from api.receiving import Receiver, Receiving
from api.routers.cases import earlier
from api.shapes import ActShown, Instant, Page, RestrictedBy, Shape
from models import acts as a
from models.restrictions import RestrictionKind, touches
from models.tables import CaseRow, GrantRow
from rules.procedure_names import ACCESS

router = APIRouter(prefix="/v1/grants", tags=["grants"])

KEY_PREFIX = "kf_"
KEY_BYTES = 32


class GrantInList(Shape):
    """A grant. No items named: all. `valid_until` is exclusive; `ended` says how it ended, null while it holds.
    `restricted_by` is what cases keep back of its data now: a grant that holds opens nothing of that."""

    case_id: str
    case_number: str
    granted_by: str
    city: str
    dataset_id: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    daily_calls: int | None
    use: str | None
    granted_at: Instant
    valid_until: Instant
    has_key: bool
    ended: str | None
    restricted_by: list[RestrictedBy]


class KeyShown(ActShown):
    """How the issue of a key stands. Only its digest is kept, so the key is shown once."""

    key: Annotated[str | None, Field(description="null where a call is repeated: the key was shown before")]


@router.get("", response_model=Page[GrantInList], responses=problems(401, 422, 503), summary="Grants")
async def grants(
    caller: Calling,
    reader: Reading,
    dataset_id: Word = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[GrantInList]:
    """The caller's own grants; an officer's, those whose cases it may know of; latest first."""
    await named_dataset(reader, dataset_id)
    wanted: list[ColumnElement[bool]] = []
    if dataset_id is not None:
        wanted.append(col(GrantRow.dataset_id) == dataset_id)
    if after is not None:
        wanted.append(earlier(after))
    rows = await reader.grants(caller, wanted, limit + 1)
    more = None
    if len(rows) > limit:
        _, last = rows[limit - 1]
        more = cursor(last.received_at, last.case_id)
    standings = await reader.standings(grant.dataset_id for grant, _ in rows[:limit] if grant.ended is None)
    return Page(items=[shown(grant, case, standings.get(grant.dataset_id)) for grant, case in rows[:limit]], next=more)


def shown(grant: GrantRow, case: CaseRow, standing: DatasetStanding | None) -> GrantInList:
    kept_back = standing.restrictions if standing and grant.ended is None else ()
    return GrantInList(
        **grant.model_dump(include=set(GrantInList.model_fields)),
        restricted_by=[
            RestrictedBy(
                case_number=None,
                restriction=RestrictionKind(each.kind),
                data_items=each.data_items,
                except_items=each.except_items,
            )
            for each in kept_back
            if touches(each.restricted, grant.data_items)
        ],
        case_number=case.case_number,
        city=case.city,
        has_key=grant.key_digest is not None,
    )


@router.post("/{case_id}/key", response_model=KeyShown, responses=act_answers(), summary="Get a key")
async def issue_key(case_id: CaseId, _caller: Applicant, reader: Reading, receiver: Receiving) -> KeyShown:
    """A new key for the grant, in place of any before. It is shown in this answer and never again: a repeated call
    with the same Idempotency-Key answers without it."""
    await grant_of(receiver, case_id)
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    act = a.IssueKey(**receiver.fields(case_id), key_digest=hashlib.sha256(key.encode()).hexdigest())
    answered = await receiver.receive(act)
    row = await reader.act(act.id)
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
