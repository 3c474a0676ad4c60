"""What supervisors are answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from reading.cases.shapes import TaskStatus
from reading.shape import Cited, Instant, RuleNamed, Shape


class TaskHeld(Shape):
    """A task of a case, and who holds it. `state` is open or claimed in every list; what somebody chose from one may be
    done by now."""

    task_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    procedure_label: str
    dataset_id: str | None
    stage: str
    label: str
    body: str
    body_name: str
    state: TaskStatus
    held_by: str | None


class SupervisedTask(TaskHeld):
    """A task that is overdue or due soon. `held_by` is the login of the officer who claimed it, null while it is the
    whole body's; `held_since` is the claim, or the day on which the body got it. Working days are those of the city's
    calendar, by what is known of it now. `moves_pending`: a notice on record has not come to it yet, so that
    `due_at` may still move."""

    held_since: Instant
    opened_at: Instant
    due_at: Instant
    last_day: date
    provisional: bool
    moves_pending: bool
    overdue: bool
    late_working_days: Annotated[int, Field(description="begun since the last day in time; 0 until the next begins")]
    left_working_days: Annotated[int, Field(description="after today, up to the last day in time")]
    urgings: int
    urged_at: Instant | None
    waits_for: Annotated[str | None, Field(description="the case that has to be over before this one goes on")]
    rule: RuleNamed
    revised_at: Annotated[Instant, Field(exclude=True)]


class StandardShown(Cited):
    """A standard of this service, and no law: by when it would have the task done, and whether that is over."""

    within: str
    until: Instant
    last_day: date | None
    is_over: bool


class PromptTask(TaskHeld):
    """A task that the law wants done promptly and gives no number for. `since` is when its clock began to run; the time
    used is counted from there, working days by the city's calendar. `held_by` is null while it is the whole body's."""

    opened_at: Instant
    since: Instant
    used_seconds: int
    used_working_days: int
    standard: Annotated[StandardShown | None, Field(description="where the rules of the city have one")]
    urgings: int
    urged_at: Instant | None
    rule: RuleNamed


class Counted(Shape):
    """How many tasks of a city are overdue before one body, in one procedure or at one stage; what is null is not told
    apart."""

    city: str
    body: str | None = None
    body_name: str | None = None
    procedure: str | None = None
    procedure_label: str | None = None
    stage: str | None = None
    label: str | None = None
    overdue: int


class OverdueCounts(Shape):
    """How many tasks are overdue at that instant, as a whole and by each; the most first. While `clocks_are_moved`, a
    notice on record has not come to every case yet, and those are counted by their old ends."""

    as_of: Instant
    clocks_are_moved: bool
    overdue: int
    by_body: list[Counted]
    by_procedure: list[Counted]
    by_stage: list[Counted]


class WaitingAct(Shape):
    """An act that was received and is not settled. `why` is null for none: it is `no_answer` where engine or worker are
    away, else the reason for which it was tried in vain so many `times`; `act_id` is by what whoever runs the system
    settles it."""

    act_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    kind: str
    task_id: str | None
    body: Annotated[str | None, Field(description="before which the task lies, where the act is on one")]
    received_at: Instant
    why: str
    said: str
    times: Annotated[int, Field(description="tried in vain; 0 where nobody is known to have tried")]
    last_tried_at: Instant | None


class RectificationFiling(Shape):
    """What `POST /v1/rectifications` takes for a task; the breach and the statement are for whoever files."""

    city: str
    body: str
    task_id: str


class RectificationProposal(Shape):
    """A task that is overdue for longer than the grace of the city's rules, `rule`. Nothing is filed by itself."""

    task: SupervisedTask
    rule: RuleNamed
    file: RectificationFiling
