"""What is done once a year: what a city and its bodies have published, and what an officer's body begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from api.acting.beginning_years import begin_evaluation, begin_focus, begin_plan
from api.acting.finding_faults import put_before_the_body
from api.acting.forms.filing import FindingForm, PlanForm, YearForm
from api.http.problems import invalid
from models.years import about
from pages.calls import Call, deed, page
from pages.cities import CITY
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option, fields_of_filing
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.officers import filer_of, key_of, new_key, page_of_form
from reading.cases import lists as cases
from reading.cases.questions import CasesSought
from reading.cases.shapes import CaseSummary
from reading.directory import questions as directory
from reading.sight import Caller
from reading.words.language import said
from reading.words.law import Law
from reading.years.shown import results
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import Label
from rules.pinned_stages import Audience
from rules.procedure_names import EVALUATION, IMPROVEMENT, OPENING_FOCUS, OPENING_PLAN, YEARLY
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve

MOST = 20
A_FEW = 10

BEGIN = {OPENING_FOCUS: begin_focus, EVALUATION: begin_evaluation}


@dataclass(frozen=True)
class Yearly:
    """One thing that is done once a year: its law, the form by which it is begun, and the cases of it."""

    procedure: str
    label: str
    attempt: Attempt | None
    cases: Sequence[CaseSummary]


async def published(call: Call) -> Response:
    """What the city and its bodies have published, the latest first."""
    pack = load_pack(call.in_part("city"))
    cursor = call.asked("cursor")
    found = await results(call.store, call.language, pack.city, [Audience.EVERYBODY], None, None, cursor, MOST)
    here = call.path("years", city=pack.city)
    return call.page(
        "years.html",
        pack=pack,
        found=found.items,
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


async def desk_years(call: Call) -> Response:
    """What the officer's body begins once a year, and the cases of it."""
    return await years_page(call, None, None, new_key())


