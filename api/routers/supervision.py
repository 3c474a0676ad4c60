"""Supervision: what is overdue and what soon will be, who holds it and since when, and how much of it lies where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.dependencies import Cursor, Limit, Reading, Running, Seeing, Word, officer_id
from api.http.files import AS_TABLE, file_headers
from api.http.filters import named_body
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from reading.paging import cursor, instant, place_of
from reading.shape import Page
from reading.sheet import CSV
from reading.store import Store
from reading.supervision.lists import LONGEST_WITHIN, WITHIN, Asked, Lister
from reading.supervision.promptly import Opened, PromptTask, owed_promptly, prompt_tasks
from reading.supervision.questions import Listed, Place, narrowed
from reading.supervision.sheet import table
from reading.supervision.shown import OverdueCounts, SupervisedTask, counts_shown

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


@dataclass(frozen=True)
class Narrowing:
    """What a call narrows its list to; `officer` is the id of an account."""

    city: str | None
    body: str | None
    procedure: str | None
    stage: str | None
    officer: str | None

    def asking(self, *lists: Listed, within: int = WITHIN) -> Asked:
        return Asked(lists=lists, within=within, **vars(self))


async def narrowing(
    store: Reading,
    city: NamedCity | None = None,
    body: Word = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
    officer: Annotated[Word, Query(description="who claimed the task: login or account id")] = None,
) -> Narrowing:
    await named_body(store, "body", body)
    return Narrowing(city, body, procedure, stage, await officer_id(store, officer))


Narrowed = Annotated[Narrowing, Depends(narrowing)]


@router.get(
    "/overdue",
    response_model=Page[SupervisedTask],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is overdue",
)
async def overdue_tasks(
    request: Request,
    response: Response,
    sight: Seeing,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    narrowed: Narrowed,
    after: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """A supervisor's city, an admin's cities, a reviewer's body (the city, where its body may urge by law): tasks whose
    due instant has come and to which no answer waits that was received before; the longest overdue first."""
    lister = Lister(runtime, sight, narrowed.asking("overdue"), await runtime.present(), language)
    return await answered(request, response, lister, store, after, limit)


@router.get(
    "/due-soon",
    response_model=Page[SupervisedTask],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What is due soon",
)
async def due_soon(
    request: Request,
    response: Response,
    sight: Seeing,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    narrowed: Narrowed,
    within: Annotated[int, Query(ge=0, le=LONGEST_WITHIN, description="working days after today")] = WITHIN,
    after: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """As the overdue, but tasks that are due by the end of so many working days of the city's calendar after today."""
    lister = Lister(runtime, sight, narrowed.asking("due_soon", within=within), await runtime.present(), language)
    return await answered(request, response, lister, store, after, limit)


@router.get(
    "/overdue/counts",
    response_model=OverdueCounts,
    responses=problems(401, 403, 422, 503),
    summary="How much is overdue, and where",
)
async def overdue_counts(
    sight: Seeing, runtime: Running, store: Reading, language: AnsweredIn, narrowed: Narrowed
) -> OverdueCounts:
    """How many overdue tasks the same caller would be listed: by body, by procedure, by stage, and by all of them."""
    present = await runtime.present()
    found = await Lister(runtime, sight, narrowed.asking("overdue"), present, language).count(store)
    return await counts_shown(store, found, present.now, language)


@router.get(
    "/promptly",
    response_model=Page[PromptTask],
    responses=problems(401, 403, 422, 503),
    summary="What is owed promptly",
)
async def promptly(
    sight: Seeing,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    asked: Narrowed,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[PromptTask]:
    """For the same callers: open tasks that the law wants done promptly, at once or in time, without a number, with the
    time that they have lain open; the longest open first. None of them is ever overdue."""
    present = await runtime.present()
    if (allowed := narrowed(sight, asked.asking("overdue").filters())) is None:
        return Page(items=[], next=None)
    place = None if after is None else Opened(*place_opened(after))
    async with runtime.session() as session:
        found = await owed_promptly(session, *allowed, place, limit + 1)
    last = found[limit - 1][0] if len(found) > limit else None
    items = await prompt_tasks(store, found[:limit], present, language)
    return Page(items=items, next=cursor(last.opened_at, last.task_id) if last else None)


def place_opened(after: str) -> tuple[datetime, str]:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    opened, task_id = place_of(after, 2)
    return instant(opened), str(task_id)


async def answered(
    request: Request, response: Response, lister: Lister, store: Store, after: str | None, limit: int
) -> Any:
    """A page of the list, or all of it as a table where the caller wants one."""
    response.headers["Vary"] = "Accept, Accept-Language"
    (listed,) = lister.asked.lists
    if "text/csv" in request.headers.get("accept", ""):
        await store.release()
        return await csv_answer(lister, listed)
    page = await lister.page(store, listed, None if after is None else beyond(after), limit)
    return Page(items=page.tasks, next=cursor(*page.next) if page.next else None)


def beyond(after: str) -> Place:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    due, task_id = place_of(after, 2)
    return Place(instant(due), str(task_id))


async def csv_answer(lister: Lister, name: str) -> StreamingResponse:
    """The table as an answer; what fails before its first tasks are there is answered as a problem."""
    parts = table(lister)
    begun = await anext(parts) + await anext(parts, "")

    async def whole() -> AsyncIterator[str]:
        yield begun
        async for part in parts:
            yield part

    return StreamingResponse(whole(), media_type=CSV, headers=file_headers(name, "csv", lister.language))
