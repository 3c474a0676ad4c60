"""What officers look up beside a task: the use of disputed data, and the grants on the data of their body."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from api.acting.forms.deciding import RevocationForm
from api.acting.granting import revoke
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.cases.taken import taken_of
from pages.dossier import items_in_words, names_of_items
from pages.forms.fields import Field, Wanted
from pages.forms.filled import parsed
from pages.forms.kinds import Kind
from pages.officers import REFUSED, key_of, new_key, onward, page_of_form, receiver_of, text_of, wrong_in
from pages.routes.cases import names_of
from pages.routes.desk import name_of, served_body, with_query
from pages.tables import as_table
from pages.use_of_grants import fields_of_inspection
from reading.cases import lists
from reading.cases import questions as cases
from reading.cases.shown import case_for
from reading.cases.stating import Speaking
from reading.catalogue.shown import dataset_now
from reading.grants.questions import may_revoke
from reading.grants.shown import grant_page
from reading.grants.trace import trace as trace_of
from reading.tables.own import grant_table
from reading.use_reports.shown import may_inspect, use_of_grant
from reading.words.law import Law
from rules.procedure_names import ACCESS

A_PAGE = 50


async def trace(call: Call) -> Response:
    """The use of the data that an objection is about: every grant that ever was on it, and every answer of the gate."""
    caller = call.must_have("reviewer", "supervisor")
    case = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    at, grants_at = call.asked("cursor"), call.asked("grants_cursor")
    with refused_before_receipt():
        found = known(await trace_of(call.store, caller, call.language, case, at, grants_at, A_PAGE))
    dataset = await dataset_now(call.store, caller, call.language, case.dataset_id)
    grantees = await names_of(call, [*(it.grantee for it in found.grants), *(it.grantee for it in found.items)])
    here = call.path("trace", number=case.case_number)
    more = {"cursor": found.next, "grants_cursor": grants_at}
    more_grants = {"cursor": at, "grants_cursor": found.grants_next}
    return call.page(
        "trace.html",
        number=case.case_number,
        dataset=dataset,
        found=found,
        names=names_of_items(dataset),
        grantees=grantees,
        next=with_query(here, urlencode({k: v for k, v in more.items() if v})) if found.next else None,
        more_grants=with_query(here, urlencode({k: v for k, v in more_grants.items() if v}))
        if found.grants_next
        else None,
    )


async def desk_grants(call: Call) -> Response:
    """The grants on data of the body, latest first."""
    caller, _ = served_body(call)
    dataset_id = call.asked("dataset_id")
    found = await grant_page(call.store, caller, dataset_id, call.asked("cursor"), A_PAGE)
    titles = await lists.titles_of(call.store, call.language, (each.dataset_id for each in found.items))

    def address(cursor: str | None, name: str = "desk_grants") -> str:
        parts = {"dataset_id": dataset_id, "cursor": cursor}
        return with_query(call.path(name), urlencode({k: v for k, v in parts.items() if v}))

    return call.page(
        "desk_grants.html",
        found=found.items,
        titles=titles,
        as_csv=address(None, "desk_grants_csv"),
        next=address(found.next) if found.next else None,
        first=address(None) if call.asked("cursor") else None,
    )


async def desk_grants_csv(call: Call) -> Response:
    """All grants on data of the body, as the list is narrowed, as a table."""
    caller, _ = served_body(call)
    parts = grant_table(call.runtime, caller, call.language, call.asked("dataset_id"))
    return await as_table(call, "grants", parts)


async def desk_grant(call: Call) -> Response:
    """One grant, and for whom the law of its case lets do so, the form that ends it."""
    return await grant_shown(call, Wanted())


async def grant_shown(call: Call, wanted: Wanted, *, status: int = 200) -> Response:
    caller, _ = served_body(call)
    row = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    if row.procedure != ACCESS:
        raise Problem("NotFound")
    read = await call.store.case_read(row.case_id)
    law = Law(read.rules, call.language)
    grant = read.state.grant
    dataset = await dataset_now(call.store, caller, call.language, read.state.dataset_id)
    case = known(await case_for(call.store, caller, call.language, row.case_id))
    rule = read.rules.revocation
    reason = Field(
        "reason", Kind.PROSE, call.say("grants.reason"), required=True, law=law.named(rule.citation) if rule else None
    )
    field = wanted.in_((reason,))[0]
    inspected = fields_of_inspection(call, law) if may_inspect(caller, read, call.now) else ()
    return call.page(
        "desk_grant.html",
        status=status,
        number=row.case_number,
        grant=grant,
        dataset=dataset,
        grantee=await name_of(call, read.state.party),
        items=items_in_words(call.words, names_of_items(dataset), grant.data_items if grant else ()),
        modes=[
            law.say(choice.label)
            for mode in (grant.access_modes if grant else ())
            if (choice := law.rules.choice("access_mode", mode))
        ],
        taken=taken_of(Speaking(law, dataset), case),
        is_over=read.state.closed is not None,
        may_revoke=await may_revoke(call.store, caller, read),
        reason=field,
        used=known(await use_of_grant(call.store, caller, call.language, row.case_id)),
        inspection=wanted.in_(inspected),
        elsewhere=wanted.elsewhere((reason, *inspected)),
        key=new_key(),
    )


async def desk_revoke(call: Call) -> Response:
    """The grant is ended before its time, with a reason."""
    caller, _ = served_body(call)
    form = await call.request.form()
    row = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    receiver = receiver_of(call, key_of(form))
    try:
        said = parsed(RevocationForm, {"reason": text} if (text := text_of(form, "reason")) else {})
        answered = await revoke(receiver, row.case_id, said)
    except REFUSED as fact:
        status, wanted, _ = wrong_in(call, form, fact)
        await call.store.release()
        return await grant_shown(call, wanted, status=status)
    here = call.path("desk_grant", number=row.case_number)
    return await onward(call, answered, here, "grants.revoked", number=row.case_number)


ROUTES = (
    page("/cases/{number}/trace", trace),
    page("/desk/grants", desk_grants),
    page("/desk/grants.csv", desk_grants_csv),
    page("/desk/grants/{number}", desk_grant),
    deed("/desk/grants/{number}/revocation", desk_revoke),
    page_of_form("/desk/grants/{number}/revocation", "desk_grant", "number"),
)
