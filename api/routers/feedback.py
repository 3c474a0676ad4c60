"""Feedback (意见建议): what people tell those who open data, and what these answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.acting.giving_feedback import PATH, AnswerForm, FeedbackForm, answer_feedback, give_feedback
from api.acting.refusals import refused_before_receipt
from api.dependencies import (
    ID,
    Applicant,
    Calling,
    Cursor,
    PageSize,
    Reading,
    RequiredIdempotencyKey,
    Reviewer,
    Running,
)
from api.http.files import AS_TABLE
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from reading.feedback import shown
from reading.feedback.shapes import FeedbackInList, FeedbackShown
from reading.feedback.sight import must_see_some
from reading.shape import Page
from reading.sight import Caller
from reading.tables.opinions import feedback_table

FeedbackId = Annotated[str, Path(pattern=ID)]

router = APIRouter(prefix=PATH, tags=["feedback"])


async def concerned(caller: Calling) -> Caller:
    """A caller who writes feedback or serves a body that gets it, or a problem."""
    with refused_before_receipt():
        must_see_some(caller)
    return caller


Concerned = Annotated[Caller, Depends(concerned)]


@router.post(
    "",
    status_code=201,
    response_model=FeedbackShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Tell those who open data something",
)
async def give(
    form: FeedbackForm,
    key: RequiredIdempotencyKey,
    runtime: Running,
    store: Reading,
    caller: Applicant,
    language: AnsweredIn,
) -> FeedbackShown:
    """A need, an opinion or a suggestion, as the law of the city has them, about a dataset or about none. It is no case
    and has no period; the operator and the provider of the data read it and may answer."""
    feedback_id = await give_feedback(runtime, store, caller, form, key)
    return known(await shown.feedback_shown(store, caller, language, feedback_id))


@router.get(
    "",
    response_model=Page[FeedbackInList],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Feedback, without its text",
)
async def listed(
    request: Request,
    response: Response,
    caller: Concerned,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """What the caller wrote; of an operator that of the city, of a provider that about its data. The latest first."""
    if wants_table(request, response):
        await store.release()
        return await as_table("feedback", language, feedback_table(store.archive, caller, language))
    return await shown.feedback_list(store, caller, language, after, limit)


@router.get(
    "/{feedback_id}", response_model=FeedbackShown, responses=problems(401, 403, 404, 503), summary="One feedback"
)
async def one(feedback_id: FeedbackId, caller: Concerned, store: Reading, language: AnsweredIn) -> FeedbackShown:
    """With what it says and its answer. That an officer reads it is on record."""
    return known(await shown.feedback_shown(store, caller, language, feedback_id))


@router.post(
    "/{feedback_id}/answer",
    response_model=FeedbackShown,
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Answer feedback",
)
async def give_answer(
    feedback_id: FeedbackId,
    form: AnswerForm,
    runtime: Running,
    store: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> FeedbackShown:
    """By a reviewer of the operator or of the provider that it reaches, once; nobody has to. The same again changes
    nothing."""
    await answer_feedback(runtime, store, caller, feedback_id, form)
    return known(await shown.feedback_shown(store, caller, language, feedback_id))
