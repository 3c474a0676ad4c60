"""The addresses of the pages: Chinese without a prefix, English under `/en`, and which of them a visitor is led to."""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.language import preferred
from reading.words.language import Language

ENGLISH = "/en"
COOKIE = "language"
A_YEAR = 365 * 24 * 3600
"""Seconds."""


class InTwoLanguages:
    """Takes the prefix of English addresses for part of where the pages are mounted, so that every address made within
    has it too; leads who comes first, and prefers English, there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path == ENGLISH or path.startswith(f"{ENGLISH}/"):
            path = path if path != ENGLISH else f"{ENGLISH}/"
            scope = {**scope, "path": path, "root_path": scope.get("root_path", "") + ENGLISH}
        elif wants_english(Request(scope)):
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(f"{ENGLISH}{path}" + (f"?{query}" if query else ""), status_code=302)
            answer.headers["Vary"] = "Accept-Language, Cookie"
            answer.headers["Cache-Control"] = "no-store"
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def wants_english(request: Request) -> bool:
    """Whether a page is asked for by somebody who has chosen English, or has chosen nothing and prefers it."""
    if request.method not in ("GET", "HEAD") or "text/html" not in request.headers.get("accept", ""):
        return False
    chosen = request.cookies.get(COOKIE)
    return chosen == "en" if chosen else preferred(request.headers.get("accept-language", "")) == "en"


def language_of(connection: HTTPConnection) -> Language:
    """The language of an address."""
    return "en" if str(connection.scope.get("root_path", "")).endswith(ENGLISH) else "zh"


def in_language(path: str, language: Language) -> str:
    """The address of a page, which is given without prefix, in a language."""
    return f"{ENGLISH}{path}" if language == "en" else path


def without_language(request: Request) -> str:
    """The address of the page asked for, with its query and without the prefix of its language."""
    root = str(request.scope.get("root_path", ""))
    path = request.url.path.removeprefix(root) or "/"
    return f"{path}?{request.url.query}" if request.url.query else path


def is_ours(address: str) -> bool:
    """Whether an address leads to a page of these, so that nobody is sent elsewhere by a link of ours."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(ord(each) < 32 for each in address):
        return False
    url = URL(address)
    return not url.scheme and not url.netloc
