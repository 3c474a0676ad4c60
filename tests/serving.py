"""The API over a socket, for programs that are no part of the tests' process."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from api.http.protocol import Bounded
from stack.ports import free_port, listen
from stack.postgres import VARIABLES
from stack.programs import Api


def is_of(database_url: str, other: str) -> bool:
    """Whether both lead to one database: what a test left behind is of another."""
    return urlsplit(database_url).path == urlsplit(other).path


@contextmanager
def serving_api(home: Path, database_url: str, log: Path, **settings: str) -> Iterator[Api]:
    """The API in a process of its own, with no engine behind it: it receives, and nothing is worked off."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "KAIFANG_"))},
        **{name: value for name, value in os.environ.items() if name in VARIABLES and is_of(database_url, value)},
        "KAIFANG_HOME": str(home),
        "KAIFANG_DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
        **{f"KAIFANG_{name.upper()}": value for name, value in settings.items()},
    }
    with closing(listen(free_port())) as listener:
        running = Api(listener, log, environment)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The port at which the application is served; its lifespan runs elsewhere."""
    config = uvicorn.Config(app, http=Bounded, server_header=False, lifespan="off", log_config=None, access_log=False)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.startup(sockets=[listener])
        try:
            yield listener.getsockname()[1]
        finally:
            await server.shutdown(sockets=[listener])
