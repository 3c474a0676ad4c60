"""Roles that wait for a second administrator, and the record of who may do what."""

from __future__ import annotations

from starlette.responses import Response

from api.acting.confirming import ConfirmationForm, confirm_roles, refuse_role
from pages.calls import Call, deed, page
from pages.dates import moment_in_words
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.supervising import address, supervised
from reading.administration import record
from reading.administration.record import ProposalShown

MOST = 100
A_PAGE = 30
RECORDED = (
    *("first_administrator", "account_enrolled", "account_closed", "account_reopened", "invited"),
    *("invitation_taken", "body_kept"),
    *("roles_proposed", "roles_confirmed", "roles_refused", "roles_withdrawn", "tokens_revoked", "token_revoked"),
    *("login", "login_refused", "token_refused"),
)


async def roles(call: Call) -> Response:
    """What waits, with the form by which it is confirmed or refused."""
    call.must_have("admin")
    return roles_page(call, Attempt(await fields(call)))


async def fields(call: Call) -> tuple[Field, ...]:
    """The proposals that can be chosen; none where none waits."""
    caller = call.must_be_logged_in()
    found = await record.proposals(call.store, call.language, caller.account_id)
    options = tuple(Option(each.proposal_id, label(call, each), hint=hint(call, each)) for each in found[:MOST])
    if not options:
        return ()
    return (Field("proposals", Kind.ITEMS, call.say("roles.proposals"), options=options, required=True),)


def label(call: Call, of: ProposalShown) -> str:
    names = [call.say(f"role.{each}") for each in of.roles]
    return call.say("roles.gains", who=of.name, roles=call.say("roles.between").join(names))


def hint(call: Call, of: ProposalShown) -> str:
    by = of.proposed_by or call.say("roles.a_command", by=of.by_command or "")
    until = moment_in_words(of.until_at, language=call.language)
    said = call.say("roles.proposed", login=of.login, body=of.body_name or "—", by=by, until=until)
    return said if of.may_confirm else f"{said} {call.say('roles.by_another')}"


def roles_page(call: Call, attempt: Attempt, status: int = 200) -> Response:
    return supervised(call, "supervision/roles.html", status=status, attempt=attempt)


async def decide_roles(call: Call) -> Response:
    """What was chosen is confirmed, or refused, by the button."""
    call.must_have("admin")
    form, asked = await call.request.form(), await fields(call)
    try:
        chosen = parsed(ConfirmationForm, stated(form, asked))
        if form.get("do") == "refuse":
            for each in chosen.proposals:
                await refuse_role(call.runtime, call.by(), each)
            await call.say_once("roles.refused")
        else:
            logins = await confirm_roles(call.runtime, call.by(), chosen)
            await call.say_once("roles.confirmed", count=str(len(logins)))
    except REFUSED as fact:
        return roles_page(call, attempted(form, asked, fact, call.language), 422)
    return call.go_on_to(call.path("roles"))


async def account_record(call: Call) -> Response:
    """What was done to accounts, the latest first."""
    call.must_have("admin")
    login, what = call.asked("account"), call.asked("what")
    found = await record.recorded(call.store, login, what, call.asked("cursor"), A_PAGE)
    return supervised(
        call,
        "supervision/record.html",
        items=found.items,
        asked={"account": login or "", "what": what or ""},
        kinds=[Option(each, call.say(f"recorded.{each}")) for each in RECORDED],
        said={each: call.say(f"recorded.{each}") for each in RECORDED},
        role_names={each: call.say(f"role.{each}") for each in ("reviewer", "supervisor", "admin")},
        next=address(call, "account_record", account=login, what=what, cursor=found.next) if found.next else None,
        first=address(call, "account_record", account=login, what=what) if call.asked("cursor") else None,
    )


ROUTES = (
    page("/admin/roles", roles),
    deed("/admin/roles", decide_roles),
    page("/admin/record", account_record),
)
