"""A version of the worker is emptied (`kaifang upgrade drain`): each case that is still on it is woken, and goes on at
the version that the engine means for it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.engine.restoring import PATIENCE

if TYPE_CHECKING:
    from activities.engine.handing_over import Engine
    from activities.engine.versions import Version, Versions

LOG = logging.getLogger("kaifang.draining")

A_SECOND = 50
"""How many cases are woken in a second: each is a step of the engine and one reading of a log."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(seconds=60)
"""Between two rounds. One is not enough: what is current every part of the engine knows only a moment later, a case
that works on something when it is woken learns nothing, and one that writes ends that before."""

WOKEN, STARTED_OVER, GONE, FAILED = "woken", "started over", "gone", "failed"


class StillRouted(Exception):
    """The version is current or ramps: cases go to it, and it is not emptied."""


@dataclass(frozen=True)
class Round:
    """What was done for the cases that were still on the version."""

    woken: int = 0
    started_over: int = 0
    failed: int = 0


class Draining:
    """Empties versions. Nothing is remembered: a case that has left is not found again, one that was woken twice does
    nothing twice. Hence it may be broken off, begun again, and run by several at once."""

    def __init__(self, versions: Versions, engine: Engine, a_second: float = A_SECOND) -> None:
        self._versions = versions
        self._engine = engine
        self._pause = 1 / a_second

    async def rounds(self, build: str) -> AsyncIterator[tuple[Version, Round]]:
        """How the version stood before each round and what the round did, until the engine says that it is drained.
        Raises StillRouted, LookupError for a version that there is not."""
        pause = FIRST_PAUSE
        while True:
            version = (await self._versions.standing()).of(build)
            if version is None:
                raise LookupError(build)
            if version.is_current or version.ramps:
                raise StillRouted(build)
            yield version, await self.round(version)
            if version.is_empty:
                return
            await asyncio.sleep(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    async def round(self, version: Version) -> Round:
        """Each case of the version once, no more of them in a second than was said. Where no worker of it runs, none
        could be woken: they are started over from their logs."""
        done: Counter[str] = Counter()
        one = self._wake if version.polled else self._start_over
        async for case_id in self._versions.cases_on(version.build):
            try:
                done[await one(case_id, version.build)] += 1
            except Exception:
                # Whatever is wrong with one case holds up no other, and the next round tries it again.
                LOG.exception("case %s has not left its version", case_id)
                done[FAILED] += 1
            await asyncio.sleep(self._pause)
        return Round(done[WOKEN], done[STARTED_OVER], done[FAILED])

    async def _wake(self, case_id: str, _: str) -> str:
        await self._versions.wake(case_id)
        return WOKEN

    async def _start_over(self, case_id: str, build: str) -> str:
        # What was listed is a moment old: a case that has left meanwhile is left alone.
        if not await self._versions.is_on(case_id, build):
            return GONE
        await self._engine.start_anew(case_id, PATIENCE)
        return STARTED_OVER
