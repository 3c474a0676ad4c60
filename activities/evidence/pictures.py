"""Pictures among the evidence: recognised by their headers, and judged by their size before anybody decodes them.

A picture of few bytes can fill the memory of whoever opens it. How many pixels it has, and how many pictures follow one
another in it, its headers say; what is more than a person would need as evidence is refused by these alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from activities.evidence.kinds import ContentNotRecognised, Kind

MOST_PIXELS = 150_000_000
"""Of one picture: a photograph of 108 million fits, and A0 scanned at 300 dots an inch."""
MOST_PICTURES = 1_000
"""In one file: pages of a scan, frames of an animation."""
MOST_PIXELS_IN_ALL = 2_000_000_000
"""Of all pictures in one file: 230 pages of A4 at 300 dots an inch."""
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

IMAGES = {
    "PNG": Kind("image/png", (".png",)),
    "JPEG": Kind("image/jpeg", (".jpg", ".jpeg")),
    "MPO": Kind("image/jpeg", (".jpg", ".jpeg")),  # what phones write: a JPEG with more pictures behind the first
    "GIF": Kind("image/gif", (".gif",)),
    "BMP": Kind("image/bmp", (".bmp",)),
    "TIFF": Kind("image/tiff", (".tif", ".tiff")),
    "WEBP": Kind("image/webp", (".webp",)),
}
HEIC = Kind("image/heic", (".heic", ".heif"))
BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
STILL = {b"heic", b"heix", b"heim", b"heis"}
"""Brands of still pictures in HEVC."""
MOST_BOXES = 10_000
BROKEN_IMAGE = (
    UnidentifiedImageError,
    OSError,
    EOFError,
    ValueError,
    SyntaxError,  # what Pillow raises for a PNG whose checksums are wrong
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    AttributeError,
)


def picture_of(file: BinaryIO) -> Kind | None:
    """The kind of picture that a file is; None where it is none. Raises ContentNotRecognised for one with too much."""
    file.seek(0)
    head = file.read(32)
    if head.startswith(b"\0\0") and head[4:8] == b"ftyp":
        return _heic(file)
    if head.startswith((b"GIF87a", b"GIF89a")):
        _judge(_gif_pictures(file))
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        _judge(_webp_pictures(file))
    file.seek(0)
    try:
        # Reads the header, and the checksums where a format has them; decodes no picture.
        with Image.open(file, formats=[name for name in IMAGES if name != "MPO"]) as image:
            name = image.format or ""
            _judge(_pictures(image))
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fact:
        raise ContentNotRecognised("content_too_many_pixels", most=MOST_PIXELS) from fact
    except BROKEN_IMAGE:
        return None
    return IMAGES.get(name)


def _judge(pictures: Iterator[tuple[int, int]]) -> None:
    """Each picture and all together are small enough. Raises ContentNotRecognised at the first that is not."""
    total = 0
    for number, (width, height) in enumerate(pictures, 1):
        pixels = width * height
        total += pixels
        if pixels > MOST_PIXELS:
            raise ContentNotRecognised("content_too_many_pixels", most=MOST_PIXELS)
        if number > MOST_PICTURES or total > MOST_PIXELS_IN_ALL:
            raise ContentNotRecognised("content_too_many_pictures", most=MOST_PICTURES, pixels=MOST_PIXELS_IN_ALL)


def _pictures(image: Image.Image) -> Iterator[tuple[int, int]]:
    """Width and height of each picture of a file, as far as that is known without decoding."""
    yield image.size
    if image.format == "PNG":
        # All frames of an animation are drawn on the first.
        yield from (image.size for _ in range(1, getattr(image, "n_frames", 1)))
    elif image.format in ("TIFF", "MPO"):
        while True:
            try:
                image.seek(image.tell() + 1)
            except BROKEN_IMAGE:  # the end, or what nobody can read on from
                return
            yield image.size


def _gif_pictures(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The canvas of a GIF as each of its frames makes it; Pillow would decode all of them for that."""
    file.seek(6)
    screen = file.read(7)
    if len(screen) < 7:
        return
    width, height, flags = struct.unpack("<HHB2x", screen)
    file.seek(_colours(flags), 1)
    while begun := file.read(1):
        if begun == b"!":
            file.seek(1, 1)
        elif begun == b",":
            frame = file.read(9)
            if len(frame) < 9:
                return
            left, top, across, down, flags = struct.unpack("<4HB", frame)
            width, height = max(width, left + across), max(height, top + down)
            file.seek(_colours(flags) + 1, 1)
            yield width, height
        else:
            return
        while length := file.read(1)[:1]:
            if length == b"\0":
                break
            file.seek(length[0], 1)


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp_pictures(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The canvas of a WebP, once for each frame; Pillow makes room for two of it before it says how large it is."""
    file.seek(12)
    canvas = None
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        begun = file.read(min(length, 10))
        if kind == b"VP8X" and len(begun) == 10:
            canvas = int.from_bytes(begun[4:7], "little") + 1, int.from_bytes(begun[7:10], "little") + 1
            yield canvas
        elif kind == b"ANMF" and canvas:
            yield canvas
        elif kind == b"VP8L" and len(begun) >= 5 and not canvas:
            bits = int.from_bytes(begun[1:5], "little")
            yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"VP8 " and len(begun) == 10 and not canvas:
            width, height = struct.unpack("<HH", begun[6:10])
            yield width & 0x3FFF, height & 0x3FFF
        file.seek(length - len(begun) + length % 2, 1)


def _heic(file: BinaryIO) -> Kind | None:
    """A still picture in HEVC, as telephones take them (ISO 23008-12): boxes that fill the file from end to end, and
    properties that say how large it is."""
    size = file.seek(0, 2)
    boxes = {kind: (start, end) for kind, start, end in _boxes(file, 0, size)}
    start, end = boxes.get(b"ftyp", (0, 0))
    file.seek(start)
    brands = file.read(min(end - start, 400))
    if not {brands[at : at + 4] for at in (0, *range(8, len(brands), 4))} & STILL or b"moov" in boxes:
        return None
    meta_start, meta_end = boxes.get(b"meta", (0, 0))
    sizes = [
        _extent(file, start)
        for properties in _inside(file, b"iprp", meta_start + 4, meta_end)
        for container in _inside(file, b"ipco", *properties)
        for start, _ in _inside(file, b"ispe", *container)
    ]
    if not sizes:
        return None
    _judge(iter(sizes))
    return HEIC


def _extent(file: BinaryIO, start: int) -> tuple[int, int]:
    file.seek(start + 4)
    width, height = struct.unpack(">II", file.read(8).ljust(8, b"\xff"))
    return width, height


def _inside(file: BinaryIO, wanted: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((inner, until) for kind, inner, until in [*_boxes(file, start, end)] if kind == wanted)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box between two places: its kind, and where its content begins and ends. Nothing may lie between them."""
    for _ in range(MOST_BOXES):
        if start >= end:
            return
        file.seek(start)
        head = file.read(16)
        length, content = int.from_bytes(head[:4], "big"), start + 8
        if length == 1:
            length, content = int.from_bytes(head[8:16], "big"), start + 16
        until = start + length if length else end
        if len(head) < 8 or not content <= until <= end:
            break
        yield head[4:8], content, until
        start = until
    raise ContentNotRecognised("content_picture_broken")
