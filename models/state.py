"""The case that a log makes: one pure fold, which serves workflow, read model, timeline, audit and rebuild."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any, assert_never

from pydantic import Field

from models import events as e
from models.access_events import AccessEnded, AccessExpired, AccessOpened, AccessRenounced, AccessRevoked, KeyIssued
from models.act_contents import Frozen, Standing
from models.delegation_events import AccessDelegated, DelegatedKeyIssued, DelegationRevoked
from models.delegations import DelegationState, delegations_after, ended_by_curtailment
from models.kept_back import by_kind, kept_back_anew, stays
from models.restrictions import (
    Items,
    KeptBack,
    Restriction,
    RestrictionKind,
    RestrictionTold,
    restriction,
    together,
)
from models.sharing import Shared
from models.task_state import TaskState, changes_of, undecided_again
from rules.pinned import APPLICANT, PARTY


class GrantState(Frozen):
    """What an access case gives, until it ends."""

    granted_by: str
    data_items: tuple[str, ...]
    access_mode: str | None
    use: str | None
    valid_until: datetime
    access_modes: tuple[str, ...] = ()
    daily_calls: int | None = None
    report_days: int | None = None
    shared: Shared | None = None
    """How the data came to be shared; None where it is opened."""
    key_digest: str | None = None


class CaseState(Frozen):
    """A case as its log makes it, up to event `number`."""

    number: int = 0
    at: datetime | None = None
    """The latest legal instant in the log."""
    case_id: str = ""
    case_number: str = ""
    city: str = ""
    procedure: str = ""
    party: str = ""
    dataset_id: str = ""
    bodies: Mapping[str, str] = Field(default_factory=dict)
    rules_digest: str = ""
    received_at: datetime | None = None
    occurred_on: date | None = None
    wanted_until: datetime | None = None
    """The end, exclusive, of the time within which the law wants the case filed; None where it gives none."""
    filed_late: bool = False
    data_items: tuple[str, ...] = ()
    choices: Mapping[str, str] = Field(default_factory=dict)
    given: frozenset[str] = frozenset()
    words: Mapping[str, str] = Field(default_factory=dict)
    """Field to the fingerprint of what the request says of an agreement."""
    step: str | None = None
    """The step in which the case stands."""
    tasks: Mapping[str, TaskState] = Field(default_factory=dict)
    notes: int = 0
    use_records: int = 0
    """Entries of the grantee's own record of use."""
    keys: int = 0
    acts: frozenset[str] = frozenset()
    """Acts already in the log: one that is delivered again finds itself here."""
    granted: e.Granted | None = None
    grant: GrantState | None = None
    standing: Standing | None = None
    """Of the objector, as it was when the record was last asked; None in every other procedure."""
    evidence: tuple[str, ...] = ()
    kept_back: tuple[KeptBack, ...] = ()
    """What this case keeps from being served, or kept back last, until `lifted_at`."""
    processed_on: date | None = None
    """The day on which the data was last processed."""
    lifted_at: datetime | None = None
    """When the case kept nothing back any more; None while it does, or never did."""
    disputed: bool = False
    answered_at: datetime | None = None
    answers: int = 0
    met_restrictions: Mapping[str, tuple[RestrictionTold, ...]] = Field(default_factory=dict)
    """Other cases to what they keep back of the data that this case is about."""
    ordered: e.EntryChangeOrdered | None = None
    """The latest."""
    orders: int = 0
    ordered_case: e.CaseOrdered | None = None
    """The case of another procedure that a decision began."""
    caused_by: str | None = None
    """The case in which this one was ordered, or which gave cause for it."""
    about_task: str | None = None
    """The task that gave cause for it."""
    for_body: str | None = None
    """The body for which it was filed; None where whoever filed it did so for itself."""
    concerned: tuple[str, ...] = ()
    """Accounts that have a side beside the party: in the case which gave cause for it, or by the access which its
    outcome may take from them."""
    entry_items: tuple[str, ...] | None = None
    """The items that the entry has since an update changed them; None while none did."""
    behind: str | None = None
    """The update of the same entry that goes first."""
    draft: e.EntrySubmitted | None = None
    """The latest draft of an entry."""
    published: e.EntryPublished | None = None
    proposed_class: str | None = None
    """The class that was proposed in place of the latest draft's."""
    settled: e.ClassSettled | None = None
    """The class that binds every draft; None while none was agreed or decided."""
    curtailed: e.GrantCurtailed | None = None
    """What this case has taken of a grant, until `restored_at`."""
    misuse_found: e.MisuseFound | None = None
    """What this case found where no grant is left to take something of."""
    restored_at: datetime | None = None
    made_public_at: datetime | None = None
    """When the act and the measure of this case were published."""
    corrected_at: datetime | None = None
    """When that was corrected."""
    gives_back: e.RestorationOrdered | None = None
    """What this case, an appeal, gives back of what its cause has taken."""
    curtailments: Mapping[str, e.CurtailmentMet] = Field(default_factory=dict)
    """Of a grant: other cases to what they have taken of it."""
    results: tuple[e.ResultPublished, ...] = ()
    """What the case has made known, in its order."""
    figures: tuple[e.FiguresPinned, ...] = ()
    """The figures by which it was decided, in its order."""
    delegations: Mapping[str, DelegationState] = Field(default_factory=dict)
    """Of a grant: who else was let use it, those included that are over."""
    withdrawn_at: datetime | None = None
    """When whoever filed the case took it back."""
    closed: str | None = None
    closed_at: datetime | None = None
    upheld: bool | None = None

    @property
    def in_force(self) -> tuple[KeptBack, ...]:
        """What this case keeps back now."""
        return () if self.lifted_at else self.kept_back

    @property
    def restricted_items(self) -> Items:
        """All items that this case keeps back now, in any way."""
        return together(each.items for each in self.in_force)

    def kinds_beside(self, items: Items) -> tuple[RestrictionKind, ...]:
        """The ways in which this case keeps back anything other than these items."""
        return tuple(dict.fromkeys(each.kind for each in self.in_force if each.items - items))

    @property
    def own_restrictions(self) -> tuple[RestrictionTold, ...]:
        """What this case keeps back now, one restriction for each way, the strongest first."""
        return by_kind(self.in_force)

    @property
    def strongest_restriction(self) -> Restriction | None:
        """The strongest restriction of this case; None where it keeps nothing back."""
        return next((restriction(each.kind, each.items) for each in self.own_restrictions), None)

    @property
    def by_role(self) -> Mapping[str, str]:
        """The body of each role in this case; that of the party is the one for which it was filed, and `applicant`
        where somebody filed for itself."""
        return {**self.bodies, APPLICANT: APPLICANT, PARTY: self.for_body or APPLICANT}

    def open_tasks(self) -> list[TaskState]:
        return [task for task in self.tasks.values() if task.is_open]

    def of_step(self, step: str) -> list[TaskState]:
        """For each stage of a step, and each body where it lies before several, the task on which the log has the
        latest event; without opinions asked inside them."""
        latest: dict[tuple[str, str], TaskState] = {}
        for task in self.tasks.values():
            if task.step == step and task.asked_by_task is None:
                place = (task.stage, task.seat)
                latest[place] = max(latest.get(place, task), task, key=lambda of: of.opened_or_decided_by_event)
        return list(latest.values())


