"""Who read what of a person's, as it is shown."""

from __future__ import annotations

from datetime import date
from typing import Literal

from reading.shape import Instant, Shape


class ReadingShown(Shape):
    """On that day an officer read a part of the case: its `texts`, or a file of its `evidence`, whose name only its
    owner is told; or `feedback`, whose id stands for that of a case, and which has no number. `read_by` is the
    officer's login, `first_at` the first time of the day."""

    on: date
    first_at: Instant
    case_id: str
    case_number: str | None
    part: Literal["texts", "evidence", "feedback"]
    part_label: str
    evidence_id: str | None
    evidence_name: str | None
    read_by: str
    body: str | None
    body_name: str | None
