"""Handing over: all that an officer has in hand goes to a colleague, or back to the body, by one call."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Path
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from activities.idempotency import id_from_key
from activities.record.hand_overs import Asked, Colleague, Item, hand_over, in_hand
from activities.tables.directory import AccountRow
from api.acting.forms.form import Form
from api.dependencies import IdempotencyKey, Reading, Running, with_role
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problem_document import ProblemDocument
from api.http.problems import Problem, Wrong, invalid
from reading.directory import questions as directory
from reading.shape import Shape
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from rules.bounds import Code
from rules.pinned import Label

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


class HandedOver(Shape):
    """What became of one task. `received`: an earlier act on its case goes first, ask `/v1/acts/{act_id}`."""

    task_id: str
    case_id: str
    case_number: str
    stage: str
    label: str
    body: str
    act_id: str
    state: Literal["accepted", "received", "refused"]
    problem: ProblemDocument | None = None


class HandOverShown(Shape):
    """All that an officer had in hand in the caller's city, the next due first. `officer` and `to` are logins."""

    officer: str
    to: str | None
    items: Annotated[list[HandedOver], Field(description="answered one by one; a refusal stops no other")]


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
    officer = await directory.account(store, account)
    if officer is None:
        raise Problem("NotFound")
    to = await colleague(store, form.to, officer)
    path = f"/v1/supervision/officers/{officer.account_id}/hand-over"
    asked = Asked(
        hand_over_id=id_from_key(caller.account_id, path, key) if key else str(uuid.uuid4()),
        officer=officer.account_id,
        to=Colleague(to.account_id, to.body if "reviewer" in to.roles else None) if to else None,
        by=caller.account_id,
        body=caller.body,
    )
    tasks = await in_hand(runtime.pool, officer.account_id, caller.city or "")
    await store.release()
    items = await hand_over(runtime.pool, runtime.inbox, runtime.clock, asked, tasks)
    for waiting in {item.case_id for item in items if item.state == "received"}:
        runtime.courier.send(waiting)
    shown = [await item_shown(store, item, language) for item in items]
    return HandOverShown(officer=officer.login, to=to.login if to else None, items=shown)


async def colleague(store: Store, named: str | None, officer: AccountRow) -> AccountRow | None:
    """Who gets the tasks; None where nobody is named. Raises a Problem on `to`."""
    if named is None:
        return None
    to = await directory.account(store, named)
    if to is None:
        raise invalid("to", "account_unknown", given=named)
    if to.account_id == officer.account_id:
        raise invalid("to", "hands_over_to_itself")
    return to


async def item_shown(store: Store, item: Item, language: Language) -> HandedOver:
    stage = (await store.rules(item.rules_digest)).stage(item.stage)
    return HandedOver(
        **{name: getattr(item, name) for name in ("task_id", "case_id", "case_number", "stage", "body", "act_id")},
        label=said(stage.label if stage else Label(zh=item.stage, en=item.stage), language),
        state=item.state,
        problem=problem_of(item).document(language, f"/v1/acts/{item.act_id}") if item.problem else None,
    )


def problem_of(item: Item) -> Problem:
    """Why a task was not handed over."""
    details = dict(item.problem)
    code, field = details.pop("code"), details.pop("field", None)
    return Problem(code, errors=[Wrong(field, code, details)], params=details, act_id=item.act_id)
