"""What the service answers of how the holder of a grant uses the data: reports owed and made, its own record, what
inspections found."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from models.acts import InspectionFinding
from reading.shape import Instant, RuleNamed, Shape


class ReportOnUse(Shape):
    """A report that is owed, or was made. `late`: it was made after its period, or its period is over and it is owed
    still; `outcome` says how the case ended, null while it is open."""

    case_id: str
    case_number: str
    owed_on: date
    owed: Annotated[bool, Field(description="the user has yet to answer")]
    late: bool
    outcome: str | None
    outcome_label: str | None


class UseOnRecord(Shape):
    """An entry of the user's own record, of that day; `text` is null once it was erased, or for whoever may not read
    it."""

    used_on: date
    recorded_at: Instant
    text: str | None


class InspectionOnRecord(Shape):
    """What a body found of the use and its safeguards."""

    inspected_on: date
    recorded_at: Instant
    body: str
    body_name: str
    finding: InspectionFinding
    finding_label: str
    text: str | None
    law: RuleNamed


class UseOfGrant(Shape):
    """How a grant is used. `report_days` is the interval of its agreement, null where it owes no reports;
    `next_report_on` the day on which the next one is owed, null where none will be. `obtained_on` is the last day on
    which the gate let the data be fetched by this grant, as the log of accesses has it."""

    case_id: str
    case_number: str
    report_days: int | None
    next_report_on: date | None
    obtained_on: date | None
    reports: list[ReportOnUse]
    records: list[UseOnRecord]
    inspections: list[InspectionOnRecord]
