"""Tasks: the caller's list, most urgent first, and what an officer does with a task."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, and_, false, not_, or_
from sqlmodel import col

from api.dependencies import Calling, Cursor, Limit, Officer, Reading, Rendering, Reviewer, Running, TaskId, Word
from api.drafts import drafted, with_kept_draft
from api.due import has_come, lies_open
from api.filters import named_body
from api.forms import LIMIT, MEASURE, TERMS, DecisionForm, OpinionDemand, ReassignmentForm, SupplementDemand, is_blank
from api.openapi import act_answers, problems
from api.paging import Part, cursor, instant, place_of
from api.problems import Problem, Wrong, invalid
from api.reading import Reader, TaskRead, overdue
from api.receiving import Receiving, known_items
from api.shapes import ActShown, Page, TaskShown
from api.vocabularies import NamedCity
from models import acts as a
from models.drafting import Drafted, submits
from models.tables import FORESEEN, CaseRow, TaskRow
from rules.pack import CATALOGUE_UPDATE

DEMAND = "demand"
State = Literal["open", "claimed", "done", "cancelled"]

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


@router.get("", response_model=Page[TaskShown], responses=problems(401, 422, 503), summary="The caller's task list")
async def task_list(
    caller: Calling,
    runtime: Running,
    reader: Reading,
    renderer: Rendering,
    state: Annotated[list[State] | None, Query(description="left out: open and claimed")] = None,
    is_overdue: Annotated[bool | None, Query(alias="overdue")] = None,
    body: Word = None,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[TaskShown]:
    """An officer gets the tasks of its body, a supervisor those of its city, an applicant its own and those in which it
    is asked for a supplement, with what is asked for: first what is to be done promptly,
    then by due day, those without one last."""
    await named_body(reader, "body", body)
    present = await runtime.present()
    wanted: list[ColumnElement[bool]] = []
    if state is None or set(state) == {"open", "claimed"}:
        wanted.append(lies_open(present.now))
    else:
        by_time = and_(col(TaskRow.state) == FORESEEN, has_come(present.now)) if "open" in state else false()
        wanted.append(or_(col(TaskRow.state).in_(state), by_time))
    if is_overdue is not None:
        wanted.append(overdue(present.now) if is_overdue else not_(overdue(present.now)))
    if body is not None:
        wanted.append(col(TaskRow.body) == body)
    if city is not None:
        wanted.append(col(TaskRow.city) == city)
    if after is not None:
        wanted.append(beyond(after))
    reads = await reader.tasks(caller, wanted, present.now, limit + 1)
    more = cursor_of(reads[limit - 1]) if len(reads) > limit else None
    return Page(items=await renderer.tasks(reads[:limit], present), next=more)


def cursor_of(read: TaskRead) -> str:
    task = read.task
    return cursor(int(task.at_once), task.due_at, task.opened_at, task.task_id)


def beyond(after: str) -> ColumnElement[bool]:
    """The tasks that come after the place of a cursor."""
    at_once, due, opened, task_id = place_of(after, 4)
    if at_once == 1:
        return or_(not_(col(TaskRow.at_once)), and_(col(TaskRow.at_once), later(due, opened, task_id)))
    return and_(not_(col(TaskRow.at_once)), later(due, opened, task_id))


def later(due: Part, opened: Part, task_id: Part) -> ColumnElement[bool]:
    """Among tasks that are alike urgent, those that come after this place."""
    opened_at = instant(opened)
    then = or_(
        col(TaskRow.opened_at) > opened_at,
        and_(col(TaskRow.opened_at) == opened_at, col(TaskRow.task_id) > str(task_id)),
    )
    if due is None:
        return and_(col(TaskRow.due_at).is_(None), then)
    due_at = instant(due)
    return or_(col(TaskRow.due_at) > due_at, and_(col(TaskRow.due_at) == due_at, then), col(TaskRow.due_at).is_(None))


@router.get("/{task_id}", response_model=TaskShown, responses=problems(401, 404, 503), summary="One task")
async def one_task(task_id: TaskId, caller: Calling, reader: Reading, renderer: Rendering) -> TaskShown:
    """A task of a case that the caller may know of."""
    row = await reader.task(task_id)
    if row is None or await reader.case(caller, row.case_id) is None:
        raise Problem("NotFound")
    task = await renderer.task(row.case_id, task_id)
    assert task, "the read model holds no task that the log does not"
    return task


@router.post("/{task_id}/claim", response_model=ActShown, responses=act_answers(), summary="Claim a task")
async def claim(task_id: TaskId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The task is the caller's to decide; an unclaimed one may be decided by any officer of its body."""
    task = await receiver.own_task(task_id)
    return await receiver.receive(a.Claim(**await receiver.on_task(task)))


