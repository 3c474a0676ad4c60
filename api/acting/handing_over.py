"""A hand-over of all that an officer has in hand, and what became of each task."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from activities.record.hand_overs import Asked, Item, hand_over_all
from api.http.problem_document import ProblemDocument
from api.http.problems import Problem, Wrong
from api.runtime import Runtime
from reading.shape import Shape
from reading.store import Store
from reading.words.language import Language, said
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
    """All that an officer had in hand in the caller's city, the next due first. `officer` and `to` are logins."""

    officer: str
    to: str | None
    items: Annotated[list[HandedOver], Field(description="answered one by one; a refusal stops no other")]


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
