"""CSV from elsewhere: each line that holds anything is taken or reported, by the number that an editor shows."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from activities.filing.csv_file import read_csv
from activities.filing.encoding import decoded
from activities.filing.files import FileUnreadable, Row, tidied

HEAD = "title_zh,abstract_zh,openness"


def told(text: str) -> list[tuple[int, int, str | None]]:
    """First and last line of each row, and why it is not taken."""
    return [(row.line, row.last_line, row.faults[0].rule if row.faults else None) for row in read_csv(text).rows]


def rows_of(text: str) -> list[Row]:
    return [row for row in read_csv(text).rows if not row.faults]


def test_a_quotation_mark_that_never_closes_spoils_its_own_line_alone() -> None:
    assert told(f'{HEAD}\n甲,摘要,closed\n"乙,摘要,closed\n丙,摘要,closed\n') == [
        (2, 2, None),
        (3, 3, "quote_astray"),
        (4, 4, None),
    ]


def test_two_stray_marks_that_fit_together_swallow_no_row_between_them() -> None:
    text = f'{HEAD}\n甲,"摘要,closed\n乙,摘要,closed\n丙,摘要",closed\n丁,摘要,closed\n'

    assert told(text) == [
        (2, 2, "rows_inside_a_cell"),
        (3, 3, None),
        (4, 4, "quote_astray"),
        (5, 5, None),
    ]
    assert read_csv(text).rows[0].faults[0].params == {"until": 4}


def test_stray_marks_that_make_a_row_too_long_lose_none_of_its_lines() -> None:
    assert told(f'{HEAD}\n甲,摘要,"x\n乙",摘要,closed\n') == [(2, 2, "rows_inside_a_cell"), (3, 3, "quote_astray")]


def test_a_mark_in_a_cell_that_is_not_in_marks_is_told() -> None:
    assert told(f'{HEAD}\n甲,5" 管径,closed\n') == [(2, 2, "quote_astray")]


def test_a_cell_over_several_lines_is_whole_and_its_row_says_which_lines() -> None:
    text = f'{HEAD}\n甲,"第一行\n第二行, 有""逗号""",closed\r\n\r\n乙,"a, b", "closed" \r\n'

    assert told(text) == [(2, 3, None), (5, 5, None)]
    assert [row.fields["abstract_zh"] for row in rows_of(text)] == ['第一行\n第二行, 有"逗号"', "a, b"]
    assert rows_of(text)[1].fields["openness"] == "closed"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("separator", [True, False])
def test_commas_semicolons_and_tabs_are_read_and_a_spreadsheets_line_for_them(delimiter: str, separator: bool) -> None:
    announced = f"sep={delimiter}\r\n" if separator else "\r\n"
    text = f"{announced}{HEAD}\r\n甲,,closed,,\r\n".replace(",", delimiter)

    (row,) = read_csv(text).rows

    assert (row.line, row.fields) == (3, {"title_zh": "甲", "openness": "closed"})


def test_a_delimiter_that_only_a_spreadsheets_line_names_is_read() -> None:
    assert rows_of("sep=|\ntitle|openness\n甲|closed")[0].fields == {"title_zh": "甲", "openness": "closed"}


def test_marks_that_nobody_sees_make_no_other_cell_and_no_other_heading() -> None:
    (row,) = read_csv("\ufeff Ｔｉｔｌｅ,openness\n\u200b甲\ufeff ,closed").rows

    assert row.fields == {"title_zh": "甲", "openness": "closed"}


def test_a_text_is_kept_composed_so_that_what_looks_alike_is_alike() -> None:
    assert rows_of("title,openness\ncafe\u0301,closed")[0].fields["title_zh"] == "caf\u00e9"


@pytest.mark.parametrize(
    ("text", "rule", "params"),
    [
        ("", "file_empty", {}),
        (" \n\n", "file_empty", {}),
        ("\n\na,b\n1,2", "no_column_known", {"line": 3}),
        ("title,标题\nx,y", "columns_alike", {"columns": ("title", "标题")}),
        ('title,"openness\n甲,closed', "headings_broken", {"line": 1}),
        ('title,"openness\n甲,closed"\n乙,closed', "headings_broken", {"line": 1}),
    ],
)
def test_without_headings_the_whole_file_is_refused_and_the_line_named(
    text: str, rule: str, params: dict[str, object]
) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_csv(text)

    assert (refused.value.rule, refused.value.params) == (rule, params)


LETTERS = st.text(st.sampled_from("甲乙ab \"',;\t|x"), max_size=6)
CELL = st.builds(lambda text: f"x{text}", LETTERS)
"""Never blank, on one line."""
LINES = st.builds("\n".join, st.lists(st.text(st.sampled_from('甲ab"'), max_size=3).map("x".__add__), min_size=2))


def written(rows: list[list[str]], end: str = "\n") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=end).writerows([HEAD.split(","), *rows])
    return file.getvalue()


