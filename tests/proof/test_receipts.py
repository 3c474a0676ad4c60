"""What was received and answered lies apart from the database, and what the database has lost of it is named."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.proof.receipts import KEPT_FOR, Receipt, Receipts, compare, kept_in
from activities.record.inbox import Inbox
from tests.driving import Driver

KAIFANG = Path(sys.executable).with_name("kaifang")
AT = datetime(2026, 11, 29, 17, tzinfo=UTC)
"""In Shanghai the day after."""
FILE = "2026-11-30.jsonl"


@pytest.fixture
def kept(driver: Driver, tmp_path: Path) -> Path:
    """A folder in which the driver's inbox keeps receipts."""
    driver.inbox = Inbox(driver.pool, driver.log, driver.clock, Receipts(tmp_path / "receipts"))
    return tmp_path / "receipts"


async def said(home: Path, database_url: str, *arguments: str) -> tuple[int, list[str]]:
    process = await asyncio.create_subprocess_exec(
        *(str(KAIFANG), "receipts", *arguments),
        env={"KAIFANG_HOME": str(home), "KAIFANG_DATABASE_URL": database_url, "PATH": "", "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode().splitlines()


async def test_a_filing_and_an_act_are_kept_apart_when_they_are_answered(driver: Driver, kept: Path) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    stage = await driver.pool.fetchval("select stage from tasks where case_id = $1", case_id)
    await driver.decide(case_id, stage, "accept", act_id="act-of-a-test", hand_over=False)
    assert [each.act_id for each in kept_in([kept])] == [f"{case_id}.file", "act-of-a-test"]
    assert (await compare(driver.pool, kept_in([kept]))).lost == []


async def test_what_the_record_lacks_is_named_until_it_is_sent_again(
    driver: Driver, kept: Path, database_url: str
) -> None:
    await driver.file("nanning", hand_over=False)
    case_id = str(uuid.uuid4())
    lost = Receipt(f"{case_id}.file", case_id, AT)
    Receipts(kept).keep(lost)
    Receipts(kept).keep(lost)
    assert await compare(driver.pool, kept_in([kept])) == (2, [lost])
    status, lines = await said(kept.parent, database_url)
    assert (status, lines) == (
        1,
        [
            f"Act {case_id}.file of case {case_id} was received on 2026-11-30 at 01:00:00 and answered, "
            "and is not on record.",
            "2 receipts: 1 lost",
        ],
    )
    status, lines = await said(kept.parent, database_url, str(kept), "--language", "zh-CN")
    assert lines[-1] == "已核对2份收件：1份遗失"
    await driver.file("nanning", case_id=case_id, hand_over=False)
    assert await said(kept.parent, database_url) == (0, ["2 receipts: 0 lost"])


async def test_without_any_receipts_nobody_is_told_that_none_is_lost(tmp_path: Path, database_url: str) -> None:
    status, (line,) = await said(tmp_path, database_url)
    assert status == 2
    assert "no API has kept receipts" in line
    (tmp_path / "receipts" / "of-a-pod").mkdir(parents=True)
    status, lines = await said(tmp_path, database_url)
    assert (status, lines) == (2, [f"error: no receipt is in {tmp_path / 'receipts'}: nothing was compared"])


def test_a_folder_that_has_the_folders_of_several_has_the_receipts_of_all(tmp_path: Path) -> None:
    Receipts(tmp_path / "b").keep(Receipt("a1", "c1", AT - timedelta(days=1)))
    Receipts(tmp_path / "a").keep(Receipt("a2", "c1", AT))
    Receipts(tmp_path).keep(Receipt("a3", "c1", AT))
    assert [each.act_id for each in kept_in([tmp_path])] == ["a1", "a3", "a2"]


async def test_more_than_are_asked_about_at_once_are_all_compared(
    driver: Driver, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.proof.receipts.A_SET", 2)
    for number in range(5):
        Receipts(kept).keep(Receipt(f"a{number}", "c1", AT - timedelta(seconds=number)))
    receipts, lost = await compare(driver.pool, kept_in([kept]))
    assert (receipts, [each.act_id for each in lost]) == (5, ["a4", "a3", "a2", "a1", "a0"])


def test_a_day_has_a_file_that_its_owner_alone_reads_and_old_days_go(tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    Receipts(folder).keep(Receipt("a0", "c1", AT - KEPT_FOR - timedelta(days=1)))
    Receipts(folder).keep(Receipt("a1", "c1", AT - KEPT_FOR))
    Receipts(folder).keep(Receipt("a2", "c1", AT))
    assert [each.act_id for each in kept_in([folder])] == ["a1", "a2"]
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_power_cut_has_torn_is_no_receipt(tmp_path: Path) -> None:
    Receipts(tmp_path).keep(Receipt("a1", "c1", AT))
    with (tmp_path / FILE).open("a") as file:
        file.write('["a2", "c1"\n17\n["a2", "c')
    Receipts(tmp_path).keep(Receipt("a3", "c1", AT))
    assert list(kept_in([tmp_path])) == [Receipt("a1", "c1", AT), Receipt("a3", "c1", AT)]


def test_a_folder_that_takes_nothing_refuses_nobody_and_is_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "receipts").touch()
    receipts = Receipts(tmp_path / "receipts")
    receipts.keep(Receipt("a1", "c1", AT))
    receipts.keep(Receipt("a2", "c1", AT))
    assert len(caplog.records) == 1
    (tmp_path / "receipts").unlink()
    receipts.keep(Receipt("a3", "c1", AT))
    assert [each.act_id for each in kept_in([tmp_path / "receipts"])] == ["a3"]


def test_a_disk_that_takes_half_a_line_is_full_and_the_next_line_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receipts, write = Receipts(tmp_path), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:9]))
        receipts.keep(Receipt("a1", "c1", AT))
    assert "No space left" in caplog.text
    receipts.keep(Receipt("a2", "c1", AT))
    assert list(kept_in([tmp_path])) == [Receipt("a2", "c1", AT)]


