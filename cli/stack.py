"""`kaifang up`: the whole system on this machine."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Adds `up` to the command line."""
    app.command("up")(up)


def up() -> None:
    """Run PostgreSQL, Temporal, the worker and the API in the foreground, until Ctrl-C.

    KAIFANG_HOME is the data folder (./var), KAIFANG_PORT the port of the API (8000). KAIFANG_DATABASE_URL and
    TEMPORAL_ADDRESS name servers that run already; those are then not started here.
    """
    # Not at the top: the servers' libraries would double the time that every other command takes to start.
    from stack.up import up as run_stack

    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, also when redirected
    home = Path(os.environ.get("KAIFANG_HOME") or "var")
    raise typer.Exit(run_stack(home, os.environ, accounts=demo_accounts))


def demo_accounts() -> Iterable[tuple[str, str]]:
    """The demo accounts, a row for those of no city and one for each city."""
    from rules.sample_catalogue import accounts

    ordered = sorted(accounts(), key=lambda account: account.city or "")
    for city, group in groupby(ordered, key=lambda account: account.city or ""):
        lines = textwrap.wrap(" ".join(account.login for account in group), width=100, break_on_hyphens=False)
        yield from zip([city or "any city", *[""] * len(lines)], lines, strict=False)
