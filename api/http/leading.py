"""Somebody who opens the API's own address in a browser is looking for the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Leading:
    """Leads a browser that asks for the root to the pages; whoever asks for anything else, or is none, gets what there
    is. Who is at the public address is not led there again: a proxy that has sent the root here would send it so for
    ever."""

    def __init__(self, app: ASGIApp, pages_url: str) -> None:
        self._app = app
        self._pages_url = f"{pages_url}/"
        self._pages_host = urlsplit(pages_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            headers = Headers(scope=scope)
            if "text/html" in headers.get("accept", "") and headers.get("host") != self._pages_host:
                app = RedirectResponse(self._pages_url, status_code=303, headers={"Vary": "Accept"})
        await app(scope, receive, send)
