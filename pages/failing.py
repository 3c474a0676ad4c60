"""What goes wrong is a page too, in the words in which the API says it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from activities.database import AWAY
from api.http.problems import BY_STATUS, Problem, invalid
from api.runtime import Runtime
from pages.addresses import language_of
from pages.calls import Call, opened
from reading.paging import CursorUnusable

LOG = logging.getLogger("kaifang.pages")
AT_NO_TIME = datetime.min.replace(tzinfo=UTC)
"""Of a page that says that PostgreSQL, whose clock is the system's, is away."""
Handler = Callable[[Request, Exception], Any]


async def problem_page(request: Request, problem: Problem) -> Response:
    """The page of a problem: what is the matter, each field with its rule, and where to go on."""
    runtime: Runtime = request.app.state.runtime
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(runtime.store())
        try:
            call = await opened(request, runtime, store)
        except (*AWAY, NoConnectionFree, DBAPIError):
            templates = request.app.state.templates
            call = Call(request, runtime, store, templates, AT_NO_TIME, language_of(request), None, None, None)
        document = problem.document(call.language, request.url.path)
        answer = call.page("problem.html", status=document.status, problem=document)
        for name, value in (problem.more_headers or {}).items():
            answer.headers.setdefault(name, value)
        return answer


async def of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return await problem_page(request, error)


async def of_a_cursor(request: Request, error: Exception) -> Response:
    assert isinstance(error, CursorUnusable)
    return await problem_page(request, invalid("cursor", error.code))


async def of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await problem_page(request, Problem(BY_STATUS.get(error.status_code, "HttpError")))


async def away(request: Request, error: Exception) -> Response:
    LOG.warning("PostgreSQL is away: %r", error)
    return await problem_page(request, Problem("DatabaseAway", more_headers={"Retry-After": "5"}))


async def unexpected(request: Request, error: Exception) -> Response:
    LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return await problem_page(request, Problem("Unexpected"))


HANDLERS: Mapping[Any, Handler] = {
    Problem: of_ours,
    CursorUnusable: of_a_cursor,
    HTTPException: of_the_framework,
    **dict.fromkeys((*AWAY, NoConnectionFree), away),
    Exception: unexpected,
}
