"""A span around each call, where there are traces (docs/decisions/0131)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.tracing import Current

TAKEN = "traceparent"


class Traced:
    """Makes a span of each call, under the pattern of its route, within the trace of whoever calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or Current.traces is None:
            await self._app(scope, receive, send)
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        headers = {TAKEN: given[TAKEN]} if TAKEN in given else {}
        with Current.traces.call(scope["method"], headers) as span:

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, sent)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
