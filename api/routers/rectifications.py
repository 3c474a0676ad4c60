"""Rectification (责令改正、限期整改): recorded or proposed by the authority, and what the system proposes for it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.acting.filing import AsFiler
from api.acting.forms.filing import RectificationForm
from api.acting.rectifying import PATH, city_looked_at, law_of_proposals, proposed, record_breach
from api.dependencies import Calling, Cursor, PageSize, Reading, RequiredIdempotencyKey
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.cases.shapes import CaseShown
from reading.shape import Page
from reading.supervision.shapes import RectificationProposal
from reading.tables.record import proposal_table

router = APIRouter(tags=["rectifications"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 409, 422, 503),
    summary="Record a breach of duty that is to be rectified",
)
async def begin_rectification(
    form: RectificationForm,
    key: RequiredIdempotencyKey,
    caller: Calling,
    store: Reading,
    filer: AsFiler,
) -> CaseShown:
    """By a reviewer or supervisor of the city's authority. Where the law has the authority order it, the order is its
    first task; elsewhere the authority only proposes, and the order is a task of the government. The order sets the
    time limit (`time_limit` or `last_day` of a decision), and only bodies with a part in the case, the city's
    supervisors and administrators see it."""
    return await record_breach(filer, store, caller, form, key)


@router.get(
    "/v1/supervision/rectification-proposals",
    response_model=Page[RectificationProposal],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is overdue for so long that a rectification is proposed",
)
async def proposals(
    request: Request,
    response: Response,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """For who may file one, a supervisor and an administrator (who names the city): tasks of the city that are overdue
    for longer than the grace of its rules and that no open rectification names, the longest overdue first. Computed
    when asked."""
    of_city = city_looked_at(caller, city)
    if wants_table(request, response):
        rules, present = await law_of_proposals(store, caller, of_city)
        await store.release()
        return await as_table("proposals", language, proposal_table(store.archive, caller, rules, present, language))
    return await proposed(store, caller, of_city, language, after, limit)
