"""A body that is too large is refused with a problem document, before it is read or as soon as it shows."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answer


class Limiting:
    """Goes by the length that a request announces, and by what arrives where it announces none."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._largest:
            await answer(request, Problem("BodyTooLarge"))(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._largest:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
