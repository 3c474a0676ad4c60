"""Files of evidence: stored once under their hash, nothing left of what breaks off."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from activities.database import AWAY, Pool, open_pool
from activities.evidence.files import Evidence, path_of, submit
from activities.evidence.quotas import LARGEST
from activities.evidence.refused import (
    EvidenceEmpty,
    EvidenceNotAllowed,
    EvidenceStoreAway,
    EvidenceTooLarge,
    EvidenceUnknown,
)
from activities.evidence.store import EvidenceStore
from activities.evidence.uploading import receive_upload
from activities.idempotency import IdempotencyKeyReused
from activities.settings import Settings, SettingsError
from tests.activities.evidence_files import A_PDF, AN_EXE
from tests.driving import Driver
from tests.owning import by_owner


async def pieces(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def many(total: int, letter: bytes = b"a") -> AsyncIterator[bytes]:
    """So many bytes of text, never all at once."""
    sent = 0
    while sent < total:
        size = min(64 * 1024, total - sent)
        yield letter * size
        sent += size


@dataclass
class Uploads:
    """Uploads to a folder and a database, by one account."""

    store: EvidenceStore
    pool: Pool
    home: Path

    async def upload(
        self, content: bytes, name: str = "a.pdf", account: str = "li", key: str | None = None
    ) -> Evidence:
        return await self.of(pieces(content), name, account, key)

    async def of(
        self, chunks: AsyncIterator[bytes], name: str = "a.txt", account: str = "li", key: str | None = None
    ) -> Evidence:
        return await receive_upload(self.store, self.pool, account=account, name=name, chunks=chunks, evidence_id=key)

    async def rows(self) -> int:
        count: int = await self.pool.fetchval("select count(*) from evidence")
        return count

    def objects(self) -> list[str]:
        """What lies in the store, complete or not."""
        folder = self.home / "evidence"
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def temporary(self) -> list[str]:
        """Files that are open, by the system's own list where it has one, and files outside the store."""
        opened = [str(each.readlink()) for each in Path("/proc/self/fd").glob("*") if each.is_symlink()]
        found = [str(path) for path in self.home.iterdir() if path.is_file()]
        return found + [path for path in opened if path.startswith(str(self.home))]

    async def left(self) -> tuple[int, list[str], list[str]]:
        """Rows, objects and temporary files, those without a name included."""
        return await self.rows(), self.objects(), self.temporary()


NOTHING: tuple[int, list[str], list[str]] = (0, [], [])


@pytest.fixture
def uploads(tmp_path: Path, pool: Pool, database_url: str) -> Uploads:
    return Uploads(EvidenceStore.open(Settings(home=tmp_path, database_url=database_url)), pool, tmp_path)


async def test_what_was_uploaded_is_stored_under_its_hash_and_read_back_whole(uploads: Uploads) -> None:
    content = A_PDF.replace(b"trailer", b"% " + b"x" * 3_000_000 + b"\ntrailer")
    digest = hashlib.sha256(content).hexdigest()

    evidence = await uploads.upload(content, "合同.pdf")

    assert (evidence.account, evidence.name, evidence.media_type) == ("li", "合同.pdf", "application/pdf")
    assert (evidence.size, evidence.sha256, evidence.case_id) == (len(content), digest, None)
    assert uploads.objects() == [path_of(digest)]
    assert b"".join([piece async for piece in await uploads.store.read(evidence)]) == content


async def test_content_uploaded_many_times_at_once_is_stored_once_with_a_row_each(
    uploads: Uploads,
) -> None:
    received = await asyncio.gather(*(uploads.upload(A_PDF, account=f"li {number}") for number in range(12)))

    assert len({evidence.evidence_id for evidence in received}) == 12
    assert await uploads.rows() == 12
    assert uploads.objects() == [path_of(received[0].sha256)]


async def test_an_upload_that_breaks_off_leaves_nothing(uploads: Uploads) -> None:
    async def breaking_off() -> AsyncIterator[bytes]:
        yield A_PDF
        yield A_PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await uploads.of(breaking_off())

    assert await uploads.left() == NOTHING


async def test_an_upload_that_is_cancelled_leaves_nothing(uploads: Uploads) -> None:
    waiting, never = asyncio.Event(), asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield A_PDF
        waiting.set()
        await never.wait()

    upload = asyncio.create_task(uploads.of(stuck()))
    await waiting.wait()
    upload.cancel()
    await asyncio.wait({upload})

    assert upload.cancelled()
    assert await uploads.left() == NOTHING


async def test_a_file_of_just_20_mb_is_taken_and_one_byte_more_leaves_nothing(uploads: Uploads) -> None:
    with pytest.raises(EvidenceTooLarge):
        await uploads.of(many(LARGEST + 1))
    assert await uploads.left() == NOTHING

    assert (await uploads.of(many(LARGEST))).size == LARGEST == 20 * 1024 * 1024


async def test_a_file_without_content_is_refused_and_leaves_nothing(uploads: Uploads) -> None:
    with pytest.raises(EvidenceEmpty):
        await uploads.upload(b"")

    assert await uploads.left() == NOTHING


