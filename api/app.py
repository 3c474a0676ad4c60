"""The service: parses, authorises, receives, hands over and renders. It holds no rule of law."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.clock import Clock, DatabaseClock
from activities.evidence.quotas import LARGEST
from activities.filing import importing
from activities.gate.gate import opened
from activities.logs import keep_texts_out
from activities.settings import Settings
from api import gate, weights
from api.acting import objecting
from api.acting.importing import LARGEST_FILE
from api.http import documentation, failing
from api.http.addressed import Addressed
from api.http.bearers import issuer_must_be_safe
from api.http.guarding import OF_THE_API, Guarding, over_tls
from api.http.heading import Heading
from api.http.leading import Leading
from api.http.limits import BodyLimit, Limiting
from api.http.openapi import with_gate, with_problem_schema
from api.http.rating import Rating
from api.http.tokens import secret_in
from api.http.traced import Traced
from api.metrics import Measuring, Metrics
from api.routers import (
    absences,
    access_requests,
    accesses,
    accounts,
    acts,
    administration,
    calendar,
    cases,
    catalogue,
    catalogue_updates,
    cities,
    datasets,
    deadlines,
    declarations,
    delegations,
    demands,
    directory,
    due_days,
    evidence,
    feedback,
    figures,
    filing_of_bodies,
    grants,
    hand_overs,
    heads,
    health,
    holders,
    leak_reports,
    maintenance,
    messages,
    misuse_reports,
    objections,
    openings_elsewhere,
    papers,
    quality_checks,
    ratings,
    readings,
    rectifications,
    rules,
    sharing_requests,
    supervision,
    supervision_feeds,
    tasks,
    tokens,
    traces,
    use_of_grants,
    verifying,
    waiting,
    years,
)
from api.runtime import running
from reading.figures.public import Published

LOG = logging.getLogger("kaifang.api")
ROUTERS = (
    access_requests.router,
    accesses.router,
    objections.router,
    leak_reports.router,
    misuse_reports.router,
    catalogue_updates.router,
    demands.router,
    rectifications.router,
    filing_of_bodies.router,
    quality_checks.router,
    years.router,
    openings_elsewhere.router,
    sharing_requests.router,
    cases.router,
    papers.router,
    due_days.router,
    verifying.router,
    traces.router,
    tasks.router,
    acts.router,
    grants.router,
    delegations.router,
    use_of_grants.router,
    datasets.router,
    ratings.router,
    feedback.router,
    declarations.router,
    cities.router,
    catalogue.router,
    deadlines.router,
    calendar.router,
    rules.router,
    health.router,
    evidence.router,
    heads.router,
    maintenance.router,
    messages.router,
    readings.router,
    holders.router,
    tasks.supervised,
    directory.router,
    accounts.router,
    tokens.router,
    administration.router,
    absences.router,
    hand_overs.router,
    supervision.router,
    waiting.router,
    supervision_feeds.router,
    figures.router,
    documentation.router,
)
LARGEST_BODY = 1_000_000
"""Bytes."""
OF_PATH = {
    evidence.PATH: BodyLimit(LARGEST, "EvidenceTooLarge"),
    objecting.PATH: BodyLimit(objecting.LARGEST_BODY, "EvidenceTooLarge"),
    importing.PATH: BodyLimit(LARGEST_FILE),
}


def limit_of(path: str) -> BodyLimit:
    """What the body of a call to this path may have."""
    return OF_PATH.get(path, BodyLimit(LARGEST_BODY))


DESCRIPTION = """
Kaifang runs the legal procedures by which cities open public data.

Writes take an `Idempotency-Key`; filing requires it. A write that the engine has not yet worked off answers 202 with an
`act_id`, and `GET /v1/acts/{act_id}` tells the rest. Problems are `application/problem+json` (RFC 9457), in Chinese or
English by `Accept-Language`, and name the field and the rule: `basis` is `law` for an article of the regulation, and
`service` for a choice of this service where the regulation is silent.
"""


class Application(FastAPI):
    """The framework's application, with the gate before it and guarded in all else that it answers."""

    guarded: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and gate.is_for_the_gate(scope):
            await self.state.gate.answer(scope, send)
        else:
            await self.guarded(scope, receive, send)

    async def unguarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


def methods_by_path() -> Iterator[tuple[str, re.Pattern[str], frozenset[str]]]:
    """The methods of each route with its path and the form of it: several routes share one."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route.path, route.path_regex, frozenset(route.methods or ())


@cache
def routes() -> Sequence[BaseRoute]:
    """The routes, of which the framework works out once how each is called, however many applications there are."""
    together = APIRouter()
    for router in ROUTERS:
        together.include_router(router)
    return together.routes


def create_app(
    settings: Settings | None = None, *, clock: Clock | None = None, patience: timedelta | None = None
) -> FastAPI:
    """The application; settings are those of the process unless given. `patience` is how long a caller waits for the
    engine before the answer is 202. Raises SettingsError."""
    chosen = settings or Settings.load()
    metrics_secret = secret_in(chosen.metrics_secret_file)
    issuer_must_be_safe(chosen)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        clocked = clock or DatabaseClock()
        if chosen.database_gate_url is None:
            LOG.warning("KAIFANG_DATABASE_GATE_URL is not set: the gate comes in as whoever writes, who owns its log")
        async with (
            running(chosen, clocked, patience) as runtime,
            opened(chosen.gate_url, clocked) as (the_gate, gate_log),
        ):
            app.state.runtime, app.state.gate_log = runtime, gate_log
            app.state.gate = gate.Door(the_gate, metrics, runtime.rates, chosen.proxies)
            yield

    metrics = Metrics()
    app = Application(
        title="Kaifang 开放",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.guarded = Guarding(app.unguarded, OF_THE_API, over_tls=over_tls(chosen.public_url))
    app.state.metrics, app.state.metrics_secret = metrics, metrics_secret
    app.state.published = Published()
    app.add_middleware(Limiting, limit_of=limit_of)
    app.add_middleware(Rating, weights=weights.OF_THE_API, proxies=chosen.proxies)
    app.add_middleware(Measuring, metrics=metrics)
    app.add_middleware(Heading)
    app.add_middleware(Addressed, public_url=chosen.public_url)
    app.add_middleware(Leading, pages_url=chosen.pages_url)
    if chosen.traces_url is not None:
        app.add_middleware(Traced)
    failing.install(app)
    app.router.routes += routes()
    app.mount(documentation.ASSETS, documentation.assets())
    app.state.methods = tuple(methods_by_path())
    describe = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        return with_gate(with_problem_schema(describe()))

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


def serve() -> FastAPI:
    """The application of a process that does nothing else. Raises SettingsError.

    What is there for good is not looked through for garbage again: that would take longer than most answers.
    """
    keep_texts_out(logging.WARNING)
    app = create_app()
    gc.collect()
    gc.freeze()
    return app
