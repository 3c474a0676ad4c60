"""Data that bodies open outside the platform (平台外开放备案): filed beforehand, and read by everybody."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.forms.filing import ElsewhereForm
from api.acting.opening_elsewhere import PATH, file_opening_elsewhere
from api.dependencies import Calling, Cursor, PageSize, Reading, RequiredIdempotencyKey, pack_of
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.cases.shapes import CaseShown
from reading.elsewhere.shapes import ElsewhereList
from reading.elsewhere.shown import opened_elsewhere

router = APIRouter(tags=["openings elsewhere"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="File that data is opened outside the platform",
)
async def file_elsewhere(
    form: ElsewhereForm, key: RequiredIdempotencyKey, caller: Calling, filer: AsFiler
) -> CaseShown:
    """By a reviewer of the body whose data it is, before `opens_on` begins. What is filed later is late on record,
    taken on record all the same, and stops no opening."""
    return await file_opening_elsewhere(filer, caller, form, key)


@router.get(
    PATH,
    response_model=ElsewhereList,
    responses=problems(404, 422, 503),
    summary="What bodies of a city open outside the platform",
)
async def list_elsewhere(
    store: Reading, language: AnsweredIn, city: NamedCity, after: Cursor = None, limit: PageSize = 50
) -> ElsewhereList:
    """What is on record: which data, where, why not on the platform, from which day, and whether it was filed late."""
    return await opened_elsewhere(store, language, pack_of(city).city, after, limit)
