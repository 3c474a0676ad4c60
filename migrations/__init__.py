"""The database's schema, step by step (Alembic). `upgrade` brings any database up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config

from activities.database_url import checked
from migrations.beforehand import build_beforehand
from migrations.filling_after import fill_in_after
from migrations.filling_first import fill_in_first
from migrations.looking_first import look_first
from migrations.waiting import USUAL, Attempt, Patience, alone, with_patience


def configuration(dsn: str, attempt: Attempt | None = None) -> Config:
    """Alembic's configuration for a database, given as `postgresql://…`. Raises ValueError for a wrong address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["dsn"] = checked(dsn)
    if attempt is not None:
        config.attributes["attempt"] = attempt
    return config


async def upgrade(dsn: str, patience: Patience = USUAL) -> None:
    """The database has the newest schema, in its rows too; one that has it already is left alone. Raises LockNotGot."""

    async def migrated(attempt: Attempt) -> None:
        # Alembic runs its own event loop for the asynchronous driver.
        await asyncio.to_thread(command.upgrade, configuration(dsn, attempt), "head")

    parts: tuple[Callable[[Attempt], Awaitable[None]], ...] = (
        *(partial(part, dsn) for part in (look_first, fill_in_first, build_beforehand)),
        migrated,
        partial(fill_in_after, dsn),
    )
    async with alone(dsn):
        for part in parts:
            await with_patience(dsn, patience, part)
