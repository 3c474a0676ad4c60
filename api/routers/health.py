"""Whether the service lives, whether a case can be filed, and the figures that operators watch."""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from temporalio.service import RPCError

from activities.database import AWAY
from api.dependencies import Running
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.rating import sent_no_token
from api.metrics import Metrics
from api.runtime import Runtime
from reading.shape import Shape

LOG = logging.getLogger("kaifang.api")
ENGINE_ANSWERS_WITHIN = timedelta(milliseconds=400)

DATABASE_ANSWERS_WITHIN = 2.0
"""Seconds: a probe that waits longer is no probe."""

METRICS_BEARER = HTTPBearer(
    auto_error=False, scheme_name="MetricsSecret", description="What the file `KAIFANG_METRICS_TOKEN_FILE` holds."
)
router = APIRouter(tags=["health"])


class Health(Shape):
    status: Literal["ok"] = "ok"


class Readiness(Shape):
    """A case can be filed when the database is there; the engine may come later."""

    database: Literal["up", "away"]
    engine: Literal["up", "away"]


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="Whether a case can be filed", responses={503: {"model": Readiness}})
async def readyz(runtime: Running, response: Response) -> Readiness:
    """200 when PostgreSQL answers; the state of the engine is told, and not required."""
    database, engine = await asyncio.gather(database_answers(runtime), engine_answers(runtime))
    response.status_code = 200 if database else 503
    return Readiness(database="up" if database else "away", engine="up" if engine else "away")


async def database_answers(runtime: Runtime) -> bool:
    """Whether PostgreSQL is there with the system's own tables in it."""
    try:
        await asyncio.wait_for(runtime.present(), DATABASE_ANSWERS_WITHIN)
    except AWAY as away:
        LOG.info("not ready: %r", away)
        return False
    return True


async def engine_answers(runtime: Runtime) -> bool:
    try:
        return await asyncio.wait_for(
            runtime.temporal.service_client.check_health(timeout=ENGINE_ANSWERS_WITHIN),
            ENGINE_ANSWERS_WITHIN.total_seconds(),
        )
    except (RPCError, RuntimeError, TimeoutError):  # a client that cannot connect raises RuntimeError
        return False


class Of(StrEnum):
    """Whose figures: of this process, which may be added up, or of all, which every API says alike."""

    PROCESS = "process"
    INSTALLATION = "installation"


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response, responses=problems(401, 422))
async def metrics(
    request: Request,
    runtime: Running,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(METRICS_BEARER)],
    of: Of | None = None,
) -> Response:
    """Requests; undelivered acts and the age of the oldest; open and overdue tasks. While PostgreSQL is away, that. For
    who sends the secret of the service's own file as a bearer token. `of` one or the other, both without it: where
    several APIs are asked, each is asked for its `process`, and one for the `installation`."""
    secret: str = request.app.state.metrics_secret
    sent = credentials.credentials if credentials else ""
    if not secrets.compare_digest(sent.encode(), secret.encode()):
        if credentials:
            sent_no_token(request, runtime.rates)
        raise Problem("Unauthenticated", more_headers={"WWW-Authenticate": "Bearer"})
    known: Metrics = request.app.state.metrics
    text = b""
    if of is not Of.INSTALLATION:
        known.look_at_process(request.app.state.gate_log)
        text += generate_latest(known.process)
    if of is not Of.PROCESS:
        await known.look_at_installation(runtime)
        text += generate_latest(known.installation)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
