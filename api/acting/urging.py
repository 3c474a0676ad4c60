"""Urging (催办): one task, or several at once of which each is answered for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from activities.idempotency import IdempotencyKeyReused, id_from_key
from api.acting.forms.deciding import UrgingForm
from api.acting.receiving import NOT_STAMPED, ActShown, Receiver
from api.runtime import Runtime
from models.acts import Urge
from reading.cases import questions as cases
from reading.sight import Caller
from reading.store import Store


def path_of(task_id: str) -> str:
    """The address of the call that urges one task."""
    return f"/v1/supervision/tasks/{task_id}/urging"


async def urge(receiver: Receiver, caller: Caller, task_id: str, form: UrgingForm) -> ActShown:
    """The urging of one task. Raises a Problem."""
    task = await receiver.known_task(task_id)
    act = Urge(**receiver.fields(task.case_id), task_id=task_id, roles=caller.roles)
    return await receiver.receive(act, form.said())


def act_of(caller: Caller, task_id: str, key: str) -> str:
    """The id of the act by which this call urges a task, the same each time."""
    return id_from_key(caller.account_id, path_of(task_id), key)


async def urge_each(runtime: Runtime, store: Store, caller: Caller, key: str, forms: Mapping[str, UrgingForm]) -> None:
    """Puts an urging of each task into the inbox, with its own text, worked off if the engine is there in time; a task
    of which the caller may not know gets none. The act of each shows how it stands; a refusal stops no other. The same
    again changes nothing."""
    known = {task_id: await cases.task_for(store, caller, task_id) for task_id in forms}
    await store.release()
    waiting: set[str] = set()
    for task_id, task in known.items():
        if task is None:
            continue
        act = Urge(
            id=act_of(caller, task_id, key),
            case_id=task.case_id,
            by=caller.actor,
            received_at=NOT_STAMPED,
            task_id=task_id,
            roles=caller.roles,
        )
        with suppress(IdempotencyKeyReused):  # it was received before, and what it said then stands
            received = await runtime.inbox.receive_act(act, forms[task_id].said())
            if received.state == "received":
                waiting.add(task.case_id)
            else:
                runtime.courier.send(*received.to_hand_over)
    await asyncio.gather(*(runtime.courier.send_and_wait(case_id) for case_id in waiting))
