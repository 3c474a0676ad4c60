"""`kaifang restore` and `kaifang reconcile`: the engine started over from the logs, and all three compared."""

from __future__ import annotations

import asyncio

import typer
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.database import Pool, open_pool
from activities.engine import Engine
from activities.reconciling import Difference, of_the_other_side, reconcile
from activities.restoring import Restored, restore
from activities.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("restore")(restore_command)
    app.command("reconcile")(reconcile_command)


def restore_command() -> None:
    """Start the engine over from the logs, after its database was lost. May be repeated. Exit 1 if a case fails."""
    settings = Settings.load()

    async def run() -> Restored:
        pool, temporal = await connections(settings)
        async with pool:
            return await restore(pool, Engine(pool, temporal, settings.task_queue))

    restored = asyncio.run(run())
    for case_id, reason in restored.failed.items():
        typer.echo(f"{case_id}: {reason}", err=True)
    typer.echo(f"{restored.cases} open cases are in the engine")
    raise typer.Exit(1 if restored.failed else 0)


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
    return pool, await Client.connect(**settings.temporal(), data_converter=pydantic_data_converter)
