"""An act on its way: received, handed over, and answered as it stands then."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response

from activities.idempotency import IdempotencyKeyReused, digest, id_from_key
from activities.sealing.seals import is_same_call
from activities.standing_in import substitutes_of
from activities.tables.cases import ActRow, CaseRow, TaskRow
from api.acting.answering import ACTS, Answering, InHeaders
from api.acting.refusals import refused, refused_before_receipt
from api.dependencies import Calling, IdempotencyKey, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problem_document import ProblemDocument
from api.http.problems import Problem, invalid
from api.runtime import Runtime
from models.acts import ACT, Act, IssueDelegatedKey, TaskAct
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown, TaskShown
from reading.cases.shown import case_shown
from reading.catalogue import questions as catalogue
from reading.shape import Instant, Shape
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language
from rules.deadlines import to_shanghai

NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""A placeholder: the inbox stamps every act."""


class Receiver:
    """Receives the act of one call and answers how it stands."""

    def __init__(
        self,
        runtime: Runtime,
        store: Store,
        caller: Caller,
        language: Language,
        path: str,
        key: str | None,
        answering: Answering,
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._caller = caller
        self._language = language
        self._path = path
        self._key = key
        self._answering = answering

    def fields(self, case_id: str) -> dict[str, Any]:
        """What every act of this call carries; the same key on the same path gives the same id."""
        key = self._key
        act_id = str(uuid.uuid4()) if key is None else id_from_key(self._caller.account_id, self._path, key)
        return {"id": act_id, "case_id": case_id, "by": self._caller.actor, "received_at": NOT_STAMPED}

    async def on_task(self, task: TaskRow) -> dict[str, Any]:
        """What every act of this call on a task carries; where an absent officer has claimed it and the caller is the
        substitute, that too."""
        absent = task.claimed_by
        if absent in (None, self._caller.account_id) or not await self._stands_in_for(absent):
            absent = None
        return {**self.fields(task.case_id), "task_id": task.task_id, "in_place_of": absent}

    async def _stands_in_for(self, absent: str) -> bool:
        today = to_shanghai(await self._runtime.now()).date()
        async with self._runtime.pool.acquire() as connection:
            return self._caller.account_id in await substitutes_of(connection, absent, today)

    async def case(self, case_id: str) -> CaseRow:
        """The case, if the caller may know of it. Raises a Problem."""
        row = await cases.case(self._store, self._caller, case_id)
        if row is None:
            raise Problem("NotFound")
        return row

    async def own_task(self, task_id: str) -> TaskRow:
        """The task, if it lies before the caller. Raises a Problem."""
        task = await self.known_task(task_id)
        with refused_before_receipt():
            self._caller.must_answer(task)
        await self.must_be_impartial_in(task)
        return task

    async def must_be_impartial_in(self, task: TaskRow) -> None:
        """As `must_be_impartial`, of the case of a task that lies before a body."""
        if self._caller.may_be_asked_in_its_own_affair(task):
            await self.must_be_impartial(task.case_id)

    async def must_be_impartial(self, case_id: str) -> None:
        """Raises a Problem where the caller has a side in the case (回避), before anything is received; the judge looks
        again at every act."""
        state = (await self._store.case_read(case_id)).state
        with refused_before_receipt():
            self._caller.must_be_impartial(state)

    async def known_task(self, task_id: str) -> TaskRow:
        """The task, if the caller may know of its case. Raises a Problem."""
        task = await cases.task_for(self._store, self._caller, task_id)
        if task is None:
            raise Problem("NotFound")
        return task

    async def receive(self, act: Act, content: Mapping[str, Any] | None = None) -> ActShown:
        """The act is in the inbox, and worked off if the engine is there in time: 200 when accepted, 202 when it is
        not known yet. Raises a Problem when it was refused, and what the inbox raises."""
        await self._store.release()
        received = await self._runtime.inbox.receive_act(act, content)
        if received.state == "received":
            await self._runtime.courier.send_and_wait(act.case_id, received.all_to_tell)
        else:
            # Its receipt judged it, and what it makes follow in the engine need not be waited for.
            self._runtime.courier.send(*received.to_hand_over)
        return await self.standing(act.id)

    async def received_before(self, content: Mapping[str, Any] | None = None) -> ActShown | None:
        """The answer to a call that is repeated, for calls whose act depends on how the case stands; None to a new
        one. Raises IdempotencyKeyReused where the body differs, else as `receive`."""
        if self._key is None:
            return None
        act_id = id_from_key(self._caller.account_id, self._path, self._key)
        row = await cases.act(self._store, act_id)
        if row is None:
            return None
        said, key_id = digest({"kind": row.kind, **(content or {})}), await cases.key_of(self._store, row.case_id)
        if not is_same_call(self._runtime.seals, key_id, row.request_digest, said):
            raise IdempotencyKeyReused
        return await self.standing(act_id)

    async def standing(self, act_id: str) -> ActShown:
        """The state of this call's act, as an answer to whoever sent it. Raises a Problem when it was refused."""
        row = await cases.act(self._store, act_id)
        assert row, "an act that was received stays"
        if row.state == "received":
            self._answering.not_yet(act_id)
        elif row.state == "refused":
            raise await refused(self._store, row)
        return await shown_act(self._store, self._caller, self._language, row)


async def known_items(store: Store, dataset_id: str, items: tuple[str, ...] | None) -> None:
    """Raises a Problem on `data_items` that the dataset does not have."""
    if items is None:
        return
    dataset = await catalogue.dataset(store, dataset_id)
    if unknown := tuple(item for item in items if dataset is None or item not in dataset.items):
        raise invalid("data_items", "item_unknown", items=unknown)


async def receiver_of(
    runtime: Running,
    store: Reading,
    caller: Calling,
    language: AnsweredIn,
    request: Request,
    response: Response,
    key: IdempotencyKey = None,
) -> Receiver:
    return Receiver(runtime, store, caller, language, request.url.path, key, InHeaders(response))


Receiving = Annotated[Receiver, Depends(receiver_of)]


async def shown_act(store: Store, caller: Caller, language: Language, row: ActRow) -> ActShown:
    """An act with its result, or its problem, once there is one."""
    known = {"act_id": row.act_id, "case_id": row.case_id, "kind": row.kind, "received_at": row.received_at}
    if row.state == "refused":
        problem = await refused(store, row)
        return ActShown(**known, state="refused", problem=problem.document(language, f"{ACTS}/{row.act_id}"))
    if row.state == "received":
        return ActShown(**known, state="received")
    act = ACT.validate_python(row.act)
    if isinstance(act, IssueDelegatedKey):
        # A delegate knows of the delegation, and not of the case of the grant.
        return ActShown(**known, state="accepted")
    case = await case_shown(store, caller, language, row.case_id)
    task_id = act.task_id if isinstance(act, TaskAct) else None
    task = next((task for task in case.tasks if task.task_id == task_id), None)
    return ActShown(**known, state="accepted", case=case, task=task)


class ActShown(Shape):
    """Where an act stands. While it is `received` the engine has not worked it off; it will."""

    act_id: str
    case_id: str
    kind: str
    state: Literal["received", "accepted", "refused"]
    received_at: Instant
    problem: ProblemDocument | None = None
    case: CaseShown | None = None
    task: TaskShown | None = None


def act_answers() -> dict[int | str, dict[str, Any]]:
    """The answers of a call that is an act."""
    not_yet = {"model": ActShown, "description": "Received; the engine has not worked it off yet: ask `Location`"}
    return {202: not_yet, **problems(401, 403, 404, 409, 422, 503)}
