"""The database's schema, step by step (Alembic). `upgrade` brings any database up to date."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config

from activities.database_url import checked
from migrations.filling_first import fill_in_first
from migrations.looking_first import look_first


def configuration(dsn: str) -> Config:
    """Alembic's configuration for a database, given as `postgresql://…`. Raises ValueError for a wrong address."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["dsn"] = checked(dsn)
    return config


async def upgrade(dsn: str) -> None:
    """The database has the newest schema; one that has it already is left alone."""
    await look_first(dsn)
    await fill_in_first(dsn)
    # Alembic runs its own event loop for the asynchronous driver.
    await asyncio.to_thread(command.upgrade, configuration(dsn), "head")
