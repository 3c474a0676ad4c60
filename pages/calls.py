"""One call of a page: who looks, in which language, through which session, and how it is answered.

A page is a function of a call. What it needs is opened before it and closed after it; what goes wrong is a page too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from activities.directory import sessions
from activities.directory.account_record import By
from activities.directory.sessions import Ended, Session
from activities.outbox.read_marks import count_unread
from api.acting import telling
from api.acting.refusals import refused_before_receipt
from api.dependencies import address_of
from api.http.rating import is_called_by
from api.runtime import Runtime
from pages import written
from pages.addresses import in_language, language_of, without_language
from pages.forgery import FormOfAnotherSession, carried_by, must_be_our_own
from pages.wording import Words
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said

SESSION_COOKIE = "kaifang"
SAFE_METHODS = frozenset({"GET", "HEAD"})
WRITTEN = "/written"
"""The page of what somebody wrote in a session that was over."""
LEADS_ON = 303

Page = Callable[["Call"], Awaitable[Response]]


class RendersPages(Protocol):
    """What a call is rendered by."""

    def render(self, call: Call, template: str, facts: Mapping[str, Any]) -> str:
        """The page of a template."""


@dataclass
class Call:
    """What a page is asked with. `caller` is None where nobody is logged in; `now` is the system's instant."""

    request: Request
    runtime: Runtime
    store: Store
    templates: RendersPages
    now: datetime
    language: Language
    session: Session | None
    caller: Caller | None
    name: str | None
    """Of the account, in the language of the page."""
    was_logged_in: str | None = None
    """The account whose session is over, where one is."""
    unread: int = 0
    """Messages that whoever looks has not read yet, counted up to MOST_COUNTED."""
    _form: Mapping[str, list[str]] | None = field(default=None, init=False)

    @property
    def words(self) -> Words:
        """What the pages say, in the language of this one."""
        return Words(self.language)

    def say(self, name: str, **facts: object) -> str:
        """One text of the pages."""
        return self.words(name, **facts)

    def path(self, name: str, **parts: object) -> str:
        """The address of a page of ours by its name, in the language of this one."""
        return in_language(str(self.request.app.url_path_for(name, **parts)), self.language)

    def in_part(self, name: str) -> str:
        """A part of the address asked for."""
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str | None:
        """The value of this name in the query; None where it has none."""
        return self.request.query_params.get(name, "").strip() or None

    def must_be_logged_in(self) -> Caller:
        """Who looks. Raises LoginNeeded."""
        if self.caller is None:
            raise LoginNeeded
        return self.caller

    def must_have(self, *roles: str) -> Caller:
        """Who looks and has one of these roles. Raises LoginNeeded, Problem."""
        caller = self.must_be_logged_in()
        with refused_before_receipt():
            caller.must_have(*roles)
        return caller

    def by(self) -> By:
        """Who looks, as the record of accounts names it. Raises LoginNeeded."""
        return By(self.must_be_logged_in().account_id, address=address_of(self.request))

    def page(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """A page, with what the shell around it says."""
        return HTMLResponse(self.templates.render(self, template, facts), status_code=status)

    def go_on_to(self, path: str) -> Response:
        """After an act the browser asks for another page, so that to load it again does nothing twice."""
        return RedirectResponse(path, status_code=303)

    async def say_once(self, name: str, **facts: str) -> None:
        """The next page says this, once."""
        if self.session is not None:
            await sessions.say_once(self.runtime.pool, self.session, {"name": name, "facts": facts})


async def has_opened(call: Call, of: str) -> None:
    """The page of a case or of a dataset is opened: what has led there is read, by whatever way somebody came."""
    if call.caller is not None and call.unread and call.request.method in SAFE_METHODS:
        call.unread = (await telling.opened(call.runtime, call.store, call.caller, of, here(call))).unread


class LoginNeeded(Exception):
    """The page is for somebody who is logged in."""


def page(path: str, shown: Page, *, name: str | None = None) -> Route:
    """A page that is looked at."""
    return Route(path, _answered(shown), methods=["GET"], name=name or shown.__name__)


def deed(path: str, done: Page, *, name: str | None = None) -> Route:
    """A form that is sent; only from a page of ours, by whoever looked at it."""
    return Route(path, _answered(done), methods=["POST"], name=name or done.__name__)


def _answered(handler: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        try:
            async with runtime.store() as store:
                return await _answer(handler, await opened(request, runtime, store))
        finally:
            # Files that came with a form lie open until then.
            await request.close()

    return answered


async def _answer(handler: Page, call: Call) -> Response:
    try:
        if call.request.method not in SAFE_METHODS:
            await must_be_our_own(call.request, call.session)
        answer = await handler(call)
    except LoginNeeded:
        answer = await _to_the_login(call)
    except FormOfAnotherSession:
        answer = await _to_what_was_written(call)
    await _said_what_was_to_be_said(call, answer)
    return await _without_what_was_sent(call, answer)


async def _to_the_login(call: Call) -> Response:
    """Whoever must log in comes back to the page asked for; with a form, to what was written in it."""
    key = None if call.request.method in SAFE_METHODS else await _kept(call)
    if key is None:
        return RedirectResponse(login_address(call, back_of(call)), status_code=303)
    answer = RedirectResponse(login_address(call, WRITTEN), status_code=303)
    return with_cookie(answer, call, written.COOKIE, key, sessions.KEPT_FOR)


async def _to_what_was_written(call: Call) -> Response:
    """Whoever sends a form of an earlier session in a new one looks at it again first. Raises the Problem again where
    somebody else wrote it."""
    key = await _kept(call)
    if key is None:
        raise FormOfAnotherSession
    answer = call.go_on_to(in_language(WRITTEN, call.language))
    return with_cookie(answer, call, written.COOKIE, key, sessions.KEPT_FOR)


async def _kept(call: Call) -> str | None:
    """Keeps what somebody wrote; its key, or None where nothing was kept, its writer is unknown, or somebody else is
    logged in by now."""
    carried = await carried_by(call.request)
    account_id = await sessions.who_wrote(call.runtime.pool, carried) if carried else None
    it = written.written(here(call), await call.request.form())
    if account_id is None or not it.says_something or (call.session and call.session.account_id != account_id):
        return None
    return await written.keep(call.runtime.pool, account_id, it, call.now)


async def _without_what_was_sent(call: Call, answer: Response) -> Response:
    """What was kept and has led on is kept no more."""
    key = call.request.cookies.get(written.COOKIE)
    if key and call.session and call.request.method not in SAFE_METHODS and answer.status_code == LEADS_ON:
        if any(name.startswith(written.COOKIE) for name in answer.headers.getlist("set-cookie")):
            return answer
        await sessions.forget_form(call.runtime.pool, call.session.account_id, key.encode())
        with_cookie(answer, call, written.COOKIE, "", timedelta(0))
    return answer


async def _said_what_was_to_be_said(call: Call, answer: Response) -> None:
    if call.session is not None and call.session.notice and isinstance(answer, HTMLResponse):
        await sessions.was_said(call.runtime.pool, call.session)


async def opened(request: Request, runtime: Runtime, store: Store) -> Call:
    """The call of a request; the account is asked of the directory each time, as the API does."""
    now, language = await runtime.now(), language_of(request)
    session: Session | None = None
    caller: Caller | None = None
    was_logged_in = name = None
    unread = 0
    if cookie := request.cookies.get(cookie_name(runtime)):
        match await sessions.find(runtime.pool, cookie, now):
            case Session() as session:
                is_called_by(request, runtime.rates, session.account_id)
                caller = await directory.caller(store, session.account_id)
                called = (await directory.called(store, [session.account_id])).get(session.account_id)
                if called is not None:
                    name = said(called.name, language)
                    unread = await count_unread(runtime.pool, session.account_id)
            case Ended(account_id):
                was_logged_in = account_id
            case None:
                pass
    templates: RendersPages = request.app.state.templates
    return Call(
        request=request,
        runtime=runtime,
        store=store,
        templates=templates,
        now=now,
        language=language,
        session=session,
        caller=caller,
        name=name,
        was_logged_in=was_logged_in,
        unread=unread,
    )


def cookie_name(runtime: Runtime) -> str:
    """Behind TLS a name that no neighbour and no plain connection can set."""
    return f"__Host-{SESSION_COOKIE}" if runtime.settings.pages_url.startswith("https:") else SESSION_COOKIE


def with_cookie(answer: Response, call: Call, name: str, value: str, lasts: timedelta) -> Response:
    """The answer with a cookie that only these pages read, and no script."""
    answer.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=call.runtime.settings.pages_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


def back_of(call: Call) -> str:
    """The page to come back to: the page asked for, or for a form that was sent, the page at its address."""
    return without_language(call.request) if call.request.method in SAFE_METHODS else here(call)


def here(call: Call) -> str:
    """The path asked for, without the prefix of its language."""
    return call.request.url.path.removeprefix(str(call.request.scope.get("root_path", ""))) or "/"


def login_address(call: Call, back: str) -> str:
    """Where somebody logs in and goes on from to a page of ours."""
    return f"{call.path('login')}?{urlencode({'back': back})}"
