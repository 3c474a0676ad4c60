"""`kaifang accounts`: many at once, the roles that wait, and the record of who may do what."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from activities.database import open_pool
from activities.directory import account_record, confirming
from activities.directory.account_record import by_command
from activities.directory.confirming import NotTheSecond, ProposalUnknown
from activities.directory.importing import OF_ACCOUNTS, FileFaulty, Row, import_accounts
from activities.sealing.seals import Seals
from activities.settings import Settings
from cli.files import read, refuse, refuse_all
from rules.deadlines import to_shanghai


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV, or YAML by its name; columns: " + ", ".join(OF_ACCOUNTS))],
    issuer: Annotated[str | None, typer.Option(help="Of the invitations; else KAIFANG_OIDC_ISSUER.")] = None,
) -> None:
    """Enrol the officers of a file and invite them, all or nothing; their roles wait for an administrator."""
    rows = read(file, OF_ACCOUNTS)
    settings = Settings.load()
    try:
        count = asyncio.run(_import(settings, rows, issuer or settings.oidc_issuer))
    except FileFaulty as faulty:
        refuse_all(file, faulty)
    typer.echo(f"{count} enrolled; an administrator confirms their roles: {settings.pages_url}/admin/roles")


async def _import(settings: Settings, rows: list[Row], issuer: str | None) -> int:
    async with await open_pool(settings.database_url) as pool:
        return await import_accounts(pool, rows, issuer, by_command(), Seals.open(settings))


def waiting_command() -> None:
    """List the roles that wait to be confirmed."""
    for row in asyncio.run(_waiting(Settings.load())):
        roles, by = ", ".join(row["roles"]), row["proposer"] or f"command of {row['by_command']}"
        typer.echo(
            f"{row['proposal_id']}  {row['login']}: {roles}, by {by}, until {to_shanghai(row['until_at']):%F %R}"
        )


async def _waiting(settings: Settings) -> list[Any]:
    async with await open_pool(settings.database_url) as pool:
        return await confirming.waiting(pool)


def confirm_command(
    proposals: Annotated[list[str], typer.Argument(help="As `kaifang accounts waiting` names them.")],
) -> None:
    """Confirm roles that an administrator proposed; what a command proposed, an administrator confirms."""
    try:
        logins = asyncio.run(_confirm(Settings.load(), proposals))
    except ProposalUnknown as unknown:
        refuse(f"no such role waits: {unknown}")
    except NotTheSecond as fact:
        refuse(str(fact))
    typer.echo(f"confirmed: {', '.join(logins)}")


async def _confirm(settings: Settings, proposals: list[str]) -> list[str]:
    async with await open_pool(settings.database_url) as pool:
        return await confirming.confirm(pool, proposals, by_command())


def record_command(
    account: Annotated[str | None, typer.Argument(help="Login or id; else of all.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """Print who was given or refused what, the latest first."""
    for row in asyncio.run(_record(Settings.load(), account, limit)):
        by = row["by_login"] or (f"command of {row['by_command']}" if row["by_command"] else "nobody known")
        times = f" {row['times']} times" if row["times"] > 1 else ""
        what = f"{to_shanghai(row['at']):%F %T} {row['what']}{times} {row['login'] or '-'} by {by}"
        typer.echo(" ".join(part for part in (what, row["address"], _facts(row["details"])) if part))


def _facts(details: str) -> str:
    return "" if json.loads(details) == {} else details


async def _record(settings: Settings, account: str | None, limit: int) -> list[Any]:
    async with await open_pool(settings.database_url) as pool:
        return await account_record.latest(pool, account, limit)
