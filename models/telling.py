"""Who gets which message: what the outbox takes in. Pure; the addressee is resolved to accounts when a message is put
out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from models import events as e
from models.access_events import AccessOpened, AccessRenounced, AccessRevoked
from models.conflicts import sides
from models.delegation_events import AccessDelegated, DelegationRevoked
from models.delegations import DelegationState
from models.procedure import FiledFor, PartyIsTold
from models.procedures import BY_NAME
from models.recorded import Recorded
from models.restricting import met_by
from models.restrictions import RestrictionKind, RestrictionTold, together, touches
from models.state import CaseState
from models.stopping import RUNS_AGAIN, STOPPED
from models.task_events import EXTENDED
from models.task_state import TaskState
from models.tellings import Account, Addressee, Officer, Officers, Posts, Supervisors, Telling
from models.use_events import UseInspected
from rules.pack import WITHDRAWN
from rules.pinned import APPLICANT

BY_A_CASE = "case:"
"""Begins who did something, where another case did it."""
NEARLY_USED_UP = "delegation_nearly_used_up"
NOTICE = "notice"
"""Why a clock moved, where a holiday notice moved it."""


def told(before: CaseState, after: CaseState, events: Iterable[e.Event]) -> list[Telling]:
    """The messages that these events, which led from `before` to `after`, make for each addressee; in the order of the
    events.

    There is no message about a task that was opened and ended in the same write, none to officers about the effects of
    their own decision on their own tasks, and none to a party about its own withdrawal.
    """
    written = _Write(before, after, tuple(events))
    return [telling for event in written.events for telling in written.of(event)]


def delegation_facts(delegation: str, dataset_id: str, accesses: int) -> dict[str, str | int]:
    """The facts about a delegation that every message about it has."""
    return {"delegation_id": delegation, "dataset_id": dataset_id, "accesses": accesses}


def nearly_used_up(delegation: str, to: str, dataset_id: str, accesses: int, left: int) -> Telling:
    """To a delegate, once, that few of its accesses are left, or none."""
    facts = delegation_facts(delegation, dataset_id, accesses) | {"left": left}
    return Telling(kind=NEARLY_USED_UP, of=delegation, to=Account(to), facts=facts)


def due_day(task: TaskState) -> dict[str, str | int]:
    """The due day of a task as messages give it; empty where the rules give no number."""
    clock = task.clock
    known = {"due_at": clock.due_at, "due_on": clock.last_day if clock.ends_with_a_day else None}
    days: dict[str, str | int] = {name: value.isoformat() for name, value in known.items() if value}
    return days | ({"provisional": 1} if clock.provisional else {})


def facts_of(task: TaskState) -> dict[str, str | int]:
    """The facts about a task that every message about it has."""
    return {"stage": task.stage, "body": task.body, "round": task.round, **due_day(task)}


@dataclass(frozen=True)
class _Write:
    before: CaseState
    after: CaseState
    events: tuple[e.Event, ...]

    def of(self, event: e.Event) -> Iterator[Telling]:
        yield from self._of_delegates(event)
        yield from self._of_grantees(event)
        match event:
            case e.Filed():
                if self._is_told_of_progress or event.late:
                    yield self._party("case_received", event, self._filed_late)
            case e.TaskOpened():
                yield from self._opened(event)
            case e.TaskDecided() | e.DecisionCorrected():
                yield from self._decided(event)
            case e.TaskCancelled():
                task = self.after.tasks[event.task_id]
                if task.claimed_by and task.body != APPLICANT and task.claimed_by not in self._actors:
                    yield self._about(task, "task_cancelled", event, Officer(task.body, task.claimed_by))
            case e.TaskReassigned():
                yield from self._reassigned(event)
            case e.ClaimLapsed():
                task = self.after.tasks[event.task_id]
                for to in (Officers(task.body, task.claimed_by), Posts(task.body)):
                    yield self._about(task, "claim_lapsed", event, to)
            case e.TaskEntrusted():
                yield from self._entrusted(event)
            case e.ClockPassed():
                # Whoever owes the answer is reminded, by the clock of the database and in working hours.
                task = self.after.tasks[event.task_id]
                if task.is_open and self._is_told_of_progress and task.body != APPLICANT:
                    yield self._about(task, "due_passed", event, self._who_filed)
            case e.TaskLapsed():
                task = self.after.tasks[event.task_id]
                facts: dict[str, str | int] = {
                    "outcome": event.outcome,
                    "source": event.source,
                    "article": event.article,
                }
                yield self._about(task, "task_lapsed", event, self._who_filed, facts)
                if task.body != APPLICANT:
                    yield self._to_officers(task, "task_lapsed", event, facts)
                    yield self._about(task, "task_lapsed", event, Posts(task.body), facts)
            case e.ClockMoved():
                yield from self._moved(event)
            case e.TaskUrged():
                task = self.after.tasks[event.task_id]
                for to in (Officers(task.body, task.claimed_by), Posts(task.body)):
                    yield self._about(task, "task_urged", event, to, {"source": event.source, "article": event.article})
            case e.SupplementAsked():
                # The text of the demand is read from the act, and erased with it.
                asked: dict[str, str | int] = {"act": event.act} if event.act else {}
                task = self.after.tasks[event.task_id]
                yield self._about(task, "supplement_asked", event, self._who_filed, asked)
            case e.SupplementReceived():
                yield self._to_officers(self.after.tasks[event.task_id], "supplement_received", event)
            case e.EvidenceSubmitted():
                for task in self.after.open_tasks():
                    earlier = self.before.tasks.get(task.task_id)
                    begins = earlier is not None and earlier.clock.awaits_evidence
                    if (task.claimed_by or begins) and task.body != APPLICANT:
                        yield self._to_officers(task, "evidence_submitted", event)
            case _:
                yield from self._of_party(event)

    def _of_delegates(self, event: e.Event) -> Iterator[Telling]:
        """Messages that only those get whom a holder lets use its grant: that they may, and that they may no more."""
        match event:
            case AccessDelegated():
                it = self.after.delegations[event.delegation]
                yield self._delegate("delegation_made", event, it, {"valid_until": it.until.isoformat()})
            case DelegationRevoked():
                yield self._delegate("delegation_ended", event, self.after.delegations[event.delegation])
            case e.CurtailmentMet() | e.Closed():
                for it in self.before.delegations.values():
                    if it.stands(event.at):
                        yield self._delegate("delegation_ended", event, it)
            case _:
                pass

    def _of_grantees(self, event: e.Event) -> Iterator[Telling]:
        """A message of the grant, which is over, and not of the case in which its use was found unlawful: that is the
        affair of whoever reported it."""
        if isinstance(event, e.MisuseFound) and event.grant and event.grantee:
            yield Telling(
                kind="use_found_unlawful",
                of=f"{self.after.case_id}/{event.number}",
                to=Account(event.grantee),
                case_id=event.grant,
                city=self.after.city,
                facts={"source": event.source, "article": event.article, "basis": event.basis.value},
            )

    def _delegate(
        self, kind: str, event: e.Event, it: DelegationState, more: Mapping[str, str | int] | None = None
    ) -> Telling:
        """To a delegate, of the delegation and not of the case, of which it does not know."""
        return Telling(
            kind=kind,
            of=f"{self.after.case_id}/{event.number}/{it.delegation}",
            to=Account(it.to),
            facts=delegation_facts(it.delegation, self.after.dataset_id, it.accesses) | dict(more or {}),
        )

    def _of_party(self, event: e.Event) -> Iterator[Telling]:
        """Messages that only the party gets."""
        case = self.after
        match event:
            case e.ObjectorAnswered():
                outcome: dict[str, str | int] = {"outcome": case.closed} if case.closed else {}
                yield self._party("objection_answered", event, outcome)
            case e.Closed():
                if kind := self._ending(event):
                    dataset: dict[str, str | int] = {"dataset_id": self._provided} if self._provided else {}
                    yield self._party(kind, event, {"outcome": event.outcome, **dataset, **self._revoked_by})
            case AccessOpened():
                yield self._party("grant_begun", event, {"valid_until": event.valid_until.isoformat()})
            case e.CurtailmentMet() if self._waits_or_holds:
                yield self._party("grant_curtailed", event)
            case UseInspected() if self._waits_or_holds:
                about = event.model_dump(mode="json", include={"body", "inspected_on", "source", "article"})
                yield self._party("use_inspected", event, about)
            case e.CurtailmentLifted() if self._waits_or_holds:
                yield self._party("grant_restored", event)
            case e.RestrictionMet() if self._waits_or_holds:
                if kind := self._meets(event):
                    yield self._party(kind, event)
            case e.RestrictionLifted() if self._waits_or_holds and self._is_free_again(event):
                yield self._party("data_served_again", event)
            case e.EntryChanged() if self._waits_or_holds and self._loses_items(event):
                yield self._party("grant_narrowed" if case.grant else "request_narrowed", event)
            case _:
                pass

    def _opened(self, event: e.TaskOpened) -> Iterator[Telling]:
        task = self.after.tasks[event.task_id]
        if not task.is_open:
            return
        if task.body == APPLICANT:
            yield self._about(task, "your_turn", event, self._who_filed)
            return
        yield self._to_officers(task, "task_opened", event, self._filed_late if not self.before.number else None)
        # The message about the receipt already includes what a filing opens, and opinions are no stage for the party.
        if self.before.number and self._is_told_of_progress and task.asked_by_task is None:
            yield self._about(task, "stage_begun", event, self._who_filed)

    def _decided(self, event: e.TaskDecided | e.DecisionCorrected) -> Iterator[Telling]:
        task = self.after.tasks[event.task_id]
        outcome: dict[str, str | int] = {"outcome": event.outcome}
        if task.claimed_by and task.body != APPLICANT and task.claimed_by != event.by:
            yield self._about(task, "task_decided", event, Officer(task.body, task.claimed_by), outcome)
        if isinstance(event, e.DecisionCorrected) and event.told:
            yield self._about(task, "answer_corrected", event, self._who_filed, outcome)
        asking = self.after.tasks.get(task.asked_by_task or "")
        if asking and asking.is_open:
            yield self._to_officers(asking, "opinion_given", event)

    def _reassigned(self, event: e.TaskReassigned) -> Iterator[Telling]:
        task = self.after.tasks[event.task_id]
        if event.to != event.by:
            yield self._about(task, "task_reassigned_to_you", event, Officer(task.body, event.to))
        earlier = self.before.tasks.get(event.task_id)
        if earlier and earlier.claimed_by and earlier.claimed_by not in (event.by, event.to):
            yield self._about(task, "task_reassigned_from_you", event, Officer(task.body, earlier.claimed_by))

    def _entrusted(self, event: e.TaskEntrusted) -> Iterator[Telling]:
        """Who decides now, who supervises, those who answer for the body that may not, and whoever waits for it."""
        task = self.after.tasks[event.task_id]
        facts: dict[str, str | int] = {"source": event.source, "article": event.article}
        to: tuple[Addressee, ...] = (Officers(task.body), Supervisors(self.after.city), Posts(event.from_body))
        for each in to:
            yield self._about(task, "task_entrusted", event, each, facts)
        if self._is_told_of_progress:
            yield self._about(task, "task_entrusted", event, self._who_filed, facts)

    def _moved(self, event: e.ClockMoved) -> Iterator[Telling]:
        task = self.after.tasks[event.task_id]
        moved = event.clock.due_at != event.due_before
        if event.because == EXTENDED and task.is_open:
            before: dict[str, str | int] = {"due_before": event.due_before.isoformat()} if event.due_before else {}
            yield self._about(task, "period_extended", event, self._who_filed, before)
            yield self._to_officers(task, "period_extended", event, before)
            return
        if event.because in (STOPPED, RUNS_AGAIN) and task.is_open:
            kind = "clock_stopped" if event.because == STOPPED else "clock_runs_again"
            yield self._about(task, kind, event, self._who_filed)
            yield self._to_officers(task, kind, event)
            return
        if event.because != NOTICE or not moved or not task.is_open or event.clock.due_at is None:
            return
        reason: dict[str, str | int] = {"due_before": event.due_before.isoformat()} if event.due_before else {}
        if event.notice:
            reason["notice"] = event.notice.document
        if task.body != APPLICANT:
            yield self._to_officers(task, "due_moved", event, reason)
        if self._is_told_of_progress or task.body == APPLICANT:
            yield self._about(task, "due_moved", event, self._who_filed, reason)

    def _ending(self, event: e.Closed) -> str | None:
        """The kind of message by which the party learns that the case ended; None where it knows, or another message
        says it."""
        if self.after.grant:
            return None if self._has(AccessRenounced) else "grant_ended"
        if event.outcome == WITHDRAWN or self._has(e.Granted, e.ObjectorAnswered):
            return None
        return "demand_met" if self._provided else "case_closed"

    @property
    def _provided(self) -> str | None:
        """The dataset that holds the demanded data, where its publication ended the case."""
        ordered = self.after.ordered
        published = any(isinstance(event, e.TaskDecided) and event.by.startswith(BY_A_CASE) for event in self.events)
        return ordered.dataset_id if ordered and published and self._party_is_told(PartyIsTold.PROVISION) else None

    @property
    def _revoked_by(self) -> dict[str, str | int]:
        """The article by which a grant was revoked, where one is on record."""
        revoked = next((event for event in self.events if isinstance(event, AccessRevoked)), None)
        if revoked is None or revoked.article is None:
            return {}
        return {"source": revoked.source or "", "article": revoked.article, "basis": revoked.basis or ""}

    @property
    def _filed_late(self) -> dict[str, str | int]:
        """Until when the law wanted the case filed, where it was filed later."""
        until = self.after.wanted_until if self.after.filed_late else None
        return {"filed_until": until.isoformat()} if until else {}

    @property
    def _who_filed(self) -> Addressee:
        """The party; where a body asked, its officer who filed, or whoever serves it once that officer does no more."""
        if self.after.for_body and BY_NAME[self.after.procedure].filed_for is FiledFor.ITSELF_OR_A_BODY:
            return Officers(self.after.for_body, self.after.party)
        return Account(self.after.party)

    def _party_is_told(self, what: PartyIsTold) -> bool:
        return what in BY_NAME[self.after.procedure].party_is_told

    @property
    def _is_told_of_progress(self) -> bool:
        return self._party_is_told(PartyIsTold.PROGRESS)

    @property
    def _waits_or_holds(self) -> bool:
        """Whether the party waits for data or holds a grant on it, and no message about an ending includes this."""
        return self._party_is_told(PartyIsTold.DATA) and not self.after.closed

    @property
    def _actors(self) -> set[str]:
        """The accounts that decided something in this write."""
        decided = (e.TaskDecided, e.DecidedInPart, e.DecisionCorrected)
        return {event.by for event in self.events if isinstance(event, decided)}

    def _has(self, *kinds: type[Recorded]) -> bool:
        return any(isinstance(event, kinds) for event in self.events)

    @property
    def _items(self) -> tuple[str, ...]:
        """The items granted or asked for; none named: the whole dataset."""
        return self.after.grant.data_items if self.after.grant else self.after.data_items

    def _is_kept_back(self, case: CaseState) -> bool:
        return any(touches(each.items, self._items) for _, each in met_by(case))

    def _meets(self, event: e.RestrictionMet) -> str | None:
        """The kind of message that the party gets about what another case keeps back now: that data is newly withdrawn
        or kept back, or served again where nothing keeps it back any more; None where there is nothing to say."""
        earlier = self.before.met_restrictions.get(event.by_case, ())
        new = [each for each in event.restrictions if each not in earlier and self._touches_more(each, earlier)]
        if any(each.kind is RestrictionKind.WITHDRAWAL for each in new):
            return "data_withdrawn"
        if new:
            return None if self._is_kept_back(self.before) else "data_kept_back"
        is_free = self._is_kept_back(self.before) and not self._is_kept_back(self.after)
        return "data_served_again" if is_free else None

    def _touches_more(self, restriction: RestrictionTold, earlier: tuple[RestrictionTold, ...]) -> bool:
        """Whether a restriction touches more of the party's items than a restriction of that kind did before."""
        before = together(each.items for each in earlier if each.kind is restriction.kind)
        return touches(restriction.items - before, self._items)

    def _is_free_again(self, event: e.RestrictionLifted) -> bool:
        """Whether the lifted restriction kept back the party's items, and nothing does any more."""
        lifted = self.before.met_restrictions.get(event.by_case, ())
        touched = any(touches(each.items, self._items) for each in lifted)
        return touched and not self._is_kept_back(self.after)

    def _loses_items(self, event: e.EntryChanged) -> bool:
        return bool(event.data_items) and not set(self._items) <= set(event.data_items)

    def _party(self, kind: str, event: e.Event, more: Mapping[str, str | int] | None = None) -> Telling:
        return self._telling(kind, event, self._who_filed, None, dict(more or {}))

    def _to_officers(
        self, task: TaskState, kind: str, event: e.Event, more: Mapping[str, str | int] | None = None
    ) -> Telling:
        return self._about(task, kind, event, Officers(task.body, task.claimed_by), more)

    def _about(
        self,
        task: TaskState,
        kind: str,
        event: e.Event,
        to: Addressee,
        more: Mapping[str, str | int] | None = None,
    ) -> Telling:
        return self._telling(kind, event, to, task, {**facts_of(task), **(more or {})})

    def _telling(
        self, kind: str, event: e.Event, to: Addressee, task: TaskState | None, facts: Mapping[str, str | int]
    ) -> Telling:
        return Telling(
            kind=kind,
            of=f"{self.after.case_id}/{event.number}",
            to=to,
            case_id=self.after.case_id,
            task_id=task.task_id if task else None,
            city=self.after.city,
            facts=facts,
            sides=sides(self.after, BY_NAME[self.after.procedure].is_the_partys_own(self.after)),
        )
