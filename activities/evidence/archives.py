"""Documents that are archives: OOXML, ODF and OFD. All of what is packed in them is unpacked here once, and counted.

What an archive says of its sizes is not believed: each part is inflated piece by piece up to a bound that all parts
share, archives and compressed pictures inside it too, so that nothing can unpack to more on anybody's machine.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from activities.evidence.compound import OLE, streams_of
from activities.evidence.kinds import FEW_PARTS, PIECE, Caution, ContentNotRecognised, Kind
from activities.evidence.opendocument import MANIFEST, PARTS, PartOfOpenDocument
from activities.evidence.pdf import pdf_of
from activities.evidence.pictures import BEGINNINGS, picture_of
from activities.evidence.relationships import caution_of

SMALL_DIRECTORY = 1_000_000
"""Bytes. The limit on a container's directory, and on a part that is read whole."""
LONGEST = 20.0
"""Seconds for looking into one file; the most that any took in measurements was three."""
MOST_UNPACKED = 256 * 1024 * 1024
UNPACKED_OF_ANY = 10 * 1024 * 1024
MOST_TIMES = 100
"""Bytes. Whatever it has packed, an archive may unpack to UNPACKED_OF_ANY, and beyond that to so many times its own
size: tables of numbers come to twenty, bombs to a thousand."""
DEEPEST = 3
"""Archives in one another, the outermost counted."""
IN_MEMORY = 1024 * 1024
"""Bytes of a part that is looked into by itself; the rest lies in a file without a name."""

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
BY_MAIN_PART = {
    f"{OOXML}wordprocessingml.document": Kind(f"{OOXML}wordprocessingml.document", (".docx",)),
    f"{OOXML}spreadsheetml.sheet": Kind(f"{OOXML}spreadsheetml.sheet", (".xlsx",)),
    f"{OOXML}presentationml.presentation": Kind(f"{OOXML}presentationml.presentation", (".pptx",)),
}
BY_MIMETYPE = {
    f"{ODF}text": Kind(f"{ODF}text", (".odt",)),
    f"{ODF}spreadsheet": Kind(f"{ODF}spreadsheet", (".ods",)),
    f"{ODF}presentation": Kind(f"{ODF}presentation", (".odp",)),
}
OFD = Kind("application/ofd", (".ofd",))
"""The national format of fixed layout, GB/T 33190: invoices, official documents."""
TYPES, MIMETYPE, OFD_ROOT = "[Content_Types].xml", "mimetype", "OFD.xml"
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
GZIP = b"\x1f\x8b"
PDF = b"%PDF-"
LOCAL_HEAD = struct.Struct("<4s5H3L2H")
ZIP64_LOCATOR = 20
"""Bytes before the end record, where there is one."""
ZIP_END = struct.Struct("<4s4H2LH")
UTF_8_NAME, ENCRYPTED = 0x800, 0x41
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,  # versions that Python's library does not know
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    struct.error,
)

PROGRAM = re.compile(rb"MZ|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|#!")
PROGRAM_NAME = re.compile(r"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|class|sh)$", re.I)
MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^(?:Basic|Scripts)/", re.I)
UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
"""A name that would lead out of the folder into which somebody unpacks it."""
RELATIONSHIPS = ".rels"
MAIN_PART = re.compile(rb'ContentType\s*=\s*["\']([\w.+/-]+)\.main\+xml["\']')
ROOT_OF_OFD = re.compile(rb"<(?:\w+:)?OFD\s[^<>]*ofdspec\.org")


