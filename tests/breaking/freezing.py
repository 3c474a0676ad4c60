"""Processes that stand still and go on, wherever they are."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psutil

from stack.programs import PythonProgram
from tests.breaking.ground import Ground
from tests.owning import owner_of

NUMBERS = "select from case_numbers for update"
AT_THE_LOCK = r"""
select exists (
  select from pg_stat_activity where wait_event_type = 'Lock' and query ~* '^\s*insert into case_numbers'
)
"""
LEFT_ALONE = """
select exists (
  select from pg_stat_activity join pg_locks using (pid)
  where state = 'idle in transaction' and relation = 'case_numbers'::regclass and mode = 'RowExclusiveLock'
)
"""


@contextmanager
def frozen(process: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """The process and all its children stand still meanwhile."""
    assert process
    first = psutil.Process(process.pid)
    all_of_it = [first, *first.children(recursive=True)]
    for each in all_of_it:
        each.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for each in all_of_it:
            each.send_signal(signal.SIGCONT)


@asynccontextmanager
async def frozen_while_it_files(
    it: Ground, program: PythonProgram | None, filing: Coroutine[Any, Any, Any]
) -> AsyncIterator[asyncio.Task[Any]]:
    """The program stands still in the block, and what it files has its number and is not committed: the worst instant,
    for every other filing in the city waits for that. The city has a case by then."""
    assert program
    async with owner_of(it.driver.pool) as other:
        lock = other.transaction()
        await lock.start()
        await other.execute(NUMBERS)
        under_way = asyncio.create_task(filing)

        async def it_waits() -> bool:
            return bool(await it.driver.pool.fetchval(AT_THE_LOCK))

        async def it_has_its_number() -> bool:
            return bool(await it.driver.pool.fetchval(LEFT_ALONE))

        await it.until(it_waits, "the filing waits")
        with frozen(program.process):
            await lock.rollback()
            await it.until(it_has_its_number, "the filing has its number")
            yield under_way
