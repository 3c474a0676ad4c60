"""Extensions: a body gives itself more time for a task before its period has ended, for a reason. Pure."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models import refusals as r
from models.clock import Extension
from models.demanding import missing
from models.proposal import Proposal
from models.task_events import EXTENDED
from models.who_may_act import officer_may_act, still_open, task_in_hand, task_of
from rules.deadlines import DeadlineError, parse_period
from rules.pinned import APPLICANT, Requirement
from rules.pinned_stages import ExtensionRule
from rules.procedure_rules import ProcedureRules


def extend(rules: ProcedureRules, proposal: Proposal, act: a.Extend) -> None:
    """The period ends later by what the decision gives, of which the applicant is told.

    Raises what `task_in_hand` raises, ProcedureKnowsNoSuchAct, PostRequired, PeriodHasEnded, ExtensionTooLong, and what
    says that the reason is missing.
    """
    task = task_of(proposal.state, act)
    stage = rules.stage(task.stage)
    rule = stage.extension if stage else None
    if rule is None or task.clock.period is None or task.body == APPLICANT:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if rule.by_post is None:
        task_in_hand(proposal, act)
    else:
        # Whoever holds the post decides, whoever of the body has the task in hand.
        officer_may_act(proposal, task, act.by)
        still_open(task)
        if rule.by_post not in act.posts:
            raise r.PostRequired(field="task_id")
    if task.clock.due_at is not None and act.received_at >= task.clock.due_at:
        raise r.PeriodHasEnded(field="task_id")
    if not act.given:
        raise missing(Requirement(any_of=("text",), citation=rule.citation))
    within_what_is_allowed(rule, task.clock.period, task.clock.extensions, act.period)
    cited = {"source": rule.citation.source, "article": rule.citation.article, "basis": rule.citation.basis}
    proposal.add(
        e.PeriodExtended.model_validate(
            {"at": act.received_at, "act": act.id, "task_id": task.task_id, "by": act.by.account, "period": act.period}
            | cited
        )
    )
    extension = Extension.model_validate({"decided_at": act.received_at, "period": act.period} | cited)
    extended = task.clock.unset().model_copy(update={"extensions": (*task.clock.extensions, extension)})
    proposal.add(
        e.ClockMoved(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            clock=extended,
            because=EXTENDED,
            due_before=task.clock.due_at,
            own_due_before=task.clock.own_due_at,
        )
    )


def within_what_is_allowed(rule: ExtensionRule, period: str, extensions: tuple[Extension, ...], by: str) -> None:
    """All extensions of a period together are no longer than the rule has it, each in the unit of the period.

    Raises ExtensionTooLong.
    """
    too_long = r.ExtensionTooLong(field="period", most=rule.at_most)
    try:
        wanted = parse_period(by)
    except DeadlineError as error:
        raise too_long from error
    used = sum(parse_period(each.period).number for each in extensions)
    if wanted.unit is not parse_period(period).unit or used + wanted.number > parse_period(rule.at_most).number:
        raise too_long
