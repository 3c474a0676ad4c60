"""Interruptions of a city's service: announced and cancelled by the reviewers of its operator."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.announcing import MaintenanceForm, announce_for_operator, cancel_for_operator, of_the_operator_in
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field
from pages.forms.filled import parsed
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.supervising import said_of
from pages.urging import new_key
from reading.maintenance import shown
from reading.words.law import Law
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.maintenance import maintenance_rule
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force

MOST = 50
WITHOUT_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
SHANGHAI = "+08:00"


async def announce(call: Call) -> Response:
    """The form of an announcement, with what the law of the city wants of it, and what is announced."""
    of_this_city(call)
    return await form_page(call, Attempt(fields(call)), new_key())


def of_this_city(call: Call) -> str:
    """The city of the address, whose operator the caller acts for. Raises LoginNeeded, Problem."""
    return of_the_operator_in(call.must_have("reviewer"), call.in_part("city")).city


def fields(call: Call) -> tuple[Field, ...]:
    """What will be interrupted, from when until when, and why on working days if it must be."""
    return (
        Field("what", Kind.LINE, call.say("announcing.what"), required=True, hint=call.say("announcing.what_hint")),
        Field("starts_at", Kind.LINE, call.say("announcing.starts_at"), required=True),
        Field("ends_at", Kind.LINE, call.say("announcing.ends_at"), required=True),
        Field("reason", Kind.PROSE, call.say("announcing.reason"), hint=call.say("announcing.reason_hint")),
    )


async def form_page(call: Call, attempt: Attempt, key: str, status: int = 200) -> Response:
    """The form with what stands in it."""
    city, today = of_this_city(call), to_shanghai(call.now).date()
    pack = load_pack(city)
    rule = maintenance_rule(pack, today)
    law = Law(as_last_in_force(pack, ACCESS_REQUEST, today), call.language)
    return call.page(
        "supervision/announce.html",
        status=status,
        city=city,
        city_name=said_of(call, pack.name),
        rule=rule,
        law=law.named(rule.citation) if rule else None,
        items=(await shown.to_come(call.store, call.language, city, MOST)).items,
        attempt=attempt,
        key=key,
    )


async def announce_maintenance(call: Call) -> Response:
    """The interruption is announced, for everybody to read."""
    of_this_city(call)
    form = await call.request.form()
    key = str(form.get("key", ""))
    try:
        asked = parsed(MaintenanceForm, content_of(form))
        await announce_for_operator(call.runtime, call.store, call.must_be_logged_in(), asked, key)
    except REFUSED as fact:
        return await form_page(
            call, attempted(form, fields(call), fact, call.language), key_for_another_try(fact, key), 422
        )
    await call.say_once("announcing.announced")
    return call.go_on_to(call.path("announce", city=call.in_part("city")))


def content_of(form: FormData) -> dict[str, Any]:
    """What was filled in; instants are those of Shanghai, as everywhere on these pages."""
    given = {name: str(form.get(name, "")).strip() for name in ("what", "starts_at", "ends_at", "reason")}
    return {
        name: f"{value}{SHANGHAI}" if WITHOUT_ZONE.fullmatch(value) else value for name, value in given.items() if value
    }


async def cancel_maintenance(call: Call) -> Response:
    """It will not be."""
    of_this_city(call)
    await cancel_for_operator(call.runtime, call.store, call.must_be_logged_in(), call.in_part("maintenance_id"))
    await call.say_once("announcing.cancelled")
    return call.go_on_to(call.path("announce", city=call.in_part("city")))


ROUTES = (
    page("/{city}/maintenance/new", announce),
    deed("/{city}/maintenance/new", announce_maintenance),
    deed("/{city}/maintenance/{maintenance_id}/cancellation", cancel_maintenance),
)
