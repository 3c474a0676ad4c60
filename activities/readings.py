"""The register of who read what of a person's: one row for each officer, case, part and day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.statements import numbered
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    from activities.database import Pool

TEXTS, EVIDENCE, FEEDBACK = "texts", "evidence", "feedback"


class Reading(NamedTuple):
    """Part of a case, or feedback by its id, that an officer reads; `whose` it is, and the `body` that the officer
    serves."""

    case_id: str
    reader: str
    body: str | None
    whose: str
    part: str
    evidence_id: str = ""


PUT_ON_RECORD = numbered(
    "insert into readings (case_id, reader, body, whose, part, evidence_id, on_day, first_at) "
    "values (:case_id, :reader, :body, :whose, :part, :evidence_id, :on_day, :first_at) on conflict do nothing",
    (*Reading._fields, "on_day", "first_at"),
)


async def put_on_record(pool: Pool, reading: Reading, now: datetime) -> None:
    """The reading is on record and on the disk when this returns; what is on record for the day already stays."""
    await pool.execute(PUT_ON_RECORD, *reading, to_shanghai(now).date(), now)