@router.post("/{task_id}/release", response_model=ActShown, responses=act_answers(), summary="Give up a claim")
async def release(task_id: TaskId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """Any officer of the body may decide the task again."""
    task = await receiver.own_task(task_id)
    return await receiver.receive(a.Release(**await receiver.on_task(task)))


@router.post(
    "/{task_id}/reassignment", response_model=ActShown, responses=act_answers(), summary="Hand a task to a colleague"
)
async def reassign(
    task_id: TaskId, form: ReassignmentForm, caller: Officer, reader: Reading, receiver: Receiving
) -> ActShown:
    """The task is the colleague's; a supervisor of the body may also take it from who claimed it."""
    task = await receiver.known_task(task_id)
    if task.body != caller.body:
        raise Problem("NotYourTask")
    to = await reader.account(form.to)
    if to is None:
        raise invalid("to", "account_unknown", given=form.to)
    act = a.Reassign(
        **await receiver.on_task(task),
        to=to.account_id,
        to_body=to.body if "reviewer" in to.roles else None,
        supervises=caller.has("supervisor"),
    )
    return await receiver.receive(act, form.said())


@router.post("/{task_id}/decision", response_model=ActShown, responses=act_answers(), summary="Decide a task")
async def decide(
    task_id: TaskId, form: DecisionForm, _caller: Reviewer, reader: Reading, receiver: Receiving
) -> ActShown:
    """An outcome of the task, with what the rules demand for it. In time if it was received before the due instant,
    whenever it is worked off. In a catalogue update whose filing came with a draft, a decision that submits without
    `entry` submits that one."""
    task = await receiver.own_task(task_id)
    case = await receiver.case(task.case_id)
    form = await with_what_is_kept(reader, case, task, form)
    # What a draft means depends on the entry, which it may have changed since.
    if form.entry and (known := await receiver.received_before(form.said())):
        return known
    grants = await says_what_it_may(reader, case, form)
    draft = None if grants else await draft_of(reader, task, form)
    act = a.Decide(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.stated() | (draft.given if draft else frozenset()),
        terms=form.terms() if grants else None,
        amends=draft.amends if draft else None,
        measure=draft.measure if draft else None if grants else form.done_to_data(),
        limit=form.limit(),
    )
    return await receiver.receive(act, form.said())


@router.post("/{task_id}/correction", response_model=ActShown, responses=act_answers(), summary="Correct a decision")
async def correct(
    task_id: TaskId, form: DecisionForm, _caller: Reviewer, reader: Reading, receiver: Receiving
) -> ActShown:
    """Another decision in the place of the body's own, until the next body has acted."""
    task = await receiver.own_task(task_id)
    grants = await says_what_it_may(reader, await receiver.case(task.case_id), form)
    if form.limit():
        raise about(form.first_of(LIMIT), "TimeLimitNotSet")
    if not grants and form.done_to_data():
        # What was done to data is not undone by other words; a correction says nothing of it.
        raise about(form.first_of(("data_items", *MEASURE)), "MeasureNotAllowed")
    act = a.Correct(
        **await receiver.on_task(task),
        outcome=form.outcome,
        given=form.stated(),
        terms=form.terms() if grants else None,
    )
    return await receiver.receive(act, form.said())


@router.post(
    "/{task_id}/supplement-request",
    response_model=ActShown,
    responses=act_answers(),
    summary="Ask the applicant for a supplement (补正)",
)
async def ask_supplement(task_id: TaskId, form: SupplementDemand, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The clock runs on, unless a rule of the city says that it stops."""
    task = await receiver.own_task(task_id)
    act = a.AskSupplement(**await receiver.on_task(task), given=form.given(frozenset({"text"})))
    return await receiver.receive(act, form.said())


@router.post("/{task_id}/opinion-request", response_model=ActShown, responses=act_answers(), summary="Ask the experts")
async def ask_opinion(task_id: TaskId, form: OpinionDemand, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The experts get a task of their own inside the stage, whose clock runs on."""
    task = await receiver.own_task(task_id)
    act = a.AskOpinion(**await receiver.on_task(task), given=form.given(frozenset({"question"})))
    return await receiver.receive(act, form.said())


async def says_what_it_may(reader: Reader, case: CaseRow, form: DecisionForm) -> bool:
    """Whether the case is one in which access is granted: there a decision sets terms; elsewhere it says what is done
    to data. Raises a Problem on a field that does not belong there, and on items that the dataset does not have."""
    grants = (await reader.rules(case.rules_digest)).grant is not None
    if field := form.first_of(MEASURE if grants else TERMS):
        raise about(field, "MeasureNotAllowed" if grants else "TermsNotAllowed")
    if case.procedure == DEMAND and form.reference and not is_blank(form.reference):
        referred = await reader.dataset(form.reference.strip())
        if referred is None or referred.city != case.city:
            raise invalid("reference", "dataset_unknown")
    await known_items(reader, case.dataset_id, form.data_items)
    return grants


async def with_what_is_kept(reader: Reader, case: CaseRow, task: TaskRow, form: DecisionForm) -> DecisionForm:
    """The decision with the draft that came with the filing, where it is the first to submit one and states none."""
    if form.entry is not None or task.procedure != CATALOGUE_UPDATE or task.round > 1:
        return form
    stage = (await reader.rules(case.rules_digest)).stage(task.stage)
    if not submits(stage.outcome(form.outcome) if stage else None):
        return form
    filing = await reader.act(f"{task.case_id}.file")
    return with_kept_draft(form, (filing.content if filing else None) or {})


async def draft_of(reader: Reader, task: TaskRow, form: DecisionForm) -> Drafted | None:
    """What a decision that submits a draft says by it; None for any other. Raises a Problem on a draft or answers that
    do not fit the entry, or belong to no draft."""
    if form.entry is None and form.answers is None and task.procedure != CATALOGUE_UPDATE:
        return None
    read = await reader.case_read(task.case_id)
    stage = read.rules.stage(task.stage)
    outcome = stage.outcome(form.outcome) if stage else None
    if not submits(outcome):
        if outcome and (field := form.first_of(("entry", "answers"))):
            raise about(field, "MeasureNotAllowed")
        return None
    dataset = await reader.dataset(read.state.dataset_id)
    return drafted(read.rules, read.state.choices, dataset, form.entry, form.answers, form.done_to_data())


def about(field: str | None, code: str) -> Problem:
    """A problem with one field."""
    return Problem(code, errors=[Wrong(field, code)])
