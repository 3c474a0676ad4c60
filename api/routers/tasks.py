"""Tasks: the caller's list, most urgent first, and what an officer does with a task."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.acting import deciding, urging
from api.acting.forms.deciding import (
    DecisionForm,
    ExtensionForm,
    OpinionDemand,
    ReassignmentForm,
    RunAgainForm,
    StopForm,
    SupplementDemand,
    UrgingForm,
)
from api.acting.receiving import ActShown, Receiving, act_answers
from api.dependencies import Calling, Cursor, Officer, PageSize, Reading, Reviewer, TaskId, Word
from api.http.files import AS_TABLE
from api.http.filters import named_body
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from reading.cases.lists import task_page
from reading.cases.shapes import TaskListed, TaskShown, TaskStatus
from reading.cases.shown import task_for
from reading.cases.sought import TasksSought
from reading.due import TaskDue
from reading.shape import Page
from reading.tables.lists import task_table

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])
supervised = APIRouter(prefix="/v1/supervision/tasks", tags=["supervision"])
"""What is done to a task by whoever supervises."""


@router.get(
    "",
    response_model=Page[TaskListed],
    responses={**AS_TABLE, **problems(401, 422, 503)},
    summary="The caller's task list",
)
async def task_list(
    request: Request,
    response: Response,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    state: Annotated[list[TaskStatus] | None, Query(description="left out: open and claimed")] = None,
    is_overdue: Annotated[bool | None, Query(alias="overdue")] = None,
    body: Word = None,
    city: NamedCity | None = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
    mine: Annotated[bool, Query(description="those that the caller has claimed")] = False,
    due: Annotated[
        TaskDue | None, Query(description="overdue; not yet, and due today, or within three working days after it")
    ] = None,
    q: Annotated[Word, Query(description="the beginning of a case number, or words of the dataset's title")] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """An officer gets the tasks of its body, a supervisor those of its city, an applicant its own and those in which it
    is asked for a supplement, with what is asked for: first what is to be done promptly,
    then by due day, those without one last."""
    await named_body(store, "body", body)
    states = None if state is None else frozenset(state)
    sought = TasksSought(
        states=states,
        overdue=is_overdue,
        body=body,
        city=city,
        procedure=procedure,
        stage=stage,
        mine=mine,
        due=due,
        q=q,
    )
    if wants_table(request, response):
        await store.release()
        return await as_table("tasks", language, task_table(store.archive, caller, language, sought))
    return await task_page(store, caller, language, sought, after, limit)


@router.get("/{task_id}", response_model=TaskShown, responses=problems(401, 404, 503), summary="One task")
async def one_task(task_id: TaskId, caller: Calling, store: Reading, language: AnsweredIn) -> TaskShown:
    """A task of a case that the caller may know of."""
    task = await task_for(store, caller, language, task_id)
    if task is None:
        raise Problem("NotFound")
    return task


@router.post("/{task_id}/claim", response_model=ActShown, responses=act_answers(), summary="Claim a task")
async def claim(task_id: TaskId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The task is the caller's to decide; an unclaimed one may be decided by any officer of its body."""
    return await deciding.claim(receiver, task_id)


@router.post("/{task_id}/release", response_model=ActShown, responses=act_answers(), summary="Give up a claim")
async def release(task_id: TaskId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """Any officer of the body may decide the task again."""
    return await deciding.release(receiver, task_id)


@router.post(
    "/{task_id}/reassignment", response_model=ActShown, responses=act_answers(), summary="Hand a task to a colleague"
)
async def reassign(
    task_id: TaskId, form: ReassignmentForm, caller: Officer, store: Reading, receiver: Receiving
) -> ActShown:
    """The task is the colleague's; a supervisor of the body may also take it from who claimed it."""
    return await deciding.reassign(receiver, store, caller, task_id, form)


@router.post("/{task_id}/decision", response_model=ActShown, responses=act_answers(), summary="Decide a task")
async def decide(
    task_id: TaskId, form: DecisionForm, _caller: Reviewer, store: Reading, receiver: Receiving
) -> ActShown:
    """An outcome of the task, with what the rules demand for it. In time if it was received before the due instant,
    whenever it is worked off. In a catalogue update whose filing came with a draft, a decision that submits without
    `entry` submits that one."""
    return await deciding.decide(receiver, store, task_id, form)


@router.post("/{task_id}/correction", response_model=ActShown, responses=act_answers(), summary="Correct a decision")
async def correct(
    task_id: TaskId, form: DecisionForm, _caller: Reviewer, store: Reading, receiver: Receiving
) -> ActShown:
    """Another decision in the place of the body's own, until the next body has acted."""
    return await deciding.correct(receiver, store, task_id, form)


@router.post(
    "/{task_id}/supplement-request",
    response_model=ActShown,
    responses=act_answers(),
    summary="Ask the applicant for a supplement (补正)",
)
async def ask_supplement(task_id: TaskId, form: SupplementDemand, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The clock runs on, unless a rule of the city says that it stops."""
    return await deciding.ask_supplement(receiver, task_id, form)


@router.post(
    "/{task_id}/extension", response_model=ActShown, responses=act_answers(), summary="Extend the period of a task"
)
async def extend(task_id: TaskId, form: ExtensionForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """Before the period has ended, by no more than the rules have it, for a reason; the applicant is told."""
    return await deciding.extend(receiver, task_id, form)


@router.post("/{task_id}/stop", response_model=ActShown, responses=act_answers(), summary="Stop the clock of a task")
async def stop_clock(task_id: TaskId, form: StopForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """For a reason, where the rules let the body do so; the applicant is told. It ends by a call of its own, or when
    the most that the law has for it is used up."""
    return await deciding.stop_clock(receiver, task_id, form)


@router.post(
    "/{task_id}/end-of-stop", response_model=ActShown, responses=act_answers(), summary="Have the clock run again"
)
async def run_clock(task_id: TaskId, form: RunAgainForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """Of a clock that the body has stopped; unless another rule stops it still."""
    return await deciding.run_clock(receiver, task_id, form)


@router.post("/{task_id}/opinion-request", response_model=ActShown, responses=act_answers(), summary="Ask the experts")
async def ask_opinion(task_id: TaskId, form: OpinionDemand, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The experts get a task of their own inside the stage, whose clock runs on."""
    return await deciding.ask_opinion(receiver, task_id, form)


@supervised.post("/{task_id}/urging", response_model=ActShown, responses=act_answers(), summary="Urge a body (催办)")
async def urge(task_id: TaskId, form: UrgingForm, caller: Officer, receiver: Receiving) -> ActShown:
    """The urging is on record with the rule that allows it, and the officers of the task and the posts of its body are
    told. It decides nothing and moves no clock."""
    return await urging.urge(receiver, caller, task_id, form)
