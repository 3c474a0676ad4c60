"""Files of every kind, made byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image

A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
MANIFEST = "META-INF/manifest.xml"
NAMESPACES = ("office", "text", "table", "draw", "script", "presentation", "meta", "style", "xlink")
AN_EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def image(kind: str, size: tuple[int, int] = (2, 2)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size).save(written, kind)
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


def padded_zip(content: bytes) -> bytes:
    """An archive whose comment ends like a PDF, and padding behind it."""
    written = io.BytesIO(zipped({"a.txt": content}))
    with zipfile.ZipFile(written, "a") as archive:
        archive.comment = b"%%EOF"
    return written.getvalue() + b"\0" * 4000


def with_gbk_name(document: bytes, name: str = "合同.xml") -> bytes:
    """The archive with its part `PART-NAME.xml` named in GBK, as programs on Windows do without a word."""
    written = name.encode("gbk")
    assert len(written) < len(b"PART-NAME.xml")
    return document.replace(b"PART-NAME.xml", b"n" * (len(b"PART-NAME.xml") - len(written)) + written)


def ofd(more: Mapping[str, bytes] | None = None) -> bytes:
    """The least of an OFD."""
    root = '<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD"/>'
    return zipped({"OFD.xml": root.encode(), "Doc_0/Document.xml": b"<ofd:Document/>"} | dict(more or {}))


@cache
def zeros(megabytes: int) -> bytes:
    """An archive of one part that unpacks to so many megabytes, from a thousandth of them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.xml", "w") as part:
        for _ in range(megabytes):
            part.write(bytes(1024 * 1024))
    return written.getvalue()


def bomb(document: bytes, megabytes: int) -> bytes:
    """The document with one more part, of so many megabytes of zeros."""
    written = io.BytesIO(document)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.xml", "w") as part:
        for _ in range(megabytes):
            part.write(bytes(1024 * 1024))
    return written.getvalue()


def lying(archive: bytes, size: int) -> bytes:
    """The archive, saying everywhere that its last part unpacks to so many bytes, which have the checksum of those."""
    changed = bytearray(archive)
    at = changed.rindex(b"PK\x01\x02")
    local = int.from_bytes(changed[at + 42 : at + 46], "little")
    for place, crc in ((at + 24, at + 16), (local + 22, local + 14)):
        changed[place : place + 4] = size.to_bytes(4, "little")
        changed[crc : crc + 4] = zlib.crc32(bytes(size)).to_bytes(4, "little")
    return bytes(changed)


def encrypted(archive: bytes) -> bytes:
    """The archive, saying that its last part is encrypted."""
    changed = bytearray(archive)
    at = changed.rindex(b"PK\x01\x02")
    changed[at + 8] |= 1
    changed[int.from_bytes(changed[at + 42 : at + 46], "little") + 6] |= 1
    return bytes(changed)


def within(depth: int) -> bytes:
    """So many archives in one another."""
    inner = zipped({"a.txt": b"x"})
    for number in range(depth - 1):
        inner = zipped({f"{number}.zip": inner})
    return inner


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int) -> bytes:
    """A PNG whose header says so, and that holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A JPEG whose header says so."""
    content = image("JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def bmp(width: int, height: int) -> bytes:
    """A BMP whose header says so."""
    return image("BMP")[:18] + struct.pack("<ii", width, height) + image("BMP")[26:]


def gif(screen: tuple[int, int], frames: Sequence[tuple[int, int]]) -> bytes:
    """A GIF of this screen, and frames of these sizes with one pixel's data."""
    written = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    for width, height in frames:
        written += b"!\xf9\4\0\0\0\0\0," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2D\1\0"
    return written + b";"


def tiff(pages: Sequence[tuple[int, int]]) -> bytes:
    """A TIFF of pages whose headers say that they have these sizes."""
    written = b"II*\0\x08\0\0\0"
    for number, (width, height) in enumerate(pages, 1):
        tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1}
        length = 2 + 12 * len(tags) + 4
        following = len(written) + length if number < len(pages) else 0
        written += struct.pack("<H", len(tags))
        written += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
        written += struct.pack("<I", following)
    return written


def animation(kind: str, frames: int) -> bytes:
    """Frames one after the other, each another colour."""
    first, *rest = (Image.new("RGB", (2, 2), (number * 20, 0, 0)) for number in range(frames))
    written = io.BytesIO()
    first.save(written, kind, save_all=True, append_images=rest)
    return written.getvalue()


def webp(width: int, height: int, frames: int) -> bytes:
    """A WebP whose header says that its canvas is so large, and with so many frames of nothing."""
    canvas = b"\x02\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    content = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + (b"ANMF" + struct.pack("<I", 16) + bytes(16)) * frames
    return b"RIFF" + struct.pack("<I", len(content)) + content


def box(kind: bytes, *content: bytes) -> bytes:
    whole = b"".join(content)
    return struct.pack(">I4s", len(whole) + 8, kind) + whole


def heic(width: int = 4032, height: int = 3024, brands: bytes = b"heic\0\0\0\0mif1heic", more: bytes = b"") -> bytes:
    """The least of a HEIC: brands, properties, data."""
    extent = box(b"ispe", struct.pack(">III", 0, width, height))
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(24)), box(b"iprp", box(b"ipco", extent)))
    return box(b"ftyp", brands) + meta + more + box(b"mdat", b"x" * 100)


def related(kind: str, target: str, mode: str = "External") -> bytes:
    """The relationships of a document to one other thing."""
    type_of = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    relation = f'<Relationship Id="r1" Type="{type_of}" Target="{target}" TargetMode="{mode}"/>'
    return f'<?xml version="1.0"?><Relationships xmlns="urn:r">{relation}</Relationships>'.encode()


def docx(more: Mapping[str, bytes]) -> bytes:
    return ooxml(f"{OOXML}.wordprocessingml.document", more)


def opened(inner: str) -> bytes:
    """A part of an ODF document with these elements, of whatever namespaces they speak."""
    named = "".join(f' xmlns:{each}="urn:{each}"' for each in NAMESPACES)
    return f'<?xml version="1.0" encoding="UTF-8"?><office:document{named}>{inner}</office:document>'.encode()


def odt(inner: str) -> bytes:
    return odf("text", {"content.xml": opened(inner)})


def ods(inner: str) -> bytes:
    return odf("spreadsheet", {"content.xml": opened(inner)})


def pdf(objects: bytes) -> bytes:
    """A PDF with these objects beside its catalogue."""
    return A_PDF.replace(b"trailer", objects + b"\ntrailer")


def packed_objects(objects: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    """A PDF with objects in a stream."""
    packed = zlib.compress(objects)
    return pdf(b"7 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj" % (dictionary, len(packed), packed))


OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
