"""The second peer does what ours does with a granted request, as far as it is measured beside ours."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from benchmarks.bare import PERIODS
from benchmarks.parties import DECISIONS, PROVIDER
from benchmarks.peer_party import Peer, PeerWorker, calling
from stack.postgres import Postgres

OPERATOR = "nanning.operator"


@pytest.fixture(scope="module")
async def url(postgres_server: Postgres) -> AsyncIterator[str]:
    """A database in which nothing is."""
    name = f"peer_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute(f"create database {name}")
        yield postgres_server.dsn(name)
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.fixture(scope="module")
async def worker(url: str, services_home: Path) -> AsyncIterator[PeerWorker]:
    worker = PeerWorker(services_home, os.environ, url)
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture(scope="module")
async def peer(url: str, worker: PeerWorker) -> AsyncIterator[Peer]:
    async with calling(url) as peer:
        await peer.begins()
        yield peer


async def transitions(url: str, case_id: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "select kind, task, outcome from peer_transitions where case_id = $1 order by number", case_id
        )
    finally:
        await connection.close()
    return [tuple(row) for row in rows]


async def test_a_request_is_granted_by_five_decisions_with_one_row_for_each_transition(peer: Peer, url: str) -> None:
    case_id = await peer.file()
    await peer.claim(case_id, "formal_review", OPERATOR)
    for stage, body, outcome in DECISIONS:
        await peer.decide(case_id, stage, body, outcome)
    decided = [("decided", stage, outcome) for stage, _, outcome in DECISIONS]
    assert await transitions(url, case_id) == [("filed", "", ""), ("claimed", "formal_review", ""), *decided]


async def test_what_nobody_may_do_is_answered_and_leaves_no_row(peer: Peer, url: str) -> None:
    case_id = await peer.file()
    await peer.claim(case_id, "formal_review", OPERATOR)
    with pytest.raises(RuntimeError, match="TaskAlreadyClaimed"):
        await peer.claim(case_id, "formal_review", PROVIDER)
    with pytest.raises(RuntimeError, match="NoSuchTask"):
        await peer.decide(case_id, "approval", "nanning.authority", "approve")
    with pytest.raises(RuntimeError, match="OutcomeNotAllowed"):
        await peer.decide(case_id, "formal_review", OPERATOR, "sign")
    assert len(await transitions(url, case_id)) == 2


async def test_a_period_that_passes_decides_nothing(peer: Peer, url: str) -> None:
    case_id = await peer.file({**PERIODS, "formal_review": timedelta(milliseconds=1)})
    for stage, body, outcome in DECISIONS[:2]:
        await peer.decide(case_id, stage, body, outcome)
    assert [task for _, task, _ in await transitions(url, case_id)] == ["", "formal_review", "provider_review"]


async def test_a_request_goes_on_where_its_worker_was_killed(peer: Peer, worker: PeerWorker, url: str) -> None:
    case_id = await peer.file()
    await peer.decide(case_id, *DECISIONS[0])
    worker.kill()
    worker.start()
    for stage, body, outcome in DECISIONS[1:]:
        await peer.decide(case_id, stage, body, outcome)
    assert len(await transitions(url, case_id)) == 1 + len(DECISIONS)
