"""Absences: who is away, and who stands in: gets the messages, and may decide what the absent officer claimed."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from activities.directory.absences import Absence, AbsenceEnded, AbsenceOverlaps, end_absence, file_absence
from activities.idempotency import id_from_key
from api.acting.forms.form import Form
from api.dependencies import ID, IdempotencyKey, Reading, Running
from api.http.known import known
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from api.routers.directory import OfficerOrAdmin
from reading.directory import questions as directory
from reading.directory import shown
from reading.directory.shapes import AbsenceShown
from reading.directory.sight import may_file_absence
from reading.shape import Page
from rules.bounds import Code

PATH = "/v1/absences"
AbsenceId = Annotated[str, Path(pattern=ID)]

router = APIRouter(prefix=PATH, tags=["directory"])


class AbsenceForm(Form):
    """Who is away on which days, and who stands in; `until_on` is exclusive."""

    account: Annotated[Code | None, Field(description="login or account id; left out: the caller")] = None
    substitute: Annotated[Code, Field(description="login or account id of an officer of the same body")]
    from_on: Day
    until_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_on <= self.from_on:
            raise PydanticCustomError("days_not_in_order", "until_on is exclusive, and comes after from_on")
        return self


@router.get("", response_model=Page[AbsenceShown], responses=problems(401, 403, 503), summary="Who is away, and when")
async def absences(caller: OfficerOrAdmin, store: Reading) -> Page[AbsenceShown]:
    """Of the caller's body, or for a supervisor of its city: who is away and who will be, the next one first."""
    return await shown.absences(store, caller)


@router.post(
    "", status_code=201, response_model=AbsenceShown, responses=problems(401, 403, 409, 422, 503), summary="Be away"
)
async def post(
    form: AbsenceForm, caller: OfficerOrAdmin, runtime: Running, store: Reading, key: IdempotencyKey = None
) -> AbsenceShown:
    """An officer says when it is away and who stands in; a supervisor of its body may say it for it. The substitute is
    told. Where the substitute is away too, its own stands in; `nobody_from` says from when on nobody does. A call
    that is repeated with its key after the absence has ended is refused."""
    absent = await directory.account(store, form.account or caller.account_id)
    if absent is None:
        raise invalid("account", "account_unknown", given=form.account)
    if not may_file_absence(caller, absent):
        raise Problem("NotYourBody")
    await store.release()
    absence_id = id_from_key(caller.account_id, PATH, key) if key else str(uuid.uuid4())
    filed = Absence(absence_id, absent.account_id, form.substitute, form.from_on, form.until_on)
    try:
        await file_absence(runtime.pool, runtime.clock, filed)
    except AbsenceOverlaps as fact:
        raise Problem("AbsenceOverlaps") from fact
    except AbsenceEnded as fact:
        raise Problem("AbsenceEnded") from fact
    return known(await shown.absence(store, absence_id))


@router.delete(
    "/{absence_id}", status_code=204, responses=problems(401, 403, 404, 503), summary="Be back, or stay after all"
)
async def delete(absence_id: AbsenceId, caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Response:
    """The substitute stands in no more, from now on; by the same who may file the absence."""
    _, absent = known(await directory.absence(store, absence_id))
    if not may_file_absence(caller, absent):
        raise Problem("NotYourBody")
    await store.release()
    await end_absence(runtime.pool, runtime.clock, absence_id)
    return Response(status_code=204)
