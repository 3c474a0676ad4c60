"""`kaifang hand-over`: all that an officer has in hand goes to a colleague, or back to the body."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated

import typer

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import open_pool
from activities.directory.accounts import named
from activities.proof.chain import Algorithm, Chain
from activities.record.hand_overs import Asked, ColleagueUnknown, Item, colleague_named, hand_over, in_hand
from activities.record.inbox import Inbox
from activities.record.log import Log
from activities.sealing.seals import Seals
from activities.settings import Settings
from rules.seed_notices import read_scopes

BY = "command-line"
"""Whoever runs the system, in the log."""


def register(app: typer.Typer) -> None:
    app.command("hand-over")(hand_over_command)


def hand_over_command(
    officer: Annotated[str, typer.Argument(help="Login or account id of the officer, also of one who has left.")],
    to: Annotated[str | None, typer.Option(help="Login or account id of a colleague of the same body.")] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Back to the body: any of its officers may decide.")
    ] = False,
) -> None:
    """Hand over every open task of an officer: to a colleague, or back to the body. Exit 1 if one is refused."""
    if (to is None) != release:
        typer.echo("error: say either --to OFFICER or --release", err=True)
        raise typer.Exit(2)
    items = asyncio.run(_hand_over(Settings.load(), officer, to))
    if isinstance(items, str):
        typer.echo(f"error: there is no account {items}", err=True)
        raise typer.Exit(2)
    for item in items:
        typer.echo(f"{item.case_number} {item.stage} {item.body}: {item.problem.get('code', item.state)}")
    refused = sum(item.state == "refused" for item in items)
    typer.echo(f"{len(items) - refused} of {len(items)} tasks are handed over")
    raise typer.Exit(1 if refused else 0)


async def _hand_over(settings: Settings, officer: str, to: str | None) -> list[Item] | str:
    """What became of each task, or the name that no account has."""
    async with await open_pool(settings.database_url) as pool:
        async with pool.acquire() as connection:
            from_account = await named(connection, officer)
        # Whose account is erased may still have tasks, under its id.
        officer_id = from_account.account_id if from_account else officer
        tasks = await in_hand(pool, officer_id)
        if from_account is None and not tasks:
            return officer
        try:
            colleague = await colleague_named(pool, to) if to is not None else None
        except ColleagueUnknown as fact:
            return str(fact)
        asked = Asked(str(uuid.uuid4()), officer_id, colleague, BY, None)
        clock, chain = DatabaseClock(), Chain(Algorithm(settings.chain_algorithm))
        log = Log(RecordOfNotices(read_scopes()), chain=chain, seals=Seals.open(settings))
        return await hand_over(
            pool,
            Inbox(pool, log, clock),
            clock,
            asked,
            tasks,
        )
