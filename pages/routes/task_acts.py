"""What an officer does to a task beside deciding it: takes it, gives it up, hands it on, asks, and notes."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting import applying, deciding
from api.acting.forms.deciding import (
    ExtensionForm,
    NoteForm,
    OpinionDemand,
    ReassignmentForm,
    RunAgainForm,
    StopForm,
    SupplementDemand,
)
from api.acting.receiving import ActShown, Receiver
from api.http.problems import invalid
from pages.calls import Call, deed
from pages.forms.filled import parsed
from pages.officers import REFUSED, demanded, key_of, onward, page_of_form, receiver_of, text_of
from pages.routes.desk import Asked, name_of, served_body, with_query
from pages.routes.task import file_of, refused
from reading.cases.task_file import TaskFile
from reading.sight import Caller

FIELD_OF = {
    "hand_on": "to",
    "supplement": "supplement",
    "extend": "extension",
    "stop": "why_stopped",
    "opinion": "question",
    "note": "note",
}
"""The one field of each act that has one."""
ACTS = ("claim", "release", "run_again", *FIELD_OF)


async def task_act(call: Call) -> Response:
    """One act on a task besides its decision; what is wrong with it stands beside its field on the page of the task."""
    caller, body = served_body(call)
    form = await call.request.form()
    does = text_of(form, "act")
    if does not in ACTS:
        raise invalid("act", "missing_here")
    file = await file_of(call, caller)
    receiver = receiver_of(call, key_of(form), f"/{does}")
    try:
        answered = await ACTING[does](call, caller, receiver, file, form)
    except REFUSED as fact:
        return await refused(call, caller, body, form, fact, FIELD_OF.get(does))
    to = with_query(call.path("task", **file.place), Asked.of(call).query())
    colleague = await name_of(call, text_of(form, "to")) if does == "hand_on" else ""
    return await onward(call, answered, to, f"task_did.{does}", to=colleague)


async def claim(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, _form: FormData) -> ActShown:
    return await deciding.claim(receiver, file.task_id)


async def release(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, _form: FormData) -> ActShown:
    return await deciding.release(receiver, file.task_id)


async def hand_on(call: Call, caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    to = ReassignmentForm(to=demanded(form, "to"))
    return await deciding.reassign(receiver, call.store, caller, file.task_id, to)


async def supplement(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    said = parsed(SupplementDemand, {"text": demanded(form, "supplement")})
    return await deciding.ask_supplement(receiver, file.task_id, said)


async def extend(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    unit = (file.task.clock.period or "").lstrip("0123456789")
    said = parsed(
        ExtensionForm, {"period": f"{demanded(form, 'more_time')}{unit}", "text": demanded(form, "extension")}
    )
    return await deciding.extend(receiver, file.task_id, said)


async def stop(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    said = parsed(StopForm, {"stop": demanded(form, "stop"), "text": demanded(form, "why_stopped")})
    return await deciding.stop_clock(receiver, file.task_id, said)


async def run_again(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    return await deciding.run_clock(receiver, file.task_id, parsed(RunAgainForm, {"stop": demanded(form, "stop")}))


async def opinion(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    said = parsed(OpinionDemand, {"question": demanded(form, "question")})
    return await deciding.ask_opinion(receiver, file.task_id, said)


async def note(_call: Call, _caller: Caller, receiver: Receiver, file: TaskFile, form: FormData) -> ActShown:
    said = parsed(NoteForm, {"text": demanded(form, "note")})
    return await applying.note(receiver, file.case.case_id, said)


ACTING = {
    "claim": claim,
    "release": release,
    "hand_on": hand_on,
    "supplement": supplement,
    "extend": extend,
    "stop": stop,
    "run_again": run_again,
    "opinion": opinion,
    "note": note,
}

ROUTES = (
    deed("/desk/{number}/{place}/act", task_act),
    page_of_form("/desk/{number}/{place}/act", "task", "number", "place"),
)
