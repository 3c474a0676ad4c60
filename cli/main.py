"""The command line `kaifang`: each module of this package adds its commands."""

from __future__ import annotations

import typer

from cli import catalogue, deadlines, demo, duties, hand_over, recovery, rules, simulate, stack, token

app = typer.Typer(name="kaifang", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def kaifang() -> None:
    """The legal procedures of public-data opening, as durable workflows."""


for module in (stack, demo, token, recovery, hand_over, deadlines, rules, duties, catalogue, simulate):
    module.register(app)
