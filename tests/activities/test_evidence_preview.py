"""What is shown of evidence: pictures drawn anew in a process with limits, texts in parts."""

from __future__ import annotations

import asyncio
import io
import struct
import subprocess
import sys
import uuid
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from activities.evidence import drawing, preview
from activities.evidence.drawing import LONGEST_SIDE, MOST_MEMORY, MOST_PIXELS
from activities.evidence.files import Evidence
from activities.evidence.preview import A_PART, LARGEST_DRAWN, Look, drawn, look_of, part_of_text
from activities.evidence.store import EvidenceStore
from activities.settings import Settings
from tests.activities.evidence_files import chunk, jpeg, png
from tests.activities.evidence_samples import ALLOWED

GREEN, WHITE = (0, 160, 0), (255, 255, 255)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore.open(Settings(home=tmp_path, database_url="postgresql://nowhere"))


async def kept(store: EvidenceStore, content: bytes, media_type: str) -> Evidence:
    """The content as evidence of this type."""

    async def at_once() -> AsyncIterator[bytes]:
        yield content

    async with store.stage(at_once()) as staged:
        await store.put(staged)
    at = datetime(2026, 11, 29, tzinfo=UTC)
    return Evidence(str(uuid.uuid4()), "acc_a", "a", media_type, staged.size, staged.sha256, at, None)


async def picture_of(store: EvidenceStore, content: bytes, media_type: str) -> Image.Image | None:
    answer = await drawn(store, await kept(store, content, media_type))
    return None if answer is None else Image.open(io.BytesIO(answer), formats=["JPEG"])


def written(image: Image.Image, name: str, **how: object) -> bytes:
    answer = io.BytesIO()
    image.save(answer, name, **how)
    return answer.getvalue()


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
async def test_a_picture_of_each_format_is_drawn_anew(store: EvidenceStore, name: str, mode: str) -> None:
    image = Image.new("RGB", (40, 20), WHITE).convert(mode)
    if (name, mode) in (("JPEG", "P"), ("WEBP", "1")):
        image = image.convert("RGB")
    found = await picture_of(store, written(image, name), f"image/{name.lower()}")
    assert found is not None
    assert (found.size, found.convert("RGB").getpixel((5, 5))) == ((40, 20), WHITE)


async def test_what_a_telephone_takes_with_more_pictures_behind_is_drawn(store: EvidenceStore) -> None:
    assert await picture_of(store, *ALLOWED["jpeg of several pictures"]) is not None


