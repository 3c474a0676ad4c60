"""A body that is too large is refused with a problem document, before it is read or as soon as it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.guarding import Refusing, with_a_document
from api.http.problems import BodyRefused, Problem


@dataclass(frozen=True)
class BodyLimit:
    """The bytes that a body may have, inclusive, and the problem of one that has more."""

    largest: int
    problem: str = "BodyTooLarge"


LimitOf = Callable[[str], BodyLimit]


class Limiting:
    """Goes by the length that a request announces, and by what arrives where it announces none; `limit_of` knows the
    limit of a path."""

    def __init__(self, app: ASGIApp, limit_of: LimitOf, refused: Refusing = with_a_document) -> None:
        self._app = app
        self._limit_of = limit_of
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = self._limit_of(scope["path"])
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit.largest:
            await (await self._refused(request, Problem(limit.problem)))(scope, receive, send)
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
