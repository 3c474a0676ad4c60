"""`kaifang accounts`: officers come by invitation and with a second person's consent, and in no other way."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from activities.clock import DatabaseClock
from activities.database import open_pool, present
from activities.directory.account_record import by_command
from activities.directory.appointments import close_account
from activities.directory.officers import NewOfficer, OfficerRefused, enrol
from activities.directory.people import LASTS, AccountUnknown, Invitation, KnownAlready, invite
from activities.directory.tokens import revoke_all, revoke_one
from activities.sealing.seals import Seals
from activities.settings import Settings
from cli import roles
from cli.files import refuse


class Role(StrEnum):
    """What somebody may be who does not come by itself."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


def register(app: typer.Typer) -> None:
    """Adds `accounts` to the command line."""
    accounts = typer.Typer(help="Accounts of officers: enrol and invite them; roles wait for a second person.")
    accounts.command("enrol")(enrol_command)
    accounts.command("invite")(invite_command)
    accounts.command("import")(roles.import_command)
    accounts.command("waiting")(roles.waiting_command)
    accounts.command("confirm")(roles.confirm_command)
    accounts.command("close")(close_command)
    accounts.command("revoke")(revoke_command)
    accounts.command("record")(roles.record_command)
    app.add_typer(accounts, name="accounts")


def enrol_command(
    login: Annotated[str, typer.Argument(help="Such as zhang.san@nanning.transport; it never changes.")],
    name: Annotated[str, typer.Option(help="As people know the officer.")],
    role: Annotated[list[Role], typer.Option(help="May be said several times.")],
    body: Annotated[str | None, typer.Option(help="Such as nanning.transport; none for an administrator.")] = None,
    english_name: Annotated[str | None, typer.Option(help="In English pages; else as --name.")] = None,
) -> None:
    """Make the account of an officer. Nobody can log in by it until somebody is invited, and nobody act by it until an
    administrator confirms its roles."""
    officer = NewOfficer(login, name, english_name or name, body, frozenset(each.value for each in role))
    try:
        asyncio.run(_enrol(Settings.load(), officer))
    except OfficerRefused as refused:
        refuse(str(refused))
    typer.echo(
        f"{login} is enrolled, and its roles wait for an administrator; "
        f"invite whoever it is: kaifang accounts invite {login} --email …"
    )


async def _enrol(settings: Settings, officer: NewOfficer) -> None:
    async with await open_pool(settings.database_url) as pool:
        await enrol(pool, officer, by_command(), Seals.open(settings))


def invite_command(
    login: Annotated[str, typer.Argument(help="Login of the account that the person is to have.")],
    issuer: Annotated[str | None, typer.Option(help="The provider; else KAIFANG_OIDC_ISSUER.")] = None,
    subject: Annotated[str | None, typer.Option(help="What the provider calls the person for ever.")] = None,
    email: Annotated[str | None, typer.Option(help="A mailbox that the provider has checked.")] = None,
) -> None:
    """Invite somebody to an account: the first login of that subject or mailbox takes it, within 14 days."""
    if (subject is None) == (email is None):
        refuse("say either --subject or --email", 2)
    settings = Settings.load()
    at = issuer or settings.oidc_issuer
    if at is None:
        refuse("say --issuer, or set KAIFANG_OIDC_ISSUER", 2)
    try:
        asyncio.run(_invite(settings, login, at, subject, email))
    except AccountUnknown:
        refuse(f"there is no account {login}")
    except KnownAlready:
        refuse(f"{login} is somebody's already, or whoever you invite has an account of its own")
    typer.echo(f"{login}: whoever logs in as {subject or email} at {at} within {LASTS.days} days is this account")


async def _invite(settings: Settings, login: str, issuer: str, subject: str | None, email: str | None) -> None:
    async with await open_pool(settings.database_url) as pool:
        async with pool.acquire() as connection:
            now = DatabaseClock().at(await present(connection))
        it = Invitation(issuer, subject, email)
        await invite(pool, login, it, now, by_command(), seals=Seals.open(settings))


def close_command(login: Annotated[str, typer.Argument(help="Login of the officer.")]) -> None:
    """Close an officer's account: no role, no body, no session. The last administrator's too."""
    try:
        asyncio.run(_close(Settings.load(), login))
    except AccountUnknown:
        refuse(f"there is no account {login}")
    except OfficerRefused as refused:
        refuse(str(refused))
    typer.echo(f"{login} is closed")


async def _close(settings: Settings, login: str) -> None:
    async with await open_pool(settings.database_url) as pool:
        await close_account(pool, login, by_command())


def revoke_command(
    account: Annotated[str, typer.Argument(help="Login or id of the account.")],
    jti: Annotated[str | None, typer.Option(help="The one token of this name; else all, and all sessions.")] = None,
) -> None:
    """Make tokens void that were issued up to now, and end the sessions."""
    try:
        asyncio.run(_revoke(Settings.load(), account, jti))
    except AccountUnknown:
        refuse(f"there is no account {account}")
    typer.echo(f"{account}: revoked")


async def _revoke(settings: Settings, account: str, jti: str | None) -> None:
    async with await open_pool(settings.database_url) as pool:
        if jti is None:
            await revoke_all(pool, account, by_command())
        else:
            await revoke_one(pool, account, jti, by_command())
