"""What the service is made of while it runs: opened once, closed once, handed to whoever needs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from pydantic_core import from_json
from sqlalchemy import event
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from temporalio.client import Client

from activities import database, tracing
from activities.calendar.record import RecordOfNotices
from activities.clock import Clock
from activities.copies import Copy
from activities.database import open_pool
from activities.directory.refused_logins import RefusedLogins
from activities.engine.handing_over import Engine
from activities.engine.payloads import client
from activities.evidence.store import EvidenceStore
from activities.proof.chain import Algorithm, Chain
from activities.proof.receipts import Receipts
from activities.rates.shared import Rates
from activities.record.inbox import Inbox
from activities.record.log import Log
from activities.sealing.seals import Seals
from activities.settings import Settings
from api.courier import Courier
from api.http.bearers import Bearers
from reading.store import Archive
from rules.seed_notices import read_scopes

LOG = logging.getLogger("kaifang.api")

AT_THE_END = timedelta(seconds=2)
"""For which a service that ends waits for what is under way, which nobody waits for any more: the sweeper does it."""
CONNECTIONS = 10
OLDEST = 300
"""Seconds after which a connection that reads is replaced: one that was lost without a word is not there for ever."""


@dataclass(frozen=True)
class Runtime(Archive):
    """The service's connections, and the doors that lead through them."""

    settings: Settings
    temporal: Client
    inbox: Inbox
    courier: Courier
    bearers: Bearers
    refused: RefusedLogins
    evidence: EvidenceStore
    rates: Rates


def reading_from(url: str) -> AsyncEngine:
    """The way into PostgreSQL, or a copy of it, of what is only read."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        connection = await database.connect(url)
        await tracing.watch(connection)
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # what people wrote does not belong into a log file
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_recycle=OLDEST,
        json_deserializer=from_json,  # as the standard library's, in a fraction of its time
    )
    event.listen(engine.sync_engine, "checkout", _if_open)
    return engine


def _if_open(connection: AdaptedConnection, *_: object) -> None:
    """A connection whose other end has gone is replaced before anything is asked over it. Its socket knows: PostgreSQL
    is not asked with every answer whether it is there."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@asynccontextmanager
async def running(settings: Settings, clock: Clock, patience: timedelta | None = None) -> AsyncIterator[Runtime]:
    """The runtime, until the block ends. Callers wait for the engine with this patience, or that of the settings.
    Starts and serves while PostgreSQL or the engine is away."""
    tracing.begin(settings)
    bearers = Bearers(settings)
    temporal = await client(settings, lazy=True)
    notices = RecordOfNotices(read_scopes())

    if settings.database_reader_url is None:
        LOG.warning("KAIFANG_DATABASE_READER_URL is not set: what is only read is read as whoever writes")
    reading = reading_from(settings.reader_url)
    pool = await open_pool(settings.database_url, size=CONNECTIONS)
    copy, reading_a_copy, looking = None, None, None
    if settings.reading_url is not None:
        copy, reading_a_copy = (
            Copy(settings.reading_url, pool, settings.reading_lag),
            reading_from(settings.reading_url),
        )
        looking = asyncio.create_task(copy.run())
    wait = timedelta(seconds=settings.patience) if patience is None else patience
    seals = Seals.open(settings)
    courier = Courier(Engine(pool, temporal, settings.task_queue), wait)
    rates = Rates.by(settings, pool)
    sharing = asyncio.create_task(rates.run())
    refused = RefusedLogins(pool)
    writing = asyncio.create_task(refused.write_each_minute())
    receipts = Receipts(settings.receipts_apart)
    try:
        yield Runtime(
            settings=settings,
            clock=clock,
            pool=pool,
            reading=reading,
            copy=copy,
            reading_a_copy=reading_a_copy,
            temporal=temporal,
            notices=notices,
            inbox=Inbox(
                pool,
                Log(notices, chain=Chain(Algorithm(settings.chain_algorithm)), seals=seals),
                clock,
                receipts,
            ),
            courier=courier,
            bearers=bearers,
            refused=refused,
            evidence=EvidenceStore.open(settings, seals),
            seals=seals,
            rates=rates,
        )
    finally:
        sharing.cancel()
        await asyncio.gather(sharing, return_exceptions=True)
        await receipts.finish()
        await courier.finish(AT_THE_END)
        await bearers.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await refused.write()
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        for engine in filter(None, (reading, reading_a_copy)):
            await engine.dispose()
        await pool.close()
        seals.ring.close()