class GapInTheLog(Exception):
    """Events were folded out of order: a defect of the program, never of an act."""


def apply(state: CaseState, event: e.Event) -> CaseState:
    """The case after one more event. Raises GapInTheLog when the event is not the next."""
    if event.number != state.number + 1:
        raise GapInTheLog(f"event {event.number} after {state.number}")
    changes: dict[str, Any] = {"number": event.number, "at": max(state.at or event.at, event.at)}
    if event.act:
        changes["acts"] = state.acts | {event.act}
    match event:
        case e.Filed():
            changes |= _identity(event) | {
                "data_items": event.data_items,
                "choices": event.choices,
                "given": event.given,
                "words": event.words,
                "evidence": event.evidence,
                "standing": event.standing,
                "occurred_on": event.occurred_on,
                "wanted_until": event.wanted_until,
                "filed_late": event.late,
                "caused_by": event.caused_by,
                "about_task": event.about_task,
                "for_body": event.for_body,
                "concerned": event.concerned,
            }
        case AccessOpened():
            grant = GrantState.model_validate(event.model_dump(include=set(GrantState.model_fields)))
            changes |= _identity(event) | {"grant": grant, "for_body": event.for_body}
        case e.TaskOpened():
            task = TaskState(
                **event.model_dump(
                    include={"task_id", "step", "stage", "round", "body", "outcomes", "asked_by_task", "seat"}
                ),
                clock=event.clock,
                opened_at=event.at,
                opened_by_event=event.number,
            )
            changes["tasks"] = {**state.tasks, task.task_id: task}
            if task.asked_by_task is None:
                changes["step"] = task.step
        case e.RequestAmended():
            changes |= event.model_dump(include={"data_items", "choices", "given", "words"})
        case e.Granted():
            changes["granted"] = event
        case KeyIssued():
            assert state.grant
            changes["grant"] = state.grant.model_copy(update={"key_digest": event.key_digest})
            changes["keys"] = state.keys + 1
        case e.NoteAdded():
            changes["notes"] = state.notes + 1
        case e.UseRecorded():
            changes["use_records"] = state.use_records + 1
        case e.CaseOrdered():
            changes["ordered_case"] = event
        case e.Closed():
            changes |= {"closed": event.outcome, "closed_at": event.at, "upheld": event.upheld, "disputed": False}
        case e.EvidenceSubmitted():
            changes |= {"evidence": (*state.evidence, *event.evidence), "standing": event.standing}
        case e.DataHeld() | e.DataSuspended() | e.DataWithdrawn() | e.DataRestored():
            changes |= _of_data(state, event)
        case e.DataProcessed():
            changes["processed_on"] = event.processed_on
        case e.DisputeMarked():
            changes["disputed"] = True
        case e.ObjectorAnswered():
            changes |= {"answered_at": event.at, "answers": state.answers + 1}
        case e.EntryChanged():
            changes["entry_items"] = event.data_items
        case e.EntryChangeOrdered():
            changes |= {"ordered": event, "orders": state.orders + 1}
        case e.EntrySubmitted():
            changes |= {"draft": event, "proposed_class": None}
        case e.ClassProposed():
            changes["proposed_class"] = event.openness
        case e.ClassSettled():
            changes["settled"] = event
        case e.TurnAwaited():
            changes["behind"] = event.by_case
        case e.TurnTaken():
            changes["behind"] = None
        case e.EntryPublished():
            changes["published"] = event
        case e.RestrictionMet():
            changes["met_restrictions"] = {**state.met_restrictions, event.by_case: event.restrictions}
        case e.RestrictionLifted():
            changes["met_restrictions"] = {by: met for by, met in state.met_restrictions.items() if by != event.by_case}
        case e.GrantCurtailed():
            changes |= {"curtailed": event, "restored_at": None}
        case e.MisuseFound():
            changes["misuse_found"] = event
        case e.GrantRestored():
            changes["restored_at"] = event.at
        case e.MisusePublished():
            changes |= {"made_public_at": event.at, "corrected_at": None}
        case e.PublicationCorrected():
            changes["corrected_at"] = event.at
        case e.RestorationOrdered():
            changes["gives_back"] = event
        case e.CurtailmentMet():
            changes["curtailments"] = {**state.curtailments, event.by_case: event}
            changes["delegations"] = ended_by_curtailment(state.delegations)
        case AccessDelegated() | DelegationRevoked() | DelegatedKeyIssued():
            changes["delegations"] = delegations_after(state.delegations, event)
        case e.CurtailmentLifted():
            changes["curtailments"] = {by: met for by, met in state.curtailments.items() if by != event.by_case}
        case e.ResultPublished():
            changes["results"] = (*state.results, event)
        case e.FiguresPinned():
            changes["figures"] = (*state.figures, event)
        case e.Withdrawn():
            changes["withdrawn_at"] = event.at
        case (
            AccessExpired() | AccessRevoked() | AccessRenounced() | AccessEnded() | e.HoldWithheld() | e.UseInspected()
        ):
            pass
        case (
            e.TaskClaimed()
            | e.TaskReleased()
            | e.TaskReassigned()
            | e.ClaimLapsed()
            | e.TaskEntrusted()
            | e.TaskDecided()
            | e.DecidedInPart()
            | e.DecisionCorrected()
            | e.TaskCancelled()
            | e.ClockPassed()
            | e.TaskLapsed()
            | e.PeriodExtended()
            | e.StopDecided()
            | e.StopEnded()
            | e.ClockMoved()
            | e.SupplementAsked()
            | e.SupplementReceived()
            | e.TaskUrged()
        ):
            task = state.tasks[event.task_id]
            changes["tasks"] = {**state.tasks, task.task_id: task.model_copy(update=changes_of(task, event))}
            if isinstance(event, e.DecisionCorrected) and event.back_to:
                changes["step"] = event.back_to
        case _:
            assert_never(event)
    return state.model_copy(update=changes)


def _of_data(
    state: CaseState, event: e.DataHeld | e.DataSuspended | e.DataWithdrawn | e.DataRestored
) -> dict[str, Any]:
    before = state.in_force
    stay = stays(before, event)
    if isinstance(event, e.DataRestored):
        # A case that keeps nothing back any more still shows what it kept back last.
        return {"kept_back": stay} if stay else {"lifted_at": event.at}
    return {
        "kept_back": (*stay, *kept_back_anew(before, event)),
        "lifted_at": None,
        "tasks": {name: undecided_again(task, event) for name, task in state.tasks.items()},
        # Processing before the data was kept back again does not count.
        "processed_on": state.processed_on if before else None,
    }


def _identity(event: e.Filed | AccessOpened) -> dict[str, Any]:
    return {
        "case_id": event.case_id,
        "case_number": event.case_number,
        "city": event.city,
        "procedure": event.procedure,
        "party": event.party,
        "dataset_id": event.dataset_id,
        "bodies": event.bodies,
        "rules_digest": event.rules_digest,
        "received_at": event.at,
    }


def fold(state: CaseState, events: Iterable[e.Event]) -> CaseState:
    """The case after all these events, in order."""
    return reduce(apply, events, state)
