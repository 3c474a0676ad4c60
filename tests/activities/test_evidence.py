"""Files of evidence: recognised by content, stored once under their hash, nothing left of what breaks off."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import struct
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from activities.database import AWAY, Pool, open_pool
from activities.evidence import (
    LARGEST,
    Evidence,
    EvidenceEmpty,
    EvidenceNotAllowed,
    EvidenceStore,
    EvidenceStoreAway,
    EvidenceTooLarge,
    EvidenceUnknown,
    fitting_name,
    path_of,
    receive_upload,
    submit,
)
from activities.evidence_content import PDF, ContentNotRecognised, Kind, recognise
from activities.idempotency import IdempotencyKeyReused
from activities.settings import Settings, SettingsError
from tests.driving import Driver

A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
AN_EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def image(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (2, 2)).save(written, kind)
    return written.getvalue()


def zipped(parts: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def ooxml(main: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """The least of a docx, xlsx or pptx."""
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}.main+xml"/></Types>'
    known = {"[Content_Types].xml": types.encode(), "_rels/.rels": b"<Relationships/>", "main.xml": b"<main/>"}
    return zipped(known | dict(more or {}))


def odf(kind: str, more: Mapping[str, bytes] | None = None) -> bytes:
    known = {"mimetype": f"{ODF}.{kind}".encode(), "content.xml": b"<x/>", "META-INF/manifest.xml": b"<m/>"}
    return zipped(known | dict(more or {}), zipfile.ZIP_STORED)


def compound(*names: str) -> bytes:
    """An OLE compound file with these streams, all of the same 4,096 bytes."""

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        written = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(written), kind, 1, FREE, right, child)
        return written.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    followed = [number + 1 if number < len(names) else FREE for number in range(1, len(names) + 1)]
    entries = [entry("Root Entry", 5, FREE, 1, END, 0)]
    entries += [entry(name, 2, right, FREE, 2, 4096) for name, right in zip(names, followed, strict=True)]
    directory = b"".join(entries).ljust(512, b"\0")
    assert len(directory) == 512
    fat = [FAT, END, *range(3, 10), END]
    head = struct.pack("<8s16s5H6x10I", OLE_MARK, b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    return head.ljust(512, b"\xff") + struct.pack("<128I", *fat, *[FREE] * (128 - len(fat))) + directory + b"\0" * 4096


def announcing(sectors: int) -> bytes:
    """A small compound file whose header speaks of so many sectors of tables."""
    document = bytearray(compound("WordDocument"))
    document[44:48] = sectors.to_bytes(4, "little")
    return bytes(document)


OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ALLOWED = {
    "pdf": (A_PDF, "application/pdf"),
    "png": (image("PNG"), "image/png"),
    "jpeg": (image("JPEG"), "image/jpeg"),
    "gif": (image("GIF"), "image/gif"),
    "bmp": (image("BMP"), "image/bmp"),
    "tiff": (image("TIFF"), "image/tiff"),
    "webp": (image("WEBP"), "image/webp"),
    "doc": (compound("WordDocument", "1Table"), "application/msword"),
    "xls": (compound("Workbook"), "application/vnd.ms-excel"),
    "xls of Excel 95": (compound("Book"), "application/vnd.ms-excel"),
    "ppt": (compound("PowerPoint Document", "Current User"), "application/vnd.ms-powerpoint"),
    "docx": (ooxml(f"{OOXML}.wordprocessingml.document"), f"{OOXML}.wordprocessingml.document"),
    "xlsx": (ooxml(f"{OOXML}.spreadsheetml.sheet"), f"{OOXML}.spreadsheetml.sheet"),
    "pptx": (ooxml(f"{OOXML}.presentationml.presentation"), f"{OOXML}.presentationml.presentation"),
    "odt": (odf("text"), f"{ODF}.text"),
    "ods": (odf("spreadsheet"), f"{ODF}.spreadsheet"),
    "odp": (odf("presentation"), f"{ODF}.presentation"),
    "text": ("我单位的商业秘密见附件。\n".encode(), "text/plain; charset=utf-8"),
    "text with a mark": ("\ufeff数据有误\r\n".encode(), "text/plain; charset=utf-8"),
    "text in GB18030": ("我单位的商业秘密，𠀀。\n".encode("gb18030"), "text/plain; charset=gb18030"),
    "text in UTF-16": ("数据有误".encode("utf-16"), "text/plain; charset=utf-16"),
    "text that begins like a picture": (b"BMW is wrong in row 3", "text/plain; charset=utf-8"),
    "text that quotes an address": (
        b"<li@example.cn> wrote: import duties let me class this",
        "text/plain; charset=utf-8",
    ),
    "csv": ("路线,时间\r\n1,2026-05-09\r\n".encode(), "text/csv; charset=utf-8"),
    "csv in GB18030": ("路线;时间\n1;“2”\n".encode("gb18030"), "text/csv; charset=gb18030"),
    "text of more than a piece": (("数据" * 40_000).encode(), "text/plain; charset=utf-8"),
}

REFUSED = {
    "a program": AN_EXE,
    "a program of Linux": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "a zip": zipped({"notes.txt": b"x"}),
    "a zip with a program": zipped({"setup.exe": AN_EXE}),
    "an empty zip": zipped({}),
    "a zip that says it is a document": zipped({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"", "a.xml": b""}),
    "a docx with a program": ooxml(f"{OOXML}.wordprocessingml.document", {"word/setup.exe": b"x"}),
    "a docx with a program of another name": ooxml(f"{OOXML}.wordprocessingml.document", {"word/media/a.png": AN_EXE}),
    "a docx with macros": ooxml(f"{OOXML}.wordprocessingml.document", {"word/vbaProject.bin": b"x"}),
    "a docm": ooxml("application/vnd.ms-word.document.macroEnabled"),
    "an odt with macros": odf("text", {"Basic/Standard/Module1.xml": b"x"}),
    "a docx with a part without name": ooxml(f"{OOXML}.wordprocessingml.document", {"QQ": b""}).replace(b"QQ", b"\0Q"),
    "a docx behind a program": AN_EXE + ooxml(f"{OOXML}.wordprocessingml.document"),
    "a docx with something behind it": ooxml(f"{OOXML}.wordprocessingml.document") + AN_EXE,
    "a zip behind a picture": image("PNG") + zipped({"setup.exe": AN_EXE}),
    "a zip behind a PDF": A_PDF + zipped({"a.txt": b"x"}),
    "a program behind a PDF": A_PDF + AN_EXE,
    "a PDF without end": A_PDF[:-7],
    "a PDF behind something": b"GIF, or so\n" + A_PDF + b"\0\1",
    "half a picture": image("PNG")[:20],
    "a compound file that is no document": compound("MsiTable"),
    "a compound file that announces more tables than it has room for": announcing(30_000),
    "a doc with macros": compound("WordDocument", "_VBA_PROJECT"),
    "two documents in one": compound("WordDocument", "Workbook"),
    "half a compound file": compound("WordDocument")[:600],
    "a web page": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "a web page with a mark": "\ufeff \n<HTML><body>".encode(),
    "a part of a web page": b"  <img src=x onerror=alert(1)>",
    "a web page in UTF-16": "<html>".encode("utf-16"),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG behind a comment": b"<!-- picture --><svg/>",
    "XML": b'<?xml version="1.0"?><svg/>',
    "JavaScript": b"/* a */ // b\nalert(1)",
    "strict JavaScript": b"'use strict';\nlet a = 1",
    "a JavaScript function": b"(function () { steal() })()",
    "a JavaScript arrow": b"(() => { steal() })()",
    "a JavaScript module": b"import { a } from './a.js'",
    "a JavaScript constant": b"const fs = require('fs')",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "a batch file": b"@echo off\r\ndel *.*\r\n",
    "PHP": b"<?php system($_GET[0]);",
    "rich text": b"{\\rtf1 x}",
    "PostScript": b"%!PS-Adobe-3.0\n",
    "bytes of no kind": bytes(range(256)),
    "text with a NUL far inside": b"a" * 200_000 + b"\0",
    "neither UTF-8 nor GB18030": b"a\xff\xff",
}


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


@pytest.mark.parametrize("kind", ALLOWED)
def test_each_kind_is_recognised_by_its_content(kind: str) -> None:
    content, media_type = ALLOWED[kind]

    assert recognise(io.BytesIO(content), len(content)).media_type == media_type


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_none_of_the_kinds_is_refused(what: str) -> None:
    with pytest.raises(ContentNotRecognised):
        recognise(io.BytesIO(REFUSED[what]), len(REFUSED[what]))


@pytest.mark.filterwarnings("ignore::UserWarning")  # how Pillow speaks of a damaged TIFF
@pytest.mark.parametrize("kind", ["png", "tiff", "doc", "docx", "odt", "pdf"])
def test_a_file_that_is_damaged_anywhere_is_recognised_or_refused_and_nothing_else(kind: str) -> None:
    content = ALLOWED[kind][0]

    for at in range(0, len(content), max(1, len(content) // 300)):
        for damaged in (content[:at], content[:at] + b"\xff" * 4 + content[at + 4 :], content[:at] + content[at + 1 :]):
            try:
                found = recognise(io.BytesIO(damaged), len(damaged))
            except ContentNotRecognised:
                continue
            assert isinstance(found, Kind)


def test_a_compound_file_whose_directory_runs_in_circles_is_refused_at_once() -> None:
    content = bytearray(compound("WordDocument", "1Table", "Data"))
    for entry in (1, 2):
        struct.pack_into("<II", content, 1024 + entry * 128 + 68, entry + 1, entry + 1)

    with pytest.raises(ContentNotRecognised, match="named twice"):
        recognise(io.BytesIO(content), len(content))


def test_an_archive_of_too_many_parts_is_refused_before_its_directory_is_read() -> None:
    content = ooxml(f"{OOXML}.spreadsheetml.sheet", {f"{number}.xml": b"" for number in range(5_000)})

    with pytest.raises(ContentNotRecognised, match="too many parts"):
        recognise(io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("合同.PDF", "合同.PDF"),
        ("virus.exe", "virus.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\li\\a.pdf", "a.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\x00\r\nb.pdf", "a b.pdf"),
        (" .pdf ", "pdf.pdf"),
        ("...", "evidence.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_misleads_and_ends_as_the_content_does(name: str, kept: str) -> None:
    assert fitting_name(name, PDF) == kept


async def test_what_was_uploaded_is_stored_under_its_hash_and_read_back_whole(uploads: Uploads) -> None:
    content = A_PDF.replace(b"trailer", b"% " + b"x" * 3_000_000 + b"\ntrailer")
    digest = hashlib.sha256(content).hexdigest()

    evidence = await uploads.upload(content, "合同.pdf")

    assert (evidence.account, evidence.name, evidence.media_type) == ("li", "合同.pdf", "application/pdf")
    assert (evidence.size, evidence.sha256, evidence.case_id) == (len(content), digest, None)
    assert uploads.objects() == [path_of(digest)]
    assert b"".join([piece async for piece in await uploads.store.read(evidence)]) == content


async def test_the_same_content_uploaded_many_times_at_once_is_stored_once_and_gives_a_row_each(
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


async def test_an_upload_whose_row_cannot_be_committed_leaves_nothing_and_touches_nothing_of_others(
    uploads: Uploads,
) -> None:
    await uploads.pool.execute("""
        create function refuse() returns trigger language plpgsql as $$ begin raise 'no commit'; end $$;
        create constraint trigger refuse after insert on evidence deferrable initially deferred
        for each row when (new.account = 'unlucky') execute function refuse();
    """)
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


async def test_the_same_id_with_the_same_content_changes_nothing_and_with_other_content_is_refused(
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
