"""The use of data that an objection is about: who was granted it, and each access that the gate decided on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from activities.gate.log import gaps
from activities.tables.gate import GateDecisionRow, GrantRow
from api.dependencies import Calling, CaseId, Cursor, Limit, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.cases import questions as cases
from reading.directory import questions as directory
from reading.grants import questions as grants_questions
from reading.paging import CursorUnusable, cursor, instant, place_of
from reading.shape import Instant, Page, Shape
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.bounds import EARLIEST, LATEST
from rules.pinned import Label
from rules.procedure_names import OBJECTION

LONGEST_ID = 18
"""Digits that fit into PostgreSQL's bigint."""

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class TracedGrant(Shape):
    """A grant on the dataset, as long as it was one. No items named: all. `grantee` is a login; `valid_until` is
    exclusive, `ended` says how it ended, null while it holds."""

    case_id: str
    grantee: str
    data_items: list[str]
    access_modes: list[str]
    use: str | None
    granted_at: Instant
    valid_until: Instant
    ended: str | None


class TracedAccess(Shape):
    """One answer of the gate. `reason` is its code, `text` says it."""

    at: Instant
    allowed: bool
    reason: str
    text: str
    grant_case_id: str | None
    grantee: str | None
    data_items: list[str]
    access_mode: str | None
    use: str | None


class TracedGap(Shape):
    """A span in which answers of one run of the gate may be missing; `until` is null where nobody knows it yet, and
    `lost` counts those that are missing for certain."""

    since: Instant
    until: Instant | None
    lost: int
    is_running: bool


class TraceShown(Page[TracedAccess]):
    """Accesses and grants, each in pages of their own, and the `gaps` in the log of accesses over the span of this
    page."""

    grants: list[TracedGrant]
    grants_next: str | None
    gaps: list[TracedGap]


@router.get(
    "/{case_id}/trace",
    response_model=TraceShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Trace the use of disputed data",
)
async def trace(
    case_id: CaseId,
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    grants_after: Annotated[
        str | None, Query(alias="grants_cursor", max_length=1000, description="`grants_next` of the page before")
    ] = None,
    limit: Limit = 100,
) -> TraceShown:
    """Every grant that ever was on the dataset, and everything that the gate's log holds of it, latest first. For
    reviewers whose body has or had a task in the objection, and supervisors of its city."""
    case = await cases.case(store, caller, case_id)
    if case is None or case.procedure != OBJECTION:
        raise Problem("NotFound")
    read = await store.case_read(case_id)
    if not caller.has_part(read.state, read.rules):
        raise Problem("NoPartInTheCase")
    place = None if after is None else decision_place(after)
    wanted = [] if place is None else [before_decision(*place)]
    decisions = await grants_questions.gate_decisions_on(store, case.dataset_id, wanted, limit + 1)
    more = len(decisions) > limit
    decisions = decisions[:limit]
    grants = await grants_questions.grants_on(store, case.dataset_id, grants_wanted(grants_after), limit + 1)
    names = await directory.logins(store, [*(party for _, party in decisions), *(grant.party for grant in grants)])
    await store.release()
    async with runtime.pool.acquire() as connection:
        missing = await gaps(
            connection, decisions[-1][0].at if more else EARLIEST, LATEST if place is None else place[0]
        )
    return TraceShown(
        items=[access_shown(each, names.get(party or ""), language) for each, party in decisions],
        next=cursor(decisions[-1][0].at, str(decisions[-1][0].decision_id)) if more else None,
        grants=[grant_shown(each, names) for each in grants[:limit]],
        grants_next=cursor(grants[limit - 1].granted_at, grants[limit - 1].case_id) if len(grants) > limit else None,
        gaps=[TracedGap.model_validate(gap, from_attributes=True) for gap in missing],
    )


def decision_place(after: str) -> tuple[datetime, int]:
    """The instant and the id of the decision with which a page ended. Raises CursorUnusable."""
    at, decision_id = place_of(after, 2)
    if not isinstance(decision_id, str) or not decision_id.isdecimal() or len(decision_id) > LONGEST_ID:
        raise CursorUnusable
    return instant(at), int(decision_id)


def before_decision(at: datetime, decision_id: int) -> ColumnElement[bool]:
    same = and_(col(GateDecisionRow.at) == at, col(GateDecisionRow.decision_id) < decision_id)
    return or_(col(GateDecisionRow.at) < at, same)


def grants_wanted(after: str | None) -> list[ColumnElement[bool]]:
    """The grants that come after the place of a cursor, with the latest first."""
    if after is None:
        return []
    granted, case_id = place_of(after, 2)
    granted_at = instant(granted)
    same = and_(col(GrantRow.granted_at) == granted_at, col(GrantRow.case_id) > str(case_id))
    return [or_(col(GrantRow.granted_at) < granted_at, same)]


def access_shown(row: GateDecisionRow, grantee: str | None, language: Language) -> TracedAccess:
    text = texts().gate.get(row.reason, Label(zh=row.reason, en=row.reason))
    known = row.model_dump(include=set(TracedAccess.model_fields))
    return TracedAccess(**known, text=said(text, language), grantee=grantee)


def grant_shown(row: GrantRow, names: dict[str, str]) -> TracedGrant:
    return TracedGrant(**row.model_dump(include=set(TracedGrant.model_fields)), grantee=names.get(row.party, row.party))
