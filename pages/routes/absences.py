"""Who is away and who stands in, of those of whom the caller may know; filed and ended by who may."""

from __future__ import annotations

from datetime import timedelta

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.being_away import AbsenceForm, be_away, be_back
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.forms.notice import after
from pages.supervising import supervised
from pages.tables import as_table
from pages.urging import new_key
from reading.directory import questions as directory
from reading.directory import shown
from reading.directory.shapes import AbsenceShown
from reading.sight import Caller
from reading.tables.city import absence_table
from reading.words.language import said
from rules.pinned import Label

OFFICERS = ("reviewer", "supervisor", "admin")
A_DAY = timedelta(days=1)


async def absences(call: Call) -> Response:
    """Who is away and who will be, the next one first, and the form to be so."""
    caller = call.must_have(*OFFICERS)
    return await list_page(call, Attempt(await fields(call, caller)), new_key())


async def absences_csv(call: Call) -> Response:
    """All of the list, as a table."""
    caller = call.must_have(*OFFICERS)
    return await as_table(call, "absences", absence_table(call.runtime, caller, call.language))


async def list_page(call: Call, attempt: Attempt, key: str, status: int = 200) -> Response:
    """The list, and the form with what stands in it."""
    caller = call.must_have(*OFFICERS)
    found = (await shown.absences(call.store, caller)).items
    names = await directory.body_names(call.store, (each.body for each in found))
    return supervised(
        call,
        "supervision/absences.html",
        status=status,
        items=found,
        names={body: said(label, call.language) for body, label in names.items()},
        may_end={each.absence_id for each in found if may_end(caller, each)},
        last={each.absence_id: each.until_on - A_DAY for each in found},
        attempt=attempt,
        key=key,
    )


def may_end(caller: Caller, absence: AbsenceShown) -> bool:
    """Whether the caller may end it, by what the list shows of it."""
    of_its_body = caller.has("supervisor") and caller.body == absence.body
    return caller.has("admin") or caller.login == absence.account or of_its_body


async def fields(call: Call, caller: Caller) -> tuple[Field, ...]:
    """Who is away, of the caller's body; whoever serves none names both by their logins."""
    officers = await directory.officers_of(call.store, caller.body) if caller.body else []
    options = tuple(
        Option(row.login, f"{said(Label.model_validate(row.name), call.language)} {row.login}") for row in officers
    )
    kind = Kind.CHOICE if options else Kind.LINE
    theirs = options if caller.has("supervisor") else tuple(each for each in options if each.value == caller.login)
    return (
        Field("account", kind, call.say("absences.account"), required=True, options=theirs, values=(caller.login,)),
        Field("substitute", kind, call.say("absences.substitute"), required=True, options=options),
        Field("from_on", Kind.DAY, call.say("absences.from_on"), required=True),
        Field("until_on", Kind.DAY, call.say("absences.last_on"), required=True),
    )


async def file_absence(call: Call) -> Response:
    """The absence is on file, and whoever stands in is told."""
    caller = call.must_have(*OFFICERS)
    form = await call.request.form()
    asked, key = await fields(call, caller), str(form.get("key", ""))
    try:
        await be_away(call.runtime, call.store, caller, absence_of(form, asked), key)
    except REFUSED as fact:
        return await list_page(call, attempted(form, asked, fact, call.language), key_for_another_try(fact, key), 422)
    await call.say_once("absences.filed")
    return call.go_on_to(call.path("supervised_absences"))


def absence_of(form: FormData, asked: tuple[Field, ...]) -> AbsenceForm:
    """What was filled in; the page asks for the last day, which is in the absence. Raises a Problem."""
    content = stated(form, asked)
    return parsed(AbsenceForm, content | ({"until_on": after(content["until_on"])} if "until_on" in content else {}))


async def end_absence(call: Call) -> Response:
    """Whoever was away is back, or never goes."""
    caller = call.must_have(*OFFICERS)
    await be_back(call.runtime, call.store, caller, call.in_part("absence_id"))
    await call.say_once("absences.ended")
    return call.go_on_to(call.path("supervised_absences"))


ROUTES = (
    page("/supervision/absences", absences, name="supervised_absences"),
    page("/supervision/absences.csv", absences_csv),
    deed("/supervision/absences", file_absence, name="file_supervised_absence"),
    deed("/supervision/absences/{absence_id}/end", end_absence, name="end_supervised_absence"),
)
