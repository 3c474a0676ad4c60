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
from models.act_contents import Standing
from models.data_events import (
    DATA_MOVED,
    DATA_STOPPED,
    DataEvent,
    DataHeld,
    DataProcessed,
    DataRestored,
    DataSuspended,
    DataWithdrawn,
    DisputeMarked,
    EvidenceSubmitted,
    HoldWithheld,
    ObjectorAnswered,
    RestrictionLifted,
    RestrictionMet,
)
from models.delegation_events import AccessDelegated, DelegatedKeyIssued, DelegationRevoked
from models.entry_events import (
    ClassEvent,
    ClassProposed,
    ClassSettled,
    EntryChanged,
    EntryChangeOrdered,
    EntryPublished,
    EntrySubmitted,
    TurnAwaited,
    TurnTaken,
)
from models.misuse_events import (
    CurtailmentLifted,
    CurtailmentMet,
    GrantCurtailed,
    GrantRestored,
    MisuseFound,
    MisusePublished,
    PublicationCorrected,
    RestorationOrdered,
)
from models.recorded import Opening, Recorded
from models.result_events import FiguresPinned, ResultPublished
from models.sharing import Shared
from models.task_events import (
    ClaimLapsed,
    ClockMoved,
    ClockPassed,
    DecidedInPart,
    DecisionCorrected,
    PeriodExtended,
    Remainder,
    StopDecided,
    StopEnded,
    SupplementAsked,
    SupplementReceived,
    TaskCancelled,
    TaskClaimed,
    TaskDecided,
    TaskEntrusted,
    TaskEvent,
    TaskLapsed,
    TaskOpened,
    TaskReassigned,
    TaskReleased,
    TaskUrged,
)
from models.upcasting import upcast
from models.use_events import CaseOrdered, UseInspected, UseRecorded

__all__ = [
    "DATA_MOVED",
    "DATA_STOPPED",
    "EVENT",
    "GRANT_MOVED",
    "CaseOrdered",
    "ClaimLapsed",
    "ClassEvent",
    "ClassProposed",
    "ClassSettled",
    "ClockMoved",
    "ClockPassed",
    "Closed",
    "CurtailmentLifted",
    "CurtailmentMet",
    "DataEvent",
    "DataHeld",
    "DataProcessed",
    "DataRestored",
    "DataSuspended",
    "DataWithdrawn",
    "DecidedInPart",
    "DecisionCorrected",
    "DisputeMarked",
    "EntryChangeOrdered",
    "EntryChanged",
    "EntryPublished",
    "EntrySubmitted",
    "Event",
    "EvidenceSubmitted",
    "FiguresPinned",
    "Filed",
    "GrantCurtailed",
    "GrantRestored",
    "Granted",
    "HoldWithheld",
    "MisuseFound",
    "MisusePublished",
    "NoteAdded",
    "ObjectorAnswered",
    "PeriodExtended",
    "PublicationCorrected",
    "Remainder",
    "RequestAmended",
    "RestorationOrdered",
    "RestrictionLifted",
    "RestrictionMet",
    "ResultPublished",
    "StopDecided",
    "StopEnded",
    "SupplementAsked",
    "SupplementReceived",
    "TaskCancelled",
    "TaskClaimed",
    "TaskDecided",
    "TaskEntrusted",
    "TaskEvent",
    "TaskLapsed",
    "TaskOpened",
    "TaskReassigned",
    "TaskReleased",
    "TaskUrged",
    "TurnAwaited",
    "TurnTaken",
    "UseInspected",
    "UseRecorded",
    "Withdrawn",
    "read_events",
]  # fmt: skip


GRANT_MOVED = (GrantCurtailed, RestorationOrdered)
"""What changes what a grant gives, and so concerns the case that the grant is."""


class Filed(Opening):
    """A case was received: who asks for what, and under which rules."""

    type: Literal["Filed"] = "Filed"
    data_items: tuple[str, ...] = ()
    choices: Mapping[str, str] = Field(default_factory=dict)
    given: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    """Ids of the files that came with it."""
    standing: Standing | None = None
    """Of an objector; None in every other procedure."""
    occurred_on: date | None = None
    """The day on which that happened which made the case necessary, where the law's clock runs from there."""
    wanted_until: datetime | None = None
    """The end, exclusive, of the time within which the law wants it filed; None where it gives none."""
    late: bool = False
    """It was filed after that time; which bars nothing."""
    caused_by: str | None = None
    """The case in which this one was ordered, or which gave cause for it."""
    about_task: str | None = None
    """The task, of that case, that gave cause for it."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Field to the fingerprint of what was written of an agreement; nothing where no text is signed."""
    for_body: str | None = None
    """The body for which it was filed, where whoever filed it did not file for itself; None in older logs, which do
    not name it."""
    concerned: tuple[str, ...] = ()
    """Accounts that have a side in the case which gave cause for it: they act for no body in this one either (回避)."""
    rules_digest: str


class RequestAmended(Recorded):
    """The applicant changed the request, in a supplement or a resubmission."""

    type: Literal["RequestAmended"] = "RequestAmended"
    data_items: tuple[str, ...]
    choices: Mapping[str, str]
    given: frozenset[str]
    words: Mapping[str, str] = Field(default_factory=dict)
    """All fingerprints of the request, as it stands now."""


class NoteAdded(Recorded):
    type: Literal["NoteAdded"] = "NoteAdded"
    by: str


class Withdrawn(Recorded):
    """Whoever filed the case took it back."""

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
    report_days: int | None = None
    """Calendar days between reports on use; None where none are owed, as in a log from before they were."""
    shared: Shared | None = None
    """How the data came to be shared, where departments share it; None where it is opened."""


class Closed(Recorded):
    """The case ended; in an objection, `upheld` says whether the ending agrees with the objector."""

    type: Literal["Closed"] = "Closed"
    outcome: str
    upheld: bool | None = None


Event = Annotated[
    Filed | TaskOpened | TaskClaimed | TaskReleased | TaskReassigned | TaskDecided | DecidedInPart | DecisionCorrected
    | TaskCancelled
    | ClockPassed | ClockMoved | SupplementAsked | SupplementReceived | RequestAmended | NoteAdded | Withdrawn
    | Granted | Closed | AccessOpened | KeyIssued | AccessExpired | AccessRevoked | AccessRenounced | AccessEnded
    | EvidenceSubmitted | DataHeld | HoldWithheld | DataSuspended | DataWithdrawn | DataRestored | DisputeMarked
    | ObjectorAnswered | RestrictionMet | RestrictionLifted | EntryChangeOrdered | EntrySubmitted | EntryPublished
    | TurnAwaited | TurnTaken | EntryChanged | DataProcessed | TaskUrged | ClaimLapsed | ClassProposed
    | ClassSettled | TaskEntrusted | GrantCurtailed | GrantRestored | MisuseFound | MisusePublished
    | PublicationCorrected | RestorationOrdered | CurtailmentMet | CurtailmentLifted
    | TaskLapsed | PeriodExtended | StopDecided | StopEnded
    | ResultPublished | FiguresPinned | AccessDelegated | DelegationRevoked | DelegatedKeyIssued
    | UseRecorded | UseInspected | CaseOrdered,
    Field(discriminator="type"),
    BeforeValidator(upcast),
]  # fmt: skip
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def read_events(stored: Iterable[str]) -> list[Event]:
    """The events of a stored log, in today's shape."""
    return [EVENT.validate_json(row) for row in stored]
