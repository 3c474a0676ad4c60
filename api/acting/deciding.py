"""What officers do to a task, and what is checked before its receipt: what the judge cannot know, but the tables do."""

from __future__ import annotations

from activities.tables.cases import CaseRow, TaskRow
from api.acting.drafts import drafted, with_kept_draft
from api.acting.filing import at_receipt
from api.acting.forms.deciding import MEASURE, TERMS, DecisionForm, ReassignmentForm
from api.acting.forms.filing import SupplementForm
from api.acting.forms.form import is_blank
from api.acting.receiving import ActShown, Receiver, known_items
from api.http.problems import Problem, Wrong, invalid, wrongs
from models.acts import Correct, Decide, Reassign
from models.drafting import Drafted, submits
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import CaseRead, Store
from rules.admissibility import still_admissible
from rules.pinned import APPLICANT
from rules.procedure_names import CATALOGUE_UPDATE, DEMAND
from rules.vocabulary import TIME_LIMIT


async def reassign(receiver: Receiver, store: Store, caller: Caller, task_id: str, form: ReassignmentForm) -> ActShown:
    """The task given to a colleague, by an officer or a supervisor of its body. Raises a Problem."""
    task = await receiver.known_task(task_id)
    if task.body != caller.body:
        raise Problem("NotYourTask")
    to = await directory.account(store, form.to)
    if to is None:
        raise invalid("to", "account_unknown", given=form.to)
    act = Reassign(
        **await receiver.on_task(task),
        to=to.account_id,
        to_body=to.body if "reviewer" in to.roles else None,
        supervises=caller.has("supervisor"),
    )
    return await receiver.receive(act, form.said())


async def decide(receiver: Receiver, store: Store, task_id: str, form: DecisionForm) -> ActShown:
    """A decision on the task, with the draft that it submits, which may be the one that came with the filing. Raises a
    Problem."""
    task = await receiver.own_task(task_id)
    case = await receiver.case(task.case_id)
    form = await with_what_is_kept(store, case, task, form)
    # What a draft means depends on the entry, which it may have changed since.
    if form.entry and (known := await receiver.received_before(form.said())):
        return known
    grants = await says_what_it_may(store, case, form)
    draft = None if grants else await draft_of(store, task, form)
    measure = None if grants else form.done_to_data()
    act = Decide(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.fields_given() | (draft.given if draft else frozenset()),
        terms=form.terms() if grants else None,
        digest=form.digest,
        amends=draft.amends if draft else None,
        measure=draft.measure if draft else measure,
        limit=form.limit(),
    )
    return await receiver.receive(act, form.said())


async def correct(receiver: Receiver, store: Store, task_id: str, form: DecisionForm) -> ActShown:
    """Another decision in the place of the body's own. Raises a Problem, also for what a correction cannot say."""
    task = await receiver.own_task(task_id)
    grants = await says_what_it_may(store, await receiver.case(task.case_id), form)
    if form.limit():
        raise about(form.first_of(TIME_LIMIT), "TimeLimitNotSet")
    if not grants and form.done_to_data():
        # What was done to data is not undone by other words; a correction says nothing of it.
        raise about(form.first_of(("data_items", *MEASURE)), "MeasureNotAllowed")
    act = Correct(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.fields_given(),
        terms=form.terms() if grants else None,
        digest=form.digest,
    )
    return await receiver.receive(act, form.said())


async def says_what_it_may(store: Store, case: CaseRow, form: DecisionForm) -> bool:
    """Whether the case is one in which access is granted: there a decision sets terms; elsewhere it says what is done
    to data. Raises a Problem on a field that does not belong there, and on items that the dataset does not have."""
    grants = (await store.rules(case.rules_digest)).grant is not None
    if field := form.first_of(MEASURE if grants else TERMS):
        raise about(field, "MeasureNotAllowed" if grants else "TermsNotAllowed")
    if case.procedure == DEMAND and form.reference and not is_blank(form.reference):
        referred = await catalogue.dataset(store, form.reference.strip())
        if referred is None or referred.city != case.city:
            raise invalid("reference", "dataset_unknown")
    await known_items(store, case.dataset_id, form.data_items)
    return grants


async def with_what_is_kept(store: Store, case: CaseRow, task: TaskRow, form: DecisionForm) -> DecisionForm:
    """The decision with the draft that came with the filing, where it is the first to submit one and states none."""
    if form.entry is not None or task.procedure != CATALOGUE_UPDATE or task.round > 1:
        return form
    stage = (await store.rules(case.rules_digest)).stage(task.stage)
    if not submits(stage.outcome(form.outcome) if stage else None):
        return form
    filing = await cases.act(store, f"{task.case_id}.file")
    return with_kept_draft(form, (filing.content if filing else None) or {})


async def draft_of(store: Store, task: TaskRow, form: DecisionForm) -> Drafted | None:
    """What a decision that submits a draft says by it; None for any other. Raises a Problem on a draft or answers that
    do not fit the entry, or belong to no draft."""
    if form.entry is None and form.answers is None and task.procedure != CATALOGUE_UPDATE:
        return None
    read = await store.case_read(task.case_id)
    stage = read.rules.stage(task.stage)
    outcome = stage.outcome(form.outcome) if stage else None
    if not submits(outcome):
        if outcome and (field := form.first_of(("entry", "answers"))):
            raise about(field, "MeasureNotAllowed")
        return None
    dataset = await catalogue.dataset(store, read.state.dataset_id)
    return drafted(read.rules, read.state.choices, dataset, form.entry, form.answers, form.done_to_data())


def about(field: str | None, code: str) -> Problem:
    """A problem with one field."""
    return Problem(code, errors=[Wrong(field, code)])


def open_to_applicant(read: CaseRead, outcome: str) -> TaskState | None:
    """The open task before the applicant that can be decided in this way."""
    tasks = (task for task in read.state.open_tasks() if task.body == APPLICANT and outcome in task.outcomes)
    return next(tasks, None)


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
    before = dict.fromkeys(read.state.given, "given") | dict(read.state.choices) | {"data_items": read.state.data_items}
    if changed := still_admissible(read.rules, before, stated, at_receipt(dataset)):
        raise Problem("Inadmissible", errors=wrongs(changed, read.rules))
