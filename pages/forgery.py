"""Forms are taken only from our own pages: the browser names where they come from, and they carry what only a page of
the same session can."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from activities.directory.sessions import Session
from api.http.problems import Problem

FIELD = "forgery_key"
OUR_OWN = "same-origin"


class FormOfAnotherSession(Problem):
    """The form stood in a page of another session than the one in which it comes."""

    def __init__(self) -> None:
        super().__init__("FormFromElsewhere")


async def must_be_our_own(request: Request, session: Session | None) -> None:
    """Raises a Problem for a form that comes from elsewhere, FormOfAnotherSession for one of another session."""
    if not comes_from_us(request):
        raise Problem("FormFromElsewhere")
    if session is None:
        return
    carried = await carried_by(request)
    if carried is None or not secrets.compare_digest(carried.encode(), session.forgery_key.encode()):
        raise FormOfAnotherSession


async def carried_by(request: Request) -> str | None:
    """What the form of a request says of its session."""
    carried = (await request.form()).get(FIELD)
    return carried if isinstance(carried, str) else None


def comes_from_us(request: Request) -> bool:
    """Whether the browser says that a page of this address sent it; one that says nothing is not believed."""
    if site := request.headers.get("sec-fetch-site"):
        return site == OUR_OWN
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")
