"""Everything that is held of a person, given out as one ZIP that is written while it is sent."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Sequence

from starlette.responses import StreamingResponse

from api.acting.case_file import ZIP, Moment, Pipe, moment_of
from api.acting.evidence_file import to_be_saved_as
from api.http.files import PRIVATE
from api.runtime import Runtime
from reading.own_data.collected import Collecting
from reading.sight import Caller
from reading.store import Store
from reading.words.language import CONTENT_LANGUAGE, Language

FOLDER = "kaifang-own-data"
NAME = f"{FOLDER}.zip"
Evidence = Sequence[tuple[str, AsyncIterator[bytes]]]


async def own_data_saved(runtime: Runtime, store: Store, caller: Caller, language: Language) -> StreamingResponse:
    """All of the caller's, with an index in this language. A store of evidence that is away is known before the answer
    begins."""
    now = await store.now()
    await store.release()
    collecting = Collecting(runtime, caller, language, runtime.settings.pages_url)
    evidence = [(path, await runtime.evidence.read(each)) for path, each in await collecting.evidence()]
    return StreamingResponse(
        zipped(collecting, evidence, moment_of(now)),
        media_type=ZIP,
        headers={
            **PRIVATE,
            "Content-Language": CONTENT_LANGUAGE[language],
            "Vary": "Accept-Language",
            "Content-Disposition": to_be_saved_as(NAME),
        },
    )


async def zipped(collecting: Collecting, evidence: Evidence, written_at: Moment) -> AsyncIterator[bytes]:
    """The ZIP, a piece at a time, below one folder; nothing of it is held longer than one file that is made."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        async for path, content in collecting.files():
            archive.writestr(zipfile.ZipInfo(f"{FOLDER}/{path}", written_at), content, zipfile.ZIP_DEFLATED)
            yield pipe.taken()
        for path, pieces in evidence:
            with archive.open(zipfile.ZipInfo(f"{FOLDER}/{path}", written_at), "w") as into:
                async for piece in pieces:
                    into.write(piece)
                    yield pipe.taken()
        path, content = collecting.index_file()
        archive.writestr(zipfile.ZipInfo(f"{FOLDER}/{path}", written_at), content, zipfile.ZIP_DEFLATED)
    yield pipe.taken()
