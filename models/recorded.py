"""What stands in every event of a log, and in the one with which a log begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.act_contents import Frozen


class Recorded(Frozen):
    """What every event carries: its number in the log, the legal instant, and the act that made it, if one did."""

    number: int = 0
    version: int = 1
    at: datetime
    act: str | None = None


class Opening(Recorded):
    """What the first event of every log names: the case, its party, its dataset and its bodies. It also names the
    digest of the rules, `rules_digest`."""

    type: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    party: str
    dataset_id: str
    bodies: Mapping[str, str]
    """Role to the body that holds it in this case."""
