"""Supervision: what is overdue and what soon will be, who holds it and since when, and how much of it lies where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import Calling, Cursor, Limit, Reading, Running, Word
from api.filters import named_body
from api.language import AnsweredIn
from api.openapi import problems
from api.paging import cursor, instant, place_of
from api.problems import Problem, invalid
from api.reading import Reader
from api.shapes import Page
from api.supervising import Listed, Place, Sight, narrowed, sight_of
from api.supervising_promptly import Opened, PromptTask, owed_promptly, prompt_tasks
from api.supervision_files import csv_answer
from api.supervision_lists import LONGEST_WITHIN, WITHIN, Asked, Lister
from api.supervision_shown import OverdueCounts, SupervisedTask, counts_shown
from api.vocabularies import NamedCity, NamedProcedure, NamedStage
from rules.deadlines import to_shanghai

WHO_SUPERVISES = ("reviewer", "supervisor", "admin")

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


async def seeing(caller: Calling, runtime: Running) -> Sight:
    """What the caller supervises, or a problem."""
    sight = sight_of(caller, to_shanghai(await runtime.now()).date())
    if sight is None:
        raise Problem("RoleRequired", params={"roles": WHO_SUPERVISES})
    return sight


Seeing = Annotated[Sight, Depends(seeing)]


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
    reader: Reading,
    city: NamedCity | None = None,
    body: Word = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
    officer: Annotated[Word, Query(description="who claimed the task: login or account id")] = None,
) -> Narrowing:
    await named_body(reader, "body", body)
    return Narrowing(city, body, procedure, stage, await officer_id(reader, officer))


async def officer_id(reader: Reader, officer: str | None) -> str | None:
    """The id of the account of that login or id. Raises a Problem on `officer`."""
    if officer is None:
        return None
    account = await reader.account(officer)
    if account is None:
        raise invalid("officer", "account_unknown", given=officer)
    return account.account_id


Narrowed = Annotated[Narrowing, Depends(narrowing)]
AS_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "With `Accept: text/csv` all of it"}
}


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
    reader: Reading,
    language: AnsweredIn,
    narrowed: Narrowed,
    after: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """A supervisor's city, an admin's cities, a reviewer's body (the city, where its body may urge by law): tasks whose
    due instant has come and to which no answer waits that was received before; the longest overdue first."""
    lister = Lister(runtime, sight, narrowed.asking("overdue"), await runtime.present(), language)
    return await answered(request, response, lister, reader, after, limit)


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
    reader: Reading,
    language: AnsweredIn,
    narrowed: Narrowed,
    within: Annotated[int, Query(ge=0, le=LONGEST_WITHIN, description="working days after today")] = WITHIN,
    after: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """As the overdue, but tasks that are due by the end of so many working days of the city's calendar after today."""
    lister = Lister(runtime, sight, narrowed.asking("due_soon", within=within), await runtime.present(), language)
    return await answered(request, response, lister, reader, after, limit)


@router.get(
    "/overdue/counts",
    response_model=OverdueCounts,
    responses=problems(401, 403, 422, 503),
    summary="How much is overdue, and where",
)
async def overdue_counts(
    sight: Seeing, runtime: Running, reader: Reading, language: AnsweredIn, narrowed: Narrowed
) -> OverdueCounts:
    """How many overdue tasks the same caller would be listed: by body, by procedure, by stage, and by all of them."""
    present = await runtime.present()
    found = await Lister(runtime, sight, narrowed.asking("overdue"), present, language).count(reader)
    return await counts_shown(reader, found, present.now, language)


@router.get(
    "/promptly",
    response_model=Page[PromptTask],
    responses=problems(401, 403, 422, 503),
    summary="What is owed promptly",
)
async def promptly(
    sight: Seeing,
    runtime: Running,
    reader: Reading,
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
    items = await prompt_tasks(reader, found[:limit], present, language)
    return Page(items=items, next=cursor(last.opened_at, last.task_id) if last else None)


def place_opened(after: str) -> tuple[datetime, str]:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    opened, task_id = place_of(after, 2)
    return instant(opened), str(task_id)


async def answered(
    request: Request, response: Response, lister: Lister, reader: Reader, after: str | None, limit: int
) -> Any:
    """A page of the list, or all of it as a table where the caller wants one."""
    response.headers["Vary"] = "Accept, Accept-Language"
    (listed,) = lister.asked.lists
    if "text/csv" in request.headers.get("accept", ""):
        await reader.release()
        return await csv_answer(lister, listed)
    page = await lister.page(reader, listed, None if after is None else beyond(after), limit)
    return Page(items=page.tasks, next=cursor(*page.next) if page.next else None)


def beyond(after: str) -> Place:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    due, task_id = place_of(after, 2)
    return Place(instant(due), str(task_id))
