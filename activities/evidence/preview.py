"""What of a file of evidence is shown in a page: a picture that is drawn anew, a part of a text, or nothing."""

from __future__ import annotations

import asyncio
import codecs
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from activities.evidence import drawing
from activities.evidence.files import Evidence
from activities.evidence.kinds import PIECE
from activities.evidence.store import EvidenceStore

LOG = logging.getLogger("kaifang.evidence")

FORMATS: Mapping[str, str] = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
}
"""By media type, the one format in which a picture of it is read. Pillow has no decoder for HEIC."""
LARGEST_DRAWN = 8 * 1024 * 1024
"""Bytes of what is drawn; a picture without any order in it comes to some six million."""
LONGEST_WAIT = drawing.MOST_SECONDS * 2.0
"""Seconds until a drawing is given up, on a machine that has other things to do."""
DRAWN_MEDIA_TYPE, DRAWN_BEGINS = "image/jpeg", b"\xff\xd8\xff"
CHARSET = "; charset="
A_PART = 2_500
"""Characters of a text on one page: what fits into the 8 kB of a page, whatever is written."""
MISLEADS = {
    code: f"[U+{code:04X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
}
"""What turns the direction of writing, so that a text reads otherwise than it is; it is named where it stands."""


class Look(StrEnum):
    """How a file is looked at in a page."""

    PICTURE = "picture"
    TEXT = "text"
    SAVED_ALONE = "saved_alone"


@dataclass(frozen=True)
class TextPart:
    """So many characters of a text, from the beginning of its part `number` on, which counts from 1."""

    text: str
    number: int
    has_more: bool


def look_of(media_type: str) -> Look:
    """How a file of this media type is looked at."""
    if media_type in FORMATS:
        return Look.PICTURE
    return Look.TEXT if media_type.startswith("text/") else Look.SAVED_ALONE


async def drawn(store: EvidenceStore, evidence: Evidence) -> bytes | None:
    """The file's picture as a JPEG; None where it has none, or where it is not drawn within the limits of that process.
    Raises EvidenceStoreAway."""
    name = FORMATS.get(evidence.media_type)
    if name is None:
        return None
    async with store.drawing, store.stage(await store.read(evidence)) as staged:
        picture = await _drawn_apart(staged.file, name)
    if picture is None:
        LOG.warning("evidence %s is a picture that is not drawn", evidence.evidence_id)
    return picture


async def _drawn_apart(file: BinaryIO, name: str) -> bytes | None:
    """What the program answers; None where it fails, takes too long or answers too much."""
    file.seek(0)
    program = str(Path(drawing.__file__))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-W", "ignore", program, name), stdin=file, stdout=PIPE, stderr=DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            answer = await _answer_of(process)
            is_whole = len(answer) <= LARGEST_DRAWN and await process.wait() == 0
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if is_whole and answer.startswith(DRAWN_BEGINS) else None


async def _answer_of(process: Process) -> bytes:
    """What the process writes, up to a little more than what is taken."""
    assert process.stdout, "it was opened as a pipe"
    answer = bytearray()
    while len(answer) <= LARGEST_DRAWN and (piece := await process.stdout.read(PIECE)):
        answer += piece
    return bytes(answer)


async def part_of_text(store: EvidenceStore, evidence: Evidence, number: int) -> TextPart | None:
    """A part of a text as it is read; None where the text ends before. Raises EvidenceStoreAway."""
    encoding = evidence.media_type.partition(CHARSET)[2]
    # A mark at the beginning is no part of what is read.
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    start, passed, found = (number - 1) * A_PART, 0, ""
    async for piece in await store.read(evidence):
        text = decoder.decode(piece)
        found += text[max(0, start - passed) :]
        passed += len(text)
        if len(found) > A_PART:
            break
    return TextPart(found[:A_PART].translate(MISLEADS), number, len(found) > A_PART) if found else None
