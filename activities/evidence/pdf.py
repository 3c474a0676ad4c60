"""PDF: one that would act when it is opened is refused; one that carries files is taken, and said so.

Names can be written with escapes, and objects can lie packed in streams; both are looked into. What is packed so that
it cannot be looked into, in a file that is not encrypted, is refused: there is no need for it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from activities.evidence.kinds import PIECE, Caution, ContentNotRecognised, Kind

KIND = Kind("application/pdf", (".pdf",))
AROUND = 8_192
"""Bytes before a stream in which its dictionary is looked for."""
LONGEST_NAME = 100
"""Bytes of a name with every letter escaped, and then some."""
STREAM = re.compile(rb"(?<!end)stream\r?\n")
ENDS_NAME = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"


class Spending(Protocol):
    """What looking into a file may take."""

    def spend(self, count: int) -> None:
        """Raises ContentNotRecognised where that is more than is left."""


def _named(*names: str) -> re.Pattern[bytes]:
    """Names of a PDF however they are written: `/Launch` is `/L#61unch` too."""
    spelled = ("".join(f"(?:{re.escape(letter)}|#(?i:{ord(letter):02x}))" for letter in name) for name in names)
    return re.compile(b"/(?:" + "|".join(spelled).encode() + b")" + ENDS_NAME)


LAUNCHES = _named("Launch")
RUNS = _named("JavaScript", "Rendition", "XFA")
CARRIES = _named("EmbeddedFile", "EmbeddedFiles", "RichMedia")
IS_ENCRYPTED = _named("Encrypt")
HOLDS_OBJECTS = _named("ObjStm")
N, FIRST = _named("N"), _named("First")
FILTER = re.compile(rb"/Filter\s*(?:\[\s*/(?:FlateDecode|Fl)\s*\]|/(?:FlateDecode|Fl)(?=[\s/>]))")
ANY_FILTER = _named("Filter")
CHANGES_BYTES = _named("Predictor")


def pdf_of(file: BinaryIO, size: int, budget: Spending) -> Kind:
    """A PDF with what is to be said of it; `size` is within what an upload may have. Raises ContentNotRecognised."""
    file.seek(0)
    content = file.read(size)
    cautions = set(_looked_at(content))
    is_encrypted = bool(IS_ENCRYPTED.search(content))
    for found in STREAM.finditer(content):
        before = content[max(0, found.start() - AROUND) : found.start()]
        dictionary = before[before.rfind(b"obj") + 1 :]
        if not HOLDS_OBJECTS.search(dictionary) and not (N.search(dictionary) and FIRST.search(dictionary)):
            continue
        try:
            for piece in _unpacked(content, found.end(), dictionary, budget):
                cautions |= set(_looked_at(piece))
        except (zlib.error, ValueError) as fact:
            if not is_encrypted:
                raise ContentNotRecognised("content_pdf_hidden") from fact
            cautions.add(Caution.NOT_LOOKED_INTO)
    return KIND.with_cautions(cautions)


def _looked_at(content: bytes) -> Iterator[Caution]:
    if LAUNCHES.search(content):
        raise ContentNotRecognised("content_pdf_launches")
    if RUNS.search(content):
        raise ContentNotRecognised("content_pdf_scripts")
    if CARRIES.search(content):
        yield Caution.CARRIES_FILES


def _unpacked(content: bytes, start: int, dictionary: bytes, budget: Spending) -> Iterator[bytes]:
    """The objects of a stream in pieces that overlap by more than a name. Raises ValueError, zlib.error,
    ContentNotRecognised."""
    if not ANY_FILTER.search(dictionary):
        return  # as it lies there, it was looked at
    if not FILTER.search(dictionary) or CHANGES_BYTES.search(dictionary):
        raise ValueError("it is packed in another way")
    inflating, tail, position = zlib.decompressobj(), b"", start
    while not inflating.eof:
        packed = inflating.unconsumed_tail or content[position : position + PIECE]
        if not inflating.unconsumed_tail:
            position += len(packed)
        if not packed:
            raise ValueError("it does not end")
        piece = inflating.decompress(packed, PIECE)
        budget.spend(len(piece))
        yield tail + piece
        tail = (tail + piece)[-LONGEST_NAME:]
