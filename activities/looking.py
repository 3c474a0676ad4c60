"""Jobs beside the worker that look again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from logging import Logger

from activities.database import AWAY


async def look_on(look: Callable[[], Awaitable[object]], every: float, log: Logger, what: str) -> None:
    """Looks, and waits `every` seconds, until it is cancelled. An absent PostgreSQL is waited for; whatever else goes
    wrong is logged with `what` that keeps from being done."""
    while True:
        try:
            await look()
        except* AWAY as away:
            log.info("PostgreSQL is away: %r", away.exceptions)
        except* Exception:
            log.exception("%s", what)
        await asyncio.sleep(every)
