"""`kaifang restore`, `kaifang reconcile`, `kaifang refuse`: the engine started over from the logs, all three compared,
and an act settled that nobody can judge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from temporalio.client import Client
from temporalio.service import RPCError

from activities.database import AWAY, Pool, open_pool
from activities.engine.handing_over import Engine
from activities.engine.payloads import client
from activities.engine.reconciling import SAMPLE, Difference, Wanted, of_the_other_side, reconcile
from activities.engine.restoring import PATIENCE, NothingToRestore, Restored, restore, restore_one
from activities.engine.side_by_side import as_many_as_fit, reconcile_side_by_side
from activities.record.refusing import ActIsSettled, ActUnknown, refuse
from activities.settings import Settings
from rules.deadlines import SHANGHAI
from rules.loading import cities

T = TypeVar("T")

WORTH_PROCESSES = 2000
"""Cases; fewer are compared before another process has begun."""


class EngineAway(Exception):
    """The engine cannot be reached."""


def register(app: typer.Typer) -> None:
    app.command("restore")(restore_command)
    app.command("reconcile")(reconcile_command)
    app.command("refuse")(refuse_command)


def restore_command(
    case: Annotated[str | None, typer.Argument(help="the id of one case; left out: every case that needs it")] = None,
) -> None:
    """Start the engine over from the logs, after its database was lost or PostgreSQL was set back. A case that agrees
    with its log is left alone, but for one that is named. May be repeated. Exit 1 if a case fails, 2 if Temporal or
    PostgreSQL is away."""
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
            has_a_log = unless_away(one(case))
        except NothingToRestore:
            typer.echo(f"{case}: no such case", err=True)
            raise typer.Exit(1) from None
        typer.echo(
            f"{case}: {'started over from its log' if has_a_log else 'ended in the engine: there is no log of it'}"
        )
        return
    restored = unless_away(every())
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
        case_id = unless_away(run())
    except ActUnknown:
        typer.echo(f"{act}: no such act", err=True)
        raise typer.Exit(1) from None
    except ActIsSettled as fact:
        typer.echo(f"{act}: {fact.state} already; nothing was changed", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{act}: refused; case {case_id} goes on")


def reconcile_command(
    city: Annotated[str | None, typer.Option(help="only cases of this city")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="only cases whose log or inbox has grown since then, by Shanghai's clock")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, help="open cases of which the engine's history is read although all else agrees")
    ] = SAMPLE,
    processes: Annotated[
        int, typer.Option(min=0, help="that fold logs side by side; 0: one for each processor, at most 8")
    ] = 0,
) -> None:
    """Compare log, read model and engine. Exit 1 where they differ, 2 where that cannot be found out."""
    settings = Settings.load()
    wanted = Wanted(city, since.replace(tzinfo=SHANGHAI) if since else None, sample)
    if city is not None and city not in cities():
        raise typer.BadParameter(f"there is no city {city}", param_hint="--city")

    async def run() -> int:
        pool, temporal = await connections(settings)
        async with pool:
            count = 0
            async for difference in compared(pool, temporal, settings, wanted, processes or as_many_as_fit()):
                typer.echo(f"{difference.case_number} {difference.case_id}: {difference.what}")
                count += 1
            return count

    count = unless_away(run())
    typer.echo(f"{count} differences")
    raise typer.Exit(1 if count else 0)


async def compared(
    pool: Pool, temporal: Client, settings: Settings, wanted: Wanted, processes: int
) -> AsyncIterator[Difference]:
    """From both sides, by as many processes as are worth their start. What the engine has without a log is of no city
    and of no day."""
    few = await pool.fetchval("select count(*) < $1 from (select from cases limit $1) as first_ones", WORTH_PROCESSES)
    found = (
        reconcile(pool, temporal, wanted)
        if few or processes == 1
        else reconcile_side_by_side(pool, settings, wanted, processes)
    )
    async for difference in found:
        yield difference
    if wanted.city is None:
        async for difference in of_the_other_side(pool, temporal, settings.task_queue):
            yield difference


def unless_away(doing: Coroutine[Any, Any, T]) -> T:
    """What came of it; where PostgreSQL or the engine is away, one line says so, and the command ends with 2."""
    try:
        return asyncio.run(doing)
    except RPCError as failure:
        why = f"Temporal does not answer ({failure.status.name}: {failure.message})"
    except EngineAway as failure:
        why = f"Temporal does not answer ({failure})"
    except AWAY as failure:
        why = f"PostgreSQL does not answer ({failure!r})"
    typer.echo(f"error: {' '.join(why.split())}", err=True)
    raise typer.Exit(2)


async def connections(settings: Settings) -> tuple[Pool, Client]:
    """Raises EngineAway."""
    pool = await open_pool(settings.database_url)
    try:
        return pool, await client(settings)
    except RuntimeError as failure:
        # So the client says that it cannot connect.
        raise EngineAway(failure) from None
