"""`python -m migrations`: brings the database up to date and seeds what it must hold before anybody uses it."""

from __future__ import annotations

import asyncio
import logging
import sys

import asyncpg

from activities.catalogue.index import index_what_is_not
from activities.logs import keep_texts_out
from activities.notices.seeding import seed_notices, seed_samples
from activities.proof.chain import Algorithm, Chain
from activities.settings import Settings
from migrations import upgrade
from migrations.waiting import USUAL, LockNotGot, Patience
from rules.seed_notices import read_record

NOT_LOOKED_AT = "select exists (select from pg_class where oid = to_regclass('public.events') and reltuples < 0)"


async def prepare(dsn: str, *, samples: bool, chain: Chain | None = None, patience: Patience = USUAL) -> None:
    """The database has the newest schema, the notices and, where wanted, the samples; twice is as good as once.

    Services may run beside it: what is there already is only looked at, and what is not is written a little at a time.
    Raises LockNotGot.
    """
    await upgrade(dsn, patience)
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval(NOT_LOOKED_AT):
            # Or the planner would guess until a worker of this release comes.
            await connection.execute("select look_at_archived_tables()")
        await seed_notices(connection, read_record(), chain)
        if samples:
            async with connection.transaction():
                await seed_samples(connection)
        await index_what_is_not(connection)
    finally:
        await connection.close()


if __name__ == "__main__":
    keep_texts_out(logging.WARNING)
    settings = Settings.load()
    if settings.database_owner_url is None:
        logging.warning("KAIFANG_DATABASE_OWNER_URL is not set: the login of the services owns the database")
    chain = Chain(Algorithm(settings.chain_algorithm))
    patience = Patience(settings.migration_lock_timeout, settings.migration_patience)
    try:
        asyncio.run(prepare(settings.owner_url, samples=settings.samples, chain=chain, patience=patience))
    except LockNotGot as not_got:
        sys.exit(str(not_got))
