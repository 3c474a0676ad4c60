"""A door between two processes that resets connections: all at once, or one when an answer is on its way back."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER by which closing a connection resets it."""


class Between:
    """Passes on what comes, until it is told to reset."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._cuts_at: bytes | None = None
        self.cuts = 0
        """How many answers were cut off."""
        self.port = 0

    @property
    def connections(self) -> int:
        """How many there are, from one side to the other."""
        return len(self._writers) // 2

    def reset(self) -> None:
        """Resets every connection, on both sides."""
        writers, self._writers = self._writers, set()
        for writer in writers:
            reset(writer)

    def cut_the_answer_to(self, sent: bytes) -> None:
        """The next message that holds these bytes is passed on; when it is answered, the connection is reset, and
        whoever sent it never gets the answer."""
        self._cuts_at = sent

    async def passes(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        task = asyncio.current_task()
        assert task
        self._under_way.add(task)
        its_own, is_cut = {to_client}, asyncio.Event()
        try:
            server, to_server = await asyncio.open_connection(*self._to)
            its_own.add(to_server)
            self._writers |= its_own
            async with asyncio.TaskGroup() as both:
                both.create_task(self._from_client(client, to_server, is_cut))
                both.create_task(self._from_server(server, to_client, is_cut))
        except* OSError:
            pass
        finally:
            self._writers -= its_own
            for writer in its_own:
                reset(writer)
            self._under_way.discard(task)

    async def _from_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_cut: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self._cuts_at and self._cuts_at in data:
                self._cuts_at = None
                is_cut.set()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _from_server(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_cut: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if is_cut.is_set():
                self.cuts += 1
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
        writer.close()

    async def close(self) -> None:
        self.reset()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    """The other side is told that the connection is gone, and not that it ended well."""
    its_socket: socket.socket | None = writer.get_extra_info("socket")
    if its_socket and its_socket.fileno() >= 0:
        its_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


@asynccontextmanager
async def between(host: str, port: int) -> AsyncIterator[Between]:
    """A door to that address, on a port of its own."""
    door = Between(host, port)
    server = await asyncio.start_server(door.passes, "127.0.0.1", 0)
    door.port = server.sockets[0].getsockname()[1]
    try:
        yield door
    finally:
        server.close()
        await door.close()
        await server.wait_closed()


def through(url: str, door: Between) -> str:
    """The URL of a database as one reaches it through the door."""
    parts = urlsplit(url)
    where = f"{parts.username}:{parts.password}@127.0.0.1:{door.port}"
    return urlunsplit(parts._replace(netloc=where))
