"""What a file is, by its content alone: the kinds that may be evidence, and nothing else.

This is a list of what is allowed. Whatever is not shown to be one of the kinds is refused, so a kind of harm that
nobody thought of is refused too. Libraries that guess a type from its first bytes take any zip for a document, and a
text that begins with BM for a picture: they are no help here.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from activities.evidence.archives import EMPTY_ZIP, ZIP, Budget, archive_end, document_of
from activities.evidence.compound import OLE, streams_of
from activities.evidence.kinds import PIECE, Caution, ContentNotRecognised, Kind
from activities.evidence.pdf import pdf_of
from activities.evidence.pictures import picture_of
from activities.evidence.text import text_of

BY_STREAM = {
    "WordDocument": Kind("application/msword", (".doc",)),
    "Workbook": Kind("application/vnd.ms-excel", (".xls",)),
    "Book": Kind("application/vnd.ms-excel", (".xls",)),
    "PowerPoint Document": Kind("application/vnd.ms-powerpoint", (".ppt",)),
}
OBJECTS = "ObjectPool"
"""Where a document of Word keeps objects of other programs."""
BEGINS_A_PDF = re.compile(rb"(?:\xef\xbb\xbf)*[\x00\t\n\f\r ]*%PDF-")
"""Byte order marks and blanks before a PDF harm nobody: readers look for it in the first 1,024 bytes."""
PADDING = b"\r\n\t \x00"
"""What programs fill the end of a file with."""


def recognise(file: BinaryIO, size: int) -> Kind:
    """The kind of this file, of which `size` bytes lie there; reads a piece at a time, and moves the position.

    Office files with macros or programs in them, encrypted ones, files that are two kinds at once, and those that would
    unpack to or be drawn as far more than they are, are none. Text is UTF-8, GB18030 or, with a mark, UTF-16, and
    neither markup nor a script. What would act by itself when somebody opens it is none either; what gives reason to be
    careful is one, with its cautions. Raises ContentNotRecognised, which names the rule.
    """
    file.seek(0)
    start = file.read(1024)
    if start.startswith((ZIP, EMPTY_ZIP)):
        return document_of(file, size)
    written = _written(file, size)
    if archive_end(file, size, written):
        raise ContentNotRecognised("content_archive_behind")
    if BEGINS_A_PDF.match(start):
        return _pdf(file, size, written)
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


def _pdf(file: BinaryIO, size: int, written: int) -> Kind:
    file.seek(max(0, written - 5))
    if file.read(5) != b"%%EOF":
        raise ContentNotRecognised("content_pdf_without_end")
    return pdf_of(file, size, Budget(size))


def _compound(file: BinaryIO) -> Kind:
    entries = streams_of(file)
    kinds = {BY_STREAM[entry[0]] for entry in entries if len(entry) == 1 and entry[0] in BY_STREAM}
    if len(kinds) != 1:
        raise ContentNotRecognised("content_no_document")
    holds_objects = any(entry[0] == OBJECTS for entry in entries)
    return kinds.pop().with_cautions([Caution.HOLDS_OBJECTS] if holds_objects else [])
