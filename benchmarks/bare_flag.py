"""The bare alternative to an objection: one endpoint that sets a flag, one that looks at it, and nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response

from activities.database import open_pool

SCHEMA = """
create table bare_flags (dataset_id text primary key, held boolean not null default false);
grant all on bare_flags to public
"""
HOLD = "update bare_flags set held = true where dataset_id = $1"
MAY = """
select 1 from grants join bare_flags using (dataset_id)
where key_digest = $1 and dataset_id = $2 and not held and ended is null and valid_until > clock_timestamp()
"""


def framework() -> FastAPI:
    """No person, no ground, no evidence, no record, no engine: a plain update, and one query for each access."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with await open_pool(os.environ["KAIFANG_DATABASE_URL"]) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def readyz() -> None: ...

    @app.post("/v1/flags/{dataset_id}", status_code=201)
    async def hold(request: Request, dataset_id: str) -> None:
        await request.app.state.pool.execute(HOLD, dataset_id)

    @app.get("/v1/gate")
    async def gate(request: Request, dataset_id: str, x_access_key: Annotated[str, Header()]) -> Response:
        digest = hashlib.sha256(x_access_key.encode()).hexdigest()
        found = await request.app.state.pool.fetchval(MAY, digest, dataset_id)
        return Response(status_code=204 if found else 403)

    return app
