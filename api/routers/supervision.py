"""Supervision: what is overdue and what soon will be, who holds it and since when, and how much of it lies where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import Cursor, OfCounty, PageSize, Reading, Seeing, Word, officer_id
from api.http.files import AS_TABLE
from api.http.filters import named_body, named_county
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from reading.shape import Page
from reading.store import Store
from reading.supervision import lists
from reading.supervision.due_lists import LONGEST_WITHIN, OVERDUE, WITHIN, DueList
from reading.supervision.lists import Asking, due_page, prompt_page
from reading.supervision.more_sheets import prompt_table
from reading.supervision.shapes import OverdueCounts, PromptTask, SupervisedTask
from reading.supervision.sheet import table
from reading.supervision.sight import Narrowing

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


async def asking_of(
    sight: Seeing,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    body: Word = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
    officer: Annotated[Word, Query(description="who claimed the task: login or account id")] = None,
    county: OfCounty = None,
) -> Asking:
    """What a call asks. Raises a Problem on a filter that names nothing there is."""
    await named_body(store, "body", body)
    of_county = await named_county(store, county)
    narrowing = Narrowing(city, body, procedure, stage, await officer_id(store, officer), of_county)
    return Asking(sight, narrowing, await store.present(), language)


Asked = Annotated[Asking, Depends(asking_of)]


@router.get(
    "/overdue",
    response_model=Page[SupervisedTask],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is overdue",
)
async def overdue_tasks(
    request: Request, response: Response, store: Reading, asking: Asked, after: Cursor = None, limit: PageSize = 50
) -> Any:
    """A supervisor's city or county, an admin's cities, the county of reviewers of its authority, any other reviewer's
    body (the city, where its body may urge by law): tasks whose due instant has come and to which no answer waits that
    was received before; the longest overdue first."""
    return await answered(request, response, store, asking, OVERDUE, after, limit)


@router.get(
    "/due-soon",
    response_model=Page[SupervisedTask],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is due soon",
)
async def due_soon(
    request: Request,
    response: Response,
    store: Reading,
    asking: Asked,
    within: Annotated[int, Query(ge=0, le=LONGEST_WITHIN, description="working days after today")] = WITHIN,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """As the overdue, but tasks that are due by the end of so many working days of the city's calendar after today."""
    return await answered(request, response, store, asking, DueList("due_soon", within), after, limit)


@router.get(
    "/overdue/counts",
    response_model=OverdueCounts,
    responses=problems(401, 403, 422, 503),
    summary="How much is overdue, and where",
)
async def overdue_counts(store: Reading, asking: Asked) -> OverdueCounts:
    """How many overdue tasks there are in all that the same caller supervises: by body, by procedure, by stage, and by
    all of them. Those of cases in which the caller has a side are counted, and in none of its lists: a number is the
    same for everybody who may read it."""
    return await lists.overdue_counts(store, asking)


@router.get(
    "/promptly",
    response_model=Page[PromptTask],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is owed promptly",
)
async def promptly(
    request: Request, response: Response, store: Reading, asking: Asked, after: Cursor = None, limit: PageSize = 50
) -> Any:
    """For the same callers: open tasks that the law wants done promptly, at once or in time, without a number, with the
    time that they have lain open; the longest open first. None of them is ever overdue."""
    if wants_table(request, response):
        await store.release()
        return await as_table("promptly", asking.language, prompt_table(store.archive, asking))
    return await prompt_page(store, asking, after, limit)


async def answered(
    request: Request, response: Response, store: Store, asking: Asking, which: DueList, after: str | None, limit: int
) -> Any:
    """A page of the list, or all of it as a table where the caller wants one."""
    if wants_table(request, response):
        await store.release()
        return await as_table(which.listed, asking.language, table(store.archive, asking, [which]))
    return await due_page(store, asking, which, after, limit)
