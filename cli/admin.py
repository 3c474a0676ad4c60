"""`kaifang admin`: the administrator with whom an installation begins."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from activities.clock import DatabaseClock
from activities.database import open_pool, present
from activities.directory.account_record import by_command
from activities.directory.officers import AdministratorThere, NewOfficer, OfficerRefused, create_first_administrator
from activities.directory.people import LASTS, Invitation, KnownAlready
from activities.sealing.seals import Seals
from activities.settings import Settings
from cli.files import refuse


def register(app: typer.Typer) -> None:
    """Adds `admin` to the command line."""
    admin = typer.Typer(help="The first administrator, who names all others.")
    admin.callback()(group)
    admin.command("create")(create)
    app.add_typer(admin, name="admin")


def group() -> None:
    """The first administrator, who names all others."""


def create(
    login: Annotated[str, typer.Argument(help="Such as li.si@administration; it never changes.")],
    name: Annotated[str, typer.Option(help="As people know the administrator.")],
    english_name: Annotated[str | None, typer.Option(help="In English pages; else as --name.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The provider; else KAIFANG_OIDC_ISSUER.")] = None,
    subject: Annotated[str | None, typer.Option(help="What the provider calls the person for ever.")] = None,
    email: Annotated[str | None, typer.Option(help="A mailbox that the provider has checked.")] = None,
) -> None:
    """Make the first administrator, whom nobody confirms: where there is one already, that one names the next."""
    if subject is not None and email is not None:
        refuse("say --subject or --email, not both", 2)
    settings = Settings.load()
    at = issuer or settings.oidc_issuer
    if at is None and (subject or email):
        refuse("say --issuer, or set KAIFANG_OIDC_ISSUER", 2)
    invitation = Invitation(at, subject, email) if at and (subject or email) else None
    officer = NewOfficer(login, name, english_name or name, None, frozenset({"admin"}))
    try:
        asyncio.run(_create(settings, officer, invitation))
    except AdministratorThere:
        refuse("there is an administrator already, who names the next on the pages")
    except OfficerRefused as refused:
        refuse(str(refused))
    except KnownAlready:
        refuse("whoever you invite has an account of its own")
    who = f"whoever logs in as {subject or email} at {at} within {LASTS.days} days is this account"
    waits = f"invite whoever it is: kaifang accounts invite {login} --email …"
    typer.echo(f"{login} is the administrator; {who if invitation else waits}")


async def _create(settings: Settings, officer: NewOfficer, invitation: Invitation | None) -> None:
    async with await open_pool(settings.database_url) as pool:
        async with pool.acquire() as connection:
            now = DatabaseClock().at(await present(connection))
        seals = Seals.open(settings)
        await create_first_administrator(pool, officer, invitation, now, by_command(), seals=seals)
