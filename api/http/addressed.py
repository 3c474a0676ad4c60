"""Where the service is: its own addresses follow the public one, whatever host name a caller uses."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PERMANENTLY = 308
"""With the same method and body."""


class Addressed:
    """Leads whoever ends a path with a slash to the address without it; each `Location` lies below the public address.

    The `Host` header is what a caller claims, and becomes part of no answer. Where no public address is set, an address
    is the path alone.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self._app = app
        self._public_url = (public_url or "").rstrip("/")
        self._below = urlsplit(self._public_url).path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("location", "").startswith("/"):
                    headers["location"] = self._below + headers["location"]
            await send(message)

        if scope["path"].endswith("/") and scope["path"].strip("/"):
            await self._lead_on(scope, send)
        else:
            await self._app(scope, receive, sent if self._below else send)

    async def _lead_on(self, scope: Scope, send: Send) -> None:
        sent = scope.get("raw_path") or scope["path"].encode()
        # Two slashes at its beginning would name another host.
        path = "/" + sent.split(b"?")[0].decode("latin-1").strip("/")
        while path.lower().endswith("%2f"):
            path = path[:-3].rstrip("/")
        query = scope["query_string"].decode("latin-1")
        to = f"{self._public_url}{path}{'?' if query else ''}{query}"
        headers = [(b"location", to.encode("latin-1")), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": PERMANENTLY, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
