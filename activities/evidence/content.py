"""What a file is, by its content alone: the kinds that may be evidence, and nothing else.

This is a list of what is allowed. Whatever is not shown to be one of the kinds is refused, so a kind of harm that
nobody thought of is refused too. Libraries that guess a type from its first bytes take any zip for a document, and a
text that begins with BM for a picture: they are no help here.
"""

from __future__ import annotations

import re
import struct
from io import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

import olefile

from activities.evidence.archives import EMPTY_ZIP, FEW_PARTS, ZIP, archive_end, document_of
from activities.evidence.kinds import PIECE, ContentNotRecognised, Kind
from activities.evidence.pictures import picture_of
from activities.evidence.text import text_of

if TYPE_CHECKING:
    from olefile.olefile import OleDirectoryEntry

    # olefile's classes take type parameters only in its stubs
    OleFile = olefile.OleFileIO[str]
else:
    OleFile = olefile.OleFileIO

PDF = Kind("application/pdf", (".pdf",))
BY_STREAM = {
    "WordDocument": Kind("application/msword", (".doc",)),
    "Workbook": Kind("application/vnd.ms-excel", (".xls",)),
    "Book": Kind("application/vnd.ms-excel", (".xls",)),
    "PowerPoint Document": Kind("application/vnd.ms-powerpoint", (".ppt",)),
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN_OLE = (OSError, ValueError, struct.error, IndexError, KeyError, TypeError, AttributeError, RecursionError)
BEGINS_A_PDF = re.compile(rb"(?:\xef\xbb\xbf)*[\x00\t\n\f\r ]*%PDF-")
"""Byte order marks and blanks before a PDF harm nobody: readers look for it in the first 1,024 bytes."""
PADDING = b"\r\n\t \x00"
"""What programs fill the end of a file with."""


def recognise(file: BinaryIO, size: int) -> Kind:
    """The kind of this file, of which `size` bytes lie there; reads a piece at a time, and moves the position.

    Office files with macros or programs in them, encrypted ones, files that are two kinds at once, and those that would
    unpack to or be drawn as far more than they are, are none. Text is UTF-8, GB18030 or, with a mark, UTF-16, and
    neither markup nor a script. Raises ContentNotRecognised, which names the rule.
    """
    file.seek(0)
    start = file.read(1024)
    if start.startswith((ZIP, EMPTY_ZIP)):
        return document_of(file, size)
    written = _written(file, size)
    if archive_end(file, size, written):
        raise ContentNotRecognised("content_archive_behind")
    if BEGINS_A_PDF.match(start):
        return _pdf(file, written)
    if start.startswith(OLE):
        return _compound(file)
    return picture_of(file) or text_of(file)


def _written(file: BinaryIO, size: int) -> int:
    """How many bytes there are before the padding at the end, if there is any."""
    while size:
        start = max(0, size - PIECE)
        file.seek(start)
        if piece := file.read(size - start).rstrip(PADDING):
            return start + len(piece)
        size = start
    return 0


def _pdf(file: BinaryIO, written: int) -> Kind:
    file.seek(max(0, written - 5))
    if file.read(5) != b"%%EOF":
        raise ContentNotRecognised("content_pdf_without_end")
    return PDF


class _CompoundFile(OleFile):
    """A compound file whose directory is small and a tree. The library forgives an entry that is named twice, and would
    then walk for ever through a directory that is made so."""

    def __init__(self, file: BinaryIO) -> None:
        self._entries: set[int] = set()
        super().__init__(file)

    def _load_direntry(self, sid: int) -> OleDirectoryEntry[str]:
        if sid in self._entries or len(self._entries) == FEW_PARTS:
            raise ContentNotRecognised("content_compound_broken")
        self._entries.add(sid)
        return super()._load_direntry(sid)


def _tables_fit(file: BinaryIO) -> bool:
    """Whether the file has room for the tables that its header announces; the library would read on for ever."""
    file.seek(0, SEEK_END)
    size = file.tell()
    file.seek(0)
    header = file.read(512)
    if len(header) < 512:
        return False
    shift = int.from_bytes(header[30:32], "little")
    announced = [int.from_bytes(header[at : at + 4], "little") for at in (40, 44, 64, 72)]
    return shift in (9, 12) and all(sectors <= size >> shift for sectors in announced)


def _compound(file: BinaryIO) -> Kind:
    if not _tables_fit(file):
        raise ContentNotRecognised("content_compound_broken")
    file.seek(0)
    try:
        with _CompoundFile(file) as document:
            entries = document.listdir(streams=True, storages=True)
    except BROKEN_OLE as fact:
        raise ContentNotRecognised("content_compound_broken") from fact
    if any(part == "EncryptedPackage" for entry in entries for part in entry):
        raise ContentNotRecognised("content_encrypted")
    kinds = {BY_STREAM[entry[0]] for entry in entries if len(entry) == 1 and entry[0] in BY_STREAM}
    if len(kinds) != 1:
        raise ContentNotRecognised("content_no_document")
    if any("VBA" in part.upper() for entry in entries for part in entry):
        raise ContentNotRecognised("content_macros")
    return kinds.pop()
