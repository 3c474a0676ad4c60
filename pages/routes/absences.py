"""Who is away and who stands in: of one's own body, filed and ended by whoever is away or supervises it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.acting.being_away import AbsenceForm, be_away, be_back
from api.http.known import known
from pages.calls import Call, deed, page
from pages.forms.fields import Field, Option, Wanted
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.officers import REFUSED, key_of, new_key, page_of_form, wrong_in
from pages.routes.desk import name_of
from reading.directory import questions as directory
from reading.directory import shown
from reading.directory.sight import may_file_absence
from reading.sight import Caller

OFFICERS = ("reviewer", "supervisor", "admin")


async def absences(call: Call) -> Response:
    """Who of the body is away, or will be, and the form that says so."""
    return await absences_page(call, Wanted())


async def absences_page(call: Call, wanted: Wanted, *, status: int = 200) -> Response:
    caller = call.must_have(*OFFICERS)
    found = (await shown.absences(call.store, caller)).items
    fields = wanted.in_(await asked_of(call, caller))
    rows: list[dict[str, Any]] = []
    for each in found:
        account = known(await directory.account(call.store, each.account))
        rows.append(
            {
                "absence": each,
                "name": await name_of(call, each.account),
                "substitute": await name_of(call, each.substitute),
                "may_end": may_file_absence(caller, account),
            }
        )
    return call.page(
        "absences.html",
        status=status,
        rows=rows,
        fields=fields,
        elsewhere=wanted.elsewhere(fields),
        key=new_key(),
    )


async def asked_of(call: Call, caller: Caller) -> tuple[Field, ...]:
    """Who is away, where the caller may say it of others; who stands in, and on which days."""
    colleagues = await directory.reviewers_of(call.store, caller.body) if caller.body else []
    said = "zh" if call.language == "zh" else "en"
    options = tuple(Option(each.login, f"{each.name[said]} {each.login}") for each in colleagues)
    others = tuple(each for each in options if each.value != caller.login)
    substitute = Field("substitute", Kind.CHOICE, call.say("absences.substitute"), required=True, options=others)
    days = (
        Field("from_on", Kind.DAY, call.say("absences.from_on"), required=True),
        Field("until_on", Kind.DAY, call.say("absences.until_on"), required=True, hint=call.say("absences.exclusive")),
    )
    if caller.has("supervisor") and caller.body:
        absent = Field("account", Kind.CHOICE, call.say("absences.who"), required=True, options=options)
        return (absent, Field(**{**vars(substitute), "options": options}), *days)
    return (substitute, *days)


async def absence_file(call: Call) -> Response:
    """Somebody is away on these days, and the substitute is told."""
    caller = call.must_have(*OFFICERS)
    form = await call.request.form()
    try:
        said = parsed(AbsenceForm, stated(form, await asked_of(call, caller)))
        await be_away(call.runtime, call.store, caller, said, key_of(form))
    except REFUSED as fact:
        status, wanted, _ = wrong_in(call, form, fact)
        await call.store.release()
        return await absences_page(call, wanted, status=status)
    await call.say_once("absences.filed")
    return call.go_on_to(call.path("absences"))


async def absence_end(call: Call) -> Response:
    """The officer is back, or stays after all."""
    caller = call.must_have(*OFFICERS)
    await be_back(call.runtime, call.store, caller, call.in_part("absence_id"))
    await call.say_once("absences.ended")
    return call.go_on_to(call.path("absences"))


ROUTES = (
    page("/desk/absences", absences),
    deed("/desk/absences", absence_file),
    deed("/desk/absences/{absence_id}/end", absence_end),
    page_of_form("/desk/absences/{absence_id}/end", "absences"),
)
