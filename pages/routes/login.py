"""Logging in and out: on this machine as one of the demo accounts, elsewhere at the issuer."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from activities.directory import people, sessions
from activities.directory.account_record import By, note_login
from api.acting.inviting import waiting_at
from api.dependencies import address_of
from api.http.problems import Problem, invalid
from api.http.provider import IssuerAway
from api.http.tokens import TokenRefused
from api.runtime import Runtime
from pages import leaving
from pages.addresses import in_language, is_ours
from pages.calls import WRITTEN, Call, cookie_name, deed, page, with_cookie
from pages.issuer import Issuer
from reading.directory import questions as directory
from reading.words.language import Language
from rules.loading import load_pack
from rules.sample_catalogue import SampleAccount, accounts

LOG = logging.getLogger("kaifang.pages")
OFFICERS = ("reviewer", "supervisor", "admin")
BEGINS_AT = {"reviewer": "desk", "supervisor": "supervision", "admin": "supervision"}
"""Officer to the page with what there is to do; everybody else begins at the first page."""
AWAY, REFUSED, DENIED, LINK_OVER = "away", "refused", "denied", "link_over"
"""Why nobody is logged in."""


async def login(call: Call) -> Response:
    """Who is asked for here: a demo account by one click, or the way to the issuer."""
    if call.caller is not None:
        return call.go_on_to(back_of(call, call.asked("back")))
    is_demo = call.runtime.settings.login == "demo"
    if not is_demo and issuer_of(call.request) is None:
        raise Problem("NotFound")
    return call.page(
        "login.html",
        groups=[
            (call.say("login.of_no_city") if not city else said_of(city, call.language), tuple(of_city))
            for city, of_city in (groupby(by_city(), key=lambda account: account.city or "") if is_demo else ())
        ],
        is_demo=is_demo,
        back=call.asked("back") or "",
        is_over=call.was_logged_in is not None,
        is_kept=call.asked("back") == WRITTEN,
        failed=None,
    )


def said_of(city: str, language: Language) -> str:
    name = load_pack(city).name
    return name.zh if language == "zh" else name.en


def by_city() -> Iterable[SampleAccount]:
    """The demo accounts, those of no city first."""
    return sorted(accounts(), key=lambda account: (account.city or "", account.body or "", account.login))


def issuer_of(request: Request) -> Issuer | None:
    """The provider at which people log in, where there is one."""
    issuer: Issuer | None = request.app.state.issuer
    return issuer


async def log_in_as(call: Call) -> Response:
    """Whoever clicked is that demo account from now on, in a new session."""
    if call.runtime.settings.login != "demo":
        raise Problem("NotFound")
    form = await call.request.form()
    account = await directory.account(call.store, str(form.get("account", "")))
    if account is None:
        raise invalid("account", "account_unknown", given=str(form.get("account", "")))
    return await logged_in(call, account.account_id, back_of(call, str(form.get("back", ""))))


async def logged_in(
    call: Call, account_id: str, back: str, *, sid: str | None = None, id_token: str | None = None
) -> Response:
    """Whoever looks is that account from now on, in a session that nobody had before; and goes on: back to where
    it came from, an officer who came from the first page to what there is to do."""
    if call.session is not None:
        await sessions.end(call.runtime.pool, call.session.account_id, call.session.digest)
    caller = await directory.caller(call.store, account_id)
    assert caller, "whoever has logged in has an account"
    idle = sessions.IDLE_OFFICER if caller.has(*OFFICERS) else sessions.IDLE_APPLICANT
    browser = call.request.headers.get("user-agent", "")
    cookie = await sessions.begin(
        call.runtime.pool,
        account_id,
        call.now,
        idle=idle,
        browser=browser,
        sid=sid,
        id_token=id_token,
        seals=call.runtime.seals,
    )
    await note_login(call.runtime.pool, By(account_id, address=address_of(call.request)))
    if back == in_language("/", call.language):
        back = next((call.path(name) for role, name in BEGINS_AT.items() if caller.has(role)), back)
    return with_cookie(call.go_on_to(back), call, cookie_name(call.runtime), cookie, sessions.LONGEST)


def back_of(call: Call, address: str | None) -> str:
    """The page from which somebody came to log in, if it is one of ours; else the first that there is to do."""
    return in_language(address if address and is_ours(address) else "/", call.language)


async def leave_for_issuer(call: Call) -> Response:
    """To the issuer, with what has to be the same when the browser comes back."""
    issuer = issuer_of(call.request)
    if issuer is None:
        raise Problem("NotFound")
    it = leaving.leaving(back_of(call, call.asked("back")), call.asked("invitation"))
    try:
        address = await issuer.login_url(it.state, it.nonce, it.verifier)
    except IssuerAway as away:
        return failed(call, AWAY, away)
    cookie = await leaving.remember(call.runtime.pool, it, call.now)
    return with_cookie(call.go_on_to(address), call, leaving.COOKIE, cookie, leaving.LASTS)


async def login_callback(call: Call) -> Response:
    """Back from the issuer: whoever it has let in is logged in, in the browser that left and in no other, once."""
    issuer = issuer_of(call.request)
    if issuer is None:
        raise Problem("NotFound")
    cookie, state = call.request.cookies.get(leaving.COOKIE, ""), call.asked("state") or ""
    it = await leaving.come_back(call.runtime.pool, cookie, state, call.now)
    if it is None:
        return failed(call, REFUSED, TokenRefused("nobody has left with this state"))
    if call.asked("error"):
        return failed(call, DENIED, TokenRefused("the issuer has let nobody in"))
    try:
        if (call.asked("iss") or issuer.name) != issuer.name:
            raise TokenRefused("another issuer")
        found = await issuer.logged_in(call.asked("code") or "", it.nonce, it.verifier)
    except IssuerAway as away:
        return failed(call, AWAY, away)
    except TokenRefused as refused:
        return failed(call, REFUSED, refused)
    try:
        account_id = await people.arrived(call.runtime.pool, found.person, call.now, it.link, seals=call.runtime.seals)
    except people.LinkOver as over:
        return failed(call, LINK_OVER, over)
    back = it.back
    if it.link and await waiting_at(call.runtime, it.link):
        # Who is known already has taken nothing, and is told so where the link leads.
        back = call.path("invitation", token=it.link)
    answer = await logged_in(call, account_id, back, sid=found.sid, id_token=found.id_token)
    return with_cookie(answer, call, leaving.COOKIE, "", timedelta(0))


def failed(call: Call, why: str, error: Exception) -> Response:
    """Nobody is logged in, and the page says why, as far as that is anybody's business."""
    LOG.info("login: %s", error)
    if why != AWAY:
        call.runtime.refused.count("login_refused", address_of(call.request))
    return call.page(
        "login.html",
        status=503 if why == AWAY else 403,
        groups=[],
        is_demo=False,
        back="",
        is_over=False,
        is_kept=False,
        failed=why,
    )


