"""C2 and C3: cases of all five cities over two APIs, two workers and two hosts of Temporal, one of which dies."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.http.tokens import issue, signing_key
from deploy.cluster.cluster import Cluster
from rules.loading import cities
from tests.cluster.callers import IDS, USER, Callers
from tests.cluster.judging import agrees, shown

LONG = bool(os.environ.get("KAIFANG_LONG"))
CASES = 300 if LONG else 20
CASES_AROUND_A_DEATH = 100 if LONG else 25
ACTS_BEFORE = 40
"""Answers after which something dies: by then cases of every city are on their way."""
AFTER_A_DEATH = 60.0
"""Seconds after which somebody is answered again at the latest."""


def test_a_token_is_good_at_two_apis_that_have_no_file_in_common(seeded: Cluster, tmp_path: Path) -> None:
    assert {file.name for folder in seeded.api_folders for file in folder.iterdir()} <= {"evidence", "receipts"}
    mine, others = signing_key(seeded.signing_key_file), signing_key(tmp_path / "another-issuer.pem")
    for key, answer in ((mine, httpx.codes.OK), (others, httpx.codes.UNAUTHORIZED)):
        headers = {"Authorization": f"Bearer {issue(key, IDS[USER], timedelta(minutes=5))}"}
        said = [httpx.get(f"{url}/v1/cases", headers=headers, trust_env=False) for url in seeded.api_urls]
        assert [each.status_code for each in said] == [answer] * 2


@pytest.mark.timeout(3600 if LONG else 300)
async def test_granted_cases_of_five_cities_over_two_apis_and_two_workers(seeded: Cluster, people: Callers) -> None:
    begun = time.monotonic()
    await people.many(cities(), CASES, "load")
    took = time.monotonic() - begun
    await agrees(seeded, people.ledger)
    ledger = people.ledger
    assert (len(ledger.filed), len(ledger.granted)) == (CASES, CASES)
    assert set(ledger.told.values()) == {"accepted"}
    shown(
        check="C2",
        cases_per_second=round(CASES / took, 2),
        acts=len(ledger.received),
        asked_at_the_gate=ledger.asked,
        p50_ms=round(ledger.percentile(0.5) * 1e3),
        p99_ms=round(ledger.percentile(0.99) * 1e3),
    )


@pytest.mark.timeout(3600 if LONG else 300)
async def test_a_host_of_temporal_that_is_killed_under_load_loses_nothing(seeded: Cluster, people: Callers) -> None:
    dies = seeded.temporal_hosts[1]
    async with asyncio.TaskGroup() as group:
        group.create_task(people.many(cities(), CASES_AROUND_A_DEATH, "death"))
        await people.ledger.answered(ACTS_BEFORE)
        await asyncio.to_thread(dies.kill)
        killed_at = time.monotonic()
    after = [moment for moment in people.ledger.answered_at if moment > killed_at]
    await asyncio.to_thread(dies.start)
    await agrees(seeded, people.ledger)
    ledger = people.ledger
    assert len(ledger.granted) == CASES_AROUND_A_DEATH
    shown(
        check="C3",
        first_answer_after_s=round(min(after) - killed_at, 2),
        longest_silence_s=round(ledger.longest_silence(), 2),
        p50_ms=round(ledger.percentile(0.5) * 1e3),
        p99_ms=round(ledger.percentile(0.99) * 1e3),
        longest_call_s=round(max(ledger.seconds), 2),
    )
    assert ledger.longest_silence() < AFTER_A_DEATH
