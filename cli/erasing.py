"""`kaifang erase`, `kaifang retention`, `kaifang keys`: personal data goes when its key does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn, TypeVar

import typer

from cli.languages import Language

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.directory.sealing_anew import Sealed
    from activities.erasing.cases import Erased, Eraser
    from activities.erasing.person import NotErased
    from activities.erasing.retention import Due
    from activities.sealing.key_service import KeyService
    from activities.sealing.ring import Ring
    from activities.settings import Settings
    from rules.keeping import KeepingRule

BY = "kaifang erase"
T = TypeVar("T")


class Tools(NamedTuple):
    """What a command erases with."""

    pool: Pool
    eraser: Eraser
    ring: Ring


def register(app: typer.Typer) -> None:
    """Adds the three to the command line."""
    app.command("erase")(erase)
    app.command("retention")(retention)
    keys = typer.Typer(help="Keys of personal data.")
    keys.command("rotate")(rotate)
    keys.command("leave-hsm")(leave_hsm)
    keys.command("seal")(seal)
    app.add_typer(keys, name="keys")


def erase(
    person: Annotated[str, typer.Argument(help="Login or account id.")],
    basis: Annotated[str, typer.Option(help="Why, as it stays on record, such as “PIPL 47”.")],
    by: Annotated[str, typer.Option(help="Who has it erased, as it stays on record.")] = BY,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
) -> None:
    """Erase a person: what the person wrote and uploaded, name, contacts, ways in. It cannot be undone."""
    from activities.erasing.person import NotErased, erase_person

    if not yes:
        asked = (
            f"删除{person}的全部个人信息？无法恢复。" if is_chinese(language) else f"Erase {person}? Nothing undoes it."
        )
        typer.confirm(asked, abort=True)

    async def erased() -> Erased:
        from activities.clock import DatabaseClock

        async with tools() as (pool, eraser, _):
            return await erase_person(pool, eraser, DatabaseClock(), person, by=by, basis=basis)

    try:
        done = unless_away(erased())
    except NotErased as fact:
        refuse(why_not(fact, language))
    typer.echo(
        f"{person}已删除：{done.cases}个案件，{done.texts}项文字，{done.files}个文件"
        if is_chinese(language)
        else f"{person} is erased: {done.cases} cases, {done.texts} texts, {done.files} files"
    )


def retention(
    erase: Annotated[bool, typer.Option("--erase", help="Erase what is due.")] = False,
    by: Annotated[str, typer.Option(help="Who has it erased, as it stays on record.")] = "kaifang retention",
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
) -> None:
    """Show the cases whose record need not be kept any longer: what people wrote in them is due to be erased."""
    from activities.clock import DatabaseClock
    from activities.erasing.retention import cases_due, erase_due

    async def found() -> list[Due]:
        async with tools() as (pool, eraser, ring):
            due = await cases_due(pool, ring, DatabaseClock())
            if erase:
                await erase_due(pool, eraser, DatabaseClock(), due, by)
            return due

    due = unless_away(found())
    for each in due:
        typer.echo(
            f"{each.case_number}：{each.closed_on}办结，自{each.since}起无须保存（{said(each.rule, language)}）"
            if is_chinese(language)
            else f"{each.case_number}: closed on {each.closed_on}, not to be kept since {each.since} "
            f"({said(each.rule, language)})"
        )
    if is_chinese(language):
        typer.echo(f"{len(due)}个案件{'已删除' if erase else '到期'}")
    else:
        typer.echo(f"{len(due)} cases {'erased' if erase else 'due'}")


def rotate() -> None:
    """Make a new wrapping key, wrap every data key by it, and remove the old one, which may have been a file before an
    HSM was named. Nothing is encrypted anew."""
    from activities.sealing.key_files import KeyFiles
    from activities.sealing.key_service import Moving
    from activities.sealing.seals import key_service
    from activities.settings import Settings

    settings = Settings.load()
    service = key_service(settings)
    if settings.hsm_module is not None:
        service = Moving(KeyFiles(settings.keys_apart), service)
    changed(settings, service)


def leave_hsm() -> None:
    """Wrap every data key by a key in a file, and remove those of the HSM, which no setting need name any more. To be
    done while nothing else of the service runs."""
    from activities.sealing.hsm import HsmKeys
    from activities.sealing.key_files import KeyFiles
    from activities.sealing.key_service import Moving
    from activities.settings import Settings

    settings = Settings.load()
    changed(settings, Moving(HsmKeys.of(settings), KeyFiles(settings.keys_apart)))


def seal() -> None:
    """Seal the names, contacts and channels that lie plain in the database, as the worker does by itself: those from
    before they were sealed. It can be broken off and repeated."""
    from activities.database import open_pool
    from activities.directory.sealing_anew import seal_what_is_plain
    from activities.sealing.seals import Seals
    from activities.settings import Settings

    async def sealed(settings: Settings) -> Sealed:
        async with await open_pool(settings.database_url) as pool:
            return await seal_what_is_plain(pool, Seals.open(settings))

    done = asyncio.run(sealed(Settings.load()))
    typer.echo(
        f"sealed: {done.accounts} accounts, {done.channels} channels, {done.sessions} sessions, "
        f"{done.invitations} invitations"
    )


def changed(settings: Settings, service: KeyService) -> None:
    """Changes the wrapping key, and says so."""
    from activities.sealing.key_service import WrappingKeyMissing
    from activities.sealing.ring import change_wrapping_key

    try:
        count = change_wrapping_key(settings.keys_apart, service)
    except WrappingKeyMissing as fault:
        refuse(f"the key service has no key: {fault}")
    typer.echo(f"{count} data keys are wrapped by the new key")


@asynccontextmanager
async def tools() -> AsyncIterator[Tools]:
    """Database, ring and store of the settings."""
    from activities.database import open_pool
    from activities.erasing.cases import Eraser
    from activities.evidence.store import EvidenceStore
    from activities.sealing.seals import Seals
    from activities.settings import Settings

    settings = Settings.load()
    seals = Seals.open(settings)
    async with await open_pool(settings.owner_url) as pool:
        yield Tools(pool, Eraser(seals, EvidenceStore.open(settings, seals)), seals.ring)
    seals.ring.close()


def unless_away(erasing: Coroutine[Any, Any, T]) -> T:
    """What came of it; where PostgreSQL or the store of evidence is away, one line says so, and the command ends with
    2. The same again finishes what was begun."""
    from activities.database import AWAY
    from activities.evidence.refused import EvidenceStoreAway
    from activities.sealing.key_service import KeyServiceAway

    try:
        return asyncio.run(erasing)
    except KeyServiceAway:
        raise
    except EvidenceStoreAway as fault:
        why = f"the store of evidence does not answer ({fault})"
    except AWAY as fault:
        why = f"PostgreSQL does not answer ({fault!r})"
    typer.echo(f"error: {' '.join(why.split())}", err=True)
    raise typer.Exit(2)


def why_not(fact: NotErased, language: Language) -> str:
    """Why a person is not erased."""
    from activities.erasing.person import RecordIsKept

    if isinstance(fact, RecordIsKept):
        kept = "; ".join(f"{each.case_number} {each.until} ({said(each.rule, language)})" for each in fact.kept)
        return f"案件记录仍须保存：{kept}" if is_chinese(language) else f"records are to be kept until: {kept}"
    zh, en = {
        "PersonUnknown": ("没有这个账号：", "there is no account "),
        "ServesABody": ("该账号属于机构工作人员：", "the account is an officer's: "),
        "ErasedAlready": ("此前已删除：", "erased before: "),
        "CaseRuns": ("案件尚未办结：", "cases have not ended: "),
    }[type(fact).__name__]
    return f"{zh if is_chinese(language) else en}{fact}"


def said(rule: KeepingRule, language: Language) -> str:
    """The rule as it is cited."""
    cited = f"{rule.citation.source} {rule.citation.article}"
    return f"保存{rule.years}年，{cited}" if is_chinese(language) else f"kept for {rule.years} years, {cited}"


def is_chinese(language: Language) -> bool:
    return language is Language.ZH


def refuse(reason: str) -> NoReturn:
    typer.echo(f"error: {reason}", err=True)
    raise typer.Exit(1)