async def invitation(call: Call) -> Response:
    """Where a link to an account leads: whose it is to be, and the way to the issuer. To look takes nothing."""
    token = call.in_part("token")
    it = await waiting_at(call.runtime, token)
    bodies = await directory.body_names(call.store, [it.body] if it and it.body else [])
    return call.page(
        "invitation.html",
        status=200 if it else 404,
        it=it,
        body=bodies.get(it.body or "") if it else None,
        token=token,
    )


async def log_out(call: Call) -> Response:
    """The session is over, here and in PostgreSQL; where an issuer began it, there too."""
    leads_to = None
    if call.session is not None:
        id_token = await sessions.id_token_of(call.runtime.pool, call.session, call.runtime.seals)
        await sessions.end(call.runtime.pool, call.session.account_id, call.session.digest)
        if id_token and (issuer := issuer_of(call.request)):
            leads_to = await issuer.logout_url(id_token)
    call.session, call.caller, call.name, call.unread = None, None, None, 0
    if leads_to is None:
        answer = call.go_on_to(call.path("front"))
    else:
        # A form of ours leads to no other site, by its redirections neither: the page does, once it is there.
        answer = call.page("logged_out.html", leads_to=leads_to)
        answer.headers["Refresh"] = f"0; url={leads_to}"
    return with_cookie(answer, call, cookie_name(call.runtime), "", timedelta(0))


async def backchannel_logout(request: Request) -> Response:
    """The issuer says whom it has logged out: those sessions are over here too. Comes from the issuer and from no
    browser; what it says is believed by its signature."""
    runtime: Runtime = request.app.state.runtime
    issuer = issuer_of(request)
    async with request.form() as form:
        token = form.get("logout_token")
    if issuer is None or not isinstance(token, str):
        return PlainTextResponse("invalid_request", status_code=400)
    try:
        gone = await issuer.logged_out(token)
    except TokenRefused as refused:
        LOG.info("back-channel logout: %s", refused)
        return PlainTextResponse("invalid_request", status_code=400)
    except IssuerAway as away:
        LOG.info("back-channel logout: %s", away)
        return PlainTextResponse("temporarily_unavailable", status_code=503, headers={"Retry-After": "5"})
    account_id = await people.account_at(runtime.pool, issuer.name, gone.subject) if gone.subject else None
    if account_id is not None or (gone.sid and not gone.subject):
        await sessions.end_of_issuer(runtime.pool, sid=gone.sid, account_id=account_id)
    return PlainTextResponse("")


ROUTES = (
    page("/login", login),
    deed("/login", log_in_as),
    page("/login/issuer", leave_for_issuer),
    page("/login/callback", login_callback),
    page("/invitation/{token}", invitation),
    deed("/logout", log_out),
    Route("/oidc/backchannel-logout", backchannel_logout, methods=["POST"]),
)
