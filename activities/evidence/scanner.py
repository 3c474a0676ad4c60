"""Whether a scanner finds anything in a file: asked as it comes in, and again later where the scanner was away.

The scanner is a clamd, on this machine or in the same network, asked by its command INSTREAM. A file in which it finds
something is not taken; without a scanner, or while it is away, files are taken and said to be *not scanned*.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import BinaryIO, Literal, NamedTuple
from urllib.parse import urlsplit

from activities.evidence.kinds import PIECE

Scan = Literal["not_scanned", "clean", "infected"]
NOT_SCANNED: Scan = "not_scanned"
CLEAN: Scan = "clean"
INFECTED: Scan = "infected"
WITHIN = 30.0
"""Seconds for one file, of 20 MB at most."""
LONGEST_ANSWER = 1_000
FOUND = re.compile(r"stream: (.{1,200}) FOUND")


class ScannerAway(Exception):
    """The scanner did not say whether it finds anything."""


class Verdict(NamedTuple):
    """What the scanner says; `found` is what it calls what it has found."""

    scan: Scan
    found: str | None = None


class Scanner:
    """A clamd at `tcp://host:port` or `unix:///path`."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def scan(self, pieces: AsyncIterator[bytes]) -> Verdict:
        """What the scanner says of these bytes. Raises ScannerAway, and what the source of the bytes raises."""
        try:
            async with asyncio.timeout(WITHIN):
                reader, writer = await self._connected()
                try:
                    return _verdict(await _asked(reader, writer, pieces))
                finally:
                    writer.close()
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as fact:
            raise ScannerAway(str(fact) or type(fact).__name__) from fact

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._parts.scheme == "unix":
            return await asyncio.open_unix_connection(self._parts.path, limit=LONGEST_ANSWER)
        return await asyncio.open_connection(self._parts.hostname, self._parts.port, limit=LONGEST_ANSWER)


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes]) -> str:
    writer.write(b"zINSTREAM\0")
    # Who has heard enough answers and hangs up; what it says counts all the same.
    with contextlib.suppress(ConnectionError):
        async for piece in pieces:
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                writer.write(len(part).to_bytes(4) + part)
                await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
    return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict(CLEAN)
    if match := FOUND.fullmatch(answer):
        return Verdict(INFECTED, match[1])
    raise ValueError(f"the scanner says {answer[:100]!r}")


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file from its beginning."""
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece
