"""Who may act on a case and on its tasks, as case and tasks stand when an act is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models import acts as a
from models import refusals as r
from models.conflicts import has_a_side
from models.proposal import Proposal
from models.state import CaseState
from models.task_state import TaskState
from rules.admissibility import Inadmissible
from rules.applicant_answers import APPLICANT_ANSWERS
from rules.pinned import APPLICANT
from rules.procedure_rules import PROVIDER, ProcedureRules


def acts_for_itself_alone(proposal: Proposal, by: a.Actor) -> None:
    """Whoever has a side in a case acts for no body in it (回避). Raises PartyToTheCase."""
    assert proposal.is_the_partys_own is not None, "only a procedure judges acts"
    if has_a_side(proposal.state, proposal.is_the_partys_own, by.account, by.body):
        raise r.PartyToTheCase(field="case_id")


def may_be_given(proposal: Proposal, task: TaskState, to: str, to_body: str | None) -> None:
    """A task is given to an officer of its body who has no side in the case.

    Raises OfficerNotOfThisBody, OfficerIsParty.
    """
    if to_body != task.body:
        raise r.OfficerNotOfThisBody(field="to")
    assert proposal.is_the_partys_own is not None, "only a procedure judges acts"
    if has_a_side(proposal.state, proposal.is_the_partys_own, to, to_body):
        raise r.OfficerIsParty(field="to")


def task_of(state: CaseState, act: a.TaskAct) -> TaskState:
    """The task that the act is about. Raises NoSuchTask."""
    if not (task := state.tasks.get(act.task_id)):
        raise r.NoSuchTask(field="task_id")
    return task


def task_of_the_party(state: CaseState, outcome: str) -> TaskState | None:
    """The open task before the party that can be decided in this way."""
    tasks = (task for task in state.open_tasks() if task.body == APPLICANT and outcome in task.outcomes)
    return next(tasks, None)


def choice_of_the_party(state: CaseState) -> TaskState | None:
    """The open task before the party in which it chooses what follows: it neither signs nor sends anything again."""
    open_before_it = (task for task in state.open_tasks() if task.body == APPLICANT)
    return next((task for task in open_before_it if not APPLICANT_ANSWERS & set(task.outcomes)), None)


def task_in_hand(proposal: Proposal, act: a.TaskAct) -> TaskState:
    """The open task that the act is about, on which its actor may act: an officer of its body, or the party before
    which it lies. Any officer of the body may act on an unclaimed task; a substitute may act on what an absent officer
    claimed.

    Raises NoSuchTask, NotYourTask, PartyToTheCase, TaskAlreadyDecided, TaskCancelled, TaskAlreadyClaimed.
    """
    task = task_of(proposal.state, act)
    officer_may_act(proposal, task, act.by)
    still_open(task)
    superior = isinstance(act, a.Reassign | a.HandOver) and act.supervises
    if task.claimed_by not in (None, act.by.account, act.in_place_of) and not superior:
        raise r.TaskAlreadyClaimed(field="task_id")
    return task


def still_open(task: TaskState) -> None:
    """The task is open. Raises TaskAlreadyDecided, TaskCancelled."""
    if task.ended == "decided":
        raise r.TaskAlreadyDecided(field="task_id")
    if task.ended == "cancelled":
        raise r.TaskCancelled(field="task_id")


def officer_may_act(proposal: Proposal, task: TaskState, by: a.Actor) -> None:
    """Only an officer of the task's body or the party before which it lies acts on a task, and no party acts for a
    body.

    Raises NotYourTask, PartyToTheCase.
    """
    if by.account != proposal.state.party if task.body == APPLICANT else by.body != task.body:
        raise r.NotYourTask(field="task_id")
    if task.body != APPLICANT:
        acts_for_itself_alone(proposal, by)


def acts_in_place_of(state: CaseState, body: str | None, of: str | None) -> bool:
    """Whether a body does in a case what another does there: it is that one, or was entrusted with a task of it."""
    entrusted = {task.body for task in state.tasks.values() if task.entrusted_by and task.entrusted_by == of}
    return body is not None and (body == of or body in entrusted)


def takes_part(state: CaseState, by: a.Actor) -> None:
    """Only the party and officers of bodies with a role in a case add to it. Raises NotYourCase."""
    entrusted = {task.body for task in state.tasks.values() if task.entrusted_by}
    is_its_own = by.account == state.party or is_the_party(state, by)
    if not is_its_own and by.body not in {*state.bodies.values(), *entrusted}:
        raise r.NotYourCase(field="case_id")


def is_the_party(state: CaseState, by: a.Actor) -> bool:
    """Whether this is the party: who filed for itself, or any officer of the body for which the case was filed."""
    return by.body == state.for_body if state.for_body else by.account == state.party


def may_file(rules: ProcedureRules, roles: Collection[str], body: str | None, bodies: Mapping[str, str]) -> bool:
    """Whether the law lets an account with these roles file a case between these bodies: as an applicant, or as a
    reviewer of a body that the law names."""
    if APPLICANT in rules.filed_by and APPLICANT in roles:
        return True
    return "reviewer" in roles and body is not None and body in {bodies.get(role) for role in rules.filed_by}


def lets_file(rules: ProcedureRules, roles: Collection[str], body: str | None, bodies: Mapping[str, str]) -> None:
    """Raises RoleRequired unless the law lets such an account file between these bodies."""
    if not may_file(rules, roles, body, bodies):
        raise r.RoleRequired(roles="|".join(rules.filed_by))


def may_begin_against(
    rules: ProcedureRules, roles: Collection[str], body: str | None, bodies: Mapping[str, str]
) -> bool:
    """Whether the law lets a reviewer or supervisor of the body begin a case against the provider among these bodies;
    where the provider is that body itself, another acts in its place."""
    serves = body is not None and not {"reviewer", "supervisor"}.isdisjoint(roles)
    return serves and body in {bodies.get(role) for role in rules.begun_by(bodies)}


def why_not_begin_against(
    rules: ProcedureRules, roles: Collection[str], body: str | None, role: str | None, bodies: Mapping[str, str]
) -> Inadmissible | None:
    """Why an officer of this `body`, which has that `role` in its city, may not begin this case, though it may begin
    others: it would be directed against its own body. None where it may. Raises RoleRequired where it may begin none.
    """
    if may_begin_against(rules, roles, body, bodies):
        return None
    may_elsewhere = not {"reviewer", "supervisor"}.isdisjoint(roles) and role in rules.filed_by
    if may_elsewhere and body is not None and body == bodies.get(PROVIDER):
        return Inadmissible("body", "directed_against_your_own_body", None)
    raise r.RoleRequired(roles="|".join(rules.begun_by(bodies)))


def why_not_against(rules: ProcedureRules, role: str | None) -> Inadmissible | None:
    """Why no case can be directed against a body of that role, None where its city has no such body."""
    if role is None:
        return Inadmissible("body", "body_unknown", None)
    return None if role in rules.against else Inadmissible("body", "body_not_rectified", None)
