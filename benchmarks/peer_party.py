"""Who files and decides with the second peer, and the worker of which it is asked."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from dbos import DBOSClient, EnqueueOptions

from benchmarks import bare, peer
from benchmarks.parties import ACCOUNTS, GIVES_UP_AFTER, actor
from benchmarks.peer_worker import AT_WORK
from benchmarks.servers import Servers
from stack.programs import PythonProgram

PROGRAM = ("-m", "benchmarks.peer_worker")
CONNECTIONS = 16
"""As many as there are cases at once; five is what a client takes where nobody says."""
ASKED_EVERY, ASKED_BETWEEN_TURNS = 0.05, 1.0
"""Seconds between two questions for what is in the queue: nothing wakes a worker of DBOS for a workflow that is new.
The second is its own default."""


class PeerWorker(PythonProgram):
    """The second peer's worker process. Ready when its tables and its queue are there."""

    ready_within = 240.0

    def __init__(self, home: Path, environment: Mapping[str, str], url: str) -> None:
        log = home / "logs" / "peer-worker.log"
        super().__init__("peer-worker", PROGRAM, log, {**environment, "KAIFANG_DATABASE_URL": url})

    def is_ready(self) -> bool:
        return self.is_running() and AT_WORK in self.log.read_text()


def begun(running: Servers) -> PeerWorker:
    """The worker at work, until the servers stop."""
    worker = PeerWorker(running.home, running.environment(), running.postgres.dsn())
    running.keep(worker)
    worker.start()
    return worker


class Peer:
    """The second peer: a message for each act, and the event that answers it."""

    def __init__(self, client: DBOSClient) -> None:
        self._client = client

    async def begins(self) -> None:
        """Its queue is asked often from now on."""
        await self._asked_every(ASKED_EVERY)
        # What it was told before is what it waits for once more.
        await asyncio.sleep(1.5 * ASKED_BETWEEN_TURNS)

    async def file(self, periods: Mapping[str, timedelta] = bare.PERIODS) -> str:
        case_id = f"peer-{uuid.uuid4()}"
        options = EnqueueOptions(workflow_name=peer.NAME, queue_name=peer.NAME, workflow_id=case_id)
        await self._client.enqueue_async(options, case_id, ACCOUNTS["applicant@demo"], periods)
        return case_id

    async def claim(self, case_id: str, stage: str, body: str) -> None:
        await self._do("claimed", case_id, stage, body)

    async def decide(self, case_id: str, stage: str, body: str, outcome: str) -> None:
        await self._do("decided", case_id, stage, body, outcome)

    async def _do(self, kind: str, case_id: str, stage: str, body: str, outcome: str = "") -> None:
        act_id = str(uuid.uuid4())
        message = peer.Message(act_id=act_id, kind=kind, task=stage, officer=actor(body).account, outcome=outcome)
        await self._client.send_async(case_id, message, idempotency_key=act_id)
        answer: peer.Answer | None = await self._client.get_event_async(case_id, act_id, GIVES_UP_AFTER)
        if answer is None or answer["problem"]:
            raise RuntimeError(f"{kind} on {case_id}: {answer['problem'] if answer else 'no answer'}")

    async def settled(self) -> None:
        """The close of the workflow alone outlives the last answer; its queue is asked seldom from now on."""
        await self._asked_every(ASKED_BETWEEN_TURNS)

    async def _asked_every(self, seconds: float) -> None:
        queue = await self._client.retrieve_queue_async(peer.NAME)
        assert queue is not None
        await queue.set_polling_interval_sec_async(seconds)


@asynccontextmanager
async def calling(url: str) -> AsyncIterator[Peer]:
    """The second peer as callers outside its worker have it, which are woken when an answer is there."""
    client = DBOSClient(system_database_url=url, use_listen_notify=True, system_database_pool_size=CONNECTIONS)
    try:
        yield Peer(client)
    finally:
        await asyncio.to_thread(client.destroy)
