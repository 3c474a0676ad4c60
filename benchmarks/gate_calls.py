"""Calls over raw sockets with keep-alive: `gate_calls.py HOST PORT FILE CONNECTIONS SECONDS RATE`, figures as JSON.

FILE holds whole requests, each behind its length as four bytes. RATE 0: every connection calls again as soon as it is
answered. Otherwise so many calls a second are due in ticks of a millisecond, whether earlier ones are answered or not;
one that finds no free connection waits, and its time runs from its tick.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
from collections import Counter, deque
from pathlib import Path
from time import perf_counter
from typing import cast

import uvloop

TICK = 0.001
"""Seconds."""
END_OF_HEADERS = b"\r\n\r\n"
LENGTH = b"content-length: "


class Connection(asyncio.Protocol):
    """One connection with one call at a time."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""
        self.began = 0.0
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is one in all but name

    def call(self, began: float) -> None:
        assert self.transport
        self.began = began
        self.transport.write(next(self._load.requests))

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(END_OF_HEADERS)
        if end < 0:
            return
        place = self._received.find(LENGTH, 0, end + 2)
        length = 0 if place < 0 else int(self._received[place + len(LENGTH) : self._received.find(b"\r", place)])
        if len(self._received) < end + len(END_OF_HEADERS) + length:
            return
        status, self._received = self._received[9:12], b""
        self._load.answered(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.fail(exc)


class Load:
    """What is called, and what came of it."""

    def __init__(self, requests: list[bytes], rate: float) -> None:
        self.requests = itertools.cycle(requests)
        self._rate = rate
        self._free: deque[Connection] = deque()
        """The one that has been idle longest comes first: the server closes one that nobody uses."""
        self._due: deque[float] = deque()
        self._ends = False
        self._over = asyncio.get_running_loop().create_future()
        self._under_way = 0
        self.seconds: list[float] = []
        self.statuses: Counter[str] = Counter()

    def answered(self, connection: Connection, status: bytes) -> None:
        now = perf_counter()
        self.seconds.append(now - connection.began)
        self.statuses[status.decode()] += 1
        self._under_way -= 1
        if self._due:
            self._call(connection, self._due.popleft())
        elif self._ends:
            if not self._under_way:
                self._over.set_result(None)
        elif self._rate:
            self._free.append(connection)
        else:
            self._call(connection, now)

    def _call(self, connection: Connection, began: float) -> None:
        self._under_way += 1
        connection.call(began)

    def fail(self, error: Exception | None) -> None:
        if not self._ends and not self._over.done():
            self._over.set_exception(RuntimeError(f"a connection was closed: {error}"))

    async def run(self, connections: list[Connection], seconds: float) -> float:
        """How long it took, the last answers included."""
        began = perf_counter()
        if not self._rate:
            for connection in connections:
                self._call(connection, perf_counter())
            await asyncio.wait({self._over}, timeout=seconds)
        else:
            self._free.extend(connections)
            await self._keep_the_rate(began, seconds)
        self._ends = True
        if self._under_way:
            await self._over
        return perf_counter() - began

    async def _keep_the_rate(self, began: float, seconds: float) -> None:
        called = 0
        while (now := perf_counter()) < began + seconds:
            for _ in range(int((now - began) * self._rate) - called):
                called += 1
                if self._free:
                    self._call(self._free.popleft(), now)
                else:
                    self._due.append(now)
            await asyncio.sleep(TICK)


async def main(host: str, port: int, packed: bytes, connections: int, seconds: float, rate: float) -> None:
    requests, place = [], 0
    while place < len(packed):
        length = int.from_bytes(packed[place : place + 4])
        requests.append(packed[place + 4 : place + 4 + length])
        place += 4 + length
    random.shuffle(requests)
    load = Load(requests, rate)
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(lambda: Connection(load), host, port))[1] for _ in range(connections)]
    took = await load.run(opened, seconds)
    ordered = sorted(load.seconds)
    measured = {
        "seconds": took,
        "calls": len(ordered),
        "statuses": load.statuses,
        "median": ordered[len(ordered) // 2],
        "p99": ordered[int(len(ordered) * 0.99)],
    }
    print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    host, port, file, connections, seconds, rate = sys.argv[1:]
    uvloop.run(main(host, int(port), Path(file).read_bytes(), int(connections), float(seconds), float(rate)))
