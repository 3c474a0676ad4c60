"""C4 and C8: what freezes holds up nobody for long, and a worker that dies leaves nothing undone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from deploy.cluster.cluster import Cluster
from deploy.cluster.hosts import as_in_an_image
from deploy.cluster.programs import ROOT
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import agrees, shown

FILINGS_AGAIN_WITHIN = 30
"""Seconds."""
FROZEN_FOR = 60
CASES = 40
ACTS_BEFORE = 40


def holding(cluster: Cluster) -> subprocess.Popen[str]:
    """A process that is about to lock the calendar."""
    environment = {**as_in_an_image(), **cluster.environment("worker"), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "tests.cluster.holding"]
    return subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True, cwd="/")


async def test_who_holds_the_calendar_and_freezes_stops_filings_for_seconds_alone(
    seeded: Cluster, people: Callers
) -> None:
    with holding(seeded) as holder:
        try:
            assert holder.stdout
            stands = int(await asyncio.to_thread(holder.stdout.readline))
            if not 0 < stands <= FILINGS_AGAIN_WITHIN:
                pytest.skip(f"PostgreSQL lets a transaction stand still for {stands} s: logins have no limits yet")
            assert await asyncio.to_thread(holder.stdout.readline) == "locked\n"
            holder.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            await people.file(next(iter(cities())), "while-somebody-is-frozen")
            took = time.monotonic() - begun
        finally:
            holder.kill()
    shown(check="C8", filing_after_s=round(took, 1), stands_s=stands)
    assert took < FILINGS_AGAIN_WITHIN
    await agrees(seeded, people.ledger)


@pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")
@pytest.mark.timeout(1800)
async def test_a_worker_that_dies_and_one_that_freezes_leave_nothing_undone(seeded: Cluster, people: Callers) -> None:
    dies, freezes = seeded.workers
    async with asyncio.TaskGroup() as group:
        group.create_task(people.many(cities(), CASES, "killed"))
        await people.ledger.answered(ACTS_BEFORE)
        await asyncio.to_thread(dies.kill)
    await asyncio.to_thread(dies.start)

    assert freezes.process
    freezes.process.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(people.many(cities(), CASES, "frozen"))
            group.create_task(asyncio.sleep(FROZEN_FOR))  # so long that every lease has run out
    finally:
        freezes.process.send_signal(signal.SIGCONT)
    await agrees(seeded, people.ledger)
    shown(
        check="C4",
        frozen_s=round(time.monotonic() - frozen_at),
        longest_silence_s=round(people.ledger.longest_silence(), 1),
        longest_call_s=round(max(people.ledger.seconds), 1),
    )
    assert len(people.ledger.granted) == 2 * CASES
