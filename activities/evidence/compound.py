"""Compound files of Microsoft: what older office documents are, and what newer ones hold as objects."""

from __future__ import annotations

import struct
from io import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

import olefile

from activities.evidence.kinds import FEW_PARTS, ContentNotRecognised

if TYPE_CHECKING:
    from olefile.olefile import OleDirectoryEntry

    # olefile's classes take type parameters only in its stubs
    OleFile = olefile.OleFileIO[str]
else:
    OleFile = olefile.OleFileIO

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN_OLE = (OSError, ValueError, struct.error, IndexError, KeyError, TypeError, AttributeError, RecursionError)
PACKED_FILE = "\x01OLE10NATIVE"
"""The stream of an object that is any file at all, to be opened by a double click."""


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


def streams_of(file: BinaryIO) -> list[list[str]]:
    """The paths of all streams and storages, of a file with neither macros nor packed files nor a cipher in it. Raises
    ContentNotRecognised."""
    if not _tables_fit(file):
        raise ContentNotRecognised("content_compound_broken")
    file.seek(0)
    try:
        with _CompoundFile(file) as document:
            entries = document.listdir(streams=True, storages=True)
    except BROKEN_OLE as fact:
        raise ContentNotRecognised("content_compound_broken") from fact
    parts = {part.upper() for entry in entries for part in entry}
    if "ENCRYPTEDPACKAGE" in parts:
        raise ContentNotRecognised("content_encrypted")
    if any("VBA" in part for part in parts):
        raise ContentNotRecognised("content_macros")
    if PACKED_FILE in parts:
        raise ContentNotRecognised("content_file_inside")
    return entries


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
