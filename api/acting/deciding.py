"""What a decision is checked for before its receipt: what the judge cannot know, because only the tables do."""

from __future__ import annotations

from activities.tables.cases import CaseRow, TaskRow
from api.acting.drafts import drafted, with_kept_draft
from api.acting.filing import facts
from api.acting.forms.deciding import MEASURE, TERMS, DecisionForm
from api.acting.forms.filing import SupplementForm
from api.acting.forms.form import is_blank
from api.acting.receiving import known_items
from api.http.problems import Problem, Wrong, invalid, wrongs
from models.drafting import Drafted, submits
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.catalogue import questions as catalogue
from reading.store import CaseRead, Store
from rules.admissibility import still_admissible
from rules.pinned import APPLICANT
from rules.procedure_names import CATALOGUE_UPDATE

DEMAND = "demand"


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
    if changed := still_admissible(read.rules, before, stated, facts(dataset)):
        raise Problem("Inadmissible", errors=wrongs(changed, read.rules))