async def test_a_large_picture_becomes_small_and_a_small_one_stays(store: EvidenceStore) -> None:
    for name, how in (("PNG", {}), ("JPEG", {}), ("TIFF", {"compression": "tiff_lzw"})):
        content = written(Image.new("RGB", (8_000, 2_000), GREEN), name, **how)
        found = await picture_of(store, content, f"image/{name.lower()}")
        assert found is not None
        assert found.size == (LONGEST_SIDE, LONGEST_SIDE // 4)


async def test_nothing_that_stood_beside_a_picture_is_in_what_is_drawn(store: EvidenceStore) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "the telephone of somebody"
    content = written(Image.new("RGB", (40, 20), GREEN), "JPEG", exif=exif, comment=b"a secret", icc_profile=b"profile")
    assert b"telephone" in content
    found = await picture_of(store, content, "image/jpeg")
    assert found is not None
    assert found.size == (20, 40), "as who took it held the camera"
    assert not {"exif", "comment", "icc_profile"} & found.info.keys()


async def test_what_lets_something_through_is_drawn_on_white(store: EvidenceStore) -> None:
    found = await picture_of(store, written(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"), "image/png")
    assert found is not None
    assert found.getpixel((4, 4)) == WHITE


async def test_a_scan_of_sixteen_bits_keeps_its_greys(store: EvidenceStore) -> None:
    found = await picture_of(store, written(Image.new("I;16", (9, 9), 128 * 256), "TIFF"), "image/tiff")
    assert found is not None
    assert found.getpixel((4, 4)) == 128


async def test_of_several_pictures_the_first_is_drawn(store: EvidenceStore) -> None:
    first, second = Image.new("RGB", (30, 10), GREEN), Image.new("RGB", (10, 30), WHITE)
    content = written(first, "TIFF", save_all=True, append_images=[second])
    found = await picture_of(store, content, "image/tiff")
    assert found is not None
    assert found.size == (30, 10)


def inflating(width: int, height: int) -> bytes:
    """A PNG in colours that is whole, of next to no bytes."""
    packing = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join(packing.compress(row) for _ in range(height)) + packing.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def test_a_bomb_of_pixels_takes_no_memory_and_is_not_drawn(store: EvidenceStore) -> None:
    bomb = inflating(12_000, 12_000)
    assert len(bomb) < 1_000_000, "432 MB from less than one"
    assert await picture_of(store, bomb, "image/png") is None
    largest = written(Image.new("RGBA", (8_000, 5_000), (*GREEN, 9)), "PNG", compress_level=1)
    assert await picture_of(store, largest, "image/png") is not None, "what is just small enough is drawn"
    for picture in (bomb, largest):
        assert await asyncio.to_thread(memory_taken_by, picture) < MOST_MEMORY + 64 * 1024 * 1024


def memory_taken_by(picture: bytes) -> int:
    """The most bytes that the process of a drawing takes; asked by a process that has no other children."""
    program = f"""
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", {drawing.__file__!r}, "PNG"], stdin=sys.stdin.buffer, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
    asked = subprocess.run([sys.executable, "-c", program], check=True, input=picture, capture_output=True, timeout=60)
    return int(asked.stdout)


@pytest.mark.parametrize("limit", ["memory", "time"])
def test_a_decoder_that_runs_wild_is_stopped_by_the_system(limit: str) -> None:
    wild = {"memory": "bytes(drawing.MOST_MEMORY)", "time": "exec('while True: pass')"}[limit]
    program = f"""
import resource, sys
from activities.evidence import drawing
drawing.LIMITS = tuple((which, 1 if which == resource.RLIMIT_CPU else most) for which, most in drawing.LIMITS)
drawing._practise = lambda name: None
drawing.drawn = lambda file, name: {wild}
drawing.main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, "PNG"], check=False, input=b"", capture_output=True, timeout=60
    )
    assert ended.returncode != 0
    assert ended.stdout == b""


def test_a_decoder_opens_no_file() -> None:
    program = """
from activities.evidence import drawing
drawing.drawn = lambda file, name: open("/dev/zero", "rb").read(4)
drawing.main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, "PNG"], check=False, input=b"", capture_output=True, timeout=60
    )
    assert b"Too many open files" in ended.stderr
    assert ended.stdout == b""


async def test_a_drawing_that_takes_too_long_is_given_up(store: EvidenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "LONGEST_WAIT", 0.0)
    assert await picture_of(store, written(Image.new("RGB", (9, 9)), "PNG"), "image/png") is None


async def test_what_a_process_answers_is_bounded_and_has_to_be_a_picture(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = written(Image.new("RGB", (9, 9)), "PNG")
    for answer in (f"b'\\xff\\xd8\\xff' + bytes({LARGEST_DRAWN})", "b'<script>'", "b''"):
        (tmp_path / "other.py").write_text(f"import sys; sys.stdout.buffer.write({answer})")
        monkeypatch.setattr(drawing, "__file__", str(tmp_path / "other.py"))
        assert await picture_of(store, told, "image/png") is None


@pytest.mark.parametrize("content", [png(12_000, 12_000), jpeg(65_000, 65_000), b"\x89PNG\r\n\x1a\n", b"GIF89a"])
async def test_what_is_no_whole_picture_is_not_drawn(store: EvidenceStore, content: bytes) -> None:
    assert MOST_PIXELS < 12_000 * 12_000
    assert await picture_of(store, content, "image/png") is None


async def test_a_picture_is_read_in_its_own_format_alone(store: EvidenceStore) -> None:
    assert await picture_of(store, written(Image.new("RGB", (9, 9)), "PPM"), "image/png") is None


def test_each_kind_of_evidence_is_looked_at_in_one_way() -> None:
    ways = {media_type: look_of(media_type) for _, media_type in ALLOWED.values()}
    assert {each for each, look in ways.items() if look is Look.PICTURE} == set(preview.FORMATS)
    assert {each.partition(";")[0] for each, look in ways.items() if look is Look.TEXT} == {"text/plain", "text/csv"}
    assert ways["application/pdf"] is ways["image/heic"] is Look.SAVED_ALONE


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
async def test_a_text_is_read_in_parts_that_make_the_whole(store: EvidenceStore, encoding: str) -> None:
    text = "".join(f"第{number}行，𠀀\n" for number in range(1_000))
    evidence = await kept(store, text.encode(encoding), f"text/plain; charset={encoding}")
    parts = []
    for number in range(1, 10):
        part = await part_of_text(store, evidence, number)
        if part is None:
            break
        parts.append(part)
    assert "".join(each.text for each in parts) == text
    assert [each.has_more for each in parts] == [True] * (len(parts) - 1) + [False]
    assert all(len(each.text) <= A_PART for each in parts)


async def test_a_text_that_turns_the_direction_says_so(store: EvidenceStore) -> None:
    evidence = await kept(store, "\ufeffpaid \u202eon\u202c time".encode(), "text/plain; charset=utf-8")
    part = await part_of_text(store, evidence, 1)
    assert part is not None
    assert part.text == "paid [U+202E]on[U+202C] time"


async def test_pictures_are_drawn_two_at_a_time(store: EvidenceStore) -> None:
    evidence = await kept(store, written(Image.new("RGB", (9, 9)), "PNG"), "image/png")
    async with store.drawing, store.drawing:
        waiting = asyncio.create_task(drawn(store, evidence))
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
    assert await waiting
