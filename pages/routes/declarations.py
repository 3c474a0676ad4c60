"""Declarations (登记): what bodies put on public record, the form for whoever declares, and whether a user is named."""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.declaring import (
    DeclarationForm,
    NamingForm,
    TakingDownForm,
    declare_for_body,
    name_user,
    rule_for,
    take_down_for_body,
)
from api.acting.refusals import refused_before_receipt
from api.http.failing import problem_of
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, has_opened, page
from pages.cities import CITY
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.officers import key_of, new_key
from reading.cities.shown import rules_received
from reading.declarations.shapes import DeclarationShown
from reading.declarations.shown import Reader, declaration_shown, declarations_shown, kinds_of, owed_in, wanted_of
from reading.declarations.sight import may_declare, must_declare, reads_for_a_body
from reading.words.language import said
from reading.words.law import law_of
from rules.deadlines import to_shanghai
from rules.declarations import SAYS, Asked, DeclarationRule, declared_in
from rules.loading import load_pack
from rules.procedure_names import ACCESS_REQUEST

A_PAGE = 20
KINDS = {"prose": Kind.PROSE, "line": Kind.LINE, "day": Kind.DAY, "past_day": Kind.DAY}


def has_declarations(city: str) -> bool:
    """Whether the pack of the city has anything that is declared."""
    return bool(load_pack(city).declarations)


async def declarations(call: Call) -> Response:
    """What bodies of the city declare, the latest first: all of it, of one kind, or about one dataset."""
    pack = load_pack(call.in_part("city"))
    if not pack.declarations:
        raise Problem("NotFound")
    kind, dataset_id, cursor = call.asked("kind"), call.asked("dataset_id"), call.asked("cursor")
    wanted = wanted_of(pack.city, call.now, kind, dataset_id)
    found = await declarations_shown(call.store, Reader(call.caller, call.language), wanted, cursor, A_PAGE)
    reads = reads_for_a_body(call.caller, pack.city)
    rules = [rule for rule in kinds_of(pack.city, call.now) if rule.is_public or reads]
    owed = await owed_in(call.store, call.caller, call.language, pack.city) if call.caller and reads else None
    here = call.path("declarations", city=pack.city)
    kept = "".join(f"{name}={value}&" for name, value in (("kind", kind), ("dataset_id", dataset_id)) if value)
    today = declared_in(pack, to_shanghai(call.now).date())
    return call.page(
        "declarations.html",
        pack=pack,
        kinds=[(rule.kind, said(rule.label, call.language)) for rule in rules],
        kind=kind,
        found=found.items,
        owed=[each for each in owed.kinds if each.datasets] if owed else [],
        declares=[(rule.kind, said(rule.label, call.language)) for rule in today if is_mine(call, rule, pack.city)],
        next=f"{here}?{kept}cursor={found.next}" if found.next else None,
        first=f"{here}?{kept}" if cursor else None,
    )


def is_mine(call: Call, rule: DeclarationRule, city: str) -> bool:
    """Whether whoever looks declares this."""
    return may_declare(call.caller, rule, city)


async def declaration_new(call: Call) -> Response:
    """The form, with the dataset that the address names."""
    rule = await rule_of(call)
    asked = fields(call, rule)
    about = call.asked("dataset_id")
    filled_in = [replace(each, values=(about,)) if each.name == "dataset_ids" and about else each for each in asked]
    return form_page(call, rule, Attempt(tuple(filled_in)), new_key())


async def rule_of(call: Call) -> DeclarationRule:
    """The rule of the address, by which whoever looks declares. Raises LoginNeeded, Problem."""
    caller = call.must_have("reviewer")
    try:
        rule = await rule_for(call.store, call.in_part("city"), call.in_part("kind"))
    except Problem as fact:
        raise Problem("NotFound") from fact
    with refused_before_receipt():
        must_declare(caller, rule, call.in_part("city"))
    return rule


def fields(call: Call, rule: DeclarationRule) -> tuple[Field, ...]:
    """About which data it is, and what it says."""
    asked = [as_field(call, each) for each in rule.asks]
    if rule.names_a_user:
        hint = call.say("declarations.grant_hint")
        if delegates(call):
            asked.insert(0, Field("delegate", Kind.LINE, call.say("declarations.delegate")))
        asked.insert(0, Field("grant", Kind.LINE, call.say("declarations.grant"), hint=hint))
    if rule.about != "city":
        several = call.say("declarations.datasets_hint") if rule.about == "datasets" else None
        label = call.say("declarations.dataset_id")
        asked.insert(0, Field("dataset_ids", Kind.LINE, label, required=True, hint=several))
    return tuple(asked)


def delegates(call: Call) -> bool:
    """Whether the law of the city lets somebody else use a grant."""
    received = rules_received(load_pack(call.in_part("city")), to_shanghai(call.now).date())
    request = received.get(ACCESS_REQUEST)
    return request is not None and request.delegation is not None


