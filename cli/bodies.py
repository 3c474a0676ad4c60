"""`kaifang bodies`: the bodies of a city come from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from activities.database import open_pool
from activities.directory.account_record import by_command
from activities.directory.bodies import without_a_body
from activities.directory.importing import OF_BODIES, FileFaulty, Row, import_bodies
from activities.settings import Settings
from cli.files import read, refuse_all


def register(app: typer.Typer) -> None:
    """Adds `bodies` to the command line."""
    bodies = typer.Typer(help="Bodies of the cities, such as nanning.transport.")
    bodies.callback()(group)
    bodies.command("import")(import_command)
    app.add_typer(bodies, name="bodies")


def group() -> None:
    """Bodies of the cities, such as nanning.transport."""


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV, or YAML by its name; columns: " + ", ".join(OF_BODIES))],
) -> None:
    """Keep the bodies of a file in the directory, all or nothing; one that is there gets the name of the file."""
    rows = read(file, OF_BODIES)
    try:
        count, missing = asyncio.run(_import(Settings.load(), rows))
    except FileFaulty as faulty:
        refuse_all(file, faulty)
    typer.echo(f"{count} bodies are in the directory")
    for city, roles in missing.items():
        typer.echo(
            f"{city} has no {', no '.join(roles)} yet: what would come before it is not received until it is entered"
        )


async def _import(settings: Settings, rows: list[Row]) -> tuple[int, Mapping[str, Sequence[str]]]:
    async with await open_pool(settings.database_url) as pool:
        return await import_bodies(pool, rows, by_command()), await without_a_body(pool)
