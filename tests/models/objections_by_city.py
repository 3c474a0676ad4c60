"""Objections on the bench: their evidence, the days on which their periods end, and what their objectors were told."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import events as e
from rules.deadlines import SHANGHAI
from tests.models.bench import Bench

FILE = ("file-1",)


def midnight(month: int, day: int) -> datetime:
    """The due instant of a period of which that is the last day."""
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(days=1)


def answers(bench: Bench) -> list[e.ObjectorAnswered]:
    return [event for event in bench.log if isinstance(event, e.ObjectorAnswered)]