class Budget:
    """How many bytes may still be unpacked, in how much time, and what was found that is to be said."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = min(MOST_UNPACKED, UNPACKED_OF_ANY + MOST_TIMES * size)
        self._left = self._most
        self._clock = clock
        self._until = clock() + LONGEST
        self.cautions: set[Caution] = set()

    def spend(self, count: int) -> None:
        """Raises ContentNotRecognised where that is more than is left, or takes too long."""
        self._left -= count
        if self._clock() > self._until:
            raise ContentNotRecognised("content_takes_too_long", most=int(LONGEST))
        if self._left < 0:
            raise ContentNotRecognised("content_unpacks_too_far", most=self._most // (1024 * 1024))


def document_of(file: BinaryIO, size: int) -> Kind:
    """The kind of document that an archive is. Raises ContentNotRecognised."""
    budget = Budget(size)
    kind = _looked_through(file, size, budget, depth=1)
    if kind is None:
        raise ContentNotRecognised("content_no_document")
    return kind.with_cautions(budget.cautions)


def archive_end(file: BinaryIO, size: int, written: int) -> tuple[int, int] | None:
    """How many parts an archive has, and how many bytes its directory, that ends where the file ends or where what is
    written in it does; None without one."""
    tail_at = max(0, written - ZIP64_LOCATOR - ZIP_END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read(written - tail_at + 0xFFFF)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= ZIP_END.size:
            _, _, _, _, parts, directory, _, comment = ZIP_END.unpack_from(tail, at)
            if written <= tail_at + at + ZIP_END.size + comment <= size:
                if tail[max(0, at - ZIP64_LOCATOR) : at].startswith(b"PK\x06\x07"):
                    raise ContentNotRecognised("content_archive_broken")
                return parts, directory
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return None


def _looked_through(file: BinaryIO, size: int, budget: Budget, depth: int) -> Kind | None:
    """The kind of document that an archive is, all of which was unpacked; None for another. Raises
    ContentNotRecognised."""
    if depth > DEEPEST:
        raise ContentNotRecognised("content_archives_too_deep", most=DEEPEST)
    end = archive_end(file, size, size)
    if end is None:
        raise ContentNotRecognised("content_archive_broken")
    if end[0] > FEW_PARTS or end[1] > SMALL_DIRECTORY:
        raise ContentNotRecognised("content_too_many_parts", most=FEW_PARTS)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
        _is_what_it_says(parts, size)
        # The manifest says first whether the others can be read.
        ordered = sorted(parts, key=lambda part: part.filename != MANIFEST)
        kept = {part.filename: _looked_into(file, part, budget, depth) for part in ordered}
    except BROKEN_ZIP as fact:
        raise ContentNotRecognised("content_archive_broken") from fact
    return _document(parts[0].filename, kept)


def _is_what_it_says(parts: list[zipfile.ZipInfo], size: int) -> None:
    if len(parts) > FEW_PARTS:
        raise ContentNotRecognised("content_too_many_parts", most=FEW_PARTS)
    if not parts:
        raise ContentNotRecognised("content_no_document")
    is_plain = len({part.filename for part in parts}) == len(parts) and not any(
        "\0" in part.orig_filename for part in parts
    )
    if not is_plain or min(part.header_offset for part in parts) != 0 or sum(p.compress_size for p in parts) > size:
        raise ContentNotRecognised("content_archive_broken")
    for part in parts:
        if part.flag_bits & ENCRYPTED:
            raise ContentNotRecognised("content_encrypted")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ContentNotRecognised("content_archive_broken")
        if UNSAFE_NAME.search(part.filename):
            raise ContentNotRecognised("content_unsafe_name", part=_name_of(part))
        if MACROS.search(part.filename):
            raise ContentNotRecognised("content_macros")
        if PROGRAM_NAME.search(part.filename):
            raise ContentNotRecognised("content_program_inside", part=_name_of(part))


def _document(first: str, kept: dict[str, bytes]) -> Kind | None:
    if first == MIMETYPE and MANIFEST in kept:
        return BY_MIMETYPE.get(kept[MIMETYPE][:200].decode("ascii", "replace").strip())
    if TYPES in kept and "_rels/.rels" in kept:
        mains = {BY_MAIN_PART.get(found.decode()) for found in MAIN_PART.findall(kept[TYPES])}
        return mains.pop() if len(mains) == 1 else None
    return OFD if ROOT_OF_OFD.search(kept.get(OFD_ROOT, b"")) else None


def _looked_into(file: BinaryIO, part: zipfile.ZipInfo, budget: Budget, depth: int) -> bytes:
    """Unpacks a part; the beginning of it where that says what the archive is. Raises ContentNotRecognised."""
    is_relationships = part.filename.endswith(RELATIONSHIPS)
    most = SMALL_DIRECTORY if is_relationships or part.filename in (TYPES, MIMETYPE, OFD_ROOT) else 0
    pieces = _unpacked(file, part, budget)
    first = next(pieces, b"")
    if PROGRAM.match(first):
        raise ContentNotRecognised("content_program_inside", part=_name_of(part))
    if part.filename.rpartition("/")[2] in PARTS:
        _part_of_open_document(itertools.chain([first], pieces), budget)
        return b""
    if not first.startswith((ZIP, GZIP, OLE, PDF, *BEGINNINGS)):
        kept = first
        for piece in pieces:
            kept += piece if len(kept) <= most else b""
        if is_relationships:
            _list_of_relationships(kept, budget)
            return b""
        return kept[:most]
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spooled:
        inner = cast("BinaryIO", spooled)
        for piece in itertools.chain([first], pieces):
            inner.write(piece)
        size = inner.tell()
        if first.startswith(ZIP):
            _looked_through(inner, size, budget, depth + 1)
        elif first.startswith(GZIP):
            _inflate_all(inner, budget)
        elif first.startswith(OLE):
            streams_of(inner)
            budget.cautions.add(Caution.HOLDS_OBJECTS)
        elif first.startswith(PDF):
            budget.cautions |= set(pdf_of(inner, size, budget).cautions)
        else:
            picture_of(inner)
    return b""


def _part_of_open_document(pieces: Iterator[bytes], budget: Budget) -> None:
    part = PartOfOpenDocument(budget.cautions)
    for piece in pieces:
        part.feed(piece)
    part.end()


def _list_of_relationships(content: bytes, budget: Budget) -> None:
    if len(content) > SMALL_DIRECTORY:
        raise ContentNotRecognised("content_too_many_parts", most=FEW_PARTS)
    if caution := caution_of(content):
        budget.cautions.add(caution)


def _name_of(part: zipfile.ZipInfo) -> str:
    """The name of a part as who packed it saw it: programs on Windows in China write GBK and do not say so."""
    if part.flag_bits & UTF_8_NAME:
        return part.filename
    return part.filename.encode("cp437").decode("gb18030", "replace")


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """What a part unpacks to, in pieces that are whole but for the last. Raises ContentNotRecognised where that is not
    what the directory says, to the byte."""
    encoding = "utf-8" if part.flag_bits & UTF_8_NAME else "cp437"
    file.seek(part.header_offset)
    mark, _, _, packing, _, _, _, _, _, name_length, extra = LOCAL_HEAD.unpack(file.read(LOCAL_HEAD.size))
    name = file.read(name_length)
    if (mark, name, packing) != (ZIP, part.orig_filename.encode(encoding), part.compress_type):
        raise ContentNotRecognised("content_archive_broken")
    position, left = file.tell() + extra, part.compress_size
    inflating = zlib.decompressobj(-zlib.MAX_WBITS) if packing == zipfile.ZIP_DEFLATED else None
    size = checksum = 0
    ready = b""
    while left or (inflating and inflating.unconsumed_tail):
        packed = inflating.unconsumed_tail if inflating else b""
        if not packed:
            file.seek(position)
            packed = file.read(min(PIECE, left))
            if not packed:
                raise EOFError
            position, left = position + len(packed), left - len(packed)
        piece = inflating.decompress(packed, PIECE) if inflating else packed
        budget.spend(len(piece))
        size, checksum, ready = size + len(piece), zlib.crc32(piece, checksum), ready + piece
        while len(ready) >= PIECE:
            yield ready[:PIECE]
            ready = ready[PIECE:]
    if inflating:
        ready += (rest := inflating.flush())
        budget.spend(len(rest))
        size, checksum = size + len(rest), zlib.crc32(rest, checksum)
    is_whole = inflating is None or (inflating.eof and not inflating.unused_data)
    if not is_whole or (size, checksum) != (part.file_size, part.CRC):
        raise ContentNotRecognised("content_archive_broken")
    yield ready


def _inflate_all(file: BinaryIO, budget: Budget) -> None:
    """Counts what a gzip holds, as far as it is one; pictures of Windows are packed so. Raises ContentNotRecognised."""
    file.seek(0)
    with contextlib.suppress(zlib.error):
        _inflate_each(file, budget)


def _inflate_each(file: BinaryIO, budget: Budget) -> None:
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
    packed = file.read(PIECE)
    while packed:
        budget.spend(len(inflating.decompress(packed, PIECE)))
        packed = inflating.unconsumed_tail or inflating.unused_data
        if inflating.eof:
            inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
        packed = packed or file.read(PIECE)
