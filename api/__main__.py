"""`python -m api`: the service on its own, as `make up` and production start it."""

from __future__ import annotations

import logging
import sys

import uvicorn

from activities.settings import Settings, SettingsError
from api.app import create_app

GRACE = 10
"""Seconds that calls under way may take after SIGTERM."""


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.exit(f"error: {error}")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    main()
