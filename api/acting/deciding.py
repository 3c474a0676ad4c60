"""What officers do to a task or a suspension, with the checks before receipt that need the tables and not the judge."""

from __future__ import annotations

from activities.tables.cases import CaseRow, TaskRow
from api.acting.drafts import drafted, with_kept_draft
from api.acting.filing import at_receipt
from api.acting.forms.deciding import (
    DecisionForm,
    ExtensionForm,
    OpinionDemand,
    ReassignmentForm,
    RunAgainForm,
    StopForm,
    SupplementDemand,
)
from api.acting.forms.filing import SupplementForm
from api.acting.forms.form import is_blank
from api.acting.receiving import ActShown, Receiver, known_items
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, invalid, wrongs
from models import decision_fields
from models.acts import (
    AskOpinion,
    AskSupplement,
    Claim,
    Correct,
    Decide,
    Extend,
    Reassign,
    Release,
    ReviewSuspension,
    RunClock,
    StopClock,
)
from models.asking import stated_so_far
from models.drafting import Drafted, may_submit_what_is_kept
from models.pinned_figures import PinnedFigures
from reading.cases import questions as cases
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.directory.sight import body_answered_for
from reading.figures.pinning import EndsStillMove, counted
from reading.figures.settled import AGAIN_AFTER
from reading.misuse import questions as misuse
from reading.sight import Caller
from reading.store import CaseRead, Store
from rules.admissibility import still_admissible
from rules.procedure_rules import ProcedureRules


async def claim(receiver: Receiver, task_id: str) -> ActShown:
    """The task is the caller's to decide. Raises a Problem."""
    task = await receiver.own_task(task_id)
    return await receiver.receive(Claim(**await receiver.on_task(task)))


async def release(receiver: Receiver, task_id: str) -> ActShown:
    """Gives up the caller's claim. Raises a Problem."""
    task = await receiver.own_task(task_id)
    return await receiver.receive(Release(**await receiver.on_task(task)))


async def ask_supplement(receiver: Receiver, task_id: str, form: SupplementDemand) -> ActShown:
    """Asks the applicant to complete the request (补正). Raises a Problem."""
    task = await receiver.own_task(task_id)
    act = AskSupplement(**await receiver.on_task(task), given=form.given(frozenset({"text"})))
    return await receiver.receive(act, form.said())


async def extend(receiver: Receiver, task_id: str, form: ExtensionForm) -> ActShown:
    """Extends the period of the task. Raises a Problem."""
    task = await receiver.own_task(task_id)
    act = Extend(**await receiver.on_task(task), period=form.period, given=form.given(frozenset({"text"})))
    return await receiver.receive(act, form.said())


async def stop_clock(receiver: Receiver, task_id: str, form: StopForm) -> ActShown:
    """Stops the clock of the task. Raises a Problem."""
    task = await receiver.own_task(task_id)
    act = StopClock(**await receiver.on_task(task), stop=form.stop, given=form.given(frozenset({"text"})))
    return await receiver.receive(act, form.said())


async def run_clock(receiver: Receiver, task_id: str, form: RunAgainForm) -> ActShown:
    """Has the clock of the task run again. Raises a Problem."""
    task = await receiver.own_task(task_id)
    return await receiver.receive(RunClock(**await receiver.on_task(task), stop=form.stop), form.said())


async def ask_opinion(receiver: Receiver, task_id: str, form: OpinionDemand) -> ActShown:
    """Asks the experts. Raises a Problem."""
    task = await receiver.own_task(task_id)
    act = AskOpinion(**await receiver.on_task(task), given=form.given(frozenset({"question"})))
    return await receiver.receive(act, form.said())


async def review_suspension(receiver: Receiver, case_id: str) -> ActShown:
    """Takes up again whether the data of an objection is suspended. Raises a Problem."""
    await receiver.case(case_id)
    await receiver.must_be_impartial(case_id)
    return await receiver.receive(ReviewSuspension(**receiver.fields(case_id)))


async def reassign(receiver: Receiver, store: Store, caller: Caller, task_id: str, form: ReassignmentForm) -> ActShown:
    """Reassigns the task to a colleague, by an officer or a supervisor of its body. Raises a Problem."""
    task = await receiver.known_task(task_id)
    with refused_before_receipt():
        caller.must_serve_its_body(task)
    await receiver.must_be_impartial_in(task)
    to = await directory.account(store, form.to)
    if to is None:
        raise invalid("to", "account_unknown", given=form.to)
    act = Reassign(
        **await receiver.on_task(task),
        to=to.account_id,
        to_body=body_answered_for(to),
        supervises=caller.has("supervisor"),
    )
    return await receiver.receive(act, form.said())


