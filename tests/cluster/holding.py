"""`python -m tests.cluster.holding` locks the calendars as whoever publishes a notice of the country does, says so, and
stands still.

Its first line is how long PostgreSQL lets it stand, in seconds; 0 is for ever.
"""

from __future__ import annotations

import asyncio

from activities.calendar.record import CALENDAR_LOCK, HAVE_ALONE
from activities.database import open_pool
from activities.settings import Settings
from rules.calendar import CalendarRecord
from rules.seed_notices import read_scopes

STANDS = "select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::int"


async def main() -> None:
    async with await open_pool(Settings.load().database_url) as pool, pool.acquire() as connection:
        print(await connection.fetchval(STANDS), flush=True)  # noqa: T201  whoever started it reads it
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", CALENDAR_LOCK)
            await connection.execute(HAVE_ALONE, CALENDAR_LOCK, CalendarRecord((), read_scopes()).bound_by("CN"))
            print("locked", flush=True)  # noqa: T201  whoever started it reads it
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