@settings(max_examples=300)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8),
    strays=st.lists(st.integers(0, 200), max_size=6),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_wherever_quotation_marks_go_astray_each_line_is_taken_or_reported(
    rows: list[list[str]], strays: list[int], end: str
) -> None:
    head, text = written([], end), written(rows, end)
    for stray in strays:
        # At the edges of cells, where a mark means something.
        edges = [
            at
            for at in range(len(head), len(text) - len(end) + 1)
            if text[at - 1] in ",\r\n" or text[at : at + 1] in {",", end[0]}
        ]
        at = edges[stray % len(edges)]
        text = text[:at] + ('"' if text[at - 1 : at + 1] != "\r\n" else "") + text[at:]

    found = read_csv(text).rows

    expected = [number for number, line in enumerate(text.split(end), 1) if number > 1 and line]
    assert [(row.line, row.last_line) for row in found] == [(number, number) for number in expected]
    assert all(row.faults or row.fields for row in found)


@given(
    rows=st.lists(st.lists(st.one_of(CELL, LINES), min_size=3, max_size=3), min_size=1, max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_spreadsheet_writes_comes_back_cell_by_cell(rows: list[list[str]], end: str) -> None:
    found = read_csv(written(rows, end)).rows

    assert [tuple(row.fields.values()) for row in found] == [tuple(map(tidied, row)) for row in rows]
    line = 2
    for row, cells in zip(found, rows, strict=True):
        assert (row.line, row.last_line) == (line, line + sum(cell.count("\n") for cell in cells))
        line = row.last_line + 1


CHINESE = "title,openness\n南宁市公交线路与站点，首末班时间。,closed\n"


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode(),
        codecs.BOM_UTF8 * 2 + CHINESE.encode(),
        CHINESE.encode("gb18030"),
        f"\ufeff{CHINESE}".encode("gb18030"),
        f"\ufeff{CHINESE}".encode("utf-16-le"),
        f"\ufeff\ufeff{CHINESE}".encode("utf-16-be"),
    ],
)
def test_each_encoding_is_read_and_all_marks_before_the_text_are_gone(content: bytes) -> None:
    assert decoded(content) == CHINESE


def test_rare_and_traditional_characters_are_read_in_gb18030() -> None:
    text = "title\n本數據集包括公交線路與車站的名稱和位置，以及姓名中的喆和𠀀。\n"

    assert decoded(text.encode("gb18030")) == text


@pytest.mark.parametrize(
    ("content", "line", "column", "byte"),
    [
        ("title\n公交线路 caf".encode() + b"\xe9s\n" + "站点\n".encode(), 2, 9, "0xE9"),
        ("title\r\n公".encode() + b"\xe9t\xe9s\r\n", 2, 2, "0xE9"),
        (b"title\nOrl\xe9ans", 2, 4, "0xE9"),
        (b"title\r\rcaf\xe9,x", 3, 4, "0xE9"),
        ("title\n公交线路与站点\n".encode() + "首末班时间，线路编号。\n".encode("gb18030"), 3, 1, "0xCA"),
        ("title\n公交线路与站点\n".encode("gb18030") + b"\xff\xff", 3, 1, "0xFF"),
        ("title\n公交線路與站點時間".encode("big5"), 2, 1, "0xA4"),
        (codecs.BOM_UTF16_LE + "title\n公".encode("utf-16-le") + b"\x00", 2, 2, "0x00"),
        (codecs.BOM_UTF16_LE + "标\n题".encode("utf-16-le") + b"\x00\xd8a\x00", 2, 2, "0x00"),
        (codecs.BOM_UTF8 + b"ti\xfftle", 1, 3, "0xFF"),
        (b"\x80\xff\xff", 1, 1, "0x80"),
    ],
)
def test_bytes_of_no_encoding_are_refused_by_line_column_and_byte(
    content: bytes, line: int, column: int, byte: str
) -> None:
    with pytest.raises(FileUnreadable) as refused:
        decoded(content)

    assert refused.value.rule == "bytes_of_no_encoding"
    assert refused.value.params == {"line": line, "column": column, "byte": byte}


@example(lines=["a点点交"], foreign=128, at=8)
@example(lines=["a点点交"], foreign=128, at=18)
@settings(max_examples=300)
@given(
    lines=st.lists(st.text(st.sampled_from("公交线路与站点ab，"), min_size=4, max_size=12), min_size=1, max_size=5),
    foreign=st.integers(0x80, 0xFF),
    at=st.integers(0, 1000),
)
def test_one_foreign_byte_never_turns_utf_8_into_other_characters(lines: list[str], foreign: int, at: int) -> None:
    content = "\n".join(["title", *(f"公交{line}" for line in lines)]).encode()
    at = at % (len(content) + 1)
    try:
        text = decoded(content[:at] + bytes([foreign]) + content[at:])
    except FileUnreadable:
        return
    assert "公交" in text


def test_no_more_rows_are_read_than_are_asked_for() -> None:
    text = "title,openness\n" + "甲,closed\n" * 5
    assert [len(read_csv(text, most).rows) for most in (None, 0, 3, 9)] == [5, 0, 3, 5]


@pytest.mark.timeout(60)
def test_a_heading_does_not_look_at_all_others() -> None:
    with pytest.raises(FileUnreadable):
        read_csv("title," * 300_000)
