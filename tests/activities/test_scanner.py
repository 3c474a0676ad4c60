"""A scanner looks into files as they come, and later where it was away; a small server speaks clamd's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from activities.database import Pool
from activities.evidence.files import Evidence, known
from activities.evidence.refused import EvidenceNotAllowed
from activities.evidence.scanner import CLEAN, INFECTED, NOT_SCANNED, Scanner, ScannerAway, Verdict
from activities.evidence.scanning import Scanning
from activities.evidence.store import EvidenceStore
from activities.evidence.uploading import receive_upload
from activities.settings import Settings

BAD = b"EICAR, so to speak"


@dataclass
class Clamd:
    """Answers INSTREAM as clamd does: OK, or FOUND where the stream holds BAD; or says what it is told to say."""

    says: bytes | None = None
    hears_at_most: int = 1 << 30
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            stream = b""
            while length := int.from_bytes(await reader.readexactly(4)):
                stream += await reader.readexactly(length)
                if len(stream) > self.hears_at_most:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.heard.append(stream)
            found = b"stream: Test.Signature FOUND" if BAD in stream else b"stream: OK"
            writer.write((found if self.says is None else self.says) + b"\0")
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        async with server:
            yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def uploaded(store: EvidenceStore, pool: Pool, content: bytes) -> Evidence:
    return await receive_upload(store, pool, account="acc_a", name="a.txt", chunks=pieces(content))


def store_at(tmp_path: Path, url: str | None) -> EvidenceStore:
    return EvidenceStore.open(Settings(home=tmp_path, database_url="postgresql://", scanner=url))


async def test_a_stream_is_sent_whole_and_its_verdict_understood() -> None:
    clamd = Clamd()
    async with clamd.listening() as url:
        large = b"a" * 200_000
        assert await Scanner(url).scan(pieces(large, b"b")) == Verdict(CLEAN)
        assert await Scanner(url).scan(pieces(b"x", BAD)) == Verdict(INFECTED, "Test.Signature")
    assert clamd.heard[0] == large + b"b"


async def test_a_scanner_at_a_socket_of_this_machine_is_asked_as_well(tmp_path: Path) -> None:
    path = tmp_path / "clamd.ctl"
    async with await asyncio.start_unix_server(Clamd().serve, path):
        assert await Scanner(f"unix://{path}").scan(pieces(b"x")) == Verdict(CLEAN)


@pytest.mark.parametrize("says", [b"", b"stream: OK, I think", b"UNKNOWN COMMAND", b"x" * 5_000])
async def test_an_answer_that_is_no_verdict_is_none(says: bytes) -> None:
    async with Clamd(says).listening() as url:
        with pytest.raises(ScannerAway):
            await Scanner(url).scan(pieces(b"x"))


async def test_a_file_that_the_scanner_finds_too_large_is_not_scanned() -> None:
    async with Clamd(hears_at_most=10).listening() as url:
        with pytest.raises(ScannerAway):
            await Scanner(url).scan(pieces(b"a" * 1000))


async def test_what_is_infected_is_not_taken(tmp_path: Path, pool: Pool) -> None:
    async with Clamd().listening() as url:
        store = store_at(tmp_path, url)
        with pytest.raises(EvidenceNotAllowed) as refused:
            await uploaded(store, pool, BAD)
        assert (refused.value.rule, refused.value.params) == ("content_infected", {"found": "Test.Signature"})
        assert (await uploaded(store, pool, b"harmless")).scan == CLEAN
    assert await pool.fetchval("select count(*) from evidence where scanned_at is not null") == 1


async def test_while_the_scanner_is_away_files_are_taken_and_scanned_later(tmp_path: Path, pool: Pool) -> None:
    clamd = Clamd()
    async with clamd.listening() as url:
        pass
    store = store_at(tmp_path, url)
    good, bad = await uploaded(store, pool, b"harmless"), await uploaded(store, pool, BAD)
    assert (good.scan, bad.scan) == (NOT_SCANNED, NOT_SCANNED)
    assert await Scanning(pool, store).look() == 0
    async with clamd.listening() as url:
        again = Scanning(pool, store_at(tmp_path, url))
        assert await again.look() == 2
        assert await again.look() == 0
    assert [(await known(pool, each.evidence_id)).scan for each in (good, bad)] == [CLEAN, INFECTED]


async def test_without_a_scanner_nothing_is_said_to_be_scanned(tmp_path: Path, pool: Pool) -> None:
    store = store_at(tmp_path, None)
    assert (await uploaded(store, pool, BAD)).scan == NOT_SCANNED
    assert await Scanning(pool, store).look() == 0
