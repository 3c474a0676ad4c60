"""`kaifang restore`, `kaifang reconcile`, `kaifang refuse`: the engine started over from the logs, all three compared,
and an act settled that nobody can judge."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from temporalio.client import Client

from activities.database import Pool, open_pool
from activities.engine.handing_over import Engine
from activities.engine.payloads import client
from activities.engine.reconciling import Difference, of_the_other_side, reconcile
from activities.engine.restoring import PATIENCE, NothingToRestore, Restored, restore, restore_one
from activities.record.refusing import ActIsSettled, ActUnknown, refuse
from activities.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("restore")(restore_command)
    app.command("reconcile")(reconcile_command)
    app.command("refuse")(refuse_command)


def restore_command(
    case: Annotated[str | None, typer.Argument(help="the id of one case; left out: every case that needs it")] = None,
) -> None:
    """Start the engine over from the logs, after its database was lost or PostgreSQL was set back. A case that agrees
    with its log is left alone, but for one that is named. May be repeated. Exit 1 if a case fails."""
    settings = Settings.load()

    async def one(case_id: str) -> bool:
        pool, temporal = await connections(settings)
        async with pool:
            return await restore_one(pool, Engine(pool, temporal, settings.task_queue), case_id)

    async def every() -> Restored:
        pool, temporal = await connections(settings)
        async with pool:
            return await restore(pool, Engine(pool, temporal, settings.task_queue))

    if case is not None:
        try:
            has_a_log = asyncio.run(one(case))
        except NothingToRestore:
            typer.echo(f"{case}: no such case", err=True)
            raise typer.Exit(1) from None
        typer.echo(
            f"{case}: {'started over from its log' if has_a_log else 'ended in the engine: there is no log of it'}"
        )
        return
    restored = asyncio.run(every())
    for case_id, reason in restored.failed.items():
        typer.echo(f"{case_id}: {reason}", err=True)
    for case_id in restored.ahead:
        typer.echo(f"{case_id}: was ahead of its log and is started over")
    for case_id in restored.without_log:
        typer.echo(f"{case_id}: runs without a log; kaifang restore {case_id} ends it", err=True)
    typer.echo(f"{restored.cases} open cases are in the engine")
    raise typer.Exit(1 if restored.failed else 0)


def refuse_command(
    act: Annotated[str, typer.Argument(help="the id of an act that waits")],
    reason: Annotated[str, typer.Option(help="read by whoever sent the act; name no person in it")],
) -> None:
    """Refuse an act that no version can judge, for this reason; its case goes on. Exit 1 if it was settled before."""
    settings = Settings.load()
    if not reason.strip():
        raise typer.BadParameter("a refusal states its reason", param_hint="--reason")

    async def run() -> str:
        pool, temporal = await connections(settings)
        async with pool:
            case_id = await refuse(pool, act, reason)
            engine = Engine(pool, temporal, settings.task_queue)
            await engine.start_anew_if_it_fails(case_id, PATIENCE)
            return case_id

    try:
        case_id = asyncio.run(run())
    except ActUnknown:
        typer.echo(f"{act}: no such act", err=True)
        raise typer.Exit(1) from None
    except ActIsSettled as fact:
        typer.echo(f"{act}: {fact.state} already; nothing was changed", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{act}: refused; case {case_id} goes on")


def reconcile_command() -> None:
    """Compare log, read model and engine. Exit 1 where they differ."""
    settings = Settings.load()

    async def run() -> list[Difference]:
        pool, temporal = await connections(settings)
        async with pool:
            found = [difference async for difference in reconcile(pool, temporal)]
            return found + [each async for each in of_the_other_side(pool, temporal, settings.task_queue)]

    differences = asyncio.run(run())
    for difference in differences:
        typer.echo(f"{difference.case_number} {difference.case_id}: {difference.what}")
    typer.echo(f"{len(differences)} differences")
    raise typer.Exit(1 if differences else 0)


async def connections(settings: Settings) -> tuple[Pool, Client]:
    pool = await open_pool(settings.database_url)
    return pool, await client(settings)
