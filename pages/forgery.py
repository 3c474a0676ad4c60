"""Forms are taken from our own pages alone: by what the browser says of where they come from, and by what only a page
of the same session can carry."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from activities.directory.sessions import Session
from api.http.problems import Problem

FIELD = "forgery_key"
OUR_OWN = "same-origin"


async def must_be_our_own(request: Request, session: Session | None) -> None:
    """Raises a Problem for a form that comes from elsewhere, or in a session from a page of another one."""
    if not comes_from_us(request):
        raise Problem("FormFromElsewhere")
    if session is None:
        return
    carried = (await request.form()).get(FIELD)
    if not isinstance(carried, str) or not secrets.compare_digest(carried.encode(), session.forgery_key.encode()):
        raise Problem("FormFromElsewhere")


def comes_from_us(request: Request) -> bool:
    """Whether the browser says that a page of this address sent it; one that says nothing is not believed."""
    if site := request.headers.get("sec-fetch-site"):
        return site == OUR_OWN
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")
