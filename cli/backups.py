"""`kaifang backup`: PostgreSQL backed up while it works, and brought back to an instant."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rules.deadlines import SHANGHAI
from stack.backups import FORGET, archiving, back_up, prune, set_back
from stack.service import ServiceError

Programs = Annotated[
    Path | None, typer.Option(help="the folder of PostgreSQL's programs; without it, the path", file_okay=False)
]
Archive = Annotated[Path, typer.Option(help="the folder into which PostgreSQL archives its log", file_okay=False)]


def register(app: typer.Typer) -> None:
    backup = typer.Typer(help="Back PostgreSQL up while it works, and bring it back to an instant.")
    backup.command("settings")(settings)
    backup.command("base")(base)
    backup.command("restore")(restore)
    backup.command("prune")(prune_command)
    app.add_typer(backup, name="backup", no_args_is_help=True)


def settings(archive: Annotated[Path, typer.Argument(help="a folder that PostgreSQL's account may write")]) -> None:
    """Print the lines of postgresql.conf by which the log is archived; PostgreSQL has to be started again for them."""
    for name, value in archiving(archive.absolute()).items():
        typer.echo("{} = '{}'".format(name, value.replace("'", "''")))


def base(into: Annotated[Path, typer.Argument(help="where base backups lie")], programs: Programs = None) -> None:
    """Back the whole server up, and check what was written. PGHOST, PGUSER, PGPASSWORD … say which server and as whom:
    a login with `replication`. Exit 1 where it fails."""
    try:
        made = back_up(into, programs)
    except ServiceError as failure:
        raise _failed(failure) from None
    typer.echo(f"{made}: whole")
    typer.echo("back up now: the files of evidence, and apart from both the keys (docs/operations.md)")


def restore(
    backup: Annotated[Path, typer.Argument(help="a base backup from before the instant", exists=True, file_okay=False)],
    data: Annotated[Path, typer.Argument(help="the folder of data to be made; empty or not there")],
    archive: Archive,
    until: Annotated[
        datetime | None, typer.Option(help="the instant, by Shanghai's clock; without it, as far as the archive goes")
    ] = None,
    programs: Programs = None,
) -> None:
    """Make the data of a server that comes back as it was at an instant. Run it as PostgreSQL's account. Exit 1 where
    it fails."""
    instant = until.replace(tzinfo=SHANGHAI) if until else None
    try:
        set_back(backup, data, archive.absolute(), instant, programs)
    except ServiceError as failure:
        raise _failed(failure) from None
    typer.echo(f"{data}: start PostgreSQL from it, with API, pages, worker and Temporal stopped")
    typer.echo("once pg_is_in_recovery() is false, as the superuser:")
    for statement in FORGET:
        typer.echo(f"  {statement};")
    typer.echo("then start the others, kaifang restore, kaifang reconcile, kaifang verify")


def prune_command(
    into: Annotated[Path, typer.Argument(help="where base backups lie", exists=True, file_okay=False)],
    archive: Archive,
    keep: Annotated[int, typer.Option(min=1, help="base backups that are kept")] = 7,
    programs: Programs = None,
) -> None:
    """Keep the latest base backups and of the archive what they need. Exit 1 where it fails."""
    try:
        gone = prune(into, archive, keep, programs)
    except ServiceError as failure:
        raise _failed(failure) from None
    for each in gone:
        typer.echo(f"{each}: gone")


def _failed(failure: ServiceError) -> typer.Exit:
    typer.echo(f"error: {failure}", err=True)
    return typer.Exit(1)
