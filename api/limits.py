"""A body that is too large is refused before it is read, with a problem document."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Problem, answer


class Limiting:
    """Goes by the length that a request announces; the framework cuts off one that announces none."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            announced = request.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > self._largest:
                await answer(request, Problem("BodyTooLarge"))(scope, receive, send)
                return
        await self._app(scope, receive, send)
