"""What happened in a case: past tense, numbered from 1, each carrying all that it means.

The fold reads neither rules nor clock nor calendar, so an event names the body, the period, the due instant and the
article. `version` counts changes of an event's shape; an older one is brought up to date when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter

from models.access_events import (
    AccessEnded,
    AccessExpired,
    AccessOpened,
    AccessRenounced,
    AccessRevoked,
    KeyIssued,
)
from models.acts import Frozen, GrantTerms, NoticeNamed, Standing, TimeLimit
from models.clock import Clock
from models.recorded import Recorded
from models.restrictions import Items, RestrictionKind, RestrictionTold, items_of
from models.upcasting import upcast
from rules.pinned import Basis


class Filed(Recorded):
    """A case was received: who asks for what, under which rules."""

    type: Literal["Filed"] = "Filed"
    case_id: str
    case_number: str
    city: str
    procedure: str
    party: str
    dataset_id: str
    bodies: Mapping[str, str]
    """Role to the body that holds it in this case."""
    data_items: tuple[str, ...] = ()
    choices: Mapping[str, str] = Field(default_factory=dict)
    given: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    """Ids of the files that came with it."""
    standing: Standing | None = None
    """Of an objector; None in every other procedure."""
    occurred_on: date | None = None
    """The day on which that happened which made the case necessary, where the law's clock runs from there."""
    caused_by: str | None = None
    """The case in which this one was ordered, or which gave cause for it."""
    about_task: str | None = None
    """The task, of that case, that gave cause for it."""
    rules_digest: str


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
    """The officer who had claimed the task serves its body no more: it is the whole body's again."""

    type: Literal["ClaimLapsed"] = "ClaimLapsed"
    officer: str


class Remainder(Frozen):
    """What remained of the data after decisions in part. No items named: the whole dataset, but `except_items`."""

    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class TaskDecided(TaskEvent):
    """A body answered. `late` compares the receipt of the act with the due instant, never the time of processing."""

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


class DecidedInPart(TaskEvent):
    """The body decided on some of the data that lies before it: the task stays open for what remains, on the same
    clock. No items named: the whole dataset, but `except_items`."""

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
    """The party had been told what it replaces."""


class TaskCancelled(TaskEvent):
    """The course of the case made the task void; `because` is a code."""

    type: Literal["TaskCancelled"] = "TaskCancelled"
    because: str


class ClockPassed(TaskEvent):
    """The due instant passed and no act received before it waits. It decides nothing."""

    type: Literal["ClockPassed"] = "ClockPassed"


class ClockMoved(TaskEvent):
    """The clock of an open task was set anew: a notice changed the calendar, or a cited rule stopped the clock.

    By a notice that makes one day off and another worked it may end as before, but counts other days.
    """

    type: Literal["ClockMoved"] = "ClockMoved"
    clock: Clock
    because: str
    due_before: datetime | None
    own_due_before: Mapping[str, datetime] = Field(default_factory=dict)
    """Outcome to the end that its own period had."""
    notice: NoticeNamed | None = None
    """The notice that moved it."""


class TaskUrged(TaskEvent):
    """The task's body was urged to answer, in the words of the act; `article` gives the urging body the right to."""

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


class RequestAmended(Recorded):
    """The applicant changed the request, in a supplement or a resubmission."""

    type: Literal["RequestAmended"] = "RequestAmended"
    data_items: tuple[str, ...]
    choices: Mapping[str, str]
    given: frozenset[str]


class NoteAdded(Recorded):
    type: Literal["NoteAdded"] = "NoteAdded"
    by: str


class Withdrawn(Recorded):
    """The applicant took the request back."""

    type: Literal["Withdrawn"] = "Withdrawn"


class Granted(Recorded):
    """Access was granted; the grant is a case of its own from here on.

    `access_modes` are the ways in which the data may be fetched: the one granted, or where none was named, those that
    an applicant may ask for. Empty in a log from before the gate.
    """

    type: Literal["Granted"] = "Granted"
    access_case_id: str
    data_items: tuple[str, ...]
    access_mode: str | None
    access_modes: tuple[str, ...] = ()
    use: str | None
    valid_until: datetime
    daily_calls: int | None = None


class Closed(Recorded):
    """The case ended; `upheld` says of an objection whether its ending agrees with it."""

    type: Literal["Closed"] = "Closed"
    outcome: str
    upheld: bool | None = None


class EvidenceSubmitted(Recorded):
    """The objector added evidence, by the ids of its files."""

    type: Literal["EvidenceSubmitted"] = "EvidenceSubmitted"
    evidence: tuple[str, ...]
    standing: Standing


class DataEvent(Recorded):
    """What a case does to data. No items named: the whole dataset, but `except_items`."""

    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()
    beside: tuple[RestrictionKind, ...] = ()
    """The ways in which the case keeps back something else, which stays as it was. None, as in every log from before
    cases could keep data back in more than one way: this takes the place of all that it kept back."""

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class DataHeld(DataEvent):
    """Evidence was received on a ground that holds data back, before anybody has verified it."""

    type: Literal["DataHeld"] = "DataHeld"


class HoldWithheld(Recorded):
    """The ground would hold data back, and it is not held; `because` is a code. The objection is handled all the same:
    `no_evidence`, `rejected_before`, `too_many_holds`."""

    type: Literal["HoldWithheld"] = "HoldWithheld"
    because: str


class DataSuspended(DataEvent):
    """A body decided that the data is not served while the facts are verified, or while it is processed."""

    type: Literal["DataSuspended"] = "DataSuspended"
    by: str | None = None


