"""What an agreement or commitment states, and which of its signatories has stated what. Pure."""

from __future__ import annotations

from models import acts as a
from models import refusals as r
from models.act_contents import GrantTerms
from models.granting import items_granted
from models.restrictions import within
from models.state import CaseState
from models.task_state import TaskState
from rules.pinned import APPLICANT, PARTY
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import AGREED, LIST_OF_DATA, STATED_BY_APPLICANT


def sets_terms(rules: ProcedureRules, task: TaskState) -> bool:
    """Whether the body of this task sets the terms of a grant. Where the applicant answers in the same step, the terms
    are agreed already and nobody sets them."""
    step = rules.step(task.step)
    assert step
    return task.asked_by_task is None and all(stage.body not in (APPLICANT, PARTY) for stage in step.stages)


def signs_as_the_party(rules: ProcedureRules, task: TaskState) -> bool:
    """Whether the task lies before whoever filed the case: an applicant, or the body for which it was filed."""
    stage = rules.stage(task.stage)
    return task.body == APPLICANT or (stage is not None and stage.body == PARTY)


def agreed_by_now(rules: ProcedureRules, state: CaseState, act: a.Decide | a.Correct) -> frozenset[str]:
    """The fields that are agreed when somebody signs: those that the other signatories stated, and the list of data
    where a body has set it or this act names it. Empty for any other decision."""
    task = state.tasks.get(act.task_id)
    if rules.grant is None or task is None or task.asked_by_task or sets_terms(rules, task):
        return frozenset()
    others = [each for each in state.of_step(task.step) if each.ended == "decided" and each.stage != task.stage]
    stated_by_others = frozenset(name for each in others for name in each.given) & AGREED
    set_by_bodies = (each.terms for step in rules.steps for each in state.of_step(step.step))
    is_listed = any(terms and terms.data_items for terms in (act.terms, *set_by_bodies))
    return stated_by_others | LIST_OF_DATA if is_listed else stated_by_others


def list_allowed(rules: ProcedureRules, state: CaseState, task: TaskState, outcome: Outcome, terms: GrantTerms) -> None:
    """A signature sets no terms, except that an applicant lists the data of its commitment where the law demands the
    list, within what the bodies have agreed to. Raises TermsNotAllowed, ItemNotRequested."""
    if task.body != APPLICANT:
        raise r.TermsNotAllowed(field="terms")
    is_wanted = any(LIST_OF_DATA & set(requirement.any_of) for requirement in outcome.requires)
    if not is_wanted or terms.data_items is None or terms != GrantTerms(data_items=terms.data_items):
        raise r.TermsNotAllowed(field="data_items")
    if not within(terms.data_items, items_granted(rules, state)):
        raise r.ItemNotRequested(field="data_items")


def stated_by_the_others(outcome: Outcome, given: frozenset[str]) -> None:
    """The others have stated what an applicant cannot state itself before it signs. Raises AgreementNotStated."""
    for requirement in outcome.requires:
        if not requirement.is_met_by(given) and not STATED_BY_APPLICANT & set(requirement.any_of):
            cited = requirement.citation
            field = "|".join(requirement.any_of)
            raise r.AgreementNotStated(field=field, rule=cited.article, basis=cited.basis, source=cited.source)
