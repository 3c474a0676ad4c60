"""What an officer is about to read of a person's is on record before it is read."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from activities.readings import EVIDENCE, FEEDBACK, TEXTS, Reading, put_on_record
from activities.tables.cases import EvidenceRow
from activities.tables.feedback import FeedbackRow
from models.procedures import BY_NAME
from models.state import CaseState
from reading.sight import Caller
from reading.store import Store
from rules.deadlines import to_shanghai

MOST_REMEMBERED = 50_000
"""Readings that a process knows to be on record; then it forgets all of them, and asks PostgreSQL again."""


async def texts_are_read(store: Store, caller: Caller, state: CaseState) -> None:
    """Texts of a case are about to be read: on record where the case is somebody's own and the caller an officer who is
    not its party."""
    if caller.reads_as_officer(state) and BY_NAME[state.procedure].is_the_partys_own(state):
        await _on_record(store, Reading(state.case_id, caller.account_id, caller.body, state.party, TEXTS))


async def evidence_is_read(store: Store, caller: Caller, file: EvidenceRow, party: str | None) -> None:
    """A file is about to be read: on record where it belongs to a case, and an officer reads it who neither uploaded it
    nor is the party."""
    if file.case_id and caller.is_officer and caller.account_id not in (file.account, party):
        whose = Reading(file.case_id, caller.account_id, caller.body, file.account, EVIDENCE, file.evidence_id)
        await _on_record(store, whose)


async def feedback_is_read(store: Store, caller: Caller, row: FeedbackRow) -> None:
    """What somebody told is about to be read: on record where an officer reads what another wrote."""
    if caller.account_id != row.account_id:
        whose = Reading(row.feedback_id, caller.account_id, caller.body, row.account_id, FEEDBACK)
        await _on_record(store, whose)


async def _on_record(store: Store, reading: Reading) -> None:
    """Asks PostgreSQL for the first reading of a day; this process remembers the others."""
    remembered = store.archive.readings
    if remembered.get(reading, 0.0) > monotonic():
        return
    now = await store.now()
    await put_on_record(store.pool, reading, now)
    if len(remembered) >= MOST_REMEMBERED:
        remembered.clear()
    remembered[reading] = monotonic() + rest_of_the_day(now).total_seconds()


def rest_of_the_day(now: datetime) -> timedelta:
    """Until the next midnight, Asia/Shanghai."""
    here = to_shanghai(now)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - here
