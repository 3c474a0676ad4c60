"""The command line `kaifang`: each module of this package adds its commands, and is loaded when one is called for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context

MODULES = {
    "up": "stack",
    "demo": "demo",
    "token": "token",
    "restore": "recovery",
    "reconcile": "recovery",
    "refuse": "recovery",
    "backup": "backups",
    "upgrade": "upgrade",
    "verify": "verify",
    "receipts": "receipts",
    "engine-keys": "engine_keys",
    "codec-server": "codec_server",
    "admin": "admin",
    "bodies": "bodies",
    "accounts": "accounts",
    "erase": "erasing",
    "retention": "erasing",
    "keys": "erasing",
    "hand-over": "hand_over",
    "deadline": "deadlines",
    "deadlines": "deadlines",
    "rules": "rules",
    "duties": "duties",
    "catalogue": "catalogue",
    "simulate": "simulate",
}
"""Command to the module of this package that adds it, in the order in which `kaifang --help` lists them."""


class OneByOne(TyperGroup):
    """Loads the module of the command that is asked for, and no other: all of them take seconds."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in MODULES:
            return None
        of_module = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        of_module.callback()(kaifang)
        import_module(f"cli.{MODULES[cmd_name]}").register(of_module)
        return typer.main.get_group(of_module).commands[cmd_name]

    def invoke(self, ctx: Context) -> Any:
        """Every command reports a setting that is missing or wrong, as where no stack runs, and a key service that is
        away, in one line and with 2: it could not begin, and 1 is an answer of some."""
        try:
            return super().invoke(ctx)
        except (ValueError, ConnectionError) as error:
            # Loaded by the command itself, if by anybody.
            from activities.sealing.key_service import KeyServiceAway
            from activities.settings import SettingsError

            if not isinstance(error, (SettingsError, KeyServiceAway)):
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None


def kaifang() -> None:
    """The legal procedures of public-data opening, as durable workflows."""


app = typer.Typer(
    name="kaifang", cls=OneByOne, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.callback()(kaifang)


def main() -> None:
    """Runs a command; the process ends with the status that the command ended with."""
    try:
        app()
    except SystemExit as ended:
        if "temporalio" not in sys.modules or not isinstance(ended.code, int):
            raise
        # Loaded by the command itself, if by anybody.
        from activities.engine.leaving import leave

        leave(ended.code)
