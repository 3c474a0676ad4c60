"""A body that is too large is refused with a problem document, before it is read or as soon as it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import BodyRefused, Problem, answer


@dataclass(frozen=True)
class BodyLimit:
    """The bytes that a body may have, inclusive, and the problem of one that has more."""

    largest: int
    problem: str = "BodyTooLarge"


class Limiting:
    """Goes by the length that a request announces, and by what arrives where it announces none; `of_path` has the
    limits of paths that take more than the rest."""

    def __init__(self, app: ASGIApp, limit: BodyLimit, of_path: Mapping[str, BodyLimit]) -> None:
        self._app = app
        self._limit = limit
        self._of_path = of_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = self._of_path.get(scope["path"], self._limit)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit.largest:
            await answer(request, Problem(limit.problem))(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit.largest:
                raise BodyRefused(limit.problem)
            return message

        await self._app(scope, counted, send)
