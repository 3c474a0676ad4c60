"""Absences: who is away, and who stands in: gets the messages, and may decide what the absent officer claimed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, true
from sqlmodel import col

from activities.directory.posts import Absence, AbsenceEnded, AbsenceOverlaps, end_absence, file_absence
from activities.idempotency import id_from_key
from activities.standing_in import without_anybody
from activities.tables.directory import AbsenceRow, AccountRow
from api.acting.forms.form import Form
from api.dependencies import ID, IdempotencyKey, Reading, Running
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from api.routers.directory import OfficerOrAdmin
from reading.directory import questions as directory
from reading.shape import Instant, Page, Shape
from reading.sight import Caller
from rules.bounds import Code
from rules.deadlines import to_shanghai

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


class AbsenceShown(Shape):
    """An absence; `account` and `substitute` are logins, `until_on` is exclusive."""

    absence_id: str
    body: str
    account: str
    substitute: str
    from_on: date
    until_on: date
    filed_at: Instant
    nobody_from: Annotated[
        date | None, Field(description="the first day of it on which whoever would stand in is away too or has left")
    ] = None


@router.get("", response_model=Page[AbsenceShown], responses=problems(401, 403, 503), summary="Who is away, and when")
async def absences(caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Page[AbsenceShown]:
    """Of the caller's body, or for a supervisor of its city: who is away and who will be, the next one first."""
    today = to_shanghai(await runtime.now()).date()
    rows = await directory.absences(store, seen_by(caller), today)
    logins = await directory.logins(store, (absence.substitute for absence, _ in rows))
    async with runtime.pool.acquire() as connection:
        nobody = await without_anybody(connection, [absence.absence_id for absence, _ in rows], today)
    items = [shown(absence, account, logins, nobody.get(absence.absence_id)) for absence, account in rows]
    return Page(items=items, next=None)


def seen_by(caller: Caller) -> ColumnElement[bool]:
    """Whose absences the caller may know of."""
    if caller.has("admin"):
        return true()
    return col(AccountRow.city) == caller.city if caller.has("supervisor") else col(AccountRow.body) == caller.body


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
    may_write(caller, absent)
    substitute = await directory.account(store, form.substitute)
    if substitute is None:
        raise invalid("substitute", "account_unknown", given=form.substitute)
    if substitute.account_id == absent.account_id:
        raise invalid("substitute", "substitute_is_absent")
    answers_tasks = "reviewer" in substitute.roles or "reviewer" not in absent.roles
    if substitute.body != absent.body or not answers_tasks:
        raise invalid("substitute", "officer_of_another_body")
    now = await runtime.now()
    if form.until_on <= to_shanghai(now).date():
        raise invalid("until_on", "day_past")
    absence_id = id_from_key(caller.account_id, PATH, key) if key else str(uuid.uuid4())
    filed = Absence(absence_id, absent.account_id, substitute.account_id, form.from_on, form.until_on)
    try:
        await file_absence(runtime.pool, filed, now)
    except AbsenceOverlaps:
        raise Problem("AbsenceOverlaps") from None
    except AbsenceEnded:
        raise Problem("AbsenceEnded") from None
    found = await directory.absence(store, absence_id)
    assert found, "what is on file stays there"
    async with runtime.pool.acquire() as connection:
        nobody = await without_anybody(connection, [absence_id], to_shanghai(now).date())
    return shown(*found, {substitute.account_id: substitute.login}, nobody.get(absence_id))


@router.delete(
    "/{absence_id}", status_code=204, responses=problems(401, 403, 404, 503), summary="Be back, or stay after all"
)
async def delete(absence_id: AbsenceId, caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Response:
    """The substitute stands in no more, from now on; by the same who may file the absence."""
    found = await directory.absence(store, absence_id)
    if found is None:
        raise Problem("NotFound")
    may_write(caller, found[1])
    await end_absence(runtime.pool, absence_id, await runtime.now())
    return Response(status_code=204)


def may_write(caller: Caller, absent: AccountRow) -> None:
    """An officer's absence is its own affair, and its body's. Raises a Problem."""
    supervises = caller.has("supervisor") and caller.body == absent.body
    if absent.body is None or not (caller.account_id == absent.account_id or supervises or caller.has("admin")):
        raise Problem("NotYourBody")


def shown(
    absence: AbsenceRow, account: AccountRow, logins: Mapping[str, str], nobody_from: date | None
) -> AbsenceShown:
    return AbsenceShown(
        **absence.model_dump(include={"absence_id", "from_on", "until_on", "filed_at"}),
        body=account.body,
        account=account.login,
        substitute=logins[absence.substitute],
        nobody_from=nobody_from,
    )
