"""A procedure as pure law: what an act adds to the log of its case, with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from models.acts import JUDGED_AT_RECEIPT, Act, Decide, ReceivedAct
from models.course import opened_by_time
from models.events import Event, Filed
from models.proposal import Proposal
from models.refusals import CaseClosed, Refusal, TaskAlreadyDecided
from models.state import CaseState
from rules.procedure_rules import ProcedureRules


def too_late(state: CaseState, act: Act) -> Refusal:
    """Why a closed case takes the act no more: who lost a race for the last decision is told that it was decided."""
    task = state.tasks.get(act.task_id) if isinstance(act, Decide) else None
    if task and task.ended == "decided" and task.body == act.by.body:
        return TaskAlreadyDecided(field="task_id")
    return CaseClosed(field="case_id")


@dataclass(frozen=True)
class Procedure:
    """`answer` says what an act makes happen, `follow` what the law makes follow; both add to a proposal."""

    name: str
    code: str
    """Two letters in the case numbers of this procedure."""
    answer: Callable[[ProcedureRules, Proposal, Act], None]
    follow: Callable[[ProcedureRules, Proposal, datetime], None]
    judged_at_receipt: tuple[type[ReceivedAct], ...] = JUDGED_AT_RECEIPT
    """Acts that the receipt judges and writes itself, unless others wait before them."""

    def begin(self, rules: ProcedureRules, filed: Filed, met: Iterable[Event] = ()) -> Proposal:
        """A case as its receipt makes it: what was filed, what it meets, and all that the law makes follow at once."""
        proposal = Proposal(CaseState())
        for event in (filed, *met):
            proposal.add(event)
        self.follow(rules, proposal, filed.at)
        return proposal

    def judge(self, rules: ProcedureRules, state: CaseState, act: Act) -> list[Event]:
        """The events that an act adds, with all that follows at once; none if the log has the act already. What lay
        open by the passing of a clock when the act was received lies open for it.

        Raises a Refusal. Pure: the same case and act give the same answer at receipt, in the validator and in the
        handler.
        """
        if act.id in state.acts:
            return []
        if state.closed:
            raise too_late(state, act)
        proposal = Proposal(state)
        for event in opened_by_time(rules, state, act.received_at):
            proposal.add(event)
        self.answer(rules, proposal, act)
        self.follow(rules, proposal, act.received_at)
        return proposal.events
