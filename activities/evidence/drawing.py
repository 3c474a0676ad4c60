"""A program that draws one picture of evidence anew: `python -I drawing.py FORMAT < FILE > JPEG`.

What strangers sent is decoded here and nowhere else. Before the process reads anything it gives up to open files and,
unless the administrator of the machine runs it, to start other processes, and sets itself limits of time and memory:
nothing in a picture can take more than these. It imports nothing of ours and needs no environment. What it draws has
none of what stood beside the picture, neither where it was taken nor by whom.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import BinaryIO

from PIL import Image, ImageOps

LONGEST_SIDE = 1_600
"""Pixels of what is drawn."""
MOST_PIXELS = 40_000_000
"""Of what is decoded for it: A4 scanned at 600 dots an inch, and twice that in memory while it is made smaller. A JPEG
of far more is decoded at an eighth."""
MOST_MEMORY = 512 * 1024 * 1024
"""Bytes, of addresses: those of Python and of all libraries too."""
MOST_SECONDS = 10
"""Of one processor."""
QUALITY = 85
LIMITS = (
    (resource.RLIMIT_AS, MOST_MEMORY),
    (resource.RLIMIT_CPU, MOST_SECONDS),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 0),
    (resource.RLIMIT_NPROC, 0),
    (resource.RLIMIT_CORE, 0),
)


class TooManyPixels(Exception):
    """The picture is larger than what is decoded here."""


def drawn(file: BinaryIO, name: str) -> bytes:
    """The first picture of a file of this format as a JPEG, on white, as small as it has to be and as who took it held
    the camera. Raises TooManyPixels, and whatever Pillow raises."""
    with Image.open(file, formats=[name]) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if image.width * image.height > MOST_PIXELS:
            raise TooManyPixels
        small = _reduced(_in_colours(image))
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(small)
    flat = Image.new("L" if upright.mode == "L" else "RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    answer = io.BytesIO()
    flat.save(answer, "JPEG", quality=QUALITY, subsampling=0)
    return answer.getvalue()


def _in_colours(image: Image.Image) -> Image.Image:
    """The picture in greys, in colours, or in colours that let something through: what can be made smaller."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    wanted = "L" if image.mode in ("1", "L") else "RGB"
    if image.has_transparency_data:
        wanted = "RGBA"
    image.load()
    # What is as it has to be is not copied.
    return image if image.mode == wanted else image.convert(wanted)


def _reduced(image: Image.Image) -> Image.Image:
    """By whole steps to some twice of what is wanted, which takes no second picture of the full size."""
    steps = max(image.size) // (2 * LONGEST_SIDE)
    return image.reduce(steps) if steps > 1 else image


def _practise(name: str) -> None:
    """Draws a picture of one point, so that what the library loads on its way is loaded in time."""
    point = io.BytesIO()
    Image.new("L", (1, 1)).save(point, name)
    drawn(point, name)


def main() -> None:
    """Draws what comes in. Fails without an answer where it cannot."""
    Image.init()
    _practise(sys.argv[1])
    for which, most in LIMITS:
        resource.setrlimit(which, (most, most))
    answer = drawn(io.BytesIO(sys.stdin.buffer.read()), sys.argv[1])
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
