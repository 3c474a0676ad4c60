"""Saying that an officer is away and who stands in, and that the officer is back."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from activities.directory.absences import Absence, AbsenceEnded, AbsenceOverlaps, end_absence, file_absence
from activities.idempotency import id_from_key
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.moments import Day
from api.http.problems import Problem, invalid
from api.runtime import Runtime
from reading.directory import questions as directory
from reading.directory.sight import must_file_absence
from reading.sight import Caller
from reading.store import Store
from rules.bounds import Code

PATH = "/v1/absences"


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


async def be_away(runtime: Runtime, store: Store, caller: Caller, form: AbsenceForm, key: str | None) -> str:
    """The id of the absence, which is on file; the same key files it once. Raises a Problem, FieldsRefused,
    IdempotencyKeyReused."""
    absent = await directory.account(store, form.account or caller.account_id)
    if absent is None:
        raise invalid("account", "account_unknown", given=form.account)
    with refused_before_receipt():
        must_file_absence(caller, absent)
    await store.release()
    absence_id = id_from_key(caller.account_id, PATH, key) if key else str(uuid.uuid4())
    filed = Absence(absence_id, absent.account_id, form.substitute, form.from_on, form.until_on)
    try:
        await file_absence(runtime.pool, runtime.clock, filed)
    except AbsenceOverlaps as fact:
        raise Problem("AbsenceOverlaps") from fact
    except AbsenceEnded as fact:
        raise Problem("AbsenceEnded") from fact
    return absence_id


async def be_back(runtime: Runtime, store: Store, caller: Caller, absence_id: str) -> None:
    """Ends the absence; whoever may file it may end it. Raises a Problem."""
    _, absent = known(await directory.absence(store, absence_id))
    with refused_before_receipt():
        must_file_absence(caller, absent)
    await store.release()
    await end_absence(runtime.pool, runtime.clock, absence_id)
