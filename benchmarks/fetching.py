"""An objection, while callers fetch what it is about: what the gate answered before it, and from its answer on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from stack.programs import Api

ALLOWED, REFUSED, CANNOT_KNOW = "204", "403", "503"
CALLERS = 2
"""Who fetch a dataset all the time while somebody objects to it."""
AFTERWARDS = 20
"""Calls sent after the answer to the objection."""
BETWEEN_CALLS = 0.002
"""Seconds between the answer to a call and the next one."""


class Subject(NamedTuple):
    """A dataset that somebody objects to, who does, and the key of who may fetch it."""

    dataset_id: str
    objector: str
    item: str | None
    """Named in the objection; None: all of the dataset."""
    key: str

    def call(self) -> bytes:
        """A gateway's, for what the objection is about."""
        path = f"/v1/gate?dataset_id={self.dataset_id}&items={self.item or ''}&mode=download"
        return f"GET {path} HTTP/1.1\r\nHost: kaifang\r\nX-Access-Key: {self.key}\r\n\r\n".encode()


@dataclass
class Measured:
    """What came of the objections; seconds by the clock that PostgreSQL has too, durations in milliseconds."""

    filing: list[float] = field(default_factory=list)
    refused_at: dict[str, float] = field(default_factory=dict)
    """Dataset to the instant at which its first refusal was read."""
    after: int = 0
    """Calls sent after the answer to the objection had been read."""
    allowed: int = 0
    """How many of those were allowed."""
    not_known: int = 0
    """Calls that the gate could not decide in time, which is a no: on a machine that has much else to do."""
    to_refusal: list[float] = field(default_factory=list)
    load: list[Mapping[str, Any]] = field(default_factory=list)
    cases: int = 0


File = Callable[[Subject], Awaitable[None]]
"""Files an objection; returns when it is answered with 201."""


async def object_to(api: Api, file: File, subject: Subject, measured: Measured) -> None:
    """One objection, while two callers fetch what it is about."""
    answered: list[float] = []
    fetched = asyncio.Barrier(1 + CALLERS)
    async with asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(_fetch(api, subject, fetched, answered, measured))
        await fetched.wait()
        began = perf_counter()
        await file(subject)
        answered.append(perf_counter())
    measured.filing.append((answered[0] - began) * 1e3)


async def _fetch(
    api: Api, subject: Subject, fetched: asyncio.Barrier, answered: list[float], measured: Measured
) -> None:
    """Calls the gate, until enough calls were sent after the objection was answered; `answered` has that instant."""
    url = urlsplit(api.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    while (status := await _ask(subject, reader, writer)) == CANNOT_KNOW:
        measured.not_known += 1
        await asyncio.sleep(BETWEEN_CALLS)
    if status != ALLOWED:
        raise RuntimeError(f"the gate answered {status} before anybody objected to {subject.dataset_id}")
    await fetched.wait()
    afterwards = 0
    while afterwards < AFTERWARDS:
        is_after = bool(answered)
        status = await _ask(subject, reader, writer)
        read_at = time()
        if status == REFUSED:
            measured.refused_at.setdefault(subject.dataset_id, read_at)
        elif status == CANNOT_KNOW:
            measured.not_known += 1
        elif status != ALLOWED:
            raise RuntimeError(f"the gate answered {status} to a call about {subject.dataset_id}")
        if is_after and status != CANNOT_KNOW:
            afterwards += 1
            measured.after += 1
            measured.allowed += status == ALLOWED
        await asyncio.sleep(BETWEEN_CALLS)
    writer.close()


async def _ask(subject: Subject, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    writer.write(subject.call())
    return await _status(reader)


async def _status(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if (place := head.find(b"content-length: ")) >= 0:
        await reader.readexactly(int(head[place + 16 : head.find(b"\r", place)]))
    return head[9:12].decode()
