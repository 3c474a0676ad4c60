"""C5: from one release to another and back while everybody works, with two workers of each, as `docs/operations.md` has
it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
from temporalio.client import Client

from activities.engine.versions import Versions, build_of_code
from deploy.cluster.cluster import Cluster
from deploy.cluster.hosts import Ours
from models.granting import access_case_id
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import KAIFANG, agrees, for_commands, shown, until
from tests.upgrades.runs import failed_steps, runs_of

LONG = bool(os.environ.get("KAIFANG_LONG"))
OTHER = "another-release"
BY_HAND = {"KAIFANG_UPGRADES": "by_hand"}
AT_ONCE = 8 if LONG else 3
SOME = 12
"""Answers between two steps, so that cases of either version are at work."""
A_CASE_MOVED = "UNHANDLED_COMMAND"
"""An act came while its case was on the way to another version: the engine has the case look again, and go then."""


async def started(workers: Iterable[Ours]) -> None:
    for each in workers:
        await asyncio.to_thread(each.start)


async def stopped(workers: Iterable[Ours]) -> None:
    for each in workers:
        await asyncio.to_thread(each.stop)


async def upgrade(cluster: Cluster, *arguments: str) -> None:
    """Returns when the engine has taken the command: of a version that has just come it does not know all at once."""

    def said() -> int:
        command = (str(KAIFANG), "upgrade", *arguments)
        return subprocess.run(command, env=for_commands(cluster), capture_output=True, check=False, cwd="/").returncode

    async def is_taken() -> bool:
        return await asyncio.to_thread(said) == 0

    await until(is_taken, f"kaifang upgrade {' '.join(arguments)}")


async def emptied(cluster: Cluster, build: str) -> list[str]:
    """What `drain` says until no case is on the version; in the long form until the engine says so too, which looks
    every three minutes."""
    command = (str(KAIFANG), "upgrade", "drain", build, "--rate", "1000")
    draining = await asyncio.create_subprocess_exec(
        *command, env=for_commands(cluster) | {"PYTHONUNBUFFERED": "1"}, stdout=asyncio.subprocess.PIPE, cwd="/"
    )
    assert draining.stdout
    lines = []
    try:
        async for line in draining.stdout:
            lines.append(line.decode().strip())
            if lines[-1].startswith("No case is on") and not LONG:
                break
    finally:
        if draining.returncode is None and not LONG:
            draining.terminate()
        await draining.wait()
    return lines


@asynccontextmanager
async def by_hand(cluster: Cluster) -> AsyncIterator[list[Ours]]:
    """Two workers of this release take the place of the two that run, one after the other, and at the end give it
    back."""
    found = [cluster.worker(f"worker-{number}-by-hand", **BY_HAND) for number in (1, 2)]
    for before, after in zip(cluster.workers, found, strict=True):
        await stopped([before])
        await started([after])
    try:
        yield found
    finally:
        await stopped(found)
        await started(cluster.workers)


@pytest.mark.timeout(3600 if LONG else 300)
async def test_to_another_release_and_back_while_everybody_works(seeded: Cluster, people: Callers) -> None:
    begun, one, enough = time.monotonic(), build_of_code(), asyncio.Event()
    temporal = await Client.connect(f"{seeded.temporal.address}:7233")
    versions = Versions(temporal, "kaifang")
    program = ("-m", "tests.upgrades.other_worker")
    others = [seeded.worker(f"worker-{number}-other", program, KAIFANG_BUILD_ID=OTHER, **BY_HAND) for number in (1, 2)]
    asleep = [await people.walk(city, f"asleep-{city}") for city in cities()]

    async def all_on(build: str) -> bool:
        return all([await versions.is_on(access_case_id(case["case_id"]), build) for case in asleep])

    async with by_hand(seeded) as these, asyncio.TaskGroup() as group:
        load = group.create_task(people.until_told(enough, cities(), "upgrade", AT_ONCE))
        try:
            await people.ledger.answered(SOME)
            await started(others)
            await upgrade(seeded, "ramp", "50", OTHER)
            await people.ledger.answered(SOME)
            await upgrade(seeded, "current", OTHER)
            forward = await emptied(seeded, one)
            await until(lambda: all_on(OTHER), "what sleeps is on the other release")
            await stopped(these)
            await people.ledger.answered(SOME)

            await started(these)
            await upgrade(seeded, "current", one)
            back = await emptied(seeded, OTHER)
            await until(lambda: all_on(one), "what sleeps is on this release again")
            await people.ledger.answered(SOME)
        finally:
            enough.set()
            await stopped(others)
    for case in asleep:
        await people.use(case)
    await agrees(seeded, people.ledger)

    ledger = people.ledger
    assert len(ledger.granted) == load.result() + len(asleep)
    assert set(ledger.told.values()) == {"accepted"}
    failed: Counter[str] = Counter()
    moves = 0
    accesses = [access_case_id(case_id) for case_id in ledger.granted]
    for case_id in [*ledger.granted, *accesses]:
        runs = await runs_of(temporal, case_id)
        moves += max(len(runs) - 1, 0)
        failed.update(cause for run in runs for cause in failed_steps(run))
    assert failed.keys() <= {A_CASE_MOVED}, failed
    shown(
        check="C5",
        cases=len(ledger.granted),
        moves=moves,
        looked_again=failed.total(),
        seconds=round(time.monotonic() - begun),
        p99_ms=round(ledger.percentile(0.99) * 1e3),
        longest_silence_s=round(ledger.longest_silence(), 1),
        said=[*forward, *back],
    )
