"""The ledger against the record: what callers were answered is so, once and no more; and log, read model and engine
agree."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sysconfig
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from deploy.cluster.cluster import Cluster
from deploy.cluster.hosts import as_in_an_image
from tests.cluster.callers import Ledger

KAIFANG = Path(sysconfig.get_path("scripts")) / "kaifang"
NEVER_SO_LONG = 600.0
"""Seconds: nothing that is waited for takes so long, on a slow machine either."""


async def connected(cluster: Cluster, database: str = "kaifang") -> asyncpg.Connection:
    """As the server's superuser, on whichever host is the primary."""
    hosts = f"{cluster.primary.address}:5432,{cluster.standby.address}:5432"
    password = cluster.compose.variables["POSTGRES_PASSWORD"]
    return await asyncpg.connect(
        f"postgresql://postgres:{password}@{hosts}/{database}?target_session_attrs=read-write", timeout=10
    )


async def until(what: Callable[[], Awaitable[bool]], said: str) -> None:
    """Looks again until it is so."""
    end = time.monotonic() + NEVER_SO_LONG
    while not await what():
        assert time.monotonic() < end, f"not within {NEVER_SO_LONG:.0f} s: {said}"
        await asyncio.sleep(0.5)


async def settled(cluster: Cluster) -> None:
    """Returns when no act waits for the engine any more."""

    async def nothing_waits() -> bool:
        connection = await connected(cluster)
        try:
            return not await connection.fetchval("select exists (select from acts where delivered_at is null)")
        finally:
            await connection.close()

    await until(nothing_waits, "every act is delivered")


async def holds(cluster: Cluster, ledger: Ledger) -> None:
    """Every 201 and 202 of the ledger is in the record, or refused with a name; nothing is there twice."""
    connection = await connected(cluster)
    try:
        cases = list(ledger.filed.values())
        assert len(set(cases)) == len(cases), "two filings led to one case"
        filed = await connection.fetch(
            "select case_id, count(*) as times from events where type = 'Filed' and case_id = any($1) group by case_id",
            cases,
        )
        assert {row["case_id"]: row["times"] for row in filed} == dict.fromkeys(cases, 1), "a filing is lost or doubled"

        acts = {
            row["act_id"]: row
            for row in await connection.fetch(
                "select a.act_id, a.state, a.problem ->> 'code' as code, "
                "(select count(distinct e.case_id) from events e where e.event ->> 'act' = a.act_id) as logs "
                "from acts a where a.act_id = any($1)",
                list(ledger.received),
            )
        }
        assert acts.keys() == ledger.received, f"lost: {ledger.received - acts.keys()}"
        for act_id, row in acts.items():
            assert (row["state"], row["logs"] >= 1) == ("accepted", True) or row["code"], dict(row)
            assert row["state"] == ledger.told[act_id], dict(row)
        twice = await connection.fetch(
            "select e.case_id, e.event ->> 'task_id' as task from events e where e.type = 'TaskDecided' "
            "group by 1, 2 having count(*) > 1"
        )
        assert not twice, [dict(row) for row in twice]
        granted = await connection.fetchval("select count(*) from grants where granted_by = any($1)", ledger.granted)
        assert granted == len(ledger.granted), "a grant is lost or doubled"
    finally:
        await connection.close()
    assert not ledger.gate, ledger.gate[:5]


async def reconciled(cluster: Cluster) -> None:
    """`kaifang reconcile` finds no differences, once what is under way has ended."""
    end = time.monotonic() + NEVER_SO_LONG
    while (done := await asyncio.to_thread(said, cluster, "reconcile")).returncode != 0:
        # One look may take long; only what differs still after it counts.
        assert time.monotonic() < end, f"log, read model and engine differ:\n{done.stdout}{done.stderr[-2000:]}"
        await asyncio.sleep(2)
    assert done.stdout.splitlines()[-1] == "0 differences"


def said(cluster: Cluster, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a command of `kaifang` says."""
    environment = for_commands(cluster)
    return subprocess.run([KAIFANG, *arguments], env=environment, capture_output=True, text=True, check=False, cwd="/")


async def lost(cluster: Cluster) -> set[str]:
    """The acts that `kaifang receipts` names: kept by an API as answered, and not on record."""
    done = await asyncio.to_thread(said, cluster, "receipts", *(folder / "receipts" for folder in cluster.api_folders))
    *named, total = done.stdout.splitlines()
    assert done.returncode == (1 if named else 0), done.stderr
    assert total.endswith(f" {len(named)} lost"), done.stdout
    return {line.split()[1] for line in named}


def for_commands(cluster: Cluster) -> dict[str, str]:
    """The environment of a command that somebody enters on a worker's host."""
    return {**as_in_an_image(), **cluster.environment("worker")}


async def agrees(cluster: Cluster, ledger: Ledger) -> None:
    """All of it, as each check ends."""
    await settled(cluster)
    await holds(cluster, ledger)
    await reconciled(cluster)


MEASURED: list[dict[str, object]] = []
"""What has been measured in this run, for its end."""


def shown(**figures: object) -> None:
    """Figures of a check, on a line of their own in the output of a run that shows it, and in the table at its end."""
    MEASURED.append(figures)
    print("measured:", json.dumps(figures))  # noqa: T201  # what a run says


def table() -> list[str]:
    """What has been measured: a line with the name of each check, and under it one for each figure."""
    lines = []
    for figures in MEASURED:
        lines.append(str(figures.get("check", "cluster")))
        lines += [f"    {name:<28}{value}" for name, value in figures.items() if name != "check"]
    return lines
