"""The ledger of a clock (期限台账): all that began, stopped, extended and moved the time for a task, in its order.

Its last due instant is what its lines add up to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from models import events as e
from models.act_contents import Frozen
from models.clock import Clock, Extension, OpenStop, Stop
from models.evidence_clocks import EVIDENCE
from rules.pinned import Basis, Citation
from rules.pinned_stages import StopBegins, StopRule
from rules.procedure_rules import ProcedureRules

SUPPLEMENT = "supplement"
"""What stopped a clock by the rule of supplements, where no rule of stops names it."""
NOTICE = "notice"


class LineKind(StrEnum):
    """What a line of a ledger says."""

    WAITS = "waits"
    """The period has not begun: there is no evidence yet."""
    BEGAN = "began"
    STOPPED = "stopped"
    RAN_ON = "ran_on"
    """Something happened that stops no clock, by the rule that says so."""
    EXTENDED = "extended"
    MOVED = "moved"
    """A notice moved its end."""
    PASSED = "passed"
    ENDED = "ended"


class Line(Frozen):
    """One line of a ledger; `due_at` is when the clock was due from here on, None while nobody could say."""

    kind: LineKind
    at: datetime
    until: datetime | None = None
    """Of a stop: when the clock ran again, or its task ended; None while it stands still."""
    by_time: bool = False
    """Of a stop: it ended because its most was used up."""
    because: str | None = None
    """The rule of stops by its name, or the document of the notice."""
    act: str | None = None
    """The act that decided it, in whose content its reason stands."""
    period: str | None = None
    """What began, by how much it was extended, or for how long at most it stops."""
    due_before: datetime | None = None
    due_at: datetime | None = None
    citation: Citation | None = None


class Ledger:
    """Writes the lines of one task from the events of its case, in their order."""

    def __init__(self, rules: ProcedureRules, task_id: str) -> None:
        self.rules = rules
        self.task_id = task_id
        self.lines: list[Line] = []
        self.clock: Clock | None = None
        self.stage = ""

    def take(self, event: e.Event) -> None:
        """What the event says of the clock."""
        match event:
            case e.TaskOpened() if event.task_id == self.task_id:
                self.clock, self.stage = event.clock, event.stage
                waits = event.clock.awaits_evidence
                self._begins(LineKind.WAITS if waits else LineKind.BEGAN, event.at, event.clock)
            case e.TaskOpened() if event.asked_by_task == self.task_id:
                self._runs_on(StopBegins.OPINION_ASKED, event.at)
            case e.TaskOpened() if self.is_open:
                for rule in self.rules.stops_of(self.stage, StopBegins.STAGE_OPENED):
                    if rule.stage == event.stage and not rule.stops:
                        self._ran_on(rule.stop, rule.citation, event.at)
            case e.SupplementAsked() if event.task_id == self.task_id:
                self._runs_on(StopBegins.SUPPLEMENT_ASKED, event.at)
            case e.ClockMoved() if event.task_id == self.task_id:
                self._moved(event)
            case e.ClockPassed() if event.task_id == self.task_id:
                self._add(LineKind.PASSED, event.at)
            case e.TaskDecided() | e.TaskLapsed() | e.TaskCancelled() if event.task_id == self.task_id:
                self._ended(event.at)
            case _:
                pass

    @property
    def is_open(self) -> bool:
        return self.clock is not None and not any(line.kind is LineKind.ENDED for line in self.lines)

    def _begins(self, kind: LineKind, at: datetime, clock: Clock) -> None:
        stage = self.rules.stage(self.stage)
        citation = (stage.period_citation or stage.citation) if stage else None
        began = clock.started_at if kind is LineKind.BEGAN else at
        self._add(kind, began, period=clock.period, due_at=clock.due_at, citation=citation)

    def _moved(self, event: e.ClockMoved) -> None:
        assert self.clock, "a clock moves of a task that was opened"
        before, self.clock = self.clock, event.clock
        if event.because == EVIDENCE:
            self._begins(LineKind.BEGAN, event.at, event.clock)
        if event.because == NOTICE:
            document = event.notice.document if event.notice else None
            self._add(LineKind.MOVED, event.at, because=document, due_before=event.due_before)
        for extension in event.clock.extensions[len(before.extensions) :]:
            self._extended(extension, event.act)
        for ended in event.clock.stops[len(before.stops) :]:
            self._ran_again(ended)
        known = {(stop.because, stop.cause) for stop in before.open_stops}
        for stop in event.clock.open_stops:
            if (stop.because, stop.cause) not in known:
                self._stopped(stop, event)
        if event.clock.stopped_at and not before.stopped_at and not event.clock.open_stops:
            rule = self.rules.supplement
            at, cited = event.clock.stopped_at, rule.citation if rule else None
            self._add(LineKind.STOPPED, at, because=SUPPLEMENT, due_before=event.due_before, citation=cited)

    def _stopped(self, stop: OpenStop, event: e.ClockMoved) -> None:
        cited = cited_in(self.rules.stop(stop.because), stop.source, stop.article, stop.basis)
        self._add(
            LineKind.STOPPED,
            stop.stopped_at,
            because=stop.because,
            period=stop.at_most,
            act=event.act,
            due_before=event.due_before,
            citation=cited,
        )

    def _ran_again(self, stop: Stop) -> None:
        """The line of the stop says until when it lasted, and what the clock is due by from then on."""
        for place in reversed(range(len(self.lines))):
            line = self.lines[place]
            if line.kind is LineKind.STOPPED and line.because == stop.because and line.until is None:
                ended = {"until": stop.resumed_at, "by_time": stop.by_time, "due_at": self._due_at}
                self.lines[place] = line.model_copy(update=ended)
                return

    def _extended(self, extension: Extension, act: str | None) -> None:
        stage = self.rules.stage(self.stage)
        rule = stage.extension if stage else None
        known = rule.citation if rule and rule.citation.article == extension.article else None
        cited = known or Citation(source=extension.source, article=extension.article, basis=extension.basis)
        self._add(LineKind.EXTENDED, extension.decided_at, period=extension.period, act=act, citation=cited)

    def _runs_on(self, begins: StopBegins, at: datetime) -> None:
        """Says by which rule a thing of this kind stops no clock, where one says so."""
        rules = list(self.rules.stops_of(self.stage, begins))
        for rule in rules:
            if not rule.stops:
                self._ran_on(rule.stop, rule.citation, at)
        supplement = self.rules.supplement
        if not rules and begins is StopBegins.SUPPLEMENT_ASKED and supplement and not supplement.stops_clock:
            self._ran_on(SUPPLEMENT, supplement.citation, at)

    def _ran_on(self, name: str, citation: Citation, at: datetime) -> None:
        self._add(LineKind.RAN_ON, at, because=name, citation=citation)

    def _ended(self, at: datetime) -> None:
        """A stop of what is decided or cancelled ends with it, or had ended before when its most was used up."""
        running = {stop.because: stop.ended(at) for stop in (self.clock.open_stops if self.clock else ())}
        for place, line in enumerate(self.lines):
            if line.kind is LineKind.STOPPED and line.until is None:
                stop = running.get(line.because or "")
                ended = {"until": stop.resumed_at, "by_time": stop.by_time} if stop else {"until": at}
                self.lines[place] = line.model_copy(update=ended)
        self._add(LineKind.ENDED, at)

    @property
    def _due_at(self) -> datetime | None:
        return self.clock.due_at if self.clock else None

    def _add(self, kind: LineKind, at: datetime, **more: object) -> None:
        line = {"kind": kind, "at": at, "due_at": self._due_at}
        self.lines.append(Line.model_validate(line | more))


def cited_in(rule: StopRule | None, source: str, article: str, basis: Basis) -> Citation:
    """The citation of a rule, which knows its note, where it is the one that the log names."""
    if rule and (rule.citation.source, rule.citation.article) == (source, article):
        return rule.citation
    return Citation(source=source, article=article, basis=basis)


def ledgers_of(rules: ProcedureRules, log: Iterable[e.Event]) -> Iterator[tuple[str, list[Line]]]:
    """Each task of a case with the ledger of its clock."""
    ledgers: dict[str, Ledger] = {}
    for event in log:
        if isinstance(event, e.TaskOpened):
            ledgers.setdefault(event.task_id, Ledger(rules, event.task_id))
        for ledger in ledgers.values():
            ledger.take(event)
    yield from ((task_id, ledger.lines) for task_id, ledger in ledgers.items())
