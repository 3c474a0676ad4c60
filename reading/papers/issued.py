"""Which papers a log makes: what happened that a body says on paper, by the event that it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import events as e
from models.events import Event
from models.said_to_the_party import said_to_the_party
from models.state import CaseState
from rules.pinned import APPLICANT
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules

SIGN = "sign"


class PaperKind(StrEnum):
    """What a paper is."""

    RECEIPT = "receipt"
    """That a filing was received (受理回执)."""
    SUPPLEMENT = "supplement"
    """What is to be supplemented (补正通知书)."""
    DECISION = "decision"
    """What a body decided and says to the party (决定书)."""
    ANSWER = "answer"
    """What an objector is answered (异议答复书)."""
    AGREEMENT = "agreement"
    """What all have signed (数据利用协议)."""
    URGING = "urging"
    """That a body is urged to answer (催办单)."""
    ORDER = "order"
    """That a body is to put something right within a time limit (责令改正通知书)."""


LETTERS: Mapping[PaperKind, str] = {
    PaperKind.RECEIPT: "R",
    PaperKind.SUPPLEMENT: "S",
    PaperKind.DECISION: "D",
    PaperKind.ANSWER: "A",
    PaperKind.AGREEMENT: "C",
    PaperKind.URGING: "G",
    PaperKind.ORDER: "Z",
}
"""By which a kind is known in the code of a paper."""


@dataclass(frozen=True)
class Issued:
    """A paper, as the log has it: the event that it is about, and the others on which it rests, in their order.

    `is_replaced`: a later decision corrects what it says.
    """

    kind: PaperKind
    number: int
    at: datetime
    act: str | None
    task_id: str | None
    rests_on: tuple[int, ...]
    is_replaced: bool = False

    @property
    def name(self) -> str:
        """What it is called among the papers of its case."""
        return f"{self.kind}-{self.number}"


def issued(rules: ProcedureRules, state: CaseState, log: Sequence[Event]) -> list[Issued]:
    """The papers of a case, in the order of its log."""
    return [paper for event in log if (paper := _of(rules, state, log, event))]


def _of(rules: ProcedureRules, state: CaseState, log: Sequence[Event], event: Event) -> Issued | None:
    match event:
        case e.Filed() if state.procedure != RECTIFICATION:
            opened = (each.number for each in log if isinstance(each, e.TaskOpened) and each.at == event.at)
            return _made(PaperKind.RECEIPT, event, None, (event.number, *opened))
        case e.SupplementAsked():
            return _made(PaperKind.SUPPLEMENT, event, event.task_id, (event.number,))
        case e.Granted():
            return _agreement(log, event)
        case e.TaskUrged():
            return _made(PaperKind.URGING, event, event.task_id, (event.number,))
        case e.TaskDecided() | e.DecisionCorrected():
            return _decision(rules, state, log, event)
        case _:
            return None


def _decision(
    rules: ProcedureRules, state: CaseState, log: Sequence[Event], event: e.TaskDecided | e.DecisionCorrected
) -> Issued | None:
    task = state.tasks[event.task_id]
    if task.body == APPLICANT or task.asked_by_task or event.outcome == SIGN:
        return None
    corrected = any(isinstance(each, e.DecisionCorrected) and each.cites == event.number for each in log)
    if state.procedure == RECTIFICATION and isinstance(event, e.TaskDecided) and event.limit:
        return _made(PaperKind.ORDER, event, event.task_id, (1, event.number), corrected)
    answered = next((each for each in log if isinstance(each, e.ObjectorAnswered) and each.act == event.act), None)
    if answered is not None and event.act is not None:
        return _made(PaperKind.ANSWER, event, event.task_id, (event.number, answered.number), corrected)
    if not said_to_the_party(rules, task, event.outcome):
        return None
    earlier = _decided_before(state, log, event) if _closes(log, event) else ()
    return _made(PaperKind.DECISION, event, event.task_id, (*earlier, event.number), corrected)


def _agreement(log: Sequence[Event], event: e.Granted) -> Issued | None:
    """It says all that was asked and passed before, and whoever may read the last signature has it."""
    before = [each for each in log if each.number < event.number]
    signed = [each for each in before if isinstance(each, e.TaskDecided) and each.outcome == SIGN]
    if not signed:
        return None
    made_of = (e.Filed, e.SupplementReceived, e.TaskDecided, e.DecisionCorrected)
    numbers = (*(each.number for each in before if isinstance(each, made_of)), event.number)
    return Issued(PaperKind.AGREEMENT, event.number, event.at, signed[-1].act, signed[-1].task_id, numbers)


def _closes(log: Sequence[Event], event: Event) -> bool:
    """Whether the case ended with this decision: then all that led to it may be read, and not before."""
    after = (each for each in log if each.number > event.number)
    for each in after:
        match each:
            case e.Closed():
                return True
            case e.TaskDecided() | e.DecisionCorrected() | e.TaskOpened():
                return False
            case _:
                pass
    return False


def _decided_before(state: CaseState, log: Sequence[Event], event: Event) -> tuple[int, ...]:
    """What bodies decided in the case before, of each task the latest."""
    latest: dict[str, int] = {}
    for each in log:
        if each.number >= event.number:
            break
        if isinstance(each, e.TaskDecided | e.DecisionCorrected):
            task = state.tasks[each.task_id]
            if task.body != APPLICANT and not task.asked_by_task:
                latest[each.task_id] = each.number
    return tuple(sorted(latest.values()))


def _made(
    kind: PaperKind, event: Event, task_id: str | None, rests_on: tuple[int, ...], is_replaced: bool = False
) -> Issued:
    return Issued(kind, event.number, event.at, event.act, task_id, tuple(sorted(set(rests_on))), is_replaced)
