"""`kaifang verify`: whether anything on record was changed past the writer; and, without any record, whether a proof
that somebody holds is one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.languages import Language
from cli.verify_words import PROOF_FAULTS, compared_without, erased, sentence, spoken

if TYPE_CHECKING:
    from cryptography import x509

    from activities.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(
    proof: Annotated[
        Path | None, typer.Option(help="The document of a proof: it alone is verified, offline.", dir_okay=False)
    ] = None,
    key: Annotated[
        list[Path] | None, typer.Option(help="PEM file of a key that may have signed; repeat after a change of keys.")
    ] = None,
    stamp_roots: Annotated[
        Path | None, typer.Option(help="PEM file of the certificates under which time stamps have to be.")
    ] = None,
    files: Annotated[bool, typer.Option(help="Read every file of evidence too.")] = True,
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
) -> None:
    """Find what was changed past the writer: events, acts, texts, files, signed days. Exit 1 if anything was, 2 where
    that cannot be found out."""
    from activities.proof.stamps import RootsUnusable, roots_in
    from activities.proof.statements import KeyUnusable, public_key
    from activities.settings import Settings

    settings = Settings.load() if proof is None else None
    try:
        keys = frozenset(public_key(file) for file in key or ())
        roots = roots_in(stamp_roots) if stamp_roots else ()
        if settings is not None:
            keys, roots = keys or _keys_of(settings), roots or _roots_of(settings)
    except (KeyUnusable, RootsUnusable, OSError) as fault:
        typer.echo(f"error: {fault}", err=True)
        raise typer.Exit(2) from None
    if proof is not None:
        raise typer.Exit(_verify_proof(proof, keys, roots, language))
    assert settings is not None
    raise typer.Exit(asyncio.run(_verify_record(settings, keys, roots, files, language)))


def _verify_proof(file: Path, keys: frozenset[str], roots: tuple[x509.Certificate, ...], language: Language) -> int:
    from activities.proof.stamps import StampUnusable, stamped_at
    from activities.proof.statements import Proof, Statement

    try:
        document = json.loads(file.read_text("utf-8"))
        if isinstance(document, dict) and document.get("proof", document) is None:
            typer.echo(spoken(PROOF_FAULTS["unsigned"], language), err=True)
            return 1
        held = Proof.read(document)
    except (OSError, ValueError, AttributeError):
        typer.echo(spoken(PROOF_FAULTS["format"], language), err=True)
        return 2
    if fault := held.fault(keys):
        typer.echo(spoken(PROOF_FAULTS[fault], language), err=True)
        return 1
    try:
        at = stamped_at(held.stamp, held.statement, roots) if held.stamp and roots else None
    except StampUnusable:
        typer.echo(spoken(PROOF_FAULTS["stamp"], language), err=True)
        return 1
    statement, head = Statement.read(held.statement), held.head
    typer.echo(
        f"案件{head.case_id}的{head.events}个事件（{head.head}）在{statement.day}签名的记录中。"
        if language is Language.ZH
        else f"Case {head.case_id} with its {head.events} events ({head.head}) is in the record signed on "
        f"{statement.day}."
    )
    if at:
        typer.echo(
            f"时间戳加盖于{at:%Y-%m-%d %H:%M} UTC。"
            if language is Language.ZH
            else f"It was stamped on {at:%Y-%m-%d %H:%M} UTC."
        )
    if not keys:
        typer.echo(
            f"签名密钥：{statement.key}。请与主管部门公布的密钥核对，或者用 --key 给出。"
            if language is Language.ZH
            else f"Signed by {statement.key}: compare it with the key that the authority has published, or give that "
            "by --key."
        )
    return 0


async def _verify_record(
    settings: Settings, keys: frozenset[str], roots: tuple[x509.Certificate, ...], files: bool, language: Language
) -> int:
    from activities.database import AWAY, open_pool
    from activities.evidence.refused import EvidenceStoreAway
    from activities.evidence.store import EvidenceStore
    from activities.proof.erasing import erasures
    from activities.proof.verifying import Seen, one_look, verify_record
    from activities.proof.verifying_days import verify_days, verify_stamps
    from activities.sealing.key_service import KeyServiceAway, WrappingKeyMissing
    from activities.sealing.seals import Seals

    apart = settings.heads_apart if settings.heads_apart.is_dir() else None
    seen, count = Seen(), 0
    try:
        store = EvidenceStore.open(settings, Seals.open(settings)) if files else None
    except (WrappingKeyMissing, OSError, sqlite3.Error) as fault:
        return _broken_off(f"keys of personal data and files of evidence cannot be opened ({fault})", count)
    try:
        async with await open_pool(settings.database_url) as pool, one_look(pool) as connection:
            for findings in (
                verify_record(connection, store, seen),
                verify_days(connection, keys, apart, seen),
                verify_stamps(connection, roots, apart, seen),
            ):
                async for finding in findings:
                    count += 1
                    typer.echo(sentence(finding, language))
            if without := compared_without(seen, apart, keys, roots, language):
                typer.echo(without)
            async for erasure in erasures(connection):
                typer.echo(erased(erasure, language))
    except KeyServiceAway as fault:
        return _broken_off(f"the keys of personal data cannot be used ({fault})", count)
    except EvidenceStoreAway as fault:
        return _broken_off(f"the store of evidence does not answer ({fault})", count)
    except AWAY as fault:
        return _broken_off(f"PostgreSQL does not answer ({fault!r})", count)
    for adopted in seen.adopted:
        typer.echo(
            f"此前的{adopted.events}个事件和{adopted.acts}项操作于{adopted.adopted_at:%Y-%m-%d %H:%M}"
            "纳入哈希链，在那以前的改动无从发现。"
            if language is Language.ZH
            else f"{adopted.events} events and {adopted.acts} acts were adopted on "
            f"{adopted.adopted_at:%Y-%m-%d %H:%M}: what was changed in them before does not show."
        )
    for day, at in seen.stamped_late:
        typer.echo(
            f"{day}的时间戳加盖于{at:%Y-%m-%d %H:%M} UTC，在那以前的改签无从由它发现。"
            if language is Language.ZH
            else f"{day} was stamped on {at:%Y-%m-%d %H:%M} UTC: that it was not signed anew before that, the stamp "
            "does not show."
        )
    typer.echo(
        f"已核对{seen.cases}个案件、{seen.events}个事件、{seen.acts}项操作（{seen.texts_erased}项文字已依法删除）、"
        f"{seen.files}个文件（{seen.files_erased}个已依法删除）、{seen.days}天的签名（{seen.stamped}天有时间戳）：发现{count}处不符。"
        if language is Language.ZH
        else f"{seen.cases} cases, {seen.events} events, {seen.acts} acts ({seen.texts_erased} texts erased by law), "
        f"{seen.files} files ({seen.files_erased} erased by law), {seen.days} signed days ({seen.stamped} stamped): "
        f"{count} findings"
    )
    return 1 if count else 0


def _broken_off(why: str, count: int) -> int:
    """How it ends where no look was possible, or none to the end: what was found before stays found."""
    typer.echo(f"error: {' '.join(why.split())}", err=True)
    return 1 if count else 2


def _keys_of(settings: Settings) -> frozenset[str]:
    """The keys that may have signed days, as far as the settings name them. Raises KeyUnusable, OSError."""
    from activities.proof.statements import public_key, public_keys

    others = public_keys(settings.heads_public_keys) if settings.heads_public_keys else frozenset()
    return others | {public_key(file) for file in (settings.heads_key_file,) if file.exists()}


def _roots_of(settings: Settings) -> tuple[x509.Certificate, ...]:
    """The certificates under which stamps have to be, if the settings name any. Raises RootsUnusable, OSError."""
    from activities.proof.stamps import roots_in

    return roots_in(settings.stamp_roots) if settings.stamp_roots else ()
