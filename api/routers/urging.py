"""Urging (催办): whoever the law lets supervise tells a body that it owes an answer."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.forms.form import Form
from api.acting.receiving import ActShown, Receiving, act_answers
from api.dependencies import Officer, TaskId
from models import acts as a
from rules.bounds import Something

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


class UrgingForm(Form):
    text: Something


@router.post("/tasks/{task_id}/urging", response_model=ActShown, responses=act_answers(), summary="Urge a body (催办)")
async def urge(task_id: TaskId, form: UrgingForm, caller: Officer, receiver: Receiving) -> ActShown:
    """The urging is on record with the rule that allows it, and the officers of the task and the posts of its body are
    told. It decides nothing and moves no clock."""
    task = await receiver.known_task(task_id)
    act = a.Urge(**receiver.fields(task.case_id), task_id=task_id, roles=caller.roles)
    return await receiver.receive(act, form.said())
