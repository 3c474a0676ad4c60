"""Cases: searching them, one case, its log; and the applicant's own acts on it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query
from sqlalchemy import ColumnElement
from sqlmodel import col

from activities.tables.cases import CaseRow
from api.acting.deciding import may_change, open_to_applicant
from api.acting.forms.deciding import NoteForm
from api.acting.forms.filing import EvidenceForm, SignatureForm, SupplementForm, WithdrawalForm
from api.acting.receiving import ActShown, Receiving, act_answers, known_items
from api.dependencies import (
    Actor,
    Applicant,
    Calling,
    CaseId,
    Cursor,
    Limit,
    Reading,
    Rendering,
    Reviewer,
    Word,
)
from api.http.filters import named_body, named_dataset
from api.http.moments import QueriedMoment
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.vocabularies import NamedCity, NamedOutcome, NamedProcedure
from models import acts as a
from reading.cases import questions as cases
from reading.cases.lists import earlier
from reading.cases.shapes import CaseShown, CaseSummary, LoggedEvent
from reading.cases.shown import case_summary
from reading.paging import cursor, number_of
from reading.shape import Page
from rules.procedure_names import OBJECTION

RESUBMIT = "resubmit"
SIGN = "sign"

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.get("", response_model=Page[CaseSummary], responses=problems(401, 422, 503), summary="Search cases")
async def search(
    caller: Calling,
    store: Reading,
    city: NamedCity | None = None,
    procedure: NamedProcedure | None = None,
    status: Literal["open", "closed"] | None = None,
    outcome: NamedOutcome | None = None,
    case_number: Word = None,
    dataset_id: Word = None,
    provider: Word = None,
    received_from: QueriedMoment | None = None,
    received_until: Annotated[QueriedMoment | None, Query(description="exclusive")] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseSummary]:
    """The cases that the caller may know of, latest first."""
    await named_dataset(store, dataset_id)
    await named_body(store, "provider", provider)
    equal = (
        (CaseRow.city, city),
        (CaseRow.procedure, procedure),
        (CaseRow.outcome, outcome),
        (CaseRow.case_number, case_number),
        (CaseRow.dataset_id, dataset_id),
        (CaseRow.provider, provider),
    )
    wanted: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if status is not None:
        wanted.append(col(CaseRow.closed_at).is_(None) if status == "open" else col(CaseRow.closed_at).is_not(None))
    if received_from is not None:
        wanted.append(col(CaseRow.received_at) >= received_from)
    if received_until is not None:
        wanted.append(col(CaseRow.received_at) < received_until)
    if after is not None:
        wanted.append(earlier(after))
    rows = await cases.cases(store, caller, wanted, limit + 1)
    more = cursor(rows[limit - 1].received_at, rows[limit - 1].case_id) if len(rows) > limit else None
    return Page(items=[case_summary(row) for row in rows[:limit]], next=more)


@router.get("/{case_id}", response_model=CaseShown, responses=problems(401, 404, 503), summary="One case")
async def one_case(case_id: CaseId, caller: Calling, store: Reading, renderer: Rendering) -> CaseShown:
    """The case as its log tells it, with its tasks, clocks and rules."""
    if await cases.case(store, caller, case_id) is None:
        raise Problem("NotFound")
    return await renderer.case(case_id)


@router.get(
    "/{case_id}/events", response_model=Page[LoggedEvent], responses=problems(401, 404, 422, 503), summary="Its log"
)
async def events(
    case_id: CaseId,
    caller: Calling,
    store: Reading,
    renderer: Rendering,
    after: Cursor = None,
    limit: Limit = 100,
) -> Page[LoggedEvent]:
    """What happened, in order, with what people wrote as far as the caller may read it."""
    if await cases.case(store, caller, case_id) is None:
        raise Problem("NotFound")
    number = 0 if after is None else number_of(after)
    rows = await cases.events(store, case_id, number, limit + 1)
    more = cursor(rows[limit - 1].number) if len(rows) > limit else None
    return Page(items=await renderer.events(case_id, rows[:limit]), next=more)


@router.post("/{case_id}/withdrawal", response_model=ActShown, responses=act_answers(), summary="Withdraw a request")
async def withdraw(
    case_id: CaseId,
    _caller: Applicant,
    receiver: Receiving,
    form: Annotated[WithdrawalForm | None, Body()] = None,
) -> ActShown:
    """The applicant takes the request back; it may until the case is closed."""
    case = await receiver.case(case_id)
    return await receiver.receive(a.Withdraw(**receiver.fields(case.case_id)), form.said() if form else None)


@router.post(
    "/{case_id}/supplement", response_model=ActShown, responses=act_answers(), summary="Supplement or resubmit"
)
async def supplement(
    case_id: CaseId, form: SupplementForm, _caller: Applicant, store: Reading, receiver: Receiving
) -> ActShown:
    """What a reviewer asked for; after a return, the request submitted again."""
    await receiver.case(case_id)
    if known := await receiver.received_before(form.said()):
        return known
    read = await store.case_read(case_id)
    await may_change(store, read, form)
    if task := open_to_applicant(read, RESUBMIT):
        act: a.Act = a.Decide(
            **receiver.fields(case_id),
            task_id=task.task_id,
            outcome=RESUBMIT,
            given=form.given(frozenset({"text"})),
            amends=form.amendment(),
        )
    else:
        act = a.Supply(**receiver.fields(case_id), amends=form.amendment())
    return await receiver.receive(act, form.said())


@router.post("/{case_id}/signature", response_model=ActShown, responses=act_answers(), summary="Sign the agreement")
async def sign(
    case_id: CaseId,
    _caller: Applicant,
    store: Reading,
    receiver: Receiving,
    form: Annotated[SignatureForm | None, Body()] = None,
) -> ActShown:
    """The applicant's signature; access is granted when both have signed. What the law of the city wants in the
    commitment, and the request does not state, is stated here."""
    form = form or SignatureForm()
    content = form.said() or None
    await receiver.case(case_id)
    if known := await receiver.received_before(content):
        return known
    read = await store.case_read(case_id)
    task = open_to_applicant(read, SIGN)
    if task is None:
        # The same call at the same time may have signed meanwhile.
        if known := await receiver.received_before(content):
            return known
        raise Problem("NothingToSign")
    await known_items(store, read.state.dataset_id, form.data_items)
    act = a.Decide(
        **receiver.fields(case_id), task_id=task.task_id, outcome=SIGN, given=form.stated(), terms=form.terms()
    )
    return await receiver.receive(act, content)


@router.post(
    "/{case_id}/suspension-review",
    response_model=ActShown,
    responses=act_answers(),
    summary="Take up again whether to suspend",
)
async def review_suspension(case_id: CaseId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The provider takes up again whether the data of an objection is suspended while its facts are verified: the
    question lies open as a task once more."""
    await receiver.case(case_id)
    return await receiver.receive(a.ReviewSuspension(**receiver.fields(case_id)))


@router.post("/{case_id}/notes", response_model=ActShown, responses=act_answers(), summary="Add a note to the file")
async def note(case_id: CaseId, form: NoteForm, _caller: Actor, receiver: Receiving) -> ActShown:
    """A note of an officer is read by officers, a note of the applicant by both."""
    await receiver.case(case_id)
    return await receiver.receive(a.Note(**receiver.fields(case_id)), form.said())


@router.post("/{case_id}/evidence", response_model=ActShown, responses=act_answers(), summary="Add evidence")
async def add_evidence(case_id: CaseId, form: EvidenceForm, _caller: Applicant, receiver: Receiving) -> ActShown:
    """Files that the objector uploaded belong to its objection. The first of them holds data back from now on, where
    the ground is one on which evidence does."""
    case = await receiver.case(case_id)
    if case.procedure != OBJECTION:
        raise Problem("ProcedureKnowsNoSuchAct")
    act = a.SubmitEvidence(**receiver.fields(case_id), evidence=tuple(dict.fromkeys(form.evidence)))
    return await receiver.receive(act, form.said())
