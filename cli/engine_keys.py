"""`kaifang engine-keys`: the keys by which what the engine keeps is sealed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from activities.engine.keys import a_new_key, id_of, kept_in, put_first
from activities.settings import ENGINE_KEYS

File = Annotated[
    Path | None,
    typer.Option(envvar="KAIFANG_ENGINE_KEYS", help="The file of the keys; else engine-keys in the data folder."),
]


def register(app: typer.Typer) -> None:
    keys = typer.Typer(help="The keys that seal what the engine keeps, which nothing opens without them.")
    keys.command("list")(list_keys)
    keys.command("add")(add_a_key)
    app.add_typer(keys, name="engine-keys")


def list_keys(file: File = None) -> None:
    """Print the id of each key; the first of them seals, all of them open."""
    for key in kept_in(of_this_installation(file)):
        typer.echo(id_of(key))


def add_a_key(file: File = None) -> None:
    """Make a key that seals from now on, in processes that start from now on. The others stay, and open."""
    kept, key = of_this_installation(file), a_new_key()
    put_first(kept, key)
    typer.echo(f"{id_of(key)} seals, in {kept}")


def of_this_installation(file: Path | None) -> Path:
    return file or Path(os.environ.get("KAIFANG_HOME") or "var") / ENGINE_KEYS
