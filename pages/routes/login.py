"""Logging in and out: on this machine as one of the demo accounts, elsewhere at the issuer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from starlette.responses import RedirectResponse, Response

from activities.directory import sessions
from api.http.problems import Problem, invalid
from pages.addresses import in_language, is_ours
from pages.calls import WRITTEN, Call, cookie_name, deed, page, with_cookie
from reading.directory import questions as directory
from reading.words.language import Language
from rules.loading import load_pack
from rules.sample_catalogue import SampleAccount, accounts


async def login(call: Call) -> Response:
    """Who is asked for here: a demo account by one click, or the way to the issuer."""
    if call.caller is not None:
        return call.go_on_to(back_of(call, call.asked("back")))
    if call.runtime.settings.login != "demo":
        raise Problem("NotFound")
    return call.page(
        "login.html",
        groups=[
            (call.say("login.of_no_city") if not city else said_of(city, call.language), tuple(of_city))
            for city, of_city in groupby(by_city(), key=lambda account: account.city or "")
        ],
        back=call.asked("back") or "",
        is_over=call.was_logged_in is not None,
        is_kept=call.asked("back") == WRITTEN,
    )


def said_of(city: str, language: Language) -> str:
    name = load_pack(city).name
    return name.zh if language == "zh" else name.en


def by_city() -> Iterable[SampleAccount]:
    """The demo accounts, those of no city first."""
    return sorted(accounts(), key=lambda account: (account.city or "", account.body or "", account.login))


async def log_in_as(call: Call) -> Response:
    """Whoever clicked is that demo account from now on, in a new session."""
    if call.runtime.settings.login != "demo":
        raise Problem("NotFound")
    form = await call.request.form()
    account = await directory.account(call.store, str(form.get("account", "")))
    if account is None:
        raise invalid("account", "account_unknown", given=str(form.get("account", "")))
    if call.session is not None:
        await sessions.end(call.runtime.pool, call.session.account_id, call.session.digest)
    is_officer = account.body is not None or "admin" in account.roles or "supervisor" in account.roles
    idle = sessions.IDLE_OFFICER if is_officer else sessions.IDLE_APPLICANT
    browser = call.request.headers.get("user-agent", "")
    cookie = await sessions.begin(call.runtime.pool, account.account_id, call.now, idle=idle, browser=browser)
    answer = call.go_on_to(back_of(call, str(form.get("back", ""))))
    return with_cookie(answer, call, cookie_name(call.runtime), cookie, sessions.LONGEST)


def back_of(call: Call, address: str | None) -> str:
    """The page from which somebody came to log in, if it is one of ours; else the first that there is to do."""
    return in_language(address if address and is_ours(address) else "/", call.language)


async def log_out(call: Call) -> Response:
    """The session is over, here and in PostgreSQL."""
    if call.session is not None:
        await sessions.end(call.runtime.pool, call.session.account_id, call.session.digest)
    answer = RedirectResponse(call.path("front"), status_code=303)
    return with_cookie(answer, call, cookie_name(call.runtime), "", timedelta(0))


ROUTES = (page("/login", login), deed("/login", log_in_as), deed("/logout", log_out))
