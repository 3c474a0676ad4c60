"""The commands by which people and cases are erased and keys are changed say what they did, or why they did not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.erasing.person import (
    CaseRuns,
    ErasedAlready,
    NotErased,
    PersonUnknown,
    RecordIsKept,
    ServesABody,
    StillKept,
    rule_of,
)
from activities.sealing.key_files import KeyFiles
from cli.erasing import why_not
from cli.languages import Language
from cli.main import app
from stack.postgres import Login
from tests.driving import AT
from tests.erasing.test_erasing import Record, record
from tests.owning import by_owner, url_as
from tests.proof.tampering import work

__all__ = ["record"]
OF_AN_ABSENT_S3 = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ALLOW_HTTP": "true",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
}


async def kaifang(*arguments: str, says: str | None = None) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), says)


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path))
    monkeypatch.setenv("KAIFANG_DATABASE_URL", database_url)
    monkeypatch.setenv("KAIFANG_DATABASE_OWNER_URL", url_as(database_url, Login.OWNER))


@pytest.mark.usefixtures("at_home")
async def test_erasing_asks_first_and_says_what_went_or_why_nothing_did(record: Record) -> None:
    await work(record.driver, record.store)
    erase: Sequence[str] = ("erase", "li@demo", "--basis", "PIPL 47")

    asked = await kaifang(*erase, says="n\n")
    assert (asked.exit_code, "Nothing undoes it" in asked.output) == (1, True)
    refused = await kaifang(*erase, "--yes", "--language", "zh-CN")
    assert (refused.exit_code, "案件尚未办结" in refused.output) == (1, True)
    await by_owner(record.driver.pool, "update cases set closed_at = clock_timestamp() - interval '5 years 2 days'")
    due = await kaifang("retention")
    assert (due.exit_code, "1 cases due" in due.output, "service keeping" in due.output) == (0, True, True)
    done = await kaifang(*erase, "--yes", "--by", "acc_admin")
    assert (done.exit_code, done.output) == (0, "li@demo is erased: 1 cases, 2 texts, 1 files\n")
    on_record = await record.driver.pool.fetch("select distinct account, basis from erasures")
    assert [tuple(row) for row in on_record] == [("acc_admin", "PIPL 47")]
    assert (await kaifang("retention", "--erase")).output == "0 cases erased\n"


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("erase", [("erase", "li@demo", "--basis", "PIPL 47", "--yes"), ("retention", "--erase")])
async def test_while_the_store_of_evidence_is_away_nothing_is_destroyed(
    record: Record, monkeypatch: pytest.MonkeyPatch, erase: Sequence[str]
) -> None:
    objection, _ = await work(record.driver, record.store)
    await by_owner(record.driver.pool, "update cases set closed_at = clock_timestamp() - interval '5 years 2 days'")
    said = await record.said(objection)
    with monkeypatch.context() as away:
        away.setenv("KAIFANG_EVIDENCE_URL", "s3://bucket/prefix")
        for name, value in OF_AN_ABSENT_S3.items():
            away.setenv(name, value)
        told = await kaifang(*erase)

    assert (told.exit_code, told.stdout) == (2, "")
    (line,) = told.stderr.splitlines()
    assert line.startswith("error: the store of evidence does not answer")
    assert await record.said(objection) == said
    assert await record.driver.pool.fetchval("select count(*) from erasures") == 0
    assert (await kaifang(*erase)).exit_code == 0


@pytest.mark.usefixtures("at_home")
async def test_the_wrapping_key_is_changed_while_others_go_on(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    said = await record.said(objection)

    rotated = await kaifang("keys", "rotate")

    assert (rotated.exit_code, rotated.output) == (0, "64 data keys are wrapped by the new key\n")
    assert KeyFiles(record.home / "keys").names() == ["kek-0002"]
    assert await record.said(objection) == said


@pytest.mark.parametrize("language", Language)
def test_each_reason_for_which_nobody_is_erased_is_said_in_both_languages(language: Language) -> None:
    rule = rule_of("nanning", AT.replace(year=2026))
    assert rule is not None
    kept = RecordIsKept([StillKept("NN-1", AT.date(), rule)])
    reasons: list[NotErased] = [kept, *(kind("THIS") for kind in (PersonUnknown, ServesABody, ErasedAlready, CaseRuns))]

    said = [why_not(each, language) for each in reasons]

    assert len(set(said)) == len(reasons)
    assert all("NN-1" in each or each.endswith("THIS") for each in said)
    assert {each.isascii() for each in said} == {language is Language.EN}
