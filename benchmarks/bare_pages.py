"""The bare alternative to pages of their own process: API and pages as one application on one loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from api import app as api
from pages import app as pages


def together() -> ASGIApp:
    """What the API has at its addresses, and the pages at all others."""
    first, second = api.serve(), pages.serve()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with first.router.lifespan_context(first), second.router.lifespan_context(second):
            yield

    living = Starlette(lifespan=lifespan)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await living(scope, receive, send)
        elif scope["path"].startswith(("/v1/", "/readyz")):
            await first(scope, receive, send)
        else:
            await second(scope, receive, send)

    return application
