"""`kaifang duties`: what the regulations demand, and how far this system meets it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rules.articles import article_label
from rules.duties import Duty, Register, Status, read_register

COLOURS: Mapping[Status, str] = {"met": "green", "excused": "yellow", "open": "red"}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("duties")(duties)


def duties(
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 while a duty is open")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List every duty as met, excused or open, and count them."""
    known = read_register()
    counts: Counter[Status] = Counter(duty.status for of_city in known.values() for duty in of_city)
    if as_json:
        print(json.dumps(as_document(known, counts), ensure_ascii=False, indent=2))
    else:
        _show(known, counts)
    if strict and counts["open"]:
        raise typer.Exit(1)


def as_document(known: Register, counts: Counter[Status]) -> dict[str, object]:
    """The register as JSON: each duty with its city and status, and the counts."""
    rows = [{"city": city, **duty.model_dump(mode="json")} for city, of_city in known.items() for duty in of_city]
    return {"duties": rows, "counts": {status: counts[status] for status in COLOURS}}


def _show(known: Register, counts: Counter[Status]) -> None:
    console = Console()
    for city, of_city in known.items():
        table = Table(title=city, title_justify="left", expand=True)
        for column, ratio in (("duty", 2), ("status", 1), ("article", 2), ("what", 6), ("met by", 8)):
            table.add_column(column, ratio=ratio, overflow="fold")
        for duty in of_city:
            colour = COLOURS[duty.status]
            article = article_label(duty.article)
            what = f"{duty.duty.zh}\n{duty.duty.en}" + (f" ({duty.period})" if duty.period else "")
            table.add_row(duty.id, f"[{colour}]{duty.status}[/{colour}]", article.zh, what, _account(duty))
        console.print(table)
    console.print(", ".join(f"{counts[status]} {status}" for status in COLOURS))


def _account(duty: Duty) -> str:
    """Rule, workflow and test of a duty that is met, the reason of one that is excused, what an open one lacks."""
    if reason := duty.excused or duty.lacking:
        return f"{reason.zh}\n{reason.en}"
    if duty.status == "open":
        return ""
    return "\n".join([*duty.rules, *([duty.workflow] if duty.workflow else []), *duty.tests])
