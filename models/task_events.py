"""What happened to the tasks of a case: stages put before bodies, claimed, decided, moved, urged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from models.act_contents import Frozen, GrantTerms, NoticeNamed, TimeLimit
from models.clock import Clock
from models.recorded import Recorded
from models.restrictions import Items, items_of
from rules.pinned import Basis

EXTENDED = "extended"
"""Why a clock moved, where a decision extended its period."""


class TaskOpened(Recorded):
    """A stage was put before its body; the clock runs from `clock.started_at`."""

    type: Literal["TaskOpened"] = "TaskOpened"
    task_id: str
    step: str
    stage: str
    round: int
    body: str
    outcomes: tuple[str, ...]
    clock: Clock
    asked_by_task: str | None = None
    """The task inside which an opinion was asked; such a task holds up nothing."""
    seat: str = ""
    """Of a stage that is put before every body of a role: for which of them, whoever decides it in its place."""


class TaskEvent(Recorded):
    task_id: str


class TaskClaimed(TaskEvent):
    type: Literal["TaskClaimed"] = "TaskClaimed"
    by: str


class TaskReleased(TaskEvent):
    type: Literal["TaskReleased"] = "TaskReleased"
    by: str


class TaskReassigned(TaskEvent):
    type: Literal["TaskReassigned"] = "TaskReassigned"
    by: str
    to: str


class ClaimLapsed(TaskEvent):
    """The officer who had claimed the task no longer serves its body: it belongs to the whole body again."""

    type: Literal["ClaimLapsed"] = "ClaimLapsed"
    officer: str


class TaskEntrusted(TaskEvent):
    """Nobody of `from_body` may decide the task, for all have a side in the case (回避): it lies before `body` from now
    on, by the rule that is named. The clock runs on."""

    type: Literal["TaskEntrusted"] = "TaskEntrusted"
    body: str
    from_body: str
    source: str
    article: str
    basis: Basis


class Remainder(Frozen):
    """What remained of the data after decisions in part. No items named: the whole dataset except `except_items`."""

    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class TaskDecided(TaskEvent):
    """A body answered. `late` compares the receipt of the act with the due instant, never the time at which it was
    worked off."""

    type: Literal["TaskDecided"] = "TaskDecided"
    by: str
    outcome: str
    late: bool
    given: frozenset[str] = frozenset()
    terms: GrantTerms | None = None
    limit: TimeLimit | None = None
    """The time limit that it sets for what it puts before a body."""
    remained: Remainder | None = None
    """What lay before the task still, where it had been decided in part."""
    digest: str | None = None
    """The agreement that was signed with it; None where no text was."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Field to the fingerprint of what a signature stated."""


class DecidedInPart(TaskEvent):
    """The body decided on some of the data that lies before it: the task stays open for the rest, on the same clock. No
    items named: the whole dataset except `except_items`."""

    type: Literal["DecidedInPart"] = "DecidedInPart"
    by: str
    outcome: str
    given: frozenset[str] = frozenset()
    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class DecisionCorrected(TaskEvent):
    """A body replaced its own decision; `cites` is the number of the decision replaced.

    `back_to` names the step in which the case stands again; None where the new decision leads where the old one did.
    """

    type: Literal["DecisionCorrected"] = "DecisionCorrected"
    by: str
    outcome: str
    cites: int
    back_to: str | None
    late: bool
    given: frozenset[str] = frozenset()
    terms: GrantTerms | None = None
    told: bool = False
    """The party had been told of the decision that it replaces."""
    digest: str | None = None
    words: Mapping[str, str] = Field(default_factory=dict)


class TaskCancelled(TaskEvent):
    """The course of the case made the task void; `because` is a code."""

    type: Literal["TaskCancelled"] = "TaskCancelled"
    because: str


class ClockPassed(TaskEvent):
    """The due instant passed and no act received before it waits. It decides nothing."""

    type: Literal["ClockPassed"] = "ClockPassed"


class TaskLapsed(TaskEvent):
    """The period passed undecided, and the law says what follows: the task ends with an outcome that nobody decided.

    `late`: whoever had to decide it has missed the period; not where the party let a choice of its own pass.
    """

    type: Literal["TaskLapsed"] = "TaskLapsed"
    outcome: str
    late: bool
    source: str
    article: str
    basis: Basis


class ClockMoved(TaskEvent):
    """The clock of an open task was set anew: a notice changed the calendar, or a cited rule stopped the clock.

    After a notice that makes one day off and another worked, a clock may end as before and still count other days.
    """

    type: Literal["ClockMoved"] = "ClockMoved"
    clock: Clock
    because: str
    due_before: datetime | None
    own_due_before: Mapping[str, datetime] = Field(default_factory=dict)
    """Outcome to the end that its own period had."""
    notice: NoticeNamed | None = None
    """The notice that moved it."""


class PeriodExtended(TaskEvent):
    """The body extended the period of its task before it had ended, by the rule that is named; its clock moves."""

    type: Literal["PeriodExtended"] = "PeriodExtended"
    by: str
    period: str
    source: str
    article: str
    basis: Basis


class StopDecided(TaskEvent):
    """The body stopped the clock of its task, by the rule that is named; in its words, the act says why."""

    type: Literal["StopDecided"] = "StopDecided"
    by: str
    stop: str
    source: str
    article: str
    basis: Basis


class StopEnded(TaskEvent):
    """The body has the clock run again that it had stopped."""

    type: Literal["StopEnded"] = "StopEnded"
    by: str
    stop: str


class TaskUrged(TaskEvent):
    """The task's body was urged to answer, in the words of the act; `article` gives the urging body that right."""

    type: Literal["TaskUrged"] = "TaskUrged"
    by: str
    body: str
    source: str
    article: str
    basis: Basis


class SupplementAsked(TaskEvent):
    type: Literal["SupplementAsked"] = "SupplementAsked"
    by: str


class SupplementReceived(TaskEvent):
    type: Literal["SupplementReceived"] = "SupplementReceived"
