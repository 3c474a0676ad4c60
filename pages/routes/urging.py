"""Urging several tasks at once (催办): one button, and what became of each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.responses import Response

from api.acting.forms.deciding import UrgingForm
from api.acting.receiving import shown_act
from api.acting.urging import act_of, urge_each
from api.http.problems import Problem
from pages.addresses import is_ours
from pages.calls import Call, deed, page
from pages.forms.fields import Field
from pages.forms.filled import filled, parsed
from pages.forms.kinds import Kind
from pages.supervising import MAY_URGE, asking, case_address, supervised
from pages.urging import text_for
from reading.cases import questions as cases
from reading.supervision.chosen import chosen_tasks
from reading.supervision.shapes import PromptTask, SupervisedTask

MOST = 50
"""Tasks that are urged at once, as many as a list shows."""


@dataclass(frozen=True)
class Urged:
    """What became of the urging of one task: `text` is what was said, `problem` why it was refused."""

    task: SupervisedTask | PromptTask
    state: str
    text: str
    problem: str | None = None


async def urge(call: Call) -> Response:
    """Each task chosen is urged with a text of its own; nothing stops at one that is refused."""
    caller = call.must_have(*MAY_URGE)
    of, form = await asking(call), await call.request.form()
    chosen = [str(each) for each in form.getlist("task")][:MOST]
    key, addition = str(form.get("key", "")), str(form.get("addition", "")).strip().replace("\r\n", "\n")
    back = back_of(call, str(form.get("back", "")))
    tasks = (await chosen_tasks(call.store, of, chosen)).tasks
    if not tasks or not key:
        await call.say_once("urging.none_chosen")
        return call.go_on_to(back)
    try:
        forms = {task.task_id: parsed(UrgingForm, {"text": text_for(call, task, addition)}) for task in tasks}
    except Problem as problem:
        wanted = filled(form, problem, call.language)
        wanted = type(wanted)(wanted.values, {"addition": wanted.problems.get("text", ())})
        return asked_again(call, tasks, wanted.in_((addition_field(call),))[0], key, back)
    await urge_each(call.runtime, call.store, caller, key, forms)
    return call.go_on_to(f"{call.path('urged')}?{urlencode({'key': key, 'back': back, 'task': list(forms)}, True)}")


def addition_field(call: Call) -> Field:
    """What whoever urges can add to the text."""
    return Field("addition", Kind.PROSE, call.say("urging.addition"), hint=call.say("urging.addition_hint"))


def asked_again(
    call: Call, tasks: Sequence[SupervisedTask | PromptTask], field: Field, key: str, back: str
) -> Response:
    """The same once more, with what is wrong beside its field."""
    return supervised(call, "supervision/urge.html", status=422, tasks=tasks, field=field, key=key, back=back)


def back_of(call: Call, address: str) -> str:
    """The list from which somebody urged."""
    return address if is_ours(address) else call.path("supervision")


async def urged(call: Call) -> Response:
    """What became of each urging, as its act stands now; what is not worked off yet is looked at again."""
    caller = call.must_have(*MAY_URGE)
    of, key = await asking(call), call.asked("key") or ""
    task_ids = call.request.query_params.getlist("task")[:MOST]
    items = [
        await _urged(call, task, act_of(caller, task.task_id, key))
        for task in (await chosen_tasks(call.store, of, task_ids)).tasks
    ]
    answer = supervised(
        call,
        "supervision/urged.html",
        items=items,
        accepted=sum(each.state == "accepted" for each in items),
        back=back_of(call, call.asked("back") or ""),
        case=partial(case_address, call),
    )
    if any(each.state == "received" for each in items):
        answer.headers["Refresh"] = "2"
    return answer


async def _urged(call: Call, task: SupervisedTask | PromptTask, act_id: str) -> Urged:
    row = await cases.act_for(call.store, call.must_be_logged_in(), act_id)
    if row is None:
        return Urged(task, "unknown", "")
    text = str((row.content or {}).get("text", ""))
    if row.state != "refused":
        return Urged(task, row.state, text)
    shown = await shown_act(call.store, call.must_be_logged_in(), call.language, row)
    return Urged(task, row.state, text, shown.problem.detail if shown.problem else None)


ROUTES = (deed("/supervision/urgings", urge), page("/supervision/urgings", urged))
