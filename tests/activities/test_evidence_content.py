"""Files of evidence are recognised by their content, whatever their name says."""

from __future__ import annotations

import io
import struct

import pytest

from activities.evidence import fitting_name
from activities.evidence_content import PDF, ContentNotRecognised, Kind, recognise
from tests.activities.evidence_samples import ALLOWED, OOXML, REFUSED, compound, ooxml


@pytest.mark.parametrize("kind", ALLOWED)
def test_each_kind_is_recognised_by_its_content(kind: str) -> None:
    content, media_type = ALLOWED[kind]

    assert recognise(io.BytesIO(content), len(content)).media_type == media_type


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_none_of_the_kinds_is_refused(what: str) -> None:
    with pytest.raises(ContentNotRecognised):
        recognise(io.BytesIO(REFUSED[what]), len(REFUSED[what]))


@pytest.mark.filterwarnings("ignore::UserWarning")  # how Pillow speaks of a damaged TIFF
@pytest.mark.parametrize("kind", ["png", "tiff", "doc", "docx", "odt", "pdf"])
def test_a_file_that_is_damaged_anywhere_is_recognised_or_refused_and_nothing_else(kind: str) -> None:
    content = ALLOWED[kind][0]

    for at in range(0, len(content), max(1, len(content) // 300)):
        for damaged in (content[:at], content[:at] + b"\xff" * 4 + content[at + 4 :], content[:at] + content[at + 1 :]):
            try:
                found = recognise(io.BytesIO(damaged), len(damaged))
            except ContentNotRecognised:
                continue
            assert isinstance(found, Kind)


def test_a_compound_file_whose_directory_runs_in_circles_is_refused_at_once() -> None:
    content = bytearray(compound("WordDocument", "1Table", "Data"))
    for entry in (1, 2):
        struct.pack_into("<II", content, 1024 + entry * 128 + 68, entry + 1, entry + 1)

    with pytest.raises(ContentNotRecognised, match="named twice"):
        recognise(io.BytesIO(content), len(content))


def test_an_archive_of_too_many_parts_is_refused_before_its_directory_is_read() -> None:
    content = ooxml(f"{OOXML}.spreadsheetml.sheet", {f"{number}.xml": b"" for number in range(5_000)})

    with pytest.raises(ContentNotRecognised, match="too many parts"):
        recognise(io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("合同.PDF", "合同.PDF"),
        ("virus.exe", "virus.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\li\\a.pdf", "a.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\x00\r\nb.pdf", "a b.pdf"),
        (" .pdf ", "pdf.pdf"),
        ("...", "evidence.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_misleads_and_ends_as_the_content_does(name: str, kept: str) -> None:
    assert fitting_name(name, PDF) == kept
