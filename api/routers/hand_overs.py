"""Handing over: all that an officer has in hand goes to a colleague, or back to the body, by one call."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from activities.database import Pool
from activities.idempotency import id_from_key
from activities.record.hand_overs import Asked, Colleague, ColleagueUnknown, colleague_named
from api.acting.forms.form import Form
from api.acting.handing_over import HandOverShown, handed_over
from api.dependencies import IdempotencyKey, Reading, Running, with_role
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import invalid
from reading.directory import questions as directory
from reading.sight import Caller
from rules.bounds import Code

AccountName = Annotated[str, Path(pattern=r"^[!-~]{1,200}$", description="login or account id")]
Supervisor = Annotated[Caller, Depends(with_role("supervisor"))]

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


class HandOverForm(Form):
    """To a colleague (`to`: login or account id of an officer of the body), or back to the body (`release`)."""

    to: Code | None = None
    release: bool = False

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.to is None) != self.release:
            raise PydanticCustomError("hand_over_where", "either `to` names a colleague, or `release` is true")
        return self


@router.post(
    "/officers/{account}/hand-over",
    response_model=HandOverShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Hand over all that an officer has in hand (移交)",
)
async def post(
    account: AccountName,
    form: HandOverForm,
    caller: Supervisor,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    key: IdempotencyKey = None,
) -> HandOverShown:
    """By a supervisor of the body before which the tasks lie, as with a single reassignment: whatever lies before
    another body is refused by itself. It holds for who is still there and for who has left."""
    officer = known(await directory.account(store, account))
    to = await colleague(runtime.pool, form.to)
    if to and to.account_id == officer.account_id:
        raise invalid("to", "hands_over_to_itself")
    path = f"/v1/supervision/officers/{officer.account_id}/hand-over"
    asked = Asked(
        hand_over_id=id_from_key(caller.account_id, path, key) if key else str(uuid.uuid4()),
        officer=officer.account_id,
        to=to,
        by=caller.account_id,
        body=caller.body,
    )
    items = await handed_over(runtime, store, asked, caller.city or "", language)
    return HandOverShown(officer=officer.login, to=to.login if to else None, items=items)


async def colleague(pool: Pool, named: str | None) -> Colleague | None:
    """Who gets the tasks; None where nobody is named. Raises a Problem on `to`."""
    if named is None:
        return None
    try:
        return await colleague_named(pool, named)
    except ColleagueUnknown as fact:
        raise invalid("to", "account_unknown", given=named) from fact
