"""What passes between PostgreSQL and the engine: one message for each door, so that a field can be added later."""

from __future__ import annotations

from datetime import datetime

from models.acts import Act, Frozen
from models.events import Event
from rules.procedure_rules import ProcedureRules


class CaseStart(Frozen):
    """A case enters the engine: its pinned rules, and its log so far. An empty log is read before anything else."""

    case_id: str
    rules: ProcedureRules
    log: tuple[Event, ...] = ()


class Delivery(Frozen):
    """An act from the inbox, with events that the receipt wrote and the engine may not have read yet."""

    act: Act
    unseen: tuple[Event, ...] = ()


class Write(Frozen):
    """Events proposed on top of event `after`; `passing` is the instant that time must have reached for them."""

    case_id: str
    after: int
    events: tuple[Event, ...]
    passing: datetime | None = None


class Tail(Frozen):
    """What the log holds after the event that was asked for: the only thing that a workflow folds."""

    events: tuple[Event, ...]
