"""My grants: what I may fetch, in which way, until when; the key, shown once; giving a grant back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.granting import new_key as issue_key
from api.acting.granting import renounce
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.cases.taken import taken_of
from pages.filing.about import held_grant
from pages.forms.fields import Field
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from pages.routes.cases import receiver_of, speaking_of
from pages.routes.filing import case_numbered, key_of, new_key
from pages.tables import as_table
from pages.use_of_grants import fields_of_record
from reading.cases.shapes import CaseShown
from reading.catalogue import questions as catalogue
from reading.grants.shapes import GrantInList
from reading.grants.shown import grant_of, grant_page
from reading.sight import Caller
from reading.tables.own import grant_table
from reading.use_reports.shown import use_of_grant
from reading.words.language import said

A_PAGE = 20


@dataclass(frozen=True)
class Issued:
    """That a key was asked for; `key` is None where the same was asked before, and the key shown then."""

    key: str | None


async def my_grants(call: Call) -> Response:
    """My grants, or those of the body that I serve, latest first."""
    caller, body = holder(call)
    cursor = call.asked("cursor")
    found = await grant_page(call.store, caller, None, cursor, A_PAGE, for_body=body)
    titles = await catalogue.titles(call.store, (each.dataset_id for each in found.items))
    here = call.path("my_grants")
    return call.page(
        "grants.html",
        is_own=body is None,
        grants=found.items,
        titles={dataset_id: said(title, call.language) for dataset_id, title in titles.items()},
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


async def my_grants_csv(call: Call) -> Response:
    """All of them, as a table."""
    caller, body = holder(call)
    return await as_table(call, "my-grants", grant_table(call.runtime, caller, call.language, for_body=body))


def holder(call: Call) -> tuple[Caller, str | None]:
    """Who looks, and the body whose grants those are; None for whoever has grants of its own. Raises LoginNeeded,
    Problem."""
    caller = call.must_have("applicant", "reviewer")
    if caller.has("applicant"):
        return caller, None
    with refused_before_receipt():
        return caller, caller.must_review_for_a_body()


async def grant(call: Call) -> Response:
    """One grant: what it opens, and how it is used."""
    return await page_of(call, await held_grant(call), None)


async def page_of(call: Call, case: CaseShown, asked: Asked | None, issued: Issued | None = None) -> Response:
    caller = call.must_be_logged_in()
    shown: GrantInList = known(await grant_of(call.store, caller, case.case_id))
    speaking = await speaking_of(call, case)
    possible = {each.act for each in case.possible}
    return call.page(
        "grant.html",
        status=asked.status if asked else 200,
        case=case,
        grant=shown,
        dataset=speaking.dataset,
        items=speaking.items(shown.data_items),
        modes=[speaking.value("access_mode", each) for each in shown.access_modes],
        use=speaking.value("use", shown.use) if shown.use else None,
        taken=taken_of(speaking, case),
        restricted=[speaking.items(each.data_items) for each in shown.restricted_by],
        may_get_a_key="issue_key" in possible,
        may_give_back="renounce" in possible,
        elsewhere=asked.elsewhere if asked else (),
        issued=issued,
        # What is shared is fetched through the exchange, which has addresses of its own.
        calls=None if shown.shared else address_of_data(call, shown.dataset_id, shown.data_items),
        is_own=caller.has("applicant"),
        may_delegate="delegate" in possible,
        used=known(await use_of_grant(call.store, caller, call.language, case.case_id)),
        records=record_fields(call, asked) if "record_use" in possible else (),
        key=new_key(),
    )


def record_fields(call: Call, asked: Asked | None) -> tuple[Field, ...]:
    """What an entry of the own record is asked for, with what was filled in."""
    return asked.fields if asked and asked.fields else fields_of_record(call)


def address_of_data(call: Call, dataset_id: str, data_items: Sequence[str]) -> str:
    """The address at the data gateway under which data is; where nobody said which gateway, a word in its place. No
    items named: all."""
    gateway = call.runtime.settings.data_url or f"https://<{call.say('grant.gateway')}>"
    return f"{gateway.rstrip('/')}/data/{dataset_id}/{','.join(data_items) or 'all'}.csv"


async def do_to_grant(call: Call) -> Response:
    """A key in place of any before, or the grant given back."""
    case = await held_grant(call)
    form: FormData = await call.request.form()
    act = str(form.get("act", ""))
    receiver = receiver_of(call, key_of(form), f"/{act}")
    try:
        match act:
            case "key":
                made = await issue_key(receiver, call.store, case.case_id)
                if made.state == "received":
                    return call.go_on_to(call.path("act", act_id=made.act_id))
                return await page_of(call, await case_numbered(call), None, Issued(made.key))
            case "renounce":
                given_back = await renounce(receiver, case.case_id)
            case _:
                raise Problem("NotFound")
    except REFUSED as error:
        return await page_of(call, case, shown_again(call, form, (), problem_with(error)))
    if given_back.state == "received":
        return call.go_on_to(call.path("act", act_id=given_back.act_id))
    await call.say_once("grant.given_back")
    return call.go_on_to(call.path("grant", number=case.case_number))


ROUTES = (
    page("/my/grants", my_grants),
    page("/my/grants.csv", my_grants_csv),
    page("/my/grants/{number}", grant),
    deed("/my/grants/{number}", do_to_grant),
)
