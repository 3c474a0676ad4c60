"""What goes wrong is a page too, in the words in which the API says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.http.failing import KINDS, log, problem_of
from api.http.language import preferred
from api.http.problems import Problem
from api.runtime import Runtime
from pages.addresses import in_language, language_of
from pages.calls import Call, opened
from reading.store import Store

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
        except Exception as second:  # noqa: BLE001 - the page says that something failed, whatever fails besides
            log(request, second, problem_of(second))
            call = _of_nobody(request, runtime, store)
        return _said(call, problem)


async def page_for_anybody(request: Request, problem: Problem) -> Response:
    """The same page, for which nothing is asked of PostgreSQL, not even who looks."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.store() as store:
        return _said(_of_nobody(request, runtime, store), problem)


def _of_nobody(request: Request, runtime: Runtime, store: Store) -> Call:
    return Call(
        request=request,
        runtime=runtime,
        store=store,
        templates=request.app.state.templates,
        now=AT_NO_TIME,
        language=language_of(request),
        session=None,
        caller=None,
        name=None,
    )


def _said(call: Call, problem: Problem) -> Response:
    document = problem.document(call.language, call.request.url.path)
    answer = call.page("problem.html", status=document.status, problem=document)
    for name, value in problem.more_headers.items():
        answer.headers.setdefault(name, value)
    return answer


async def page_of_no_address(request: Request, problem: Problem) -> Response:
    """The page of a problem by which a call comes to no address of ours, in the language that its browser prefers."""
    prefix = in_language("", preferred(request.headers.get("accept-language", "")))
    root = str(request.scope.get("root_path", "")) + prefix
    return await problem_page(Request({**request.scope, "root_path": root, "path": f"{prefix}/"}), problem)


async def failed(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    log(request, error, problem)
    return await problem_page(request, problem)


HANDLERS: Mapping[Any, Handler] = dict.fromkeys(KINDS, failed)
