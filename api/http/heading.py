"""HEAD is answered as GET would be, without the content."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heading:
    """Answers HEAD wherever GET is answered: status and headers are those of a GET at that moment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_content)