async def decide(receiver: Receiver, store: Store, task_id: str, form: DecisionForm) -> ActShown:
    """A decision on the task, with the draft that it submits, which may be the one that came with the filing. Raises a
    Problem."""
    task = await receiver.own_task(task_id)
    case = await receiver.case(task.case_id)
    rules = await store.rules(case.rules_digest)
    form = await with_what_is_kept(store, rules, task, form)
    # What a draft means depends on the entry, which it may have changed since; and what was counted once counts.
    depends_on_when = form.entry or pins_figures(rules, task, form.outcome)
    if depends_on_when and (known := await receiver.received_before(form.said())):
        return known
    await has_what_it_names(store, rules, case, form)
    sets_terms = decision_fields.sets_terms(rules)
    draft = None if sets_terms else await draft_of(store, rules, task, form)
    measure = None if sets_terms else form.done_to_data()
    act = Decide(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.fields_given() | (draft.given if draft else frozenset()),
        terms=form.terms() if sets_terms else None,
        digest=form.digest,
        amends=draft.amends if draft else None,
        measure=draft.measure if draft else measure,
        limit=form.limit(),
        finding=form.finding(),
        figures=await figures_pinned(store, rules, task, form.outcome),
    )
    return await receiver.receive(act, form.said())


def pins_figures(rules: ProcedureRules, task: TaskRow, outcome: str) -> bool:
    """Whether the decision goes by figures."""
    stage = rules.stage(task.stage)
    decided = stage.outcome(outcome) if stage else None
    return decided is not None and decided.pins_figures


async def figures_pinned(store: Store, rules: ProcedureRules, task: TaskRow, outcome: str) -> PinnedFigures | None:
    """What is counted for a decision that goes by figures; None for any other. Raises a Problem while ends still move,
    but never so late that the decision itself would be."""
    if not pins_figures(rules, task, outcome):
        return None
    state = (await store.case_read(task.case_id)).state
    assert state.occurred_on, "only a case about a year goes by its figures"
    try:
        return await counted(store, state.city, state.occurred_on.year, task.due_at)
    except EndsStillMove as still:
        raise Problem("ClocksAreMoved", more_headers={"Retry-After": str(AGAIN_AFTER)}) from still


async def correct(receiver: Receiver, store: Store, task_id: str, form: DecisionForm) -> ActShown:
    """Replaces the body's own decision with another. Raises a Problem, also for fields that a correction cannot
    have."""
    task = await receiver.own_task(task_id)
    case = await receiver.case(task.case_id)
    rules = await store.rules(case.rules_digest)
    await has_what_it_names(store, rules, case, form)
    with refused_before_receipt():
        decision_fields.can_be_corrected(rules, form.named)
    act = Correct(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.fields_given(),
        terms=form.terms() if decision_fields.sets_terms(rules) else None,
        digest=form.digest,
    )
    return await receiver.receive(act, form.said())


async def has_what_it_names(store: Store, rules: ProcedureRules, case: CaseRow, form: DecisionForm) -> None:
    """Raises a Problem on a field that has no place in the case, and on a dataset or items that are not there."""
    with refused_before_receipt():
        decision_fields.have_their_place(rules, form.named)
    referred = decision_fields.dataset_referred_to(rules, form.reference)
    if referred and await catalogue.dataset_of(store, case.city, referred) is None:
        raise invalid("reference", "dataset_unknown")
    await known_items(store, case.dataset_id, form.data_items)
    if form.misused_grant and not await misuse.is_grant_on(store, case.dataset_id, form.misused_grant.strip()):
        raise invalid("misused_grant", "grant_unknown")


async def with_what_is_kept(store: Store, rules: ProcedureRules, task: TaskRow, form: DecisionForm) -> DecisionForm:
    """The decision, which takes the draft that came with the filing where it may and states none."""
    if form.entry is not None or not may_submit_what_is_kept(rules, task.stage, task.round, form.outcome):
        return form
    filing = await cases.act(store, f"{task.case_id}.file")
    return with_kept_draft(form, (filing.content if filing else None) or {})


async def draft_of(store: Store, rules: ProcedureRules, task: TaskRow, form: DecisionForm) -> Drafted | None:
    """What a decision that submits a draft says by it; None for any other. Raises a Problem on a draft or answers that
    do not fit the entry, or belong to no draft."""
    stage = rules.stage(task.stage)
    with refused_before_receipt():
        if not decision_fields.submit_a_draft(stage.outcome(form.outcome) if stage else None, form.named):
            return None
    state = (await store.case_read(task.case_id)).state
    dataset = await catalogue.dataset(store, state.dataset_id)
    return drafted(rules, state.choices, dataset, form.entry, form.answers, form.done_to_data())


async def may_change(store: Store, read: CaseRead, form: SupplementForm) -> None:
    """What changes in the request is judged as its filing was, by the rules that the case keeps. Raises a Problem."""
    said = form.said()
    if not said:
        raise invalid("text", "nothing_stated")
    if blank := [name for name, value in said.items() if is_blank(value)]:
        raise invalid(blank[0], "field_blank")
    stated = form.stated()
    dataset = await catalogue.dataset(store, read.state.dataset_id)
    if not stated or dataset is None:
        return
    if changed := still_admissible(read.rules, stated_so_far(read.state), stated, at_receipt(dataset)):
        raise Problem("Inadmissible", errors=wrongs(changed, read.rules))
