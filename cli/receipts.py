"""`kaifang receipts`: what callers were answered and the record does not have, after PostgreSQL has gone back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.languages import Language

if TYPE_CHECKING:
    from activities.proof.receipts import Compared
    from activities.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("receipts")(receipts)


def receipts(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="the folder `receipts` of each API, or one that has them all; left out: that of the data folder",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
) -> None:
    """Name what was received and answered, and is not on record: what a standby that lagged, or a backup, lacks. Exit 1
    where there is any, 2 where that cannot be found out."""
    from activities.database import AWAY
    from activities.settings import Settings
    from rules.deadlines import to_shanghai

    settings = Settings.load()
    named = folders or [settings.receipts_apart]
    if not all(folder.is_dir() for folder in named):
        typer.echo(f"error: {named[0]} is not there: no API has kept receipts in this data folder", err=True)
        raise typer.Exit(2)
    try:
        found = asyncio.run(_compared(settings, named))
    except AWAY as away:
        typer.echo(f"error: PostgreSQL is away: {away!r}", err=True)
        raise typer.Exit(2) from None
    if not found.receipts:
        typer.echo(f"error: no receipt is in {', '.join(map(str, named))}: nothing was compared", err=True)
        raise typer.Exit(2)
    for each in found.lost:
        at = to_shanghai(each.received_at)
        typer.echo(
            f"案件{each.case_id}的操作{each.act_id}于{at:%Y-%m-%d %H:%M:%S}收到并已答复，记录中没有。"
            if language is Language.ZH
            else f"Act {each.act_id} of case {each.case_id} was received on {at:%Y-%m-%d at %H:%M:%S} and answered, "
            "and is not on record."
        )
    typer.echo(
        f"已核对{found.receipts}份收件：{len(found.lost)}份遗失"
        if language is Language.ZH
        else f"{found.receipts} receipts: {len(found.lost)} lost"
    )
    raise typer.Exit(1 if found.lost else 0)


async def _compared(settings: Settings, folders: list[Path]) -> Compared:
    from activities.database import open_pool
    from activities.proof.receipts import compare, kept_in

    async with await open_pool(settings.database_url) as pool:
        return await compare(pool, kept_in(folders))
