"""The pages: a process of their own beside the API, so that the gate shares no loop with templates."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.clock import Clock, DatabaseClock
from activities.logs import keep_texts_out
from activities.settings import Settings, SettingsError
from api.http.bearers import is_loopback, issuer_must_be_safe
from api.http.guarding import Guarding, over_tls
from api.http.limits import Limiting
from api.http.rating import Rating
from api.http.traced import Traced
from api.runtime import running
from pages import failing, weights
from pages.addresses import InTwoLanguages
from pages.issuer import Issuer, secret_of
from pages.limits import limit_of
from pages.routes import ROUTES
from pages.security import OF_PAGES
from pages.static import Statics
from pages.templating import Templates
from reading.figures.public import Published


class Application(Starlette):
    """The framework's application, guarded in all that it answers, its own failures too."""

    guarded: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.guarded(scope, receive, send)

    async def unguarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


@cache
def made_once() -> tuple[Statics, Templates]:
    """What is the same for every application: static files by their digests, and templates, each compiled once."""
    statics = Statics()
    return statics, Templates(statics)


def create_app(
    settings: Settings | None = None, *, clock: Clock | None = None, patience: timedelta | None = None
) -> Application:
    """The application; settings are those of the process unless given. Raises SettingsError."""
    chosen = settings or Settings.load()
    login_must_be_safe(chosen)
    statics, templates = made_once()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(chosen, clock or DatabaseClock(), patience) as runtime, asked(chosen) as issuer:
            app.state.runtime, app.state.issuer = runtime, issuer
            yield

    app = Application(
        routes=[*ROUTES, statics.route()],
        middleware=[
            *([Middleware(Traced)] if chosen.traces_url is not None else []),
            Middleware(Rating, weights=weights.OF_PAGES, proxies=chosen.proxies, refused=failing.page_for_anybody),
            Middleware(Limiting, limit_of=limit_of, refused=failing.problem_page),
        ],
        exception_handlers=failing.HANDLERS,
        lifespan=lifespan,
    )
    app.guarded = Guarding(
        InTwoLanguages(app.unguarded), OF_PAGES, over_tls=over_tls(chosen.pages_url), refused=failing.page_of_no_address
    )
    app.state.templates = templates
    app.state.published = Published()
    app.state.names = frozenset(route.name for route in ROUTES if isinstance(route, Route))
    return app


@asynccontextmanager
async def asked(settings: Settings) -> AsyncIterator[Issuer | None]:
    """The provider at which people log in, where there is one."""
    issuer = Issuer(settings) if settings.oidc_issuer else None
    try:
        yield issuer
    finally:
        if issuer is not None:
            await issuer.close()


def login_must_be_safe(settings: Settings) -> None:
    """Demo accounts, which anybody may use, exist only on this machine; an issuer is reached over TLS, unless it runs
    on this machine; and there is only one way to log in. Raises SettingsError."""
    if settings.oidc_issuer:
        login_at_the_issuer_must_be_safe(settings)
    if settings.login != "demo":
        return
    hosts = {settings.pages_host, urlsplit(settings.pages_url).hostname or ""}
    if strange := sorted(host for host in hosts if not is_loopback(host)):
        raise SettingsError(f"KAIFANG_LOGIN: demo is for this machine alone, and the pages are at {', '.join(strange)}")


def login_at_the_issuer_must_be_safe(settings: Settings) -> None:
    if settings.login == "demo":
        raise SettingsError("KAIFANG_LOGIN: demo and KAIFANG_OIDC_ISSUER: one of them")
    if not settings.oidc_client_id:
        raise SettingsError("KAIFANG_OIDC_CLIENT_ID: the issuer has to know the pages by a name")
    issuer_must_be_safe(settings)
    secret_of(settings)


def serve() -> Starlette:
    """The application of a process that does nothing else. Raises SettingsError."""
    keep_texts_out(logging.WARNING)
    app = create_app()
    gc.collect()
    gc.freeze()
    return app
