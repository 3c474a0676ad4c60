"""The command line `kaifang`: one module of this package per group of commands."""

from __future__ import annotations

import importlib
import importlib.util

import typer

app = typer.Typer(name="kaifang", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def kaifang() -> None:
    """The legal procedures of public-data opening, as durable workflows."""


for module in ("cli.stack", "cli.deadlines", "cli.rules", "cli.duties"):
    if importlib.util.find_spec(module):
        importlib.import_module(module).register(app)
