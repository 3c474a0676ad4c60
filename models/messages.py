"""What passes between PostgreSQL and the engine: one message for each door, so that a field can be added later."""

from __future__ import annotations

from datetime import datetime

from models.act_contents import Frozen
from models.acts import Act
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
    """Events proposed on top of event `after`; `passing` is the instant that time must have reached for them.

    `known_at` is the latest instant of the log as the workflow knows it. It shows a log that was set back and has grown
    again; None in proposals from before it was sent.
    """

    case_id: str
    after: int
    events: tuple[Event, ...]
    passing: datetime | None = None
    known_at: datetime | None = None


class KnownLog(Frozen):
    """A log as the engine knows it: its length and its latest instant."""

    number: int
    at: datetime | None


class Tail(Frozen):
    """What the log holds after the event that was asked for: the only thing that a workflow folds.

    `refused` names the refusal of an act whose events PostgreSQL can never take. `ahead` says that the workflow knows
    events that the log does not hold; then there are no events.
    """

    events: tuple[Event, ...]
    refused: str | None = None
    ahead: bool = False
