"""`kaifang deadline` and `kaifang deadlines`: what goes in, what comes out, and what is refused by line and field."""

from __future__ import annotations

import csv
import json

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.deadlines import register

HEADER = "id,city_calendar,received_at,period,as_of"


def run(*arguments: str, text: str | bytes | None = None) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, arguments, input=text)


def bulk(*rows: str, header: str = HEADER) -> Result:
    return run("deadlines", text="\n".join([header, *rows]) + "\n")


def test_one_deadline_is_explained_day_by_day() -> None:
    done = run("deadline", "CN-GX", "2023-04-20T09:00:00+08:00", "3wd")
    assert done.exit_code == 0
    assert "广西 2023 年三月三放假通知" in done.stdout
    assert "due 2023-04-27T00:00:00+08:00, last day 2023-04-26, final" in done.stdout.splitlines()[-1]


def test_a_provisional_deadline_says_so() -> None:
    done = run("deadline", "CN-GX", "2024-03-15T15:00:00+08:00", "20wd", "--as-of", "2024-03-15")
    assert "PROVISIONAL" in done.stdout.splitlines()[-1]


def test_one_deadline_can_be_had_as_json() -> None:
    done = run("deadline", "CN", "2024-04-03T15:00:00+08:00", "1wd", "--json")
    answer = json.loads(done.stdout)
    assert answer["due_at"] == "2024-04-08T00:00:00+08:00"
    assert answer["provisional"] is False
    assert [day["on"] for day in answer["skipped"]] == ["2024-04-04", "2024-04-05", "2024-04-06"]
    assert answer["days"][-1]["why"]["en"] == "Sunday, worked by 国办发明电〔2023〕7号"


@pytest.mark.parametrize(
    ("city", "calendar"),
    [("nanning", "CN-GX"), ("yulin", "CN-GX"), ("guangzhou", "CN"), ("lianyungang", "CN"), ("nanjing", "CN")],
)
def test_a_city_has_the_calendar_that_its_rules_name(city: str, calendar: str) -> None:
    done = run("deadline", city, "2024-04-03T15:00:00+08:00", "1wd", "--json")
    assert json.loads(done.stdout)["calendar"] == calendar


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("atlantis", "2024-04-03T15:00:00+08:00", "1wd"), "neither a calendar"),
        (("../notices/scopes", "2024-04-03T15:00:00+08:00", "1wd"), "neither a calendar"),
        (("CN", "2024-04-03T15:00:00", "1wd"), "has no offset"),
        (("CN", "3 April", "1wd"), "no instant in ISO 8601"),
        (("CN", "2024-04-03T15:00:00+08:00", "soon"), "1 to 9999"),
        (("CN", "2024-04-03T15:00:00+08:00", "1wd", "--as-of", "2024-02-30"), "no day in ISO 8601"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_reason(arguments: tuple[str, ...], reason: str) -> None:
    done = run("deadline", *arguments)
    assert done.exit_code == 2
    assert reason in " ".join(done.stderr.replace("│", " ").split())


def test_bulk_rows_come_back_in_order_with_their_deadlines() -> None:
    done = bulk("A05,CN-GX,2024-03-15T15:00:00+08:00,20wd,2024-03-15", "D66,CN,2024-02-28T18:00:00+08:00,12h,")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"{HEADER},due_at,last_day,provisional,calendar_version",
        "A05,CN-GX,2024-03-15T15:00:00+08:00,20wd,2024-03-15,2024-04-16T00:00:00+08:00,2024-04-15,true,19",
        "D66,CN,2024-02-28T18:00:00+08:00,12h,,2024-02-29T06:00:00+08:00,2024-02-29,false,19",
    ]


def test_columns_may_stand_in_any_order_and_others_go_through() -> None:
    done = bulk("1wd,a note,1,2024-04-03T15:00:00Z,nanning", header="period,note,id,received_at,city_calendar")
    (row,) = csv.DictReader(done.stdout.splitlines())
    assert (row["note"], row["due_at"]) == ("a note", "2024-04-08T00:00:00+08:00")


def test_a_result_column_that_is_there_already_is_filled_in_its_place() -> None:
    done = bulk("1,CN,2024-04-03T15:00:00Z,1wd,?", header="id,city_calendar,received_at,period,due_at")
    assert done.stdout.splitlines() == [
        "id,city_calendar,received_at,period,due_at,last_day,provisional,calendar_version",
        "1,CN,2024-04-03T15:00:00Z,1wd,2024-04-08T00:00:00+08:00,2024-04-07,false,19",
    ]


def test_a_byte_order_mark_and_crlf_are_tolerated() -> None:
    done = run("deadlines", text=f"\ufeff{HEADER}\r\n1,CN,2024-04-03T15:00:00Z,1wd,\r\n".encode())
    assert done.exit_code == 0
    assert done.stdout.startswith("id,city_calendar")


def test_bytes_that_are_not_utf_8_go_through_as_they_came() -> None:
    done = run("deadlines", text=f"{HEADER}\n".encode() + b"\xb9\xe3\xce\xf7,CN,2024-04-03T15:00:00Z,1wd,\n")
    assert done.exit_code == 0
    assert b"\n\xb9\xe3\xce\xf7,CN," in done.stdout_bytes


def test_a_bad_row_is_reported_by_line_and_field_and_the_others_still_go_out() -> None:
    done = bulk(
        "1,CN,2024-04-03T15:00:00+08:00,0wd,",
        "2,CN,2024-04-03T15:00:00,1wd,",
        '"3\nthree",atlantis,2024-04-03T15:00:00Z,1wd,',
        "4,CN,2024-04-03T15:00:00Z",
        "",
        "5,CN,2024-04-03T15:00:00Z,1wd,yesterday",
        "6,CN,2024-04-03T15:00:00Z,1wd,",
    )
    assert done.exit_code == 1
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        "line 2, period",
        "line 3, received_at",
        "line 4, city_calendar",
        "line 6, row",
        "line 8, as_of",
    ]
    assert [row["id"] for row in csv.DictReader(done.stdout.splitlines())] == ["6"]


def test_a_quote_left_open_is_reported_where_it_begins() -> None:
    done = bulk("1,CN,2024-04-03T15:00:00Z,1wd,", '"2,CN,2024-04-03T15:00:00Z,1wd,', *["x" * 1000] * 200)
    assert done.exit_code == 1
    assert done.stderr.startswith(
        "line 3, row: it is no CSV (field larger than field limit (131072)); is a quote left open?"
    )
    assert "\n1,CN," in done.stdout


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("id,received_at,period", "line 1, city_calendar: the column is missing"),
        ("id,city_calendar,received_at,period,id", "line 1, id: the column is there 2 times"),
        ("", "line 1, id: the column is missing"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(header: str, problem: str) -> None:
    done = bulk(header=header)
    assert done.exit_code == 1
    assert problem in done.stderr.splitlines()
    assert done.stdout == ""
