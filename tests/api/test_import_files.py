"""Importing entries: files that are broken or cannot be read, and the command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from activities.database import Pool
from cli.main import app
from tests.api.calling import Service
from tests.api.importing import AUTHORITY, CONDITIONAL, GOOD, HEAD, ITEMS, imported, send, told


async def test_rows_that_a_stray_quotation_mark_would_swallow_are_filed_or_reported(service: Service) -> None:
    lines = ["甲", '"乙', "丙", '丁"', "戊"]
    rows = [f"transport,{title},,摘要,交通出行,{ITEMS},csv,closed,依据,,每月" for title in lines]

    report = await imported(service, "\n".join([HEAD, *rows]))

    assert [each["line"] for each in report["filed"]] == [2, 4, 6]
    assert told(report) == [(3, None, "rows_inside_a_cell"), (5, None, "quote_astray")]
    assert report["rejected"][0]["detail"] == (
        "A quotation mark on this line closes only on line 5, behind what look like rows of their own. "
        "Those were read by themselves; this line was not taken."
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strays=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 21)), max_size=4))
@example(strays=[(0, 0), (0, 3), (0, 10), (1, 9)])
async def test_with_stray_quotation_marks_each_row_sent_is_filed_or_rejected(
    service: Service, strays: list[tuple[int, int]]
) -> None:
    rows = [f"transport,{title},,摘要,交通出行,{ITEMS},csv,closed,依据,,每月".split(",") for title in "甲乙丙丁戊"]
    for row, edge in strays:
        cell = rows[row][edge // 2]
        rows[row][edge // 2] = f'{cell}"' if edge % 2 else f'"{cell}'

    report = await imported(service, "\n".join([HEAD, *(",".join(row) for row in rows)]))

    filed = [(each["line"], each["last_line"]) for each in report["filed"]]
    rejected = {(each["line"], each["last_line"]) for each in report["rejected"]}
    # Strays can come together to a cell over two lines that is as CSV has it: then the two are one row.
    read = [line for first, last in [*filed, *rejected] for line in range(first, last + 1)]
    assert sorted(read) == list(range(2, 7))
    assert (2 in dict(filed)) or any(row == 0 for row, _ in strays)


async def test_a_row_over_several_lines_says_which_it_takes(service: Service) -> None:
    row = GOOD.replace("停放点位置", '"两行的\n摘要"')

    report = await imported(service, f"{HEAD}\n{row}")

    assert [(each["line"], each["last_line"]) for each in report["filed"]] == [(2, 3)]


async def test_a_byte_of_no_encoding_is_reported_by_line_and_byte_and_nothing_is_filed(
    service: Service, pool: Pool
) -> None:
    content = f"{HEAD}\n{GOOD}\n{CONDITIONAL}".encode().replace("流量".encode(), b"caf\xe9", 1)

    answer = await send(service.as_(AUTHORITY), content)

    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("body", "bytes_of_no_encoding")
    assert "Line 3, character 24: the byte 0xE9" in error["detail"]
    assert await pool.fetchval("select count(*) from cases") == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe\xff", "text/csv"),
        (b"", "text/csv"),
        (b"a,b\n1,2", "text/csv"),
        ("title,标题\nx,y".encode(), "text/csv"),
        (b"{", "application/json"),
        (b'{"result": {"results": {}}}', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
async def test_a_file_that_cannot_be_read_at_all_is_a_problem(service: Service, content: bytes, kind: str) -> None:
    answer = await send(service.as_(AUTHORITY), content, kind=kind)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:kaifang:problem:file-unreadable")


async def test_the_command_tells_bad_rows_and_files_the_good_ones(
    pool: Pool, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", database_url)
    file = tmp_path / "entries.csv"
    file.write_text(f"{HEAD}\n{GOOD}\nnowhere,标题,,,,,,conditional,,,\n", encoding="gb18030")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["catalogue", "import", str(file), "--city", "nanning"])

    assert (result.exit_code, result.stdout) == (1, "1 accepted, 1 rejected\n")
    assert (
        "entries.csv:3: provider: The city has no provider called “nowhere”. [no_provider_of_that_name]"
        in result.stderr
    )
    assert await pool.fetchval("select count(*) from cases where procedure = 'catalogue_update'") == 1


async def test_the_command_says_why_it_cannot_read_a_file(tmp_path: Path) -> None:
    file = tmp_path / "entries.csv"
    file.write_bytes(f"{HEAD}\n公交线路".encode() + b"caf\xe9\n")

    result = await asyncio.to_thread(CliRunner().invoke, app, ["catalogue", "import", str(file), "--city", "nanning"])

    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert "Line 2, character 8: the byte 0xE9 is of no encoding" in said