async def test_a_renamed_program_is_refused_and_leaves_nothing(uploads: Uploads) -> None:
    with pytest.raises(EvidenceNotAllowed):
        await uploads.upload(AN_EXE, "contract.pdf")

    assert await uploads.left() == NOTHING


async def test_while_postgresql_is_away_an_upload_leaves_nothing(uploads: Uploads) -> None:
    async with await open_pool("postgresql://nobody@127.0.0.1:1/none") as away:
        with pytest.raises(AWAY):
            await receive_upload(uploads.store, away, account="li", name="a.pdf", chunks=pieces(A_PDF))

    assert await uploads.left() == NOTHING


async def test_an_upload_whose_row_cannot_be_committed_leaves_nothing_behind(
    uploads: Uploads,
) -> None:
    await by_owner(
        uploads.pool,
        """
        create function refuse() returns trigger language plpgsql as $$ begin raise 'no commit'; end $$;
        create constraint trigger refuse after insert on evidence deferrable initially deferred
        for each row when (new.account = 'unlucky') execute function refuse();
    """,
    )
    with pytest.raises(Exception, match="no commit"):
        await uploads.upload(A_PDF, account="unlucky")
    assert await uploads.left() == NOTHING

    lucky = await uploads.upload(A_PDF)
    with pytest.raises(Exception, match="no commit"):
        await uploads.upload(A_PDF, account="unlucky")
    assert await uploads.left() == (1, [path_of(lucky.sha256)], [])


async def test_where_the_store_is_away_an_upload_leaves_no_row_and_says_so(
    uploads: Uploads, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    s3 = Settings(home=uploads.home, database_url=database_url, evidence_url="s3://bucket/prefix")

    with pytest.raises(
        EvidenceStoreAway, match=r"127\.0\.0\.1:1/bucket/prefix/.*after 3 retries.*error sending request"
    ):
        await receive_upload(EvidenceStore.open(s3), uploads.pool, account="li", name="a.pdf", chunks=pieces(A_PDF))

    assert await uploads.left() == NOTHING


def test_a_store_of_an_unknown_kind_is_named_when_the_service_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("KAIFANG_EVIDENCE_URL", "ftp://bucket")

    with pytest.raises(SettingsError, match="KAIFANG_EVIDENCE_URL"):
        Settings.load()


async def test_what_a_process_that_died_left_half_copied_is_removed_at_the_next_start(
    uploads: Uploads, database_url: str
) -> None:
    evidence = await uploads.upload(A_PDF)
    complete = uploads.home / "evidence" / path_of(evidence.sha256)
    half, new = complete.with_name("abc#1"), complete.with_name("abd#1")
    for file in (half, new):
        file.write_bytes(b"half")
    for file in (half, complete):
        os.utime(file, (0, 0))

    EvidenceStore.open(Settings(home=uploads.home, database_url=database_url))

    assert uploads.objects() == sorted([path_of(evidence.sha256), f"{complete.parent.name}/abd#1"])


async def test_the_same_id_with_other_content_is_refused_and_with_the_same_harmless(
    uploads: Uploads,
) -> None:
    first = await uploads.upload(A_PDF, key="one")

    assert await uploads.upload(A_PDF, key="one") == first
    with pytest.raises(IdempotencyKeyReused):
        await uploads.upload(A_PDF + b"\n", key="one")
    with pytest.raises(IdempotencyKeyReused):
        await uploads.upload(A_PDF, key="one", name="b.pdf")
    with pytest.raises(IdempotencyKeyReused):
        await uploads.upload(A_PDF, key="one", account="wang")
    assert await uploads.left() == (1, [path_of(first.sha256)], [])


async def test_evidence_is_submitted_to_one_case_by_who_uploaded_it(uploads: Uploads, driver: Driver) -> None:
    case, other_case = await driver.file("nanning"), await driver.file("nanning")
    mine, also_mine = await uploads.upload(A_PDF), await uploads.upload(A_PDF)
    foreign = await uploads.upload(A_PDF, account="wang")

    async def submitted(*ids: str, to: str) -> None:
        async with uploads.pool.acquire() as connection, connection.transaction():
            await submit(connection, ids, "li", to)

    await submitted(mine.evidence_id, to=case)
    await submitted(mine.evidence_id, also_mine.evidence_id, to=case)
    with pytest.raises(EvidenceUnknown) as to_another:
        await submitted(mine.evidence_id, to=other_case)
    with pytest.raises(EvidenceUnknown) as unknown:
        await submitted(mine.evidence_id, foreign.evidence_id, "none", "none", to=case)

    assert to_another.value.evidence_ids == (mine.evidence_id,)
    assert unknown.value.evidence_ids == (foreign.evidence_id, "none")
    rows = await uploads.pool.fetch("select account, case_id from evidence order by account")
    assert [tuple(row) for row in rows] == [("li", case), ("li", case), ("wang", None)]


async def test_a_file_of_20_mb_is_never_in_memory_whole(uploads: Uploads) -> None:
    async def measured() -> int:
        tracemalloc.reset_peak()
        evidence = await uploads.of(many(LARGEST))
        async for _ in await uploads.store.read(evidence):
            pass
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        assert await measured() - before < LARGEST // 2
    finally:
        tracemalloc.stop()
