"""Rectification (责令改正、限期整改): what is proposed, what runs, and a breach that is put on record."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from starlette.responses import Response

from api.acting.answering import InTheAnswerAlone
from api.acting.filing import Filer, rules_at
from api.acting.forms.filing import RectificationForm
from api.acting.rectifying import city_looked_at, law_of_proposals, may_record, record_breach
from api.acting.refusals import refused_before_receipt
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option, fields_of_filing
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.supervising import address, case_address, said_of, sight, supervised
from pages.tables import as_table
from pages.urging import new_key
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Present
from reading.supervision.chosen import chosen_tasks
from reading.supervision.lists import Asking
from reading.supervision.proposed import proposal_page
from reading.supervision.rectifications import rectification_page
from reading.supervision.shapes import PromptTask, SupervisedTask
from reading.supervision.sight import Narrowing, city_of_breaches, records_breaches
from reading.tables.record import proposal_table, rectification_table
from reading.words.language import said
from reading.words.law import Law
from rules.loading import cities, load_pack
from rules.pinned import Label
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import ProcedureRules

A_PAGE = 20


async def rectifications(call: Call) -> Response:
    """The system's proposals, none of which files itself, and the rectifications of the city."""
    caller = call.must_be_logged_in()
    if caller.has("admin") and call.asked("city") is None:
        return supervised(call, "supervision/rectifications_of.html", cities=cities_known(call))
    city, rules, present = await looked_at(call, caller)
    asked = call.asked("proposed")
    proposed = await proposal_page(call.store, caller, rules, present, call.language, asked, A_PAGE)
    found = await rectification_page(call.store, caller, city, call.language, call.asked("cursor"), A_PAGE)
    return supervised(
        call,
        "supervision/rectifications.html",
        city=city,
        city_name=said_of(call, load_pack(city).name),
        proposals=proposed.items,
        more_proposals=address(call, "rectifications", city=city, proposed=proposed.next) if proposed.next else None,
        items=found.items,
        next=address(call, "rectifications", city=city, cursor=found.next) if found.next else None,
        first=address(call, "rectifications", city=city) if call.asked("cursor") else None,
        may_record=records_breaches(caller, rules, city),
        case=partial(case_address, call),
        as_csv=address(call, "rectifications_csv", city=city),
        proposals_as_csv=address(call, "proposals_csv", city=city),
    )


async def looked_at(call: Call, caller: Caller) -> tuple[str, ProcedureRules, Present]:
    """The city whose rectifications are looked at, its law, and now. Raises a Problem."""
    city = city_looked_at(caller, call.asked("city"))
    return city, *await law_of_proposals(call.store, caller, city)


async def rectifications_csv(call: Call) -> Response:
    """All rectifications of the city that the caller may know of, as a table."""
    caller = call.must_be_logged_in()
    city, _, _ = await looked_at(call, caller)
    return await as_table(call, "rectifications", rectification_table(call.runtime, caller, call.language, city))


async def proposals_csv(call: Call) -> Response:
    """All that the system proposes, as a table."""
    caller = call.must_be_logged_in()
    _, rules, present = await looked_at(call, caller)
    return await as_table(call, "proposals", proposal_table(call.runtime, caller, rules, present, call.language))


def cities_known(call: Call) -> list[Option]:
    """Every city, for who has to name one."""
    return [Option(city, said_of(call, load_pack(city).name)) for city in cities()]


async def new_rectification(call: Call) -> Response:
    """The form by which a breach is put on record, freely or for a task that is proposed."""
    caller, city, rules = of_the_law(call)
    if not records_breaches(caller, rules, city):
        may_record(rules, caller, await directory.bodies_of(call.store, city))
    task = await task_named(call)
    asked = await fields(call, city, rules)
    if task is not None:
        days = task.late_working_days if isinstance(task, SupervisedTask) else task.used_working_days
        text = call.say("rectifications.statement_for", number=task.case_number, stage=task.label, days=days)
        given = {"body": (task.body,), "statement": (text,)}
        asked = tuple(replace(each, values=given.get(each.name, each.values)) for each in asked)
    return form_page(call, Attempt(asked), task, new_key())


def of_the_law(call: Call) -> tuple[Caller, str, ProcedureRules]:
    """Who looks, its city, and the law by which it records a breach now. Raises LoginNeeded, Problem."""
    caller = call.must_have("reviewer", "supervisor")
    with refused_before_receipt():
        city = city_of_breaches(caller)
    return caller, city, rules_at(city, RECTIFICATION, call.now)


async def fields(call: Call, city: str, rules: ProcedureRules) -> tuple[Field, ...]:
    """Against which body, and what the law of the city asks for."""
    bodies = [row for row in await directory.bodies(call.store, city) if row.role in rules.against]
    body = Field(
        "body",
        Kind.CHOICE,
        call.say("rectifications.body"),
        required=True,
        options=tuple(Option(row.body, said(Label.model_validate(row.name), call.language)) for row in bodies),
    )
    return (body, *fields_of_filing(Law(rules, call.language), call.words))


async def task_named(call: Call, task_id: str | None = None) -> SupervisedTask | PromptTask | None:
    """The task that gives cause, if the caller supervises it."""
    named = task_id or call.asked("task")
    if named is None:
        return None
    of = Asking(sight(call), Narrowing(), await call.store.present(), call.language)
    return next(iter((await chosen_tasks(call.store, of, [named])).tasks), None)


def form_page(
    call: Call, attempt: Attempt, task: SupervisedTask | PromptTask | None, key: str, status: int = 200
) -> Response:
    """The form with what stands in it."""
    return supervised(call, "supervision/rectification_new.html", status=status, attempt=attempt, task=task, key=key)


async def record_rectification(call: Call) -> Response:
    """The breach is on record; the law of the city says who orders what."""
    caller, city, rules = of_the_law(call)
    form = await call.request.form()
    asked, key, task_id = (
        await fields(call, city, rules),
        str(form.get("key", "")),
        str(form.get("task_id", "")) or None,
    )
    filer = Filer(call.runtime, call.store, caller, call.language, InTheAnswerAlone())
    try:
        content = {**stated(form, asked), "city": city}
        filed = parsed(RectificationForm, content | ({"task_id": task_id} if task_id else {}))
        case = await record_breach(filer, call.store, caller, filed, key)
    except REFUSED as fact:
        again = attempted(form, asked, fact, call.language)
        return form_page(
            call, again, await task_named(call, task_id) if task_id else None, key_for_another_try(fact, key), 422
        )
    await call.say_once("rectifications.recorded", number=case.case_number)
    return call.go_on_to(call.path("rectifications"))


ROUTES = (
    page("/supervision/rectifications", rectifications),
    page("/supervision/rectifications.csv", rectifications_csv),
    page("/supervision/rectifications/proposals.csv", proposals_csv),
    page("/supervision/rectifications/new", new_rectification),
    deed("/supervision/rectifications/new", record_rectification),
)
