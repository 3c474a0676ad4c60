"""`kaifang catalogue import`: entries from a file, each a draft that its city reviews before anything is published."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import open_pool, present
from activities.filing.ckan_file import read_ckan
from activities.filing.csv_file import read_csv
from activities.filing.encoding import decoded
from activities.filing.files import FileUnreadable, Sheet
from activities.filing.importing import Report, import_sheet
from activities.filing.row_rules import Importer
from activities.proof.chain import Algorithm, Chain
from activities.record.inbox import Inbox
from activities.record.log import Log
from activities.sealing.seals import Seals
from activities.settings import Settings, SettingsError
from api.acting.importing import rejected_row
from api.http.problems import Wrong, field_error
from rules.loading import cities
from rules.seed_notices import read_scopes

IMPORTER = "select account_id, city from accounts where login = $1"


class FileFormat(StrEnum):
    CSV = "csv"
    CKAN = "ckan"


READ = {FileFormat.CSV: read_csv, FileFormat.CKAN: read_ckan}


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="The catalogue: entries from elsewhere.")
    commands.callback()(catalogue)
    commands.command("import")(import_command)
    app.add_typer(commands, name="catalogue")


def catalogue() -> None:
    """The catalogue: entries from elsewhere."""


def import_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    city: Annotated[str, typer.Option(help="Whose catalogue.")],
    file_format: Annotated[FileFormat, typer.Option("--format", help="ckan: an answer of package_search.")] = (
        FileFormat.CSV
    ),
    login: Annotated[
        str | None, typer.Option("--as", help="Who imports; a reviewer of the city's authority unless said.")
    ] = None,
) -> None:
    """File a catalogue update for each good row of FILE, and tell each bad one by line and field. Opens nothing.

    Exit 1 if a row was rejected. The same file again files nothing twice.
    """
    if city not in cities():
        raise typer.BadParameter(f"there are {', '.join(cities())}", param_hint="--city")
    try:
        sheet = READ[file_format](decoded(file.read_bytes()))
        settings = Settings.load()
    except FileUnreadable as fact:
        said = field_error(Wrong(None, fact.rule, fact.params), "en").detail
        raise typer.BadParameter(f"{file}: {said}") from fact
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    report = asyncio.run(imported(settings, login or f"reviewer@{city}.authority", city, sheet))
    for each in report.rejected:
        shown = rejected_row(each, report.rules, "en")
        place = ": ".join(part for part in (shown.name, shown.field or "row") if part)
        typer.echo(f"{file}:{shown.line}: {place}: {shown.detail} [{shown.code}]", err=True)
    if report.ignored_columns:
        typer.echo(f"ignored columns: {', '.join(report.ignored_columns)}", err=True)
    typer.echo(f"{len(report.accepted)} accepted, {len({each.line for each in report.rejected})} rejected")
    raise typer.Exit(1 if report.rejected else 0)


async def imported(settings: Settings, login: str, city: str, sheet: Sheet) -> Report:
    """What became of the rows; the sweeper hands the cases to the engine. Raises BadParameter."""
    clock = DatabaseClock()
    async with await open_pool(settings.database_url) as pool:
        async with pool.acquire() as connection:
            account = await connection.fetchrow(IMPORTER, login)
            now = clock.at(await present(connection))
        if account is None or account["city"] != city:
            raise typer.BadParameter(f"{login} is no account of {city}", param_hint="--as")
        chain = Chain(Algorithm(settings.chain_algorithm))
        inbox = Inbox(pool, Log(RecordOfNotices(read_scopes()), chain=chain, seals=Seals.open(settings)), clock)
        return await import_sheet(pool, inbox, Importer(account["account_id"], city), sheet, now)
