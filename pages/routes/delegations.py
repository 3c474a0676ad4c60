"""Delegated access: whom I let use a grant of mine, and what others let me use; the delegate's key, shown once."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting import delegating
from api.acting.delegating import DelegationForm
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.filing.about import own_grant
from pages.forms.fields import Field
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from pages.routes.cases import receiver_of, speaking_of
from pages.routes.filing import case_numbered, key_of, new_key
from pages.routes.grants import A_PAGE, Issued, address_of_data
from reading.cases.shapes import CaseShown
from reading.grants import delegated
from reading.shape import RuleNamed

KINDS = {"to": Kind.LINE, "matter": Kind.PROSE, "accesses": Kind.COUNT, "last_day": Kind.DAY}


def fields(call: Call, rule: RuleNamed | None) -> tuple[Field, ...]:
    """What whoever delegates states: whom the law leaves to him, the rest is the law's."""
    return tuple(
        Field(name, kind, call.say(f"delegation.{name}"), required=True, law=None if name == "to" else rule)
        for name, kind in KINDS.items()
    )


async def delegations(call: Call) -> Response:
    """Who may use a grant of mine, and the form by which somebody may."""
    return await page_of(call, await own_grant(call), None)


async def page_of(call: Call, case: CaseShown, asked: Asked | None) -> Response:
    caller = call.must_be_logged_in()
    speaking = await speaking_of(call, case)
    rule = speaking.law.rules.delegation
    law = speaking.law.named(rule.citation) if rule else None
    form = asked or Asked(fields(call, law))
    return call.page(
        "delegations.html",
        status=form.status,
        case=case,
        dataset=speaking.dataset,
        law=law,
        form=form,
        may_delegate="delegate" in {each.act for each in case.possible},
        delegations=known(await delegated.of_grant(call.store, caller, call.language, case.case_id)),
        key=new_key(),
    )


async def do_to_delegations(call: Call) -> Response:
    """Somebody is let use the grant, or no longer."""
    case = await own_grant(call)
    form: FormData = await call.request.form()
    key, asked = key_of(form), fields(call, None)
    try:
        match form.get("act"):
            case "delegate":
                wanted = parsed(DelegationForm, stated(form, asked))
                act = await delegating.delegate(receiver_of(call, key), call.store, case.case_id, wanted)
                said = "delegation.was_delegated"
            case "revoke":
                delegation_id = str(form.get("delegation", ""))
                receiver = receiver_of(call, key, f"/revoke/{delegation_id}")
                act = await delegating.take_back(receiver, case.case_id, delegation_id)
                said = "delegation.was_taken_back"
            case _:
                raise Problem("NotFound")
    except REFUSED as error:
        return await page_of(call, await case_numbered(call), shown_again(call, form, asked, problem_with(error)))
    if act.state == "received":
        return call.go_on_to(call.path("act", act_id=act.act_id))
    await call.say_once(said)
    return call.go_on_to(call.path("delegations", number=case.case_number))


async def my_delegations(call: Call) -> Response:
    """What others let me use, the latest first."""
    cursor, here = call.asked("cursor"), call.path("my_delegations")
    found = await delegated.own_page(call.store, call.must_have("applicant"), call.language, cursor, A_PAGE)
    return call.page(
        "my_delegations.html",
        delegations=found.items,
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


async def delegation(call: Call) -> Response:
    """What one delegation lets me do, and its key."""
    return await delegation_page(call, None)


async def delegation_page(call: Call, issued: Issued | None, asked: Asked | None = None) -> Response:
    caller = call.must_have("applicant")
    shown = known(await delegated.own(call.store, caller, call.language, call.in_part("delegation_id")))
    return call.page(
        "delegation.html",
        status=asked.status if asked else 200,
        delegation=shown,
        calls=address_of_data(call, shown.dataset_id, shown.data_items),
        elsewhere=asked.elsewhere if asked else (),
        issued=issued,
        key=new_key(),
    )


async def take_delegated_key(call: Call) -> Response:
    """A key in place of any before, shown once."""
    caller = call.must_have("applicant")
    form: FormData = await call.request.form()
    receiver = receiver_of(call, key_of(form))
    try:
        made = await delegating.key_of(receiver, call.store, caller, call.in_part("delegation_id"))
    except REFUSED as error:
        return await delegation_page(call, None, shown_again(call, form, (), problem_with(error)))
    return await delegation_page(call, Issued(made.key))


ROUTES = (
    page("/my/grants/{number}/delegations", delegations),
    deed("/my/grants/{number}/delegations", do_to_delegations),
    page("/my/delegations", my_delegations),
    page("/my/delegations/{delegation_id}", delegation),
    deed("/my/delegations/{delegation_id}", take_delegated_key),
)
