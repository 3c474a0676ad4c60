"""What nobody of a body may do, for all who serve it have a side in the case (回避), another does: a task is entrusted
to it, and a grant is revoked by it. Pure."""

from __future__ import annotations

from collections.abc import Collection

from models import acts as a
from models import events as e
from models import refusals as r
from models.conflicts import impartial
from models.proposal import Proposal
from models.who_may_act import still_open, task_of
from rules.pinned import APPLICANT, RecusalRule
from rules.procedure_rules import ProcedureRules


def entrust(rules: ProcedureRules, proposal: Proposal, act: a.Entrust) -> None:
    """The task lies before the first body that the rule names and of which somebody has no side; its clock runs on.

    A case from before such rules were told goes by the one in force at the receipt of the act. Raises NoSuchTask,
    TaskAlreadyDecided, TaskCancelled, BodyCanAct, NobodyIsImpartial.
    """
    task = task_of(proposal.state, act)
    still_open(task)
    serving = act.serving.get(task.body, ())
    if task.body == APPLICANT or not serving or _impartial(proposal, task.body, serving):
        raise r.BodyCanAct(field="task_id")
    rule = rules.recusal or act.in_force
    if rule is None or (body := _instead(proposal, rule, task.body, act)) is None:
        raise r.NobodyIsImpartial(field="task_id")
    proposal.add(
        e.TaskEntrusted(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            body=body,
            from_body=task.body,
            source=rule.citation.source,
            article=rule.citation.article,
            basis=rule.citation.basis,
        )
    )


def _instead(proposal: Proposal, rule: RecusalRule, body: str, found: a.Entrust | a.Revoke) -> str | None:
    known = (found.bodies.get(role) for role in rule.to)
    return next(
        (each for each in known if each and each != body and _impartial(proposal, each, found.serving.get(each, ()))),
        None,
    )


def stands_in_for_all(rules: ProcedureRules, proposal: Proposal, bodies: Collection[str], act: a.Revoke) -> bool:
    """Whether the actor's body does what nobody of any of these bodies may do, for all who serve them have a side in
    the case: it is the first that the rule names and of which somebody has none."""
    rule = rules.recusal or act.in_force
    if rule is None or not bodies:
        return False
    for body in bodies:
        serving = act.serving.get(body, ())
        if not serving or _impartial(proposal, body, serving):
            return False
    return act.by.body is not None and all(_instead(proposal, rule, body, act) == act.by.body for body in bodies)


def _impartial(proposal: Proposal, body: str, accounts: tuple[str, ...]) -> tuple[str, ...]:
    assert proposal.is_the_partys_own is not None, "only a procedure judges acts"
    return impartial(proposal.state, proposal.is_the_partys_own, body, accounts)
