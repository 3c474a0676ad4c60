"""Signed days are stamped by an authority that has neither record nor key; one that is away holds up nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from activities.proof.apart import file_of_stamp
from activities.proof.days import end_of
from activities.proof.findings import Fault
from activities.proof.stamping import Stamping, unstamped
from activities.proof.stamps import LARGEST, Authority, AuthorityAway, StampUnusable, stamped_at
from activities.proof.statements import Proof
from activities.proof.verifying import Seen, one_look
from activities.proof.verifying_days import verify_stamps
from activities.settings import Settings, SettingsError
from tests.owning import by_owner
from tests.proof.stamping_authority import Authority as StampingAuthority
from tests.proof.stamping_authority import running
from tests.proof.test_days import A_DAY, Signer, request_of, signer
from tests.proof.test_verify_command import verify
from worker import stamping_authority

__all__ = ["signer"]
REJECTION = bytes.fromhex("30053003020102")


@pytest.fixture
async def authority() -> AsyncIterator[StampingAuthority]:
    async with running(StampingAuthority()) as it:
        yield it


def stamping(signer: Signer, authority: StampingAuthority) -> Stamping:
    return Stamping(signer.driver.pool, Authority(authority.url, (authority.root,)), signer.folder)


async def faults(signer: Signer, authority: StampingAuthority, seen: Seen | None = None) -> list[Fault]:
    async with one_look(signer.driver.pool) as connection:
        found = verify_stamps(connection, (authority.root,), signer.folder, seen or Seen())
        return [finding.fault async for finding in found]


async def test_each_signed_day_is_stamped_once_and_the_stamp_kept_apart(
    signer: Signer, authority: StampingAuthority
) -> None:
    days = await signer.after(signer.today + A_DAY)
    assert await stamping(signer, authority).look() == days
    assert await stamping(signer, authority).look() == []
    assert authority.asked == 2
    for row in await signer.driver.pool.fetch("select * from signed_days join stamped_days using (day)"):
        apart = file_of_stamp(signer.folder, row["day"]).read_bytes()
        assert apart == row["stamp"]
        assert stamped_at(apart, row["statement"], (authority.root,)) == authority.now
    seen = Seen()
    assert await faults(signer, authority, seen) == []
    assert (seen.stamped, seen.stamped_late) == (2, [])


async def test_an_authority_that_is_away_holds_up_no_day_and_is_asked_again(
    signer: Signer, authority: StampingAuthority
) -> None:
    authority.answers = (503, b"")
    assert await signer.after(signer.today) == [signer.today]
    with pytest.raises(AuthorityAway, match="503"):
        await stamping(signer, authority).look()
    assert await signer.after(signer.today + A_DAY) == [signer.today + A_DAY]
    async with signer.driver.pool.acquire() as connection:
        assert await unstamped(connection) == 2
    authority.answers = None
    assert await stamping(signer, authority).look() == [signer.today, signer.today + A_DAY]
    async with signer.driver.pool.acquire() as connection:
        assert await unstamped(connection) == 0


async def test_what_is_no_stamp_of_the_authority_is_not_kept(signer: Signer, authority: StampingAuthority) -> None:
    await signer.after(signer.today)
    asked = Authority(authority.url, (StampingAuthority().root,))
    assert await Stamping(signer.driver.pool, asked, signer.folder).look() == []
    for answer in (b"", b"<html>", REJECTION, b"0" * (LARGEST + 1)):
        authority.answers = (200, answer)
        assert await stamping(signer, authority).look() == []
    assert await signer.driver.pool.fetchval("select count(*) from stamped_days") == 0
    assert await signer.faults() == []


async def test_an_answer_to_another_question_is_no_stamp(authority: StampingAuthority) -> None:
    here = Authority(authority.url, (authority.root,))
    held = await here.stamp("{}")
    authority.answers = (200, held)
    with pytest.raises(StampUnusable, match="another question"):
        await here.stamp("{}")
    with pytest.raises(StampUnusable):
        await here.stamp('{"other":1}')
    with pytest.raises(StampUnusable, match="something else"):
        stamped_at(held, '{"other":1}')


async def test_a_day_that_was_signed_anew_is_not_what_was_stamped(signer: Signer, authority: StampingAuthority) -> None:
    await signer.after(signer.today)
    await stamping(signer, authority).look()
    pool = signer.driver.pool
    await by_owner(pool, "update signed_days set statement = replace(statement, '\"cases\":3', '\"cases\":4')")
    assert await faults(signer, authority) == [Fault.STAMP_CHANGED]
    # Without the authority's root too, by what the stamp is over.
    async with one_look(pool) as connection:
        found = verify_stamps(connection, (), None, Seen())
        assert [finding.fault async for finding in found] == [Fault.STAMP_CHANGED]


async def test_a_stamp_of_another_authority_or_none_is_found(signer: Signer, authority: StampingAuthority) -> None:
    await signer.after(signer.today)
    await stamping(signer, authority).look()
    async with running(StampingAuthority()) as other:
        statement = await signer.driver.pool.fetchval("select statement from signed_days")
        forged = await Authority(other.url, (other.root,)).stamp(statement)
    await by_owner(signer.driver.pool, "update stamped_days set stamp = $1", forged)
    assert await faults(signer, authority) == [Fault.STAMP_CHANGED, Fault.FILE_OF_DAY]
    await by_owner(signer.driver.pool, "delete from stamped_days")
    assert await faults(signer, authority) == [Fault.STAMP_GONE]


async def test_a_stamp_that_came_late_is_said_and_is_no_fault(
    signer: Signer, authority: StampingAuthority, tmp_path: Path, database_url: str
) -> None:
    await signer.after(signer.today)
    authority.now = end_of(signer.today) + 9 * A_DAY
    await stamping(signer, authority).look()
    seen = Seen()
    assert await faults(signer, authority, seen) == []
    assert seen.stamped_late == [(signer.today, authority.now)]
    said = await verify(tmp_path, database_url, "--no-files", "--stamp-roots", str(authority.roots(tmp_path)))
    assert (said.status, said.errors) == (0, "")
    assert said.lines[-2].startswith(f"{signer.today} was stamped on ")
    assert said.lines[-1].endswith("1 signed days (1 stamped): 0 findings")


async def test_a_stranger_verifies_the_stamp_with_the_proof(
    signer: Signer, authority: StampingAuthority, tmp_path: Path
) -> None:
    await signer.after(signer.today)
    stamp = await Authority(authority.url, (authority.root,)).stamp("another statement")
    await stamping(signer, authority).look()
    held = replace(
        await signer.proof(await request_of(signer)),
        stamp=await signer.driver.pool.fetchval("select stamp from stamped_days"),
    )
    file, roots = tmp_path / "proof.json", authority.roots(tmp_path)
    for proof, status in ((held, 0), (replace(held, stamp=stamp), 1)):
        file.write_text(json.dumps(proof.document()))
        assert Proof.read(json.loads(file.read_text())) == proof
        said = await verify(tmp_path, None, "--proof", str(file), "--stamp-roots", str(roots))
        assert said.status == status
        assert ("It was stamped on 2026-01-05 00:00 UTC." in said.lines) is (status == 0)


def test_an_authority_without_its_roots_is_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path))
    monkeypatch.setenv("KAIFANG_DATABASE_URL", "postgresql://nowhere/none")
    monkeypatch.setenv("KAIFANG_STAMP_URL", "https://stamps.example/")
    with pytest.raises(SettingsError, match="KAIFANG_STAMP_ROOTS"):
        Settings.load()
    monkeypatch.setenv("KAIFANG_STAMP_ROOTS", str(StampingAuthority().roots(tmp_path)))
    named = stamping_authority(Settings.load())
    assert named
    assert (named.url, len(named.roots)) == ("https://stamps.example/", 1)
    monkeypatch.delenv("KAIFANG_STAMP_URL")
    assert stamping_authority(Settings.load()) is None
