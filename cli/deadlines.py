"""`kaifang deadline` and `kaifang deadlines`: legal deadlines by the notices that the program was shipped with."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.table import Table

from rules.calendar import Calendar, CalendarRecord, CalendarUnknown
from rules.deadlines import Deadline, DeadlineError, ExplainedDay, Explanation
from rules.pinned import LastDayOff
from rules.seed_notices import read_record
from rules.strict_yaml import top_level_scalar

REQUIRED = ("id", "city_calendar", "received_at", "period")
RESULTS = ("due_at", "last_day", "provisional", "calendar_version")


class FieldRefused(ValueError):
    """A value from outside that cannot be used: which field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


def register(app: typer.Typer) -> None:
    """Adds the two commands."""
    app.command("deadline")(deadline)
    app.command("deadlines")(deadlines)


def deadline(
    city_or_calendar: Annotated[str, typer.Argument(help="a city, such as nanning, or a calendar: CN, CN-GX")],
    received_at: Annotated[str, typer.Argument(help="with its offset: 2026-03-02T09:00:00+08:00")],
    period: Annotated[
        str, typer.Argument(help="5wd is five working days, 12h twelve hours, 15d fifteen days, 2mo two months")
    ],
    as_of: Annotated[
        str | None, typer.Option(help="the day by whose notices to answer; otherwise by all known")
    ] = None,
    last_day_off: Annotated[
        LastDayOff, typer.Option(help="what becomes of days or months whose last day is a day off")
    ] = LastDayOff.MOVES,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Compute one deadline and explain it day by day."""
    record = read_record()
    try:
        calendar = calendar_named(record, city_or_calendar, as_of)
        answer = compute(calendar, received_at, period, last_day_off)
    except FieldRefused as refused:
        raise typer.BadParameter(refused.reason, param_hint=refused.field) from None
    explanation = calendar.explain(answer)
    if as_json:
        print(json.dumps(as_document(answer, explanation), ensure_ascii=False, indent=2))
    else:
        _show(answer, explanation)


def deadlines() -> None:
    """Compute deadlines in bulk: CSV from standard input to standard output.

    Columns in: id, city_calendar, received_at, period, and as_of where wanted, in any order. Columns out: the same,
    and due_at, last_day, provisional, calendar_version. A row that cannot be used is reported on standard error by
    line and field, the others still go out, and the exit code is 1.
    """
    # Bytes that are not UTF-8, as in a remark column saved by another program, go through as they came.
    rows = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")
    answers = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        refused = answer_rows(rows, answers, read_record(), sys.stderr)
    finally:
        rows.detach()
        answers.detach()
    if refused:
        raise typer.Exit(1)


def answer_rows(rows: TextIO, answers: TextIO, record: CalendarRecord, problems: TextIO) -> int:
    """Writes each row with its deadline; returns how many problems were reported. Leaves the streams open."""
    numbered = _numbered(rows)
    _, header = next(numbered, (1, []))
    columns = [] if isinstance(header, csv.Error) else header
    wrong = [f"{name}: the column is missing" for name in REQUIRED if name not in columns]
    wrong += [f"{name}: the column is there {n} times" for name, n in Counter(columns).items() if n > 1]
    for problem in wrong:
        print(f"line 1, {problem}", file=problems)
    if wrong:
        return len(wrong)
    writer = csv.DictWriter(
        answers, [*columns, *(name for name in RESULTS if name not in columns)], lineterminator="\n"
    )
    writer.writeheader()
    refused = 0
    for line, values in numbered:
        try:
            writer.writerow(_answered(record, _row(columns, values)))
        except FieldRefused as reason:
            refused += 1
            print(f"line {line}, {reason}", file=problems)
    answers.flush()
    return refused


def calendar_named(record: CalendarRecord, city_or_calendar: str, as_of: str | None = None) -> Calendar:
    """The calendar of a city, or of that name, by the notices published up to a day. Raises `FieldRefused`."""
    scope = city_or_calendar if city_or_calendar in record.scopes else calendar_of(city_or_calendar)
    if scope is None:
        known = ", ".join(record.scopes)
        raise FieldRefused(
            "city_calendar", f"{city_or_calendar!r} is neither a calendar ({known}) nor a city with rules"
        )
    try:
        return record.calendar(scope, _day(as_of) if as_of else None)
    except CalendarUnknown as error:
        raise FieldRefused(
            "city_calendar", f"the rules of {city_or_calendar} name an unknown calendar ({error})"
        ) from None


@cache
def calendar_of(city: str) -> str | None:
    """The calendar that a city's rules name; `None` where no rules for such a city exist. Raises `YamlRefused`."""
    if not re.fullmatch(r"[a-z]+", city):
        return None
    pack = files("rules").joinpath("packs", f"{city}.yaml")
    return top_level_scalar(pack, pack.name, "calendar") if pack.is_file() else None


def compute(calendar: Calendar, received_at: str, period: str, last_day_off: LastDayOff = LastDayOff.MOVES) -> Deadline:
    """The deadline of a receipt and a period, both as people write them. Raises `FieldRefused`."""
    try:
        return calendar.deadline(_instant(received_at), period, last_day_off=last_day_off)
    except DeadlineError as error:
        field, _, reason = str(error).partition(": ")
        raise FieldRefused(field, reason) from None


def as_document(answer: Deadline, explanation: Explanation) -> dict[str, object]:
    """A deadline and its reasons as plain JSON values; instants in ISO 8601 with offset."""
    return {
        "calendar": answer.calendar,
        "calendar_version": answer.calendar_version,
        "started_at": answer.started_at.isoformat(),
        "period": answer.period,
        "due_at": answer.due_at.isoformat(),
        "last_day": answer.last_day.isoformat(),
        "provisional": answer.provisional,
        "skipped": [day.model_dump(mode="json") for day in explanation.skipped],
        "days": [day.model_dump(mode="json") for day in explanation.days],
    }


def _numbered(rows: TextIO) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """The rows that are not blank, with the line on which each begins: a quoted field may run over several."""
    reader = csv.reader(rows)
    values: list[str] | csv.Error | None
    while True:
        begins = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            values = error
        if values is None:
            return
        if values:
            yield begins, values


def _row(columns: list[str], values: list[str] | csv.Error) -> dict[str, str]:
    if isinstance(values, csv.Error):
        raise FieldRefused("row", f"it is no CSV ({values}); is a quote left open?")
    if len(values) != len(columns):
        raise FieldRefused("row", f"it has {len(values)} fields and the header {len(columns)}")
    return dict(zip(columns, values, strict=True))


def _answered(record: CalendarRecord, row: Mapping[str, str]) -> dict[str, str]:
    calendar = calendar_named(record, row["city_calendar"].strip(), row.get("as_of", "").strip())
    answer = compute(calendar, row["received_at"].strip(), row["period"].strip())
    return {
        **row,
        "due_at": answer.due_at.isoformat(),
        "last_day": answer.last_day.isoformat(),
        "provisional": "true" if answer.provisional else "false",
        "calendar_version": str(answer.calendar_version),
    }


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldRefused("received_at", f"{text!r} is no instant in ISO 8601 ({error})") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldRefused("as_of", f"{text!r} is no day in ISO 8601 ({error})") from None


def _day_by_day(days: Iterable[ExplainedDay]) -> Table:
    table = Table("day", "counts as", "why")
    number = 0
    for day in days:
        number += day.counted
        table.add_row(day.on.isoformat(), str(number) if day.counted else "-", day.why.en)
    return table


def _show(answer: Deadline, explanation: Explanation) -> None:
    console = Console()
    if explanation.days:
        console.print(_day_by_day(explanation.days))
    else:
        console.print("Hours are natural hours: they run from the moment, through nights and days off.")
    state = "PROVISIONAL: a day of the period awaits its notice" if answer.provisional else "final by the notices known"
    console.print(
        f"{answer.period} from {answer.started_at.isoformat()} by {answer.calendar} version {answer.calendar_version}:"
        f" due {answer.due_at.isoformat()}, last day {answer.last_day.isoformat()}, {state}",
        soft_wrap=True,
        highlight=False,
    )
