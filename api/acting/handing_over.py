"""A hand-over of all that an officer has in hand, and what became of each task."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from activities.database import Pool
from activities.idempotency import id_from_key
from activities.record.hand_overs import Asked, Colleague, ColleagueUnknown, Item, colleague_named, hand_over_all
from api.acting.forms.form import Form
from api.http.known import known
from api.http.problem_document import ProblemDocument
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from reading.cases.questions import about_the_caller
from reading.directory import questions as directory
from reading.shape import Shape
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from rules.bounds import Code
from rules.pinned import Label


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
    """All that an officer had in hand in the caller's city, the next due first, but for tasks of cases that the caller
    is not to know of. `officer` and `to` are logins."""

    officer: str
    to: str | None
    items: Annotated[list[HandedOver], Field(description="answered one by one; a refusal stops no other")]


class HandOverForm(Form):
    """To a colleague (`to`: login or account id of an officer of the body), or back to the body (`release`)."""

    to: Code | None = None
    release: bool = False

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.to is None) != self.release:
            raise PydanticCustomError("hand_over_where", "either `to` names a colleague, or `release` is true")
        return self


async def hand_over(
    runtime: Runtime,
    store: Store,
    caller: Caller,
    account: str,
    form: HandOverForm,
    key: str | None,
    language: Language,
) -> HandOverShown:
    """All that the officer (login or account id) has in hand in the caller's city is handed over. Raises a Problem."""
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
    unknown = await about_the_caller(store, caller, (item.case_id for item in items))
    items = [item for item in items if item.case_id not in unknown]
    return HandOverShown(officer=officer.login, to=to.login if to else None, items=items)


async def colleague(pool: Pool, named: str | None) -> Colleague | None:
    """Who gets the tasks; None where nobody is named. Raises a Problem on `to`."""
    if named is None:
        return None
    try:
        return await colleague_named(pool, named)
    except ColleagueUnknown as fact:
        raise invalid("to", "account_unknown", given=named) from fact


async def handed_over(runtime: Runtime, store: Store, asked: Asked, city: str, language: Language) -> list[HandedOver]:
    """Hands over all that the officer has in hand in that city; what became of each task, the next due first."""
    await store.release()
    items = await hand_over_all(runtime.pool, runtime.inbox, runtime.clock, asked, city)
    for waiting in {item.case_id for item in items if item.state == "received"}:
        runtime.courier.send(waiting)
    return [await item_shown(store, item, language) for item in items]


async def item_shown(store: Store, item: Item, language: Language) -> HandedOver:
    """What became of one task, in this language."""
    stage = (await store.rules(item.rules_digest)).stage(item.stage)
    return HandedOver(
        task_id=item.task_id,
        case_id=item.case_id,
        case_number=item.case_number,
        stage=item.stage,
        body=item.body,
        act_id=item.act_id,
        label=said(stage.label if stage else Label(zh=item.stage, en=item.stage), language),
        state=item.state,
        problem=problem_of(item).document(language, f"/v1/acts/{item.act_id}") if item.problem else None,
    )


def problem_of(item: Item) -> Problem:
    """Why a task was not handed over."""
    details = dict(item.problem)
    code, field = details.pop("code"), details.pop("field", None)
    return Problem(code, errors=[Wrong(field, code, details)], params=details, act_id=item.act_id)
