"""`kaifang rules draw` and `drawn`: procedures as pages that people read, and whether those are as the packs are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.drawing_page import page
from rules.checking import days_of_change
from rules.loading import CityUnknown, cities, load_pack
from rules.pack import Pack
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve


def register(commands: typer.Typer) -> None:
    """Adds both to `kaifang rules`."""
    commands.command("draw")(draw)
    commands.command("drawn")(drawn)


def draw(
    city: Annotated[str, typer.Argument(help="a city, such as nanning")] = "",
    procedure: Annotated[str, typer.Argument(help="a procedure of its pack, such as access_request")] = "",
    folder: Annotated[
        Path | None, typer.Option("--all", help="writes CITY/PROCEDURE.md for every procedure into this folder")
    ] = None,
) -> None:
    """Draw a procedure by the newest rules of its city, in both languages: a flowchart (Mermaid) and a table."""
    if folder is not None:
        if city:
            raise typer.BadParameter("every procedure is drawn; name no city beside it", param_hint="--all")
        for name, text in pages():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return
    if not city:
        raise typer.BadParameter(f"name one, or --all FOLDER; there are {', '.join(cities())}", param_hint="CITY")
    try:
        pack = load_pack(city)
    except CityUnknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="CITY") from None
    known = ", ".join(name for name, _ in drawable(pack))
    if not procedure:
        raise typer.BadParameter(f"name one; in {city} there are {known}", param_hint="PROCEDURE")
    try:
        print(page(pack, newest(pack, procedure)), end="")
    except (ProcedureUnknown, NotInForce) as unknown:
        raise typer.BadParameter(f"{unknown}; there are {known}", param_hint="PROCEDURE") from None


def drawn(folder: Annotated[Path, typer.Argument(help="what `draw --all` wrote")]) -> None:
    """Compare the pages in a folder with the packs; print each that differs, is missing or is of no procedure, and
    exit 1 if there is one."""
    found = list(differing(folder))
    for difference in found:
        print(difference)
    if found:
        typer.echo(f"error: not as the packs have it; to draw anew: kaifang rules draw --all {folder}", err=True)
        raise typer.Exit(1)
    print(f"{folder}: as the packs have it")


def newest(pack: Pack, procedure: str) -> ProcedureRules:
    """The rules of a procedure from the last day on which anything in its pack changes, even if that day is still to
    come.

    Raises ProcedureUnknown, and NotInForce where the procedure has ended before.
    """
    return resolve(pack, procedure, days_of_change(pack)[-1])


def drawable(pack: Pack) -> Iterator[tuple[str, ProcedureRules]]:
    """The procedures that there are by the newest rules."""
    for procedure in pack.procedures:
        try:
            yield procedure, newest(pack, procedure)
        except NotInForce:
            continue


def pages() -> Iterator[tuple[str, str]]:
    """Path (`nanning/access_request.md`) and text of every page."""
    for city in cities():
        pack = load_pack(city)
        for procedure, rules in drawable(pack):
            yield f"{city}/{procedure}.md", page(pack, rules)


def differing(folder: Path) -> Iterator[str]:
    """A line on each page in a folder that differs from the packs."""
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("*/*.md"))}
    for name, text in pages():
        path = there.pop(name, None)
        if path is None:
            yield f"{folder / name}: missing"
        elif path.read_text(encoding="utf-8") != text:
            yield f"{path}: not as the pack has it"
    for path in there.values():
        yield f"{path}: of no procedure; delete it"
