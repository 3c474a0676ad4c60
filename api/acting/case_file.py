"""The case file as it is given out: a ZIP, written while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from starlette.responses import StreamingResponse

from api.acting.evidence_file import to_be_saved_as
from api.http.files import PRIVATE
from api.http.problems import Problem
from api.runtime import Runtime
from reading.papers.case_file import CaseFile, ReadsOnlyPart, case_file_of
from reading.sight import Caller
from reading.store import Store
from reading.words.language import CONTENT_LANGUAGE, Language
from rules.deadlines import to_shanghai

ZIP = "application/zip"
Moment = tuple[int, int, int, int, int, int]
READS_ALL = ("reviewer", "supervisor", "admin")


async def case_file_saved(
    runtime: Runtime, store: Store, caller: Caller, language: Language, case_id: str
) -> StreamingResponse:
    """The case as a bag (BagIt, RFC 8493) in a ZIP. What is away is known before the answer begins. Raises a Problem
    where the caller may not read the case, or not the whole of it."""
    try:
        file = await case_file_of(store, caller, language, case_id, runtime.settings.pages_url)
    except ReadsOnlyPart as fact:
        raise Problem("RoleRequired", params={"roles": READS_ALL}) from fact
    if file is None:
        raise Problem("NotFound")
    now = await store.now()
    await store.release()
    # Of each its first piece: a store that is away is a problem, and no file that breaks off.
    evidence = [(path, await runtime.evidence.read(each)) for path, each in file.evidence]
    return StreamingResponse(
        zipped(file, evidence, moment_of(now)),
        media_type=ZIP,
        headers={
            **PRIVATE,
            "Content-Language": CONTENT_LANGUAGE[language],
            "Vary": "Accept-Language",
            "Content-Disposition": to_be_saved_as(f"{file.case_number}.zip"),
        },
    )


def moment_of(now: datetime) -> Moment:
    """An instant as a ZIP has it, Asia/Shanghai."""
    here = to_shanghai(now)
    return (here.year, here.month, here.day, here.hour, here.minute, here.second)


class Pipe(io.RawIOBase):
    """What is written and not sent yet."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, written: object) -> int:
        part = bytes(memoryview(written))  # type: ignore[arg-type]
        self._written += part
        return len(part)

    def taken(self) -> bytes:
        """What was written since this was asked last."""
        part = bytes(self._written)
        self._written.clear()
        return part


async def zipped(
    file: CaseFile,
    evidence: Sequence[tuple[str, AsyncIterator[bytes]]],
    written_at: Moment,
) -> AsyncIterator[bytes]:
    """The ZIP, a piece at a time, below one folder of the case's number. Evidence is not packed: most of it is."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for path, content in file.made.items():
            entry = zipfile.ZipInfo(f"{file.case_number}/{path}", written_at)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
            yield pipe.taken()
        for path, pieces in evidence:
            with archive.open(zipfile.ZipInfo(f"{file.case_number}/{path}", written_at), "w") as into:
                async for piece in pieces:
                    into.write(piece)
                    yield pipe.taken()
    yield pipe.taken()
