"""What the pages of officers share: receiving an act by the key of its form, and the page that follows it."""

from __future__ import annotations

import uuid
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused
from api.acting.answering import InTheAnswerAlone
from api.acting.filing import Filer
from api.acting.receiving import ActShown, Receiver
from api.http.failing import problem_of
from api.http.problems import Problem, invalid
from pages.calls import Call, page
from pages.forms.fields import Wanted
from pages.forms.filled import filled

REFUSED = (Problem, FieldsRefused, IdempotencyKeyReused)
"""The exceptions with which a form is not taken: what is wrong is put beside its fields."""
WAITING = "act"
"""The page that waits until an act is worked off."""


def new_key() -> str:
    """What makes the form of a page do nothing twice."""
    return str(uuid.uuid4())


def key_of(form: FormData) -> str:
    """The key that the page minted. Raises a Problem for a form that is none of ours."""
    try:
        return str(uuid.UUID(text_of(form, "key")))
    except ValueError as error:
        raise Problem("FormFromElsewhere") from error


def text_of(form: FormData, name: str) -> str:
    """The text of a field; empty where it is a file or not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def demanded(form: FormData, name: str) -> str:
    """The text of a field that must not be empty. Raises a Problem on it."""
    if not (text := text_of(form, name)):
        raise invalid(name, "missing_here")
    return text


def receiver_of(call: Call, key: str, of: str = "") -> Receiver:
    """Receives the act of a form; `of` distinguishes the acts of one form."""
    caller = call.must_be_logged_in()
    path = call.request.url.path + of
    return Receiver(call.runtime, call.store, caller, call.language, path, key, InTheAnswerAlone())


def filer_of(call: Call) -> Filer:
    """Receives the filing of a form."""
    return Filer(call.runtime, call.store, call.must_be_logged_in(), call.language, InTheAnswerAlone())


NOT_OF_THE_FORM = (403, 404, 503)
"""Statuses of problems that no other way to fill in the form would mend."""


def wrong_in(call: Call, form: FormData, fact: Exception) -> tuple[int, Wanted, Problem]:
    """The status of the page that shows a form once more, what somebody wrote in it, and what is wrong with that.
    Raises a Problem that nothing in the form would mend."""
    problem = problem_of(fact)
    document = problem.document(call.language, call.request.url.path)
    if document.status in NOT_OF_THE_FORM:
        raise problem from fact
    wanted = filled(form, problem, call.language)
    if not problem.errors:
        wanted = replace(wanted, problems={None: [document.detail]})
    return document.status, wanted, problem


def page_of_form(path: str, name: str, *parts: str) -> Route:
    """The address to which a form is sent is not a page: whoever comes back to it, as from the login, is led to the
    page with the form."""

    async def led(call: Call) -> Response:
        return call.go_on_to(call.path(name, **{part: call.in_part(part) for part in parts}))

    return page(path, led, name=f"back_{path}")


async def onward(call: Call, answered: ActShown, address: str, said: str, **facts: str) -> Response:
    """The page that follows an act, which says once what was done; the one that waits, while it is not worked off."""
    if answered.state == "received" and WAITING in call.request.app.state.names:
        return call.go_on_to(call.path(WAITING, act_id=answered.act_id))
    await call.say_once("officers.received" if answered.state == "received" else said, **facts)
    return call.go_on_to(address)