def as_field(call: Call, asked: Asked) -> Field:
    """One thing that the declaration says."""
    label = said(asked.label, call.language)
    options = tuple(Option(each.value, said(each.label, call.language)) for each in asked.values)
    kind = Kind.CHOICE if options else KINDS[asked.as_a]
    return Field(f"{SAYS}_{asked.name}", kind, label, required=asked.required, options=options)


def form_page(call: Call, rule: DeclarationRule, attempt: Attempt, key: str, status: int = 200) -> Response:
    """The form with what stands in it."""
    city = call.in_part("city")
    law = law_of(city, to_shanghai(call.now).date(), call.language)
    return call.page(
        "declaration_new.html",
        status=status,
        pack=load_pack(city),
        kind=rule.kind,
        label=said(rule.label, call.language),
        law=law.named(rule.citation),
        is_public=rule.is_public,
        attempt=attempt,
        key=key,
    )


async def declaration_declare(call: Call) -> Response:
    """It is on record."""
    rule = await rule_of(call)
    form = await call.request.form()
    asked, key = fields(call, rule), key_of(form)
    try:
        sent = parsed(DeclarationForm, content_of(call, form, asked))
        declaration_id = await declare_for_body(call.runtime, call.store, call.must_be_logged_in(), sent, key)
    except REFUSED as fact:
        attempt = attempted(form, asked, beside_fields(problem_of(fact)), call.language)
        return form_page(call, rule, attempt, key, 422)
    await call.say_once("declarations.declared")
    return call.go_on_to(call.path("declaration", declaration_id=declaration_id))


def content_of(call: Call, form: FormData, asked: tuple[Field, ...]) -> dict[str, object]:
    """What was filled in, as the API takes it."""
    found = stated(form, asked)
    says = {name.removeprefix(f"{SAYS}_"): text for name, text in found.items() if name.startswith(f"{SAYS}_")}
    content = {"city": call.in_part("city"), "kind": call.in_part("kind"), SAYS: says}
    content |= {"dataset_ids": str(found.get("dataset_ids", "")).replace(",", " ").split()}
    return content | {name: found[name] for name in ("grant", "delegate") if name in found}


def beside_fields(problem: Problem) -> Problem:
    """The problem, with each fault at the field of the page."""
    errors = [
        replace(each, field=(each.field or "").replace(f"{SAYS}.", f"{SAYS}_") or None) for each in problem.errors
    ]
    return Problem(problem.code, errors=errors, params=problem.params, citation=problem.citation, rules=problem.rules)


async def declaration(call: Call) -> Response:
    """One declaration; for its holder whether he is named, for bodies the form that takes it down."""
    shown = await shown_of(call)
    await has_opened(call, shown.declaration_id)
    return one_page(call, shown, Attempt((reason_field(call),)))


async def shown_of(call: Call) -> DeclarationShown:
    reader = Reader(call.caller, call.language)
    return known(await declaration_shown(call.store, reader, call.in_part("declaration_id")))


def reason_field(call: Call) -> Field:
    """Why it is taken down."""
    return Field("reason", Kind.PROSE, call.say("declarations.reason"), required=True)


def one_page(call: Call, shown: DeclarationShown, attempt: Attempt, status: int = 200) -> Response:
    return call.page("declaration.html", status=status, each=shown, pack=load_pack(shown.city), attempt=attempt)


async def declaration_down(call: Call) -> Response:
    """It is taken down, for a reason that is public."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    declaration_id, asked = call.in_part("declaration_id"), (reason_field(call),)
    try:
        sent = parsed(TakingDownForm, stated(form, asked))
        await take_down_for_body(call.runtime, call.store, caller, declaration_id, sent)
    except REFUSED as fact:
        attempt = attempted(form, asked, fact, call.language)
        return one_page(call, await shown_of(call), attempt, 422)
    await call.say_once("declarations.is_down")
    return call.go_on_to(call.path("declaration", declaration_id=declaration_id))


async def declaration_naming(call: Call) -> Response:
    """The holder of the grant is named, or no longer."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    declaration_id = call.in_part("declaration_id")
    named = NamingForm(named=str(form.get("named", "")) == "yes")
    await name_user(call.runtime, call.store, caller, declaration_id, named)
    await call.say_once("declarations.is_named" if named.named else "declarations.is_unnamed")
    return call.go_on_to(call.path("declaration", declaration_id=declaration_id))


ROUTES = (
    page(f"{CITY}/declarations", declarations),
    page(f"{CITY}/declarations/{{kind}}/new", declaration_new),
    deed(f"{CITY}/declarations/{{kind}}/new", declaration_declare),
    page("/declarations/{declaration_id}", declaration),
    deed("/declarations/{declaration_id}/taking-down", declaration_down),
    deed("/declarations/{declaration_id}/naming", declaration_naming),
)
