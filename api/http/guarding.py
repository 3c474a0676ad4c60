"""What every answer tells a browser: to load nothing that is not ours, to show it in no other page, to keep nothing.

One place for each process: the API and the pages differ in their policy and in nothing else. A head of a request that
is larger than the process takes is refused here too, in the words of that process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import Problem, answer
from api.http.protocol import TOO_LARGE

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of what is no page."""
OF_THE_API: Mapping[str, str] = {**ALWAYS, "Content-Security-Policy": NOTHING, "Referrer-Policy": "no-referrer"}
HSTS = "max-age=63072000; includeSubDomains"
KEPT_BY_NOBODY, ASKED_AGAIN = b"no-store", b"no-cache"
"""An answer that does not say how long it may be kept is personal; one with a tag is asked for again by it."""

Refusing = Callable[[Request, Problem], Awaitable[Response]]


def over_tls(url: str | None) -> bool:
    """Whether people reach a service at this address by TLS alone."""
    return (url or "").startswith("https:")


async def with_a_document(request: Request, problem: Problem) -> Response:
    """Refused as the API refuses."""
    return answer(request, problem)


class Guarding:
    """Adds these headers to each answer that does not have them; over TLS also that a browser never tries without."""

    def __init__(
        self, app: ASGIApp, headers: Mapping[str, str], *, over_tls: bool, refused: Refusing = with_a_document
    ) -> None:
        self._app = app
        self._refused = refused
        known = {**headers, **({"Strict-Transport-Security": HSTS} if over_tls else {})}
        self._headers = tuple((name.lower().encode(), value.encode()) for name, value in known.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._with_the_others(message.get("headers", ()))}
            await send(message)

        if too_large := scope.get("state", {}).get(TOO_LARGE):
            refusal = await self._refused(Request(scope), Problem(too_large, more_headers={"Connection": "close"}))
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _with_the_others(self, sent: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        there = {name.lower() for name, _ in sent}
        headers = [*sent, *(each for each in self._headers if each[0] not in there)]
        if b"cache-control" not in there:
            headers.append((b"cache-control", ASKED_AGAIN if b"etag" in there else KEPT_BY_NOBODY))
        return headers
