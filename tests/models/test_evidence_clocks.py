"""Guangzhou 29.2 and 29.3: anyone objects without evidence, and the first evidence begins the 15 working days."""

from __future__ import annotations

from datetime import datetime

import pytest

from models import acts as a
from models.act_contents import NoticeNamed
from models.clock import Clock
from models.telling import told
from models.tellings import Officers
from rules.deadlines import SHANGHAI
from tests.models.bench import Bench, objected

FILE = ("file-1",)


def bare() -> Bench:
    return objected("guangzhou", "quality")


@pytest.mark.duty("GZ-29b")
def test_an_objection_without_evidence_is_verified_and_its_measure_has_no_clock_yet() -> None:
    bench = bare()
    assert bench.open_stages == {"suspension", "verification"}
    clock = bench.task("verification").clock
    assert (clock.period, clock.due_at, clock.awaits_evidence) == (None, None, True)
    assert (clock.article, clock.basis) == ("29.3", "law")
    bench.passes(days=60)
    assert not bench.task("verification").passed


@pytest.mark.duty("GZ-29b")
def test_the_first_evidence_begins_the_fifteen_working_days_and_no_later_one_does() -> None:
    bench = bare().passes(days=7)
    assert bench.by_party(a.SubmitEvidence, evidence=FILE) == "accepted"
    clock = bench.task("verification").clock
    assert (clock.period, clock.awaits_evidence, clock.started_at) == ("15wd", False, bench.now)
    assert clock.due_at == datetime(2026, 12, 22, tzinfo=SHANGHAI), "Monday the 30th of November, and 15 days on"
    bench.passes(days=1)
    bench.by_party(a.SubmitEvidence, evidence=("file-2",))
    assert bench.task("verification").clock == clock
    bench.passes(clock.due_at)
    assert bench.task("verification").passed


def test_with_evidence_from_the_start_the_period_runs_from_the_receipt() -> None:
    bench = objected("guangzhou", "quality", evidence=FILE)
    clock = bench.task("verification").clock
    assert (clock.period, clock.started_at, clock.awaits_evidence) == ("15wd", bench.now, False)
    assert "ClockMoved" not in bench.types()


def test_the_provider_asks_for_evidence_and_evidence_answers_it() -> None:
    bench = bare()
    assert bench.on("verification", a.AskSupplement) == "accepted"
    assert bench.task("verification").supplement_asked_at
    bench.by_party(a.SubmitEvidence, evidence=FILE)
    assert bench.task("verification").supplement_asked_at is None


def test_who_verifies_may_answer_without_waiting_for_evidence_and_is_not_late() -> None:
    bench = bare().passes(days=40)
    assert bench.decide("verification", "keep_open") == "accepted"
    assert (bench.state.closed, bench.task("verification").late) == ("kept_open", False)


def test_officers_are_told_when_a_period_begins_whoever_has_claimed_it() -> None:
    bench = bare()
    before, known = bench.state, len(bench.log)
    bench.by_party(a.SubmitEvidence, evidence=FILE)
    sent = [each for each in told(before, bench.state, bench.log[known:]) if each.kind == "evidence_submitted"]
    assert [(each.to, each.facts["stage"], each.facts["due_on"]) for each in sent] == [
        (Officers("guangzhou.provider"), "verification", "2026-12-14")
    ]


def test_a_notice_moves_no_clock_that_waits_for_evidence() -> None:
    bench = bare()
    notice = NoticeNamed(calendar_version=1, scope="CN", document="x", published_on=bench.now.date())
    by = a.Actor(account="notices")
    assert bench.judged(bench.act(a.ApplyNotice, by, calendar_version=1, notice=notice)) == "accepted"
    assert "ClockMoved" not in bench.types()


def test_a_clock_from_before_awaits_nothing() -> None:
    known = bare().task("verification").clock.model_dump(exclude={"awaits_evidence"})
    assert Clock.model_validate(known).awaits_evidence is False
