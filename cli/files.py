"""Files that commands take entries from, and how a command ends that refuses."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import typer

from activities.directory.importing import FileFaulty, Row, rows_of


def read(file: Path, columns: tuple[str, ...]) -> list[Row]:
    """The rows of a file; ends the command where there are none."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return rows_of(text, columns, is_yaml=file.suffix.lower() in (".yaml", ".yml"))
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read: {error}")
    except FileFaulty as faulty:
        refuse_all(file, faulty)


def refuse_all(file: Path, faulty: FileFaulty) -> NoReturn:
    """Each fault with its line, and the command ends."""
    for fault in faulty.faults:
        typer.echo(f"{file}:{fault.line}: {fault.what}", err=True)
    refuse(f"nothing of {file} was taken")


def refuse(reason: str, status: int = 1) -> NoReturn:
    typer.echo(f"error: {reason}", err=True)
    raise typer.Exit(status)
