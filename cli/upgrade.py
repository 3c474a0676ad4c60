"""`kaifang upgrade`: which version of the worker begins and runs cases, while another one does so still."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Coroutine, Iterable
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from activities.database import open_pool
from activities.engine.draining import A_SECOND, Draining, StillRouted
from activities.engine.handing_over import Engine
from activities.engine.payloads import client
from activities.engine.versions import VersionRefused, Versions, build_of
from activities.settings import Settings
from cli.languages import Language
from cli.upgrade_words import line_of, round_of, said

Spoken = Annotated[Language, typer.Option(help="Language of what is said.")]
Build = Annotated[str | None, typer.Argument(help="The version; left out: the one of this installation.")]


def register(app: typer.Typer) -> None:
    upgrade = typer.Typer(help="Versions of the worker: which is current, which is tried, which may be stopped.")
    upgrade.command("status")(status)
    upgrade.command("ramp")(ramp)
    upgrade.command("current")(current)
    upgrade.command("drain")(drain)
    app.add_typer(upgrade, name="upgrade")


def status(language: Spoken = Language.EN) -> None:
    """Show every version: how it stands, whether a worker of it runs, how many cases are still on it."""

    async def run(settings: Settings) -> None:
        standing = await (await versions_of(settings)).standing()
        if not standing.versions:
            typer.echo(said("no_versions", language))
        heads = tuple(said(name, language) for name in ("build", "since", "state", "workers", "cases"))
        lines = [line_of(version, language) for version in standing.versions]
        if standing.unversioned:
            lines.append((said("unversioned", language), "", "", "", str(standing.unversioned)))
        for line in table([heads, *lines] if lines else []):
            typer.echo(line)

    asyncio.run(answered(run(Settings.load()), language))


def ramp(
    percent: Annotated[str, typer.Argument(help="Of a hundred cases, how many it gets: 5, 5%; 0 ends the ramp.")],
    build: Build = None,
    language: Spoken = Language.EN,
) -> None:
    """Let a version have a part of the cases, always the same: new ones at once, running ones with their next act."""
    part = as_percent(percent)

    async def run(settings: Settings) -> None:
        versions = await versions_of(settings)
        if not part:
            await versions.end_ramp()
            typer.echo(said("no_ramp", language))
            return
        named = build or build_of(settings)
        await versions.ramp(named, part)
        typer.echo(said("ramping", language, build=named, percent=part))

    asyncio.run(answered(run(Settings.load()), language))


def current(build: Build = None, language: Spoken = Language.EN) -> None:
    """Let a version have all cases: new ones at once, running ones with their next act, or when they are woken."""

    async def run(settings: Settings) -> None:
        named = build or build_of(settings)
        await (await versions_of(settings)).make_current(named)
        typer.echo(said("is_current", language, build=named))

    asyncio.run(answered(run(Settings.load()), language))


def drain(
    build: Annotated[str, typer.Argument(help="The version that is to be stopped.")],
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="Cases that are woken in a second.")] = A_SECOND,
    language: Spoken = Language.EN,
) -> None:
    """Wake the cases that sleep on a version, so that they go on at the one that is current, until it is drained. It
    may be broken off and begun again."""

    async def run(settings: Settings) -> None:
        async with await open_pool(settings.database_url) as pool:
            temporal = await client(settings)
            engine = Engine(pool, temporal, settings.task_queue)
            draining = Draining(Versions(temporal, settings.task_queue), engine, rate)
            last = ""
            async for version, done in draining.rounds(build):
                if (line := round_of(version, done, language)) != last:
                    typer.echo(line)
                last = line

    asyncio.run(answered(run(Settings.load()), language))


async def answered(doing: Coroutine[Any, Any, None], language: Language) -> None:
    """What the engine does not take is said in one line, and the command ends with 1."""
    try:
        await doing
    except StillRouted as fact:
        why = said("still_routed", language, build=fact)
    except LookupError as fact:
        why = said("unknown", language, build=fact.args[0])
    except VersionRefused as fact:
        why = said("refused", language, why=fact)
    except RPCError as failure:
        why = said("refused", language, why=failure.message)
    except RuntimeError as away:
        # So the client says that it cannot connect.
        why = said("away", language, why=away)
    else:
        return
    typer.echo(f"error: {why}", err=True)
    raise typer.Exit(1)


async def versions_of(settings: Settings) -> Versions:
    return Versions(await client(settings), settings.task_queue)


def as_percent(written: str) -> float:
    """Raises BadParameter."""
    try:
        percent = float(written.strip().removesuffix("%"))
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise typer.BadParameter("a number from 0 to 100", param_hint="PERCENT")
    return percent


def table(lines: Iterable[tuple[str, ...]]) -> Iterable[str]:
    """The lines with their columns below one another; a Chinese character is as wide as two others."""
    listed = list(lines)
    widths = [max(map(width, column)) for column in zip(*listed, strict=True)]
    for line in listed:
        yield "  ".join(each + " " * (wide - width(each)) for each, wide in zip(line, widths, strict=True)).rstrip()


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
