"""What stands in every event of a log."""

from __future__ import annotations

from datetime import datetime

from models.acts import Frozen


class Recorded(Frozen):
    """What every event carries: its number in the log, the legal instant, and the act that made it, if one did."""

    number: int = 0
    version: int = 1
    at: datetime
    act: str | None = None
