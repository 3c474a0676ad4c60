"""`kaifang up`: the whole system on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from stack.up import up as run_stack


def register(app: typer.Typer) -> None:
    """Adds `up` to the command line."""
    app.command()(up)


def up() -> None:
    """Run PostgreSQL, Temporal, the worker and the API in the foreground, until Ctrl-C.

    KAIFANG_HOME is the data folder (./var), KAIFANG_PORT the port of the API (8000). KAIFANG_DATABASE_URL and
    TEMPORAL_ADDRESS name servers that run already; those are then not started here.
    """
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, also when redirected
    home = Path(os.environ.get("KAIFANG_HOME") or "var")
    raise typer.Exit(run_stack(home, os.environ))
