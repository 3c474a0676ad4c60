"""Cases: searching them, one case, its log; and the applicant's own acts on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request, Response

from api.acting import applying, deciding
from api.acting.answering import CASES
from api.acting.forms.deciding import NoteForm
from api.acting.forms.filing import (
    AgreementForm,
    ChoiceForm,
    EvidenceForm,
    SignatureForm,
    SupplementForm,
    WithdrawalForm,
)
from api.acting.receiving import ActShown, Receiving, act_answers
from api.dependencies import Actor, Applicant, Calling, CaseId, Cursor, PageSize, Party, Reading, Reviewer, Word
from api.http.files import AS_TABLE
from api.http.filters import named_body, named_dataset
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import QueriedMoment
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity, NamedOutcome, NamedProcedure
from reading.cases.agreement import AgreementShown, agreement_for
from reading.cases.lists import case_page, event_page
from reading.cases.questions import CasesSought
from reading.cases.shapes import CaseShown, CaseSummary, LoggedEvent
from reading.cases.shown import case_for
from reading.heads.shapes import CaseProof
from reading.heads.shown import proof_of
from reading.shape import Page
from reading.tables.lists import case_table
from reading.tables.record import event_table

router = APIRouter(prefix=CASES, tags=["cases"])


@router.get(
    "",
    response_model=Page[CaseSummary],
    responses={**AS_TABLE, **problems(401, 422, 503)},
    summary="Search cases",
)
async def search(
    request: Request,
    response: Response,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    procedure: NamedProcedure | None = None,
    status: Literal["open", "closed"] | None = None,
    outcome: NamedOutcome | None = None,
    case_number: Word = None,
    dataset_id: Word = None,
    provider: Word = None,
    filed_late: Annotated[bool | None, Query(description="filed after the time within which the law wants it")] = None,
    received_from: QueriedMoment | None = None,
    received_until: Annotated[QueriedMoment | None, Query(description="exclusive")] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """The cases that the caller may know of, latest first."""
    await named_dataset(store, dataset_id)
    await named_body(store, "provider", provider)
    sought = CasesSought(
        city=city,
        procedure=procedure,
        status=status,
        outcome=outcome,
        case_number=case_number,
        dataset_id=dataset_id,
        provider=provider,
        filed_late=filed_late,
        received_from=received_from,
        received_until=received_until,
    )
    if wants_table(request, response):
        await store.release()
        return await as_table("cases", language, case_table(store.archive, caller, language, sought))
    return await case_page(store, caller, sought, after, limit)


@router.get("/{case_id}", response_model=CaseShown, responses=problems(401, 404, 503), summary="One case")
async def one_case(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> CaseShown:
    """The case as its log tells it, with its tasks, clocks and rules."""
    case = await case_for(store, caller, language, case_id)
    if case is None:
        raise Problem("NotFound")
    return case


@router.get("/{case_id}/proof", response_model=CaseProof, responses=problems(401, 404, 503), summary="Its head, proven")
async def proof(case_id: CaseId, caller: Calling, store: Reading) -> CaseProof:
    """A document to keep: the head of the case, and the proof that it is in the tree of a signed day, which a stranger
    verifies by `docs/verifying.md` or `kaifang verify --proof`. Without a proof until the first day of the case is
    over."""
    return known(await proof_of(store, caller, case_id))


@router.get(
    "/{case_id}/events",
    response_model=Page[LoggedEvent],
    responses={**AS_TABLE, **problems(401, 404, 422, 503)},
    summary="Its log",
)
async def events(
    request: Request,
    response: Response,
    case_id: CaseId,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 100,
) -> Any:
    """What happened, in order, with what people wrote as far as the caller may read it."""
    page = await event_page(store, caller, case_id, after, limit)
    if page is None:
        raise Problem("NotFound")
    if wants_table(request, response):
        await store.release()
        return await as_table("log", language, event_table(store.archive, caller, language, case_id))
    return page


@router.post(
    "/{case_id}/withdrawal",
    response_model=ActShown,
    responses=act_answers(),
    summary="Withdraw a request or an objection",
)
async def withdraw(
    case_id: CaseId,
    _caller: Party,
    receiver: Receiving,
    form: Annotated[WithdrawalForm | None, Body()] = None,
) -> ActShown:
    """Whoever filed it takes it back, until the case is closed. Data that was held for an objection is served again,
    and its case ends; where a body has stopped data, or the law has it act on what it was told, the bodies go on."""
    return await applying.withdraw(receiver, case_id, form)


@router.post(
    "/{case_id}/supplement", response_model=ActShown, responses=act_answers(), summary="Supplement or resubmit"
)
async def supplement(
    case_id: CaseId, form: SupplementForm, _caller: Applicant, store: Reading, receiver: Receiving
) -> ActShown:
    """What a reviewer asked for; after a return, the request submitted again."""
    return await applying.supplement(receiver, store, case_id, form)


@router.get(
    "/{case_id}/agreement", response_model=AgreementShown, responses=problems(401, 404, 503), summary="The agreement"
)
async def agreement(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> AgreementShown:
    """The text that both sign, each clause with its article, its digest, and who has signed which digest when. There is
    none before it is to be signed, nor where the rules of the case have no text."""
    return known(await agreement_for(store, caller, language, case_id))


@router.post(
    "/{case_id}/agreement",
    response_model=AgreementShown,
    responses=problems(401, 404, 422, 503),
    summary="The agreement as one's signature would make it",
)
async def agreement_stating(
    case_id: CaseId, form: AgreementForm, caller: Calling, store: Reading, language: AnsweredIn
) -> AgreementShown:
    """The text with what the caller's signature would state, and the digest that it would sign. Nothing is kept."""
    return known(await agreement_for(store, caller, language, case_id, form.said()))


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
    return await applying.sign(receiver, store, case_id, form or SignatureForm())


@router.post("/{case_id}/choice", response_model=ActShown, responses=act_answers(), summary="Choose what follows")
async def choose(
    case_id: CaseId, form: ChoiceForm, _caller: Applicant, store: Reading, receiver: Receiving
) -> ActShown:
    """What the law lets the applicant choose, such as a review (复核) of a refusal. Whoever wants none sends nothing:
    the period of the choice passes, and its outcome comes of that alone."""
    return await applying.choose(receiver, store, case_id, form)


@router.post(
    "/{case_id}/suspension-review",
    response_model=ActShown,
    responses=act_answers(),
    summary="Take up again whether to suspend",
)
async def review_suspension(case_id: CaseId, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """The provider takes up again whether the data of an objection is suspended while its facts are verified: the
    question lies open as a task once more."""
    return await deciding.review_suspension(receiver, case_id)


@router.post("/{case_id}/notes", response_model=ActShown, responses=act_answers(), summary="Add a note to the file")
async def note(case_id: CaseId, form: NoteForm, _caller: Actor, receiver: Receiving) -> ActShown:
    """A note of an officer is read by officers, a note of the applicant by both."""
    return await applying.note(receiver, case_id, form)


@router.post("/{case_id}/evidence", response_model=ActShown, responses=act_answers(), summary="Add evidence")
async def add_evidence(case_id: CaseId, form: EvidenceForm, _caller: Applicant, receiver: Receiving) -> ActShown:
    """Files that the objector uploaded belong to its objection. The first of them holds data back from now on, where
    the ground is one on which evidence does."""
    return await applying.add_evidence(receiver, case_id, form)
