"""What a file is, by its content alone: the kinds that may be evidence, and nothing else.

This is a list of what is allowed. Whatever is not shown to be one of the kinds is refused, so a kind of harm that
nobody thought of is refused too. Libraries that guess a type from its first bytes take any zip for a document, and a
text that begins with BM for a picture: they are no help here.
"""

from __future__ import annotations

import codecs
import csv
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

import olefile
from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from olefile.olefile import OleDirectoryEntry

    # olefile's classes take type parameters only in its stubs
    OleFile = olefile.OleFileIO[str]
else:
    OleFile = olefile.OleFileIO

PIECE = 64 * 1024
"""Bytes looked at in one go."""
FEW_PARTS = 5_000
SMALL_DIRECTORY = 1_000_000
"""Bytes. Limits on a container's directory, which is read whole."""


class ContentNotRecognised(Exception):
    """The content is none of the kinds that may be evidence."""


@dataclass(frozen=True)
class Kind:
    """A kind of file; `suffixes` are those that a name of it may have, the usual one first."""

    media_type: str
    suffixes: tuple[str, ...]


OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."

PDF = Kind("application/pdf", (".pdf",))
IMAGES = {
    "PNG": Kind("image/png", (".png",)),
    "JPEG": Kind("image/jpeg", (".jpg", ".jpeg")),
    "MPO": Kind("image/jpeg", (".jpg", ".jpeg")),  # what phones write: a JPEG with more pictures behind the first
    "GIF": Kind("image/gif", (".gif",)),
    "BMP": Kind("image/bmp", (".bmp",)),
    "TIFF": Kind("image/tiff", (".tif", ".tiff")),
    "WEBP": Kind("image/webp", (".webp",)),
}
BY_STREAM = {
    "WordDocument": Kind("application/msword", (".doc",)),
    "Workbook": Kind("application/vnd.ms-excel", (".xls",)),
    "Book": Kind("application/vnd.ms-excel", (".xls",)),
    "PowerPoint Document": Kind("application/vnd.ms-powerpoint", (".ppt",)),
}
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
PLAIN = (".txt", ".csv", ".tsv", ".log", ".md")
TABLE = (".csv", ".tsv", ".txt", ".log", ".md")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP64_LOCATOR = 20
"""Bytes before the end record, where there is one."""
ZIP_END = struct.Struct("<4s4H2LH")
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,  # versions and packings that Python's library does not know
    RuntimeError,  # encryption
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,  # a part without a name
    struct.error,
)
BROKEN_OLE = (OSError, ValueError, struct.error, IndexError, KeyError, TypeError, AttributeError, RecursionError)
BROKEN_IMAGE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,  # what Pillow raises for a PNG whose checksums are wrong
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
)

PROGRAM = re.compile(rb"MZ|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|#!")
PROGRAM_NAME = re.compile(r"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|class|sh)$", re.I)
MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^(?:Basic|Scripts)/", re.I)
MAIN_PART = re.compile(rb'ContentType\s*=\s*["\']([\w.+/-]+)\.main\+xml["\']')

UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
BEFORE_ANYTHING = re.compile(r"\A(?:\s|//[^\n]*(?:\n|$)|/\*.*?\*/)*", re.S)
NOT_TEXT_TO_READ = re.compile(
    r"""
    <[!?%]                                     # a document type, XML, PHP, a comment before markup
  | (?i:<[a-z][\w:.-]*(?:[\s/>]|$))            # HTML, SVG, any markup
  | \#! | %!PS | %PDF- | \{\\rtf               # a script, PostScript, a broken PDF, rich text
  | (?i:javascript: | @echo\b | on\ error\ resume\ next\b)
  | ["']use\ strict["']
  | (?:var|let|const)\s[\w$\[\]{},\s]*=
  | (?:async\s+)?function\b[\s*]*[\w$]*\s*\(
  | import\s[^;\n]*\bfrom\s*["'] | import\s*["'(] | export\s+(?:default|const|let|var|function|class|\{|\*)
  | class\s+[\w$]+(?:\s+extends\s+[\w$.]+)?\s*\{
  | [!;+(]*\s*(?:async\s*)?(?:function\b|\([\w$,\s]*\)\s*=>)
  | (?:window|document|globalThis|self|console|module|location|WScript)\.\w+\s*[=(.\[]
  | (?:alert|eval|require|fetch|setTimeout|setInterval)\s*\(
    """,
    re.X,
)
LOOKED_AT = 1_000
"""Characters in which a text shows itself to be a script; few, since the expression takes the square of them."""


def recognise(file: BinaryIO, size: int) -> Kind:
    """The kind of this file, of which `size` bytes lie there; reads a piece at a time, and moves the position.

    Office files with macros or programs in them, encrypted ones, and files that are two kinds at once are none. Text is
    UTF-8, GB18030 or, with a mark, UTF-16, and neither markup nor a script. Raises ContentNotRecognised.
    """
    file.seek(0)
    start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        return _archive(file, size)
    if _zip_end(file, size):
        raise ContentNotRecognised("an archive hides behind something else")
    if start.startswith(b"%PDF-"):
        return _pdf(file, size)
    if start == OLE:
        return _compound(file)
    return _image(file) or _text(file)


def _pdf(file: BinaryIO, size: int) -> Kind:
    file.seek(max(0, size - 2048))
    _, mark, rest = file.read().rpartition(b"%%EOF")
    if not mark or rest.strip(b"\r\n\t \x00"):
        raise ContentNotRecognised("a PDF without its end")
    return PDF