class DataWithdrawn(DataEvent):
    """The data is open no more, or no more until it is processed."""

    type: Literal["DataWithdrawn"] = "DataWithdrawn"
    by: str | None = None
    until_processed: bool = False


class DataRestored(DataEvent):
    """This case keeps the data back no more. What a case that is closed has withdrawn is opened again by a catalogue
    update, which `by_case` names."""

    type: Literal["DataRestored"] = "DataRestored"
    by: str | None = None
    by_case: str | None = None


class DataProcessed(Recorded):
    """The data was masked or otherwise processed on that day, as the act says in words."""

    type: Literal["DataProcessed"] = "DataProcessed"
    by: str
    processed_on: date


class DisputeMarked(Recorded):
    """The dataset bears the disputed mark, wherever it is shown, until the objector is answered."""

    type: Literal["DisputeMarked"] = "DisputeMarked"
    by: str


class ObjectorAnswered(Recorded):
    """The objector was told the result, in the words of the act."""

    type: Literal["ObjectorAnswered"] = "ObjectorAnswered"
    by: str


class EntryChangeOrdered(Recorded):
    """The catalogue's entry has to follow what happened here; the catalogue update is a case of its own."""

    type: Literal["EntryChangeOrdered"] = "EntryChangeOrdered"
    by: str
    update_case_id: str
    dataset_id: str = ""
    """The dataset whose entry it is; empty in a log from before entries could be new: that of the case."""
    trigger: str = "processing"


class EntrySubmitted(Recorded):
    """A draft of the entry was submitted: the content of that act."""

    type: Literal["EntrySubmitted"] = "EntrySubmitted"
    by: str
    submission: str
    data_items: tuple[str, ...] = ()
    withdrawn: Mapping[str, tuple[str, ...]] | None = None
    """Cases to what they had withdrawn of the data by then, which whoever reviews the draft can know; None in a log
    from before that was kept."""
    withdrawn_except: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Cases that had withdrawn the whole dataset to the items that they had left."""


class EntryPublished(Recorded):
    """The draft of that act is the entry of the catalogue from here on.

    `openness` is None where the update leaves it as it was.
    """

    type: Literal["EntryPublished"] = "EntryPublished"
    by: str
    submission: str
    data_items: tuple[str, ...] = ()
    openness: str | None = None
    reopens: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Closed cases to the items that they have withdrawn and this opens again; as they stood when it was decided. No
    items named: the whole dataset, but what `reopens_except` names for the case."""
    reopens_except: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class ClassEvent(Recorded):
    """What was said of the class of an entry, by the rule that gives it this effect."""

    by: str
    openness: str
    source: str
    article: str
    basis: Basis


class ClassProposed(ClassEvent):
    """Another class than that of the draft was proposed."""

    type: Literal["ClassProposed"] = "ClassProposed"


class ClassSettled(ClassEvent):
    """The class of the entry was agreed or decided: it binds every draft that follows."""

    type: Literal["ClassSettled"] = "ClassSettled"


class TurnAwaited(Recorded):
    """Another update of the same entry came first; this one goes on when that is over."""

    type: Literal["TurnAwaited"] = "TurnAwaited"
    by_case: str


class TurnTaken(Recorded):
    type: Literal["TurnTaken"] = "TurnTaken"
    by_case: str


class EntryChanged(Recorded):
    """A catalogue update changed what this case is about."""

    type: Literal["EntryChanged"] = "EntryChanged"
    by_case: str
    openness: str
    data_items: tuple[str, ...]


class RestrictionMet(Recorded):
    """Another case keeps back data that this case is about. No items named: the whole dataset, but `except_items`."""

    type: Literal["RestrictionMet"] = "RestrictionMet"
    by_case: str
    restriction: RestrictionKind
    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()
    since: datetime | None = None
    """None in a log from before that was told."""
    beside: tuple[RestrictionTold, ...] = ()
    """What that case keeps back in other ways."""

    @property
    def restrictions(self) -> tuple[RestrictionTold, ...]:
        """All that the case keeps back, this first."""
        told = {"data_items": self.data_items, "except_items": self.except_items, "since": self.since}
        return (RestrictionTold.model_validate({"kind": self.restriction, **told}), *self.beside)


class RestrictionLifted(Recorded):
    """That case keeps it back no more."""

    type: Literal["RestrictionLifted"] = "RestrictionLifted"
    by_case: str


DATA_STOPPED = (DataHeld, DataSuspended, DataWithdrawn)
DATA_MOVED = (*DATA_STOPPED, DataRestored)
"""What changes whether data is served, and so concerns other cases."""


Event = Annotated[
    Filed | TaskOpened | TaskClaimed | TaskReleased | TaskReassigned | TaskDecided | DecidedInPart | DecisionCorrected
    | TaskCancelled
    | ClockPassed | ClockMoved | SupplementAsked | SupplementReceived | RequestAmended | NoteAdded | Withdrawn
    | Granted | Closed | AccessOpened | KeyIssued | AccessExpired | AccessRevoked | AccessRenounced | AccessEnded
    | EvidenceSubmitted | DataHeld | HoldWithheld | DataSuspended | DataWithdrawn | DataRestored | DisputeMarked
    | ObjectorAnswered | RestrictionMet | RestrictionLifted | EntryChangeOrdered | EntrySubmitted | EntryPublished
    | TurnAwaited | TurnTaken | EntryChanged | DataProcessed | TaskUrged | ClaimLapsed | ClassProposed
    | ClassSettled,
    Field(discriminator="type"),
    BeforeValidator(upcast),
]  # fmt: skip
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def read_events(stored: Iterable[str]) -> list[Event]:
    """The events of a stored log, in today's shape."""
    return [EVENT.validate_json(row) for row in stored]
