"""What is on record of the use of data: the own record of its user, inspections, and the case that followed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.acts import InspectionFinding
from models.recorded import Recorded


class UseRecorded(Recorded):
    """The grantee added to its own record of use; the words stay in the act."""

    type: Literal["UseRecorded"] = "UseRecorded"
    by: str
    used_on: date


class UseInspected(Recorded):
    """A body inspected the use and its safeguards on that day; what it found in words stays in the act."""

    type: Literal["UseInspected"] = "UseInspected"
    by: str
    body: str
    inspected_on: date
    finding: InspectionFinding
    source: str
    article: str


class CaseOrdered(Recorded):
    """A decision began another case about the same data, in the transaction that writes this."""

    type: Literal["CaseOrdered"] = "CaseOrdered"
    by: str
    body: str
    ordered: str
    """The name of its procedure."""
    ordered_case_id: str
