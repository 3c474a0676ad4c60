"""Files of evidence are recognised by their content, whatever their name says."""

from __future__ import annotations

import io
import struct
import tracemalloc

import pytest

from activities.evidence.archives import Budget
from activities.evidence.content import recognise
from activities.evidence.kinds import ContentNotRecognised, Kind
from activities.evidence.naming import fitting_name
from activities.evidence.pdf import KIND as PDF
from reading.words.texts import texts
from tests.activities.evidence_files import OOXML, bomb, compound, ooxml
from tests.activities.evidence_refused import REFUSED
from tests.activities.evidence_samples import ALLOWED, CAUTIOUS, PROSE


@pytest.mark.parametrize("kind", ALLOWED)
def test_each_kind_is_recognised_by_its_content(kind: str) -> None:
    content, media_type = ALLOWED[kind]

    assert recognise(io.BytesIO(content), len(content)).media_type == media_type


@pytest.mark.parametrize(("rule", "what"), [(rule, what) for rule, samples in REFUSED.items() for what in samples])
def test_what_is_none_of_the_kinds_is_refused_by_the_rule_that_it_breaks(rule: str, what: str) -> None:
    content = REFUSED[rule][what]

    with pytest.raises(ContentNotRecognised) as refused:
        recognise(io.BytesIO(content), len(content))

    assert refused.value.rule == rule


@pytest.mark.parametrize("what", CAUTIOUS)
def test_what_gives_reason_to_be_careful_is_taken_and_said(what: str) -> None:
    content, cautions = CAUTIOUS[what]
    assert recognise(io.BytesIO(content), len(content)).cautions == cautions


def test_looking_into_a_file_ends_in_time() -> None:
    clock = iter((0.0, 19.0, 21.0))
    budget = Budget(1000, lambda: next(clock))
    budget.spend(1)
    with pytest.raises(ContentNotRecognised, match="content_takes_too_long"):
        budget.spend(1)


@pytest.mark.parametrize("rule", REFUSED)
def test_each_refusal_has_a_text_in_both_languages_with_all_its_facts(rule: str) -> None:
    content = next(iter(REFUSED[rule].values()))
    with pytest.raises(ContentNotRecognised) as refused:
        recognise(io.BytesIO(content), len(content))

    text = texts().errors[rule]
    for said in (text.zh, text.en):
        assert said.format_map(refused.value.params)


def test_a_program_inside_is_named_as_who_packed_it_named_it() -> None:
    content = REFUSED["content_program_inside"]["a docx with a program whose name is in GBK"]

    with pytest.raises(ContentNotRecognised) as refused:
        recognise(io.BytesIO(content), len(content))

    assert str(refused.value.params["part"]).endswith("安装.exe")


@pytest.mark.parametrize("text", PROSE)
def test_a_sentence_that_begins_as_programs_do_is_text(text: str) -> None:
    for content in (text.encode(), f"{text}\n以上。".encode()):
        assert recognise(io.BytesIO(content), len(content)).media_type == "text/plain; charset=utf-8"


def test_300_mb_from_300_kb_are_refused_without_being_in_memory() -> None:
    content = bomb(ooxml(f"{OOXML}.wordprocessingml.document"), 300)
    assert len(content) < 310_000
    tracemalloc.start()
    try:
        with pytest.raises(ContentNotRecognised, match="content_unpacks_too_far"):
            recognise(io.BytesIO(content), len(content))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("size", "most"), [(1_000, 10), (1024 * 1024, 110), (20 * 1024 * 1024, 256)])
def test_what_may_be_unpacked_grows_with_what_was_sent_and_ends(size: int, most: int) -> None:
    budget = Budget(size)

    budget.spend(most * 1024 * 1024)
    with pytest.raises(ContentNotRecognised) as refused:
        budget.spend(1024 * 1024)

    assert refused.value.params == {"most": most}


@pytest.mark.filterwarnings("ignore::UserWarning")  # how Pillow speaks of a damaged TIFF
@pytest.mark.parametrize(
    "kind", ["png", "tiff", "moving gif", "moving webp", "heic", "doc", "docx", "odt", "ofd", "pdf"]
)
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

    with pytest.raises(ContentNotRecognised, match="content_compound_broken"):
        recognise(io.BytesIO(content), len(content))


def test_an_archive_of_too_many_parts_is_refused_before_its_directory_is_read() -> None:
    content = ooxml(f"{OOXML}.spreadsheetml.sheet", {f"{number}.xml": b"" for number in range(5_000)})

    with pytest.raises(ContentNotRecognised, match="content_too_many_parts"):
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