async def test_a_disk_that_does_not_answer_holds_up_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receipts, answers = Receipts(tmp_path), stalled(monkeypatch)
    try:
        await receipts.kept(Receipt("a1", "c1", AT))
        await receipts.kept(Receipt("a2", "c1", AT))
        assert len(caplog.records) == 1
    finally:
        answers.set()
    await receipts.finish()
    assert [each.act_id for each in kept_in([tmp_path])] == ["a1", "a2"]


async def test_what_waited_behind_a_disk_that_did_not_answer_is_kept_once_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts, answers = Receipts(tmp_path), stalled(monkeypatch)
    waited = [Receipt(f"a{number}", "c1", AT) for number in range(9)]
    try:
        await asyncio.gather(*(receipts.kept(each) for each in waited))
        assert list(kept_in([tmp_path])) == []
    finally:
        answers.set()
    await receipts.kept(Receipt("after", "c1", AT))
    async with asyncio.timeout(10):
        while len(list(kept_in([tmp_path]))) < 10:  # noqa: ASYNC110  a disk tells nobody
            await asyncio.sleep(0.01)
    assert [each.act_id for each in kept_in([tmp_path])] == [*(each.act_id for each in waited), "after"]


async def test_a_service_that_ends_writes_what_waits_or_says_how_much_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("activities.proof.receipts.AT_THE_END", 0.01)
    receipts, answers = Receipts(tmp_path), stalled(monkeypatch)
    try:
        await asyncio.gather(*(receipts.kept(Receipt(f"a{number}", "c1", AT)) for number in range(3)))
        await receipts.finish()
        assert "3 receipts were not written" in caplog.text
    finally:
        answers.set()
    monkeypatch.undo()
    await receipts.finish()
    assert len(list(kept_in([tmp_path]))) == 3


def stalled(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A disk that takes nothing until the event is set, and those who are to be answered wait for it but briefly."""
    answers, write = threading.Event(), os.write

    def answering_late(file: int, line: bytes) -> int:
        answers.wait()
        return write(file, line)

    monkeypatch.setattr("activities.proof.receipts.WAITED_FOR", 0.01)
    monkeypatch.setattr(os, "write", answering_late)
    return answers
