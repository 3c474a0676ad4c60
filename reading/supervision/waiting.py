"""What supervisors ask of acts that wait: which were received and are not settled, since when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_, tuple_
from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow, TaskRow
from activities.tables.workers import FailureRow
from reading.due import UNSETTLED
from reading.shape import Instant, Shape
from reading.store import Store
from reading.supervision.questions import Sight
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.pack import RECTIFICATION

LONG = timedelta(minutes=1)
"""An act is worked off in well under a second while the machines run."""
NO_ANSWER = "no_answer"
"""Why an act waits that nobody has tried in vain: engine or worker are away, or do not come to an answer."""


class WaitingAct(Shape):
    """An act that was received and is not settled. `why` is null for none: it is `no_answer` where engine or worker are
    away, else the reason for which it was tried in vain so many `times`; `act_id` is by what whoever runs the system
    settles it."""

    act_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    kind: str
    task_id: str | None
    body: Annotated[str | None, Field(description="before which the task lies, where the act is on one")]
    received_at: Instant
    why: str
    said: str
    times: Annotated[int, Field(description="tried in vain; 0 where nobody is known to have tried")]
    last_tried_at: Instant | None


class Place(NamedTuple):
    """Where a page ended."""

    received_at: datetime
    act_id: str


@dataclass(frozen=True)
class Waiting:
    """An act of the list, with its case and its task, and how it failed if it did."""

    act: ActRow
    case: CaseRow
    task: TaskRow | None
    failure: FailureRow | None

    @property
    def place(self) -> Place:
        return Place(self.act.received_at, self.act.act_id)


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    """A body sees what waits on its own tasks; who has no part in rectifications sees of them only its own, too."""
    seen: list[ColumnElement[bool]] = []
    if sight.body is not None:
        seen.append(col(TaskRow.body) == sight.body)
    if sight.rectifies is not None:
        seen.append(or_(col(CaseRow.procedure) != RECTIFICATION, col(TaskRow.body) == sight.rectifies))
    return seen


def waiting_shown(each: Waiting, language: Language) -> WaitingAct:
    failure: Any = each.failure
    why = failure.why if failure else NO_ANSWER
    return WaitingAct(
        **each.act.model_dump(include={"act_id", "case_id", "kind", "received_at"}),
        **each.case.model_dump(include={"case_number", "city", "procedure"}),
        task_id=each.task.task_id if each.task else None,
        body=each.task.body if each.task else None,
        why=why,
        said=said(texts().waiting[why], language),
        times=failure.times if failure else 0,
        last_tried_at=failure.last_at if failure else None,
    )


async def waiting(
    store: Store, sight: Sight, city: str | None, until: datetime, after: Place | None, limit: int
) -> Sequence[Waiting]:
    """The acts received before that instant and not settled, that concern what this sight sees; oldest first."""
    task_id = func.jsonb_extract_path_text(col(ActRow.act), "task_id")
    found = (
        select(ActRow, CaseRow, TaskRow, FailureRow)
        .join(CaseRow, col(CaseRow.case_id) == col(ActRow.case_id))
        .join(TaskRow, col(TaskRow.task_id) == task_id, isouter=True)
        .join(
            FailureRow,
            and_(col(FailureRow.case_id) == col(ActRow.case_id), col(FailureRow.act_id) == col(ActRow.act_id)),
            isouter=True,
        )
        .where(
            col(ActRow.state) == UNSETTLED,
            col(ActRow.received_at) < until,
            col(CaseRow.city).in_([each for each in sight.cities if city in (None, each)]),
            *_seen(sight),
        )
        .order_by(col(ActRow.received_at), col(ActRow.act_id))
        .limit(limit)
    )
    if after is not None:
        found = found.where(tuple_(col(ActRow.received_at), col(ActRow.act_id)) > after)
    return [Waiting(*row) for row in await store.session.exec(found)]
