"""Legal periods pass in moments: the engine's clock of one case is moved forward, and PostgreSQL's with it.

The SDK marks its time skipping as experimental; it is used here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from temporalio.testing import TimeSkipper

from tests.driving import Driver

A_MOMENT = timedelta(seconds=2)


class Skipping:
    """A driver whose cases can be moved in time, one case at a time: each has a clock of its own in the engine."""

    def __init__(self, driver: Driver) -> None:
        self._skipper = TimeSkipper(driver.temporal)
        self.driver = replace(driver, temporal=self._skipper.client)

    async def file(self, city: str, **more: object) -> str:
        """A request whose clock stands still unless it is skipped."""
        with self.standing_still():
            return await self.driver.file(city, **more)  # type: ignore[arg-type]  # passed on as they come

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Cases that enter the engine meanwhile do not run ahead of the clock."""
        with self._skipper.with_time_skipping_disabled():
            yield

    async def skip(self, case_id: str, by: timedelta) -> None:
        """Time passes for the case and for receipts."""
        self.driver.clock.shift += by
        await self.skip_in_the_engine(case_id, by)

    async def skip_in_the_engine(self, case_id: str, by: timedelta) -> None:
        """Time passes for the case in the engine only, whose clock decides nothing."""
        await self._skipper.fast_forward(self.driver.temporal.get_workflow_handle(case_id), by)

    async def skip_to(self, case_id: str, instant: datetime) -> None:
        """A moment before `instant` has come for the case and for receipts."""
        now = self.driver.clock.at(await self.driver.pool.fetchval("select clock_timestamp()"))
        await self.skip(case_id, instant - now)
