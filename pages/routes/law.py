"""The law of a city: its text, its procedures by day, how a day is reckoned, and its working days."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from api.http.known import known
from api.http.problems import Problem, Wrong, plain_error
from pages.calls import Call, page
from pages.cities import CITY
from pages.dates import short_day
from pages.graphs import graph
from pages.rails import Rail, rail
from reading.calendar.year import year_shown
from reading.cities.shown import every_city, last_rules, one_city
from reading.rules.graph_shown import graph_shown
from reading.rules.in_force import NoLawOn, rules_on
from reading.rules.model_agreement import model_agreement, text_of_class
from reading.rules.procedure_shown import procedure_shown, way_shown
from reading.words.law import Law
from rules.by_class import UNCONDITIONAL
from rules.checking import days_of_change
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.procedure_rules import ProcedureRules


async def law(call: Call) -> Response:
    """The cities, each with the regulation by which it acts."""
    return call.page("law.html", cities=(await every_city(call.store, call.language)).items)


async def law_of(call: Call) -> Response:
    """The regulation of a city, what of its dates is assumed, and its procedures."""
    pack = load_pack(call.in_part("city"))
    shown = known(await one_city(call.store, call.language, pack.city))
    today = to_shanghai(call.now).date()
    return call.page(
        "law_of.html",
        city=shown,
        source=pack.sources[shown.regulation.source],
        pack=pack,
        service_rules=len(pack.service_rules),
        today=today,
        rails={name: drawn(call, rules) for name, rules in last_rules(pack, today).items()},
    )


def drawn(call: Call, rules: ProcedureRules) -> Rail:
    """The ordinary way of a procedure as a line with its stations."""
    return rail(way_shown(rules, call.language), call.say("road.side_by_side"))


async def procedure(call: Call) -> Response:
    """A procedure under the rules of a day: all that they say of it, each rule with its article."""
    pack, name = load_pack(call.in_part("city")), call.in_part("procedure")
    if name not in pack.procedures:
        raise Problem("NotFound")
    today = to_shanghai(call.now).date()
    problems: list[str] = []
    on = day_asked(call, "on", problems) or today
    rules = None
    try:
        rules = (await rules_on(call.store.archive, pack.city, name, on)).rules
    except NoLawOn as fact:
        day = short_day(fact.on, call.language)
        problems.append(plain_error(Wrong("on", "not_in_force", {"on": day, "texts": fact.texts}), call.language))
    regulation = Law(rules, call.language).regulation() if rules else None
    return call.page(
        "procedure.html",
        status=422 if problems else 200,
        pack=pack,
        name=name,
        label=pack.procedures[name].label,
        on=on,
        today=today,
        problems=problems,
        regulation=regulation,
        source=pack.sources[regulation.source] if regulation else None,
        has_model=rules is not None and rules.agreement is not None,
        shown=procedure_shown(pack, rules, call.language) if rules else None,
        drawn=drawn(call, rules) if rules else None,
        version=date.fromisoformat(rules.version) if rules else None,
        changes=[day for day in days_of_change(pack) if day <= today],
    )


async def whole_procedure(call: Call) -> Response:
    """The whole graph of a procedure under the rules of a day, as a picture."""
    pack, name = load_pack(call.in_part("city")), call.in_part("procedure")
    problems: list[str] = []
    on = day_asked(call, "on", problems) or to_shanghai(call.now).date()
    if name not in pack.procedures or problems:
        raise Problem("NotFound")
    try:
        rules = (await rules_on(call.store.archive, pack.city, name, on)).rules
    except NoLawOn as fact:
        raise Problem("NotFound") from fact
    drawn_whole = graph(graph_shown(pack, rules, call.language))
    facts = {"drawn": drawn_whole, "pack": pack, "label": pack.procedures[name].label}
    return Response(call.templates.render(call, "whole.svg", facts), media_type="image/svg+xml")


async def model_of_agreement(call: Call) -> Response:
    """The model of the agreement that both sign, by the rules of a day."""
    pack, name = load_pack(call.in_part("city")), call.in_part("procedure")
    problems: list[str] = []
    on = day_asked(call, "on", problems) or to_shanghai(call.now).date()
    if name not in pack.procedures or problems:
        raise Problem("NotFound")
    try:
        rules = (await rules_on(call.store.archive, pack.city, name, on)).rules
    except NoLawOn as fact:
        raise Problem("NotFound") from fact
    model = known(model_agreement(rules, on, call.language))
    return call.page(
        "model_agreement.html", pack=pack, name=name, label=pack.procedures[name].label, on=on, model=model
    )


async def open_authorisation(call: Call) -> Response:
    """The text under which data that is open to all is used, by the law of a day."""
    pack = load_pack(call.in_part("city"))
    problems: list[str] = []
    on = day_asked(call, "on", problems) or to_shanghai(call.now).date()
    text = None if problems else text_of_class(pack.city, UNCONDITIONAL, on, call.language)
    return call.page("open_authorisation.html", pack=pack, on=on, text=known(text))


def day_asked(call: Call, name: str, problems: list[str]) -> date | None:
    """A day of the query; what is none is said and not guessed."""
    given = call.asked(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        problems.append(plain_error(Wrong(name, "date_parsing"), call.language))
        return None


async def calendar(call: Call) -> Response:
    """The working days of a year, as twelve months, and the notice behind each that differs from its weekday."""
    pack = load_pack(call.in_part("city"))
    shown = known(await year_shown(call.store.archive, call.language, pack.calendar, int(call.in_part("year"))))
    return call.page("calendar.html", pack=pack, year=shown)


async def calendar_now(call: Call) -> Response:
    """The calendar of this year."""
    return call.go_on_to(call.path("calendar", city=call.in_part("city"), year=to_shanghai(call.now).year))


ROUTES = (
    page("/law", law),
    page(f"{CITY}/law", law_of),
    page(f"{CITY}/law/{{procedure}}", procedure),
    page(f"{CITY}/law/{{procedure}}/whole.svg", whole_procedure),
    page(f"{CITY}/law/{{procedure}}/agreement", model_of_agreement),
    page(f"{CITY}/open-authorisation", open_authorisation),
    page(f"{CITY}/calendar", calendar_now),
    page(f"{CITY}/calendar/{{year:int}}", calendar),
)
