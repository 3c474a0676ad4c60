"""A hand-over as it is answered: what became of each task."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from activities.record.hand_overs import Item
from api.http.problem_document import ProblemDocument
from api.http.problems import Problem, Wrong
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


async def handed_over(store: Store, item: Item, language: Language) -> HandedOver:
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