def _image(file: BinaryIO) -> Kind | None:
    file.seek(0)
    try:
        # Reads the header, and the checksums where a format has them; decodes no picture.
        with Image.open(file, formats=[name for name in IMAGES if name != "MPO"]) as image:
            name = image.format
            image.verify()
    except BROKEN_IMAGE:
        return None
    return IMAGES.get(name or "")


class _CompoundFile(OleFile):
    """A compound file whose directory is small and a tree. The library forgives an entry that is named twice, and would
    then walk for ever through a directory that is made so."""

    def __init__(self, file: BinaryIO) -> None:
        self._entries: set[int] = set()
        super().__init__(file)

    def _load_direntry(self, sid: int) -> OleDirectoryEntry[str]:
        if sid in self._entries or len(self._entries) == FEW_PARTS:
            raise ContentNotRecognised("a compound file with too many entries, or with one named twice")
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
        raise ContentNotRecognised("a compound file whose header announces more than it has")
    file.seek(0)
    try:
        with _CompoundFile(file) as document:
            entries = document.listdir(streams=True, storages=True)
    except BROKEN_OLE as fact:
        raise ContentNotRecognised("a compound file that cannot be read") from fact
    kinds = {BY_STREAM[entry[0]] for entry in entries if len(entry) == 1 and entry[0] in BY_STREAM}
    if len(kinds) != 1:
        raise ContentNotRecognised("a compound file that is no document")
    if any("VBA" in part.upper() for entry in entries for part in entry):
        raise ContentNotRecognised("a document with macros")
    return kinds.pop()


def _zip_end(file: BinaryIO, size: int) -> tuple[int, int] | None:
    """How many parts an archive has that ends where the file ends, and how many bytes its directory; None without."""
    tail_at = max(0, size - ZIP64_LOCATOR - ZIP_END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= ZIP_END.size:
            _, _, _, _, parts, directory, _, comment = ZIP_END.unpack_from(tail, at)
            if at + ZIP_END.size + comment == len(tail):
                if tail[max(0, at - ZIP64_LOCATOR) : at].startswith(b"PK\x06\x07"):
                    raise ContentNotRecognised("an archive of the large kind, which no document needs")
                return parts, directory
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return None


def _archive(file: BinaryIO, size: int) -> Kind:
    end = _zip_end(file, size)
    if end is None or end[0] > FEW_PARTS or end[1] > SMALL_DIRECTORY:
        raise ContentNotRecognised("an archive without its end, or with too many parts")
    try:
        with zipfile.ZipFile(file) as archive:
            return _document(archive)
    except BROKEN_ZIP as fact:
        raise ContentNotRecognised("an archive that is no document") from fact


def _document(archive: zipfile.ZipFile) -> Kind:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(names) != len(parts) or len(parts) > FEW_PARTS or min(part.header_offset for part in parts) != 0:
        raise ContentNotRecognised("an archive whose parts are not what its directory says")
    for part in parts:
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ContentNotRecognised("an archive packed as no document is")
        if PROGRAM_NAME.search(part.filename) or MACROS.search(part.filename):
            raise ContentNotRecognised("a document with a program in it")
        if not part.is_dir() and PROGRAM.match(_beginning(archive, part, 8)):
            raise ContentNotRecognised("a document with a program in it")
    if parts[0].filename == "mimetype" and "META-INF/manifest.xml" in names:
        kind = BY_MIMETYPE.get(_beginning(archive, parts[0], 200).decode("ascii").strip())
    elif "[Content_Types].xml" in names and "_rels/.rels" in names:
        declared = _beginning(archive, archive.getinfo("[Content_Types].xml"), SMALL_DIRECTORY)
        mains = {BY_MAIN_PART.get(found.decode()) for found in MAIN_PART.findall(declared)}
        kind = mains.pop() if len(mains) == 1 else None
    else:
        kind = None
    if kind is None:
        raise ContentNotRecognised("an archive that is no document")
    return kind


def _beginning(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(part) as content:
        return content.read(most)


def _text(file: BinaryIO) -> Kind:
    file.seek(0)
    mark = file.read(2)
    encodings = ("utf-16",) if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            beginning = _read_as(file, encoding)
        except UnicodeDecodeError:
            continue
        statement = BEFORE_ANYTHING.sub("", beginning, count=1)[:LOOKED_AT]
        if NOT_TEXT_TO_READ.match(statement):
            raise ContentNotRecognised("markup or a script")
        kind, suffixes = ("csv", TABLE) if _is_table(beginning) else ("plain", PLAIN)
        return Kind(f"text/{kind}; charset={encoding.removesuffix('-sig')}", suffixes)
    raise ContentNotRecognised("neither text nor anything known")


def _read_as(file: BinaryIO, encoding: str) -> str:
    """The beginning of a text that is one to its end. Raises UnicodeDecodeError, ContentNotRecognised."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    beginning = ""
    ended = False
    while not ended:
        piece = file.read(PIECE)
        ended = not piece
        text = decoder.decode(piece, final=ended)
        if UNPRINTABLE.search(text):
            raise ContentNotRecognised("characters that no text has")
        beginning = beginning or text
    return beginning


def _is_table(beginning: str) -> bool:
    """Whether the first lines have all the same number of cells, two or more."""
    lines = [line for line in beginning.splitlines()[:20] if line.strip()]
    for delimiter in ",;\t":
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return True
    return False
