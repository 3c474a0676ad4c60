"""The bare alternatives to the gate, under the same server: an endpoint that asks nothing, and the usual one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from starlette.types import Receive, Scope, Send

from activities.database import open_pool

ONE_QUERY = """
select 1 from grants
where key_digest = $1 and dataset_id = $2 and ended is null and valid_until > clock_timestamp()
and $3 = any(access_modes) and not exists (select from restrictions r where r.dataset_id = $2 and r.ended_at is null)
"""


async def yes(scope: Scope, receive: Receive, send: Send) -> None:
    """204, or 200 to who asks whether it is ready."""
    if scope["type"] == "lifespan":
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})
        return
    await send({"type": "http.response.start", "status": 200 if scope["path"] == "/readyz" else 204, "headers": []})
    await send({"type": "http.response.body"})


def framework() -> FastAPI:
    """One endpoint of the framework with one query for each call, a pool of ten, and no log."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with await open_pool(os.environ["KAIFANG_DATABASE_URL"]) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def readyz() -> None: ...

    @app.get("/v1/gate")
    async def gate(request: Request, dataset_id: str, mode: str, x_access_key: Annotated[str, Header()]) -> Response:
        digest = hashlib.sha256(x_access_key.encode()).hexdigest()
        found = await request.app.state.pool.fetchval(ONE_QUERY, digest, dataset_id, mode)
        return Response(status_code=204 if found else 403)

    return app
