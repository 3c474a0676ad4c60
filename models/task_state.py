"""A stage before a body, as the log makes it: what a task is, and how each event about it changes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, assert_never

from pydantic import Field

from models import events as e
from models.act_contents import Frozen, GrantTerms, TimeLimit
from models.clock import Clock
from models.restrictions import Items

AboutATask = (
    e.TaskClaimed
    | e.TaskReleased
    | e.TaskReassigned
    | e.ClaimLapsed
    | e.TaskEntrusted
    | e.TaskDecided
    | e.DecidedInPart
    | e.DecisionCorrected
    | e.TaskCancelled
    | e.ClockPassed
    | e.TaskLapsed
    | e.PeriodExtended
    | e.StopDecided
    | e.StopEnded
    | e.ClockMoved
    | e.SupplementAsked
    | e.SupplementReceived
    | e.TaskUrged
)
"""The events that change a task which lies open or lay open."""


class DecidedPart(Frozen):
    """One decision in part on a task: its event and act, its outcome, and its items."""

    number: int
    act: str | None
    outcome: str
    items: Items


class TaskState(Frozen):
    """A stage before a body. `state` is what the log says of it; *claimed* is an open task with an officer."""

    task_id: str
    step: str
    stage: str
    round: int
    body: str
    outcomes: tuple[str, ...]
    clock: Clock
    opened_at: datetime
    opened_by_event: int
    ended: Literal["decided", "cancelled"] | None = None
    ended_at: datetime | None = None
    claimed_by: str | None = None
    lapsed_of: str | None = None
    """Whose claim has lapsed, while nobody has had the task in hand since."""
    outcome: str | None = None
    decided_by: str | None = None
    decided_by_event: int | None = None
    given: frozenset[str] = frozenset()
    terms: GrantTerms | None = None
    limit: TimeLimit | None = None
    """The time limit that its decision set."""
    digest: str | None = None
    """The agreement that its decision has signed."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Field to the fingerprint of what that signature stated."""
    in_part: tuple[DecidedPart, ...] = ()
    """The decisions on some of the data, with the one that left nothing; none where one decision was about all of it.
    They do not include data that was kept back again since."""
    late: bool = False
    corrects_what_was_told: bool = False
    """Its decision replaced one that the party had been told."""
    passed: bool = False
    """The due instant passed while the task was open, and no notice has moved it since."""
    asked_by_task: str | None = None
    seat: str = ""
    """Of a stage that is put before every body of a role: for which of them it is."""
    supplement_asked_at: datetime | None = None
    """Since when the applicant has been asked for a supplement that has not come."""
    supplement_act: str | None = None
    """The act that asked for it, in whose content it stands what is wanted."""
    supplements: int = 0
    """How often a supplement was asked for at this task."""
    entrusted_by: str | None = None
    """The body before which it came first, where another decides it in that one's place (回避)."""
    urgings: int = 0
    urged_at: datetime | None = None

    @property
    def state(self) -> Literal["open", "claimed", "done", "cancelled"]:
        if self.ended:
            return "done" if self.ended == "decided" else "cancelled"
        return "claimed" if self.claimed_by else "open"

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def opened_or_decided_by_event(self) -> int:
        return self.decided_by_event or self.opened_by_event


def changes_of(task: TaskState, event: AboutATask) -> dict[str, Any]:
    """The fields of the task that the event changes, with their new values."""
    match event:
        case e.TaskClaimed():
            return {"claimed_by": event.by, "lapsed_of": None}
        case e.TaskReleased():
            return {"claimed_by": None, "lapsed_of": None}
        case e.TaskReassigned():
            return {"claimed_by": event.to, "lapsed_of": None}
        case e.ClaimLapsed():
            return {"claimed_by": None, "lapsed_of": event.officer}
        case e.TaskEntrusted():
            first = {"entrusted_by": task.entrusted_by or event.from_body}
            return {"body": event.body, "claimed_by": None, "lapsed_of": None, **first}
        case e.TaskDecided() | e.DecisionCorrected():
            return {
                "ended": "decided",
                "ended_at": event.at,
                "outcome": event.outcome,
                "decided_by": event.by,
                "decided_by_event": event.number,
                "given": event.given,
                "terms": event.terms,
                "digest": event.digest,
                "words": event.words,
                "limit": event.limit if isinstance(event, e.TaskDecided) else None,
                "in_part": _parts(task, event),
                "late": event.late,
                "corrects_what_was_told": isinstance(event, e.DecisionCorrected) and event.told,
                "supplement_asked_at": None,
                "supplement_act": None,
            }
        case e.DecidedInPart():
            return {"in_part": _parts(task, event)}
        case e.TaskCancelled():
            return {"ended": "cancelled", "ended_at": event.at}
        case e.ClockPassed():
            return {"passed": True}
        case e.TaskLapsed():
            return {
                "ended": "decided",
                "ended_at": event.at,
                "outcome": event.outcome,
                "decided_by_event": event.number,
                "late": event.late,
                "supplement_asked_at": None,
                "supplement_act": None,
            }
        case e.ClockMoved():
            due_at = event.clock.due_at
            return {"clock": event.clock, "passed": task.passed and due_at is not None and due_at <= event.at}
        case e.PeriodExtended() | e.StopDecided() | e.StopEnded():
            return {}  # the clock that moves with it says so
        case e.SupplementAsked():
            asked = {"supplement_asked_at": event.at, "supplement_act": event.act}
            return asked | {"supplements": task.supplements + 1}
        case e.SupplementReceived():
            return {"supplement_asked_at": None, "supplement_act": None}
        case e.TaskUrged():
            return {"urgings": task.urgings + 1, "urged_at": event.at}
        case _:
            assert_never(event)


def _parts(task: TaskState, event: e.TaskDecided | e.DecidedInPart | e.DecisionCorrected) -> tuple[DecidedPart, ...]:
    """The parts in which a task was decided: a later decision on the same items takes the place of an earlier one."""
    decided_items = event if isinstance(event, e.DecidedInPart) else getattr(event, "remained", None)
    if decided_items is None:
        return task.in_part
    new = DecidedPart(number=event.number, act=event.act, outcome=event.outcome, items=decided_items.items)
    earlier = (part.model_copy(update={"items": part.items - new.items}) for part in task.in_part)
    return (*(part for part in earlier if part.items), new)


def undecided_again(task: TaskState, event: e.DataEvent) -> TaskState:
    """The task, where another act keeps back again what was decided on it in part: that data lies before the body
    again."""
    if not any(part.act != event.act and part.items & event.items for part in task.in_part):
        return task
    parts = (
        part if part.act == event.act else part.model_copy(update={"items": part.items - event.items})
        for part in task.in_part
    )
    return task.model_copy(update={"in_part": tuple(part for part in parts if part.items)})
