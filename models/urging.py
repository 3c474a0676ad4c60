"""Urging (催办): those to whom the law gives that right urge a body that owes an answer."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models import refusals as r
from models.proposal import Proposal
from models.state import CaseState
from models.who_may_act import acts_for_itself_alone, still_open, task_of
from rules.pinned import APPLICANT, UrgingRule
from rules.procedure_rules import ProcedureRules

MOST_URGINGS = 200
"""In one case."""


def urge(rules: ProcedureRules, proposal: Proposal, act: a.Urge) -> None:
    """The log has the urging, with the rule that allows it; it decides nothing, opens nothing and moves no clock.

    Raises UrgingNotYours, PartyToTheCase, NoSuchTask, TaskAlreadyDecided, TaskCancelled, OnlyBodiesAreUrged,
    EnoughUrgings.
    """
    state = proposal.state
    rule = urging_rule(rules, state, act)
    acts_for_itself_alone(proposal, act.by)
    task = task_of(state, act)
    still_open(task)
    if task.body == APPLICANT:
        raise r.OnlyBodiesAreUrged(field="task_id")
    if sum(each.urgings for each in state.tasks.values()) >= MOST_URGINGS:
        raise r.EnoughUrgings(field="text")
    assert act.by.body, "whom a rule lets urge serves a body"
    proposal.add(
        e.TaskUrged(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            by=act.by.account,
            body=act.by.body,
            source=rule.citation.source,
            article=rule.citation.article,
            basis=rule.citation.basis,
        )
    )


def urging_rules(rules: ProcedureRules, act: a.Urge) -> tuple[UrgingRule, ...]:
    """All rules by which somebody may urge in the case: its own, and those in force at the receipt of the act."""
    return (*rules.urging, *act.in_force)


def urging_rule(rules: ProcedureRules, state: CaseState, act: a.Urge) -> UrgingRule:
    """The rule by which the actor may urge: the actor's body has the role that it names, and the actor the role that it
    names in that body. A case whose pinned rules do not cover urging goes by the rules in force at the
    receipt of the act.

    Raises UrgingNotYours.
    """
    for rule in urging_rules(rules, act):
        if _is_its_body(rule, state, act) and not act.roles.isdisjoint(rule.by):
            return rule
    raise r.UrgingNotYours(field="task_id")


def _is_its_body(rule: UrgingRule, state: CaseState, act: a.Urge) -> bool:
    """Whether the actor's body has the role of a rule: in the case, and that of the authority of a county only towards
    the bodies of its own."""
    if rule.of_county:
        task = state.tasks.get(act.task_id)
        return task is not None and task.body == act.body_of_county
    return act.by.body is not None and state.bodies.get(rule.body) == act.by.body