async def circulated(call: Call) -> Response:
    """What the law has circulated to the bodies of the officer's city, and not published."""
    caller = call.must_have("reviewer", "supervisor")
    cursor = call.asked("cursor")
    found = await results(call.store, call.language, caller.city or "", [Audience.BODIES], None, None, cursor, MOST)
    here = call.path("desk_circulated")
    return call.page(
        "desk_circulated.html",
        found=found.items,
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


async def years_page(call: Call, of: str | None, again: Attempt | None, key: str, status: int = 200) -> Response:
    """The same; `again` is the form of that procedure as it was sent."""
    caller = call.must_have("reviewer")
    found = []
    for procedure in YEARLY:
        rules = law_of_today(call, caller, procedure)
        if rules is None:
            continue
        sought = CasesSought(city=caller.city, procedure=procedure)
        latest = (await cases.case_page(call.store, caller, sought, None, A_FEW)).items
        attempt = Attempt(fields(call, caller, rules, latest)) if caller.body_role in rules.filed_by else None
        if procedure == of and again is not None:
            attempt = again
        found.append(Yearly(procedure, Law(rules, call.language).say(rules.label), attempt, latest))
    finding = again if of == IMPROVEMENT else await finding_form(call, caller)
    return call.page("desk_years.html", status=status, found=found, finding=finding, key=key)


async def finding_form(call: Call, caller: Caller) -> Attempt | None:
    """The form by which the authority puts a finding before a body; None where there is nothing to put."""
    rules = law_of_today(call, caller, IMPROVEMENT)
    if rules is None or caller.body_role not in rules.filed_by:
        return None
    asked = await fields_of_a_finding(call, caller, rules)
    return Attempt(asked) if asked[0].options else None


async def fields_of_a_finding(call: Call, caller: Caller, rules: ProcedureRules) -> tuple[Field, ...]:
    """Of which evaluation, of which body, and what was found."""
    sought = CasesSought(city=caller.city, procedure=EVALUATION)
    latest = (await cases.case_page(call.store, caller, sought, None, A_FEW)).items
    bodies = [row for row in await directory.bodies(call.store, caller.city) if row.role in rules.against]
    of = tuple(Option(each.case_id, each.case_number) for each in latest)
    concerned = tuple(Option(row.body, said(Label.model_validate(row.name), call.language)) for row in bodies)
    return (
        Field("case_id", Kind.CHOICE, call.say("years.evaluation"), required=True, options=of),
        Field("body", Kind.CHOICE, call.say("years.concerned"), required=True, options=concerned),
        *fields_of_filing(Law(rules, call.language), call.words),
    )


async def put_finding(call: Call) -> Response:
    """The finding is a task of the body concerned."""
    caller = call.must_have("reviewer")
    rules = law_of_today(call, caller, IMPROVEMENT)
    if rules is None:
        raise invalid("procedure", "procedure_unknown")
    form = await call.request.form()
    key, asked = key_of(form), await fields_of_a_finding(call, caller, rules)
    try:
        found = parsed(FindingForm, stated(form, asked))
        case = await put_before_the_body(filer_of(call), call.store, caller, found, key)
    except REFUSED as fact:
        return await years_page(
            call, IMPROVEMENT, attempted(form, asked, fact, call.language), key_for_another_try(fact, key), 422
        )
    return call.go_on_to(call.path("case", number=case.case_number))


def law_of_today(call: Call, caller: Caller, procedure: str) -> ProcedureRules | None:
    """The rules of it in the officer's city; None where its law has none."""
    try:
        return resolve(load_pack(caller.city or ""), procedure, to_shanghai(call.now).date())
    except (NotInForce, ProcedureUnknown):
        return None


def fields(call: Call, caller: Caller, rules: ProcedureRules, latest: Sequence[CaseSummary]) -> tuple[Field, ...]:
    """Which year, and of a plan which one on record of the officer's body it is to replace."""
    owed = about(rules.procedure, to_shanghai(call.now).date())
    options = tuple(Option(str(year), str(year)) for year in (owed, owed + 1))
    year = Field("year", Kind.CHOICE, call.say("years.year"), required=True, options=options, values=(str(owed),))
    ended = [each for each in latest if each.closed_at and each.provider == caller.body]
    if rules.procedure != OPENING_PLAN or not ended:
        return (year,)
    none = Option("", call.say("years.instead_of_none"))
    replaced = tuple(Option(each.case_id, each.case_number) for each in ended)
    label, hint = call.say("years.instead"), call.say("years.instead_hint")
    return (year, Field("replaces", Kind.CHOICE, label, hint=hint, options=(none, *replaced), values=("",)))


async def begin_year(call: Call) -> Response:
    """The case of that year: the one that there is, or a new one."""
    caller = call.must_have("reviewer")
    form = await call.request.form()
    key, procedure = key_of(form), str(form.get("procedure", ""))
    rules = law_of_today(call, caller, procedure) if procedure in YEARLY else None
    if rules is None or caller.city is None:
        raise invalid("procedure", "procedure_unknown")
    sought = CasesSought(city=caller.city, procedure=procedure)
    asked = fields(call, caller, rules, (await cases.case_page(call.store, caller, sought, None, A_FEW)).items)
    content = {**stated(form, asked), "city": caller.city}
    try:
        number = int(content["year"]) if str(content.get("year", "")).isdigit() else 0
        given = {name: value for name, value in content.items() if value} | {"year": number}
        if procedure == OPENING_PLAN:
            case = await begin_plan(filer_of(call), call.store, caller, parsed(PlanForm, given), key)
        else:
            case = await BEGIN[procedure](filer_of(call), call.store, caller, parsed(YearForm, given))
    except REFUSED as fact:
        return await years_page(
            call, procedure, attempted(form, asked, fact, call.language), key_for_another_try(fact, key), 422
        )
    return call.go_on_to(call.path("case", number=case.case_number))


ROUTES = (
    page(f"{CITY}/years", published, name="years"),
    page("/desk/years", desk_years),
    deed("/desk/years", begin_year),
    deed("/desk/findings", put_finding),
    page_of_form("/desk/findings", "desk_years"),
    page("/desk/circulated", circulated, name="desk_circulated"),
)
