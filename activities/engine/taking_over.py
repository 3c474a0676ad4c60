"""What a worker that starts does about the versions: some version is always current, without anybody saying so.

`KAIFANG_UPGRADES=at_once`: the worker's own, and no case is left behind at a version that nobody runs any longer.
`by_hand`: the worker's own only where none is, and `kaifang upgrade` says the rest.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from temporalio.service import RPCError

from activities.engine.versions import VersionRefused

if TYPE_CHECKING:
    from activities.engine.draining import Draining
    from activities.engine.versions import Versions

LOG = logging.getLogger("kaifang.versions")

EVERY_ATTEMPT = 0.2
"""Seconds: the engine knows a version once its worker has asked for work of every kind, and no case begins before."""
LONGEST_PAUSE = 1.0
EVERY_LOOK = 15.0
"""Seconds: an engine whose database was lost has a current version again so soon."""


async def become_current(versions: Versions, build: str) -> None:
    """Returns when that version is current, however long the engine is away or does not know it yet."""
    pause = EVERY_ATTEMPT
    while True:
        try:
            await versions.make_current(build)
        except (RPCError, VersionRefused, LookupError) as failure:
            LOG.info("version %s is not current yet: %s", build, failure)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            LOG.info("version %s is current", build)
            return


async def be_the_first(versions: Versions, build: str) -> None:
    """Sees to it until it is cancelled that some version is current: this one where there is none."""
    while True:
        try:
            if await versions.current() is None:
                await become_current(versions, build)
        except RPCError as failure:
            LOG.info("versions are not known: %s", failure)
        await asyncio.sleep(EVERY_LOOK)


async def take_over(versions: Versions, draining: Draining, build: str) -> None:
    """The version is current; cases of versions that no worker runs any longer are started over from their logs. Goes
    on until it is cancelled."""
    await become_current(versions, build)
    while True:
        try:
            if await versions.current() is None:
                await become_current(versions, build)
            await fetch_what_is_left(versions, draining)
        except RPCError as failure:
            LOG.info("versions are not known: %s", failure)
        await asyncio.sleep(EVERY_LOOK)


async def fetch_what_is_left(versions: Versions, draining: Draining) -> int:
    """The number of cases that were started over because no worker runs their version any longer."""
    fetched = 0
    for version in (await versions.standing()).versions:
        if version.cases and not (version.polled or version.is_current or version.ramps):
            done = await draining.round(version)
            if done.started_over:
                LOG.warning("version %s has no worker: %d cases are started over", version.build, done.started_over)
            fetched += done.started_over
    return fetched
