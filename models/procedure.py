"""A procedure as pure law: what an act adds to the log of its case, what follows from it, and who files it for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from models.acts import MOVES_NOTHING, Act, Decide, ReceivedAct
from models.events import Event, Filed, TaskLapsed
from models.passing import decided_by_time, opened_by_time, pass_time
from models.proposal import Proposal
from models.refusal import Refusal
from models.refusals import CaseClosed, TaskAlreadyDecided
from models.state import CaseState
from models.stopping import keep_clocks
from rules.procedure_rules import ProcedureRules


class JudgedBy(Enum):
    """Who judges an act, and whether the engine has to hear of it."""

    RECEIPT_ALONE = auto()
    """Its receipt, unless others wait before it. It moves no clock and opens nothing: the engine finds it in the log
    when it next looks."""
    RECEIPT = auto()
    """Its receipt, after those that wait before it; the engine learns of it and follows the log."""
    ENGINE = auto()
    """The engine, when it is handed over."""


class FiledFor(Enum):
    """For whom a case is filed: only a person who files for itself has the case as its own and acts for no body in
    it."""

    ITSELF = auto()
    A_BODY = auto()
    ITSELF_ABOUT_A_DATASET = auto()
    """For itself where the case is about a dataset; about none, for a body."""

    ITSELF_OR_A_BODY = auto()
    """For itself, or for the body that it serves: what is filed names that body, and so the log does."""

    def is_itself(self, dataset_id: str, for_body: str | None) -> bool:
        """Whether the case was filed by somebody for itself; `dataset_id` is empty in a case about no dataset, and
        `for_body` is the body that the filing names."""
        if self is FiledFor.ITSELF_OR_A_BODY:
            return for_body is None
        return self is FiledFor.ITSELF or (self is FiledFor.ITSELF_ABOUT_A_DATASET and bool(dataset_id))


class PartyIsTold(Enum):
    """The subjects of messages to the party, besides its own tasks, the answer to an objection, and how the case
    ended."""

    PROGRESS = auto()
    """That the case was received, which stage has begun, and that a clock passed or was moved."""
    DATA = auto()
    """What other cases make of the data that it waits for or may fetch: kept back, served again, fewer items."""
    PROVISION = auto()
    """As the end of the case, that the data it asked for has been published."""


def time_has_decided(events: Iterable[Event]) -> bool:
    """Whether these events say that a period has passed undecided, by which time has decided."""
    return any(isinstance(event, TaskLapsed) for event in events)


def too_late(state: CaseState, act: Act) -> Refusal:
    """Why a closed case takes the act no longer. A body that lost a race for the last decision learns that the task was
    decided."""
    task = state.tasks.get(act.task_id) if isinstance(act, Decide) else None
    if task and task.ended == "decided" and task.body == act.by.body:
        return TaskAlreadyDecided(field="task_id")
    return CaseClosed(field="case_id")


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The law of one procedure: `answer` adds what an act makes happen, `follow` adds what the law makes follow.

    Nothing has a default: whoever adds a procedure says all of it.
    """

    name: str
    code: str
    """Two letters in the case numbers of this procedure."""
    party: str
    """What whoever filed is called."""
    filed_for: FiledFor
    party_is_told: frozenset[PartyIsTold]
    judged_at_receipt: tuple[type[ReceivedAct], ...]
    """Kinds of acts that the receipt judges, beside those that move nothing."""
    concerned_by: frozenset[type[ReceivedAct]]
    """Kinds of acts that other cases put into its inbox, where what they do to the dataset or its entry concerns it."""
    may_take_access: bool
    """Whether its outcome may take the data from those who have or ask for access to it: officers among them have a
    side in it (回避)."""
    answer: Callable[[ProcedureRules, Proposal, Act], None]
    follow: Callable[[ProcedureRules, Proposal, datetime], None]

    def judged_by(self, kind: type[ReceivedAct]) -> JudgedBy:
        """Who judges acts of this kind."""
        if issubclass(kind, MOVES_NOTHING):
            return JudgedBy.RECEIPT_ALONE
        return JudgedBy.RECEIPT if issubclass(kind, self.judged_at_receipt) else JudgedBy.ENGINE

    def is_the_partys_own(self, case: CaseState) -> bool:
        """Whether the case was filed by somebody for itself, who is then its party; otherwise it was filed for a
        body."""
        return self.filed_for.is_itself(case.dataset_id, case.for_body)

    def begin(self, rules: ProcedureRules, filed: Filed, met: Iterable[Event] = ()) -> Proposal:
        """A case as its receipt makes it: what was filed, the restrictions that it meets, and all that the law makes
        follow at once."""
        proposal = Proposal(CaseState())
        for event in (filed, *met):
            proposal.add(event)
        self.follow(rules, proposal, filed.at)
        keep_clocks(rules, proposal, filed.at)
        return proposal

    def judge(self, rules: ProcedureRules, state: CaseState, act: Act) -> list[Event]:
        """The events that an act adds, with all that follows at once; none if the log has the act already. Tasks opened
        by the passing of a clock before the act's receipt are open for it.

        Where time has decided something before the receipt that the log does not have, only that is returned: whoever
        writes it sets the clocks that it begins, and asks again.

        Raises a Refusal. Pure: the same case and act give the same answer at receipt, in the validator and in the
        handler.
        """
        if act.id in state.acts:
            return []
        if state.closed:
            raise too_late(state, act)
        proposal = Proposal(state, is_the_partys_own=self.is_the_partys_own(state))
        time_before = self._time_before(rules, state, act)
        if time_has_decided(time_before):
            return time_before
        for event in time_before:
            proposal.add(event)
        self.answer(rules, proposal, act)
        self.follow(rules, proposal, act.received_at)
        if not proposal.state.closed:
            keep_clocks(rules, proposal, act.received_at)
        return proposal.events

    def passed(self, rules: ProcedureRules, state: CaseState, until: datetime) -> list[Event]:
        """What time has made happen by `until`, with all that the law makes follow."""
        return pass_time(rules, state, until, self.follow)

    def _time_before(self, rules: ProcedureRules, state: CaseState, act: Act) -> list[Event]:
        """What time has brought about before the receipt of an act. What the receipt alone judges opens and decides
        nothing, so it leaves to the engine what the law makes of a period that has passed."""
        if self.judged_by(type(act)) is JudgedBy.RECEIPT_ALONE:
            return opened_by_time(rules, state, act.received_at)
        return decided_by_time(rules, state, act.received_at, self.follow)
