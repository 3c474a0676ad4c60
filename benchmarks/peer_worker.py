"""The second peer's worker, which makes its tables where they are missing: `python -m benchmarks.peer_worker`."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
import uvloop
from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSConfig

from activities.settings import Settings
from benchmarks import peer

AT_WORK = "at work"
"""What it prints once it is."""
THREADS = 32
"""DBOS takes one for each statement. A loop of its own would have no limit; that of asyncio has six on two cores."""


async def run(url: str) -> None:
    """Until SIGTERM."""
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told_to_stop.set)
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    DBOS(config=DBOSConfig(name=peer.NAME, system_database_url=url, log_level="WARNING"))
    ledger = await AsyncSQLAlchemyDatasource.create(url)
    async with ledger.engine.begin() as connection:
        await connection.execute(sa.text(peer.SCHEMA))
    peer.register(ledger)
    DBOS.launch()
    await DBOS.register_queue_async(peer.NAME)
    print(AT_WORK, flush=True)
    await told_to_stop.wait()
    await asyncio.to_thread(DBOS.destroy)


if __name__ == "__main__":
    uvloop.run(run(Settings.load().database_url))
