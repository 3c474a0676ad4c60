"""When a period ends, by the working days of a city, with every day of it explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from starlette.responses import Response

from api.http.problems import Wrong, plain_error
from pages.calls import Call, page
from pages.cities import CITY
from pages.forms.fields import Field, Option
from pages.forms.kinds import Kind
from reading.calendar import deadlines
from reading.calendar.deadlines import PeriodAsked
from reading.calendar.shapes import DeadlineShown
from reading.cities.shown import rules_received
from reading.words.law import Law
from rules.deadlines import SHANGHAI, DeadlineError, Unit, parse_period, to_shanghai
from rules.loading import load_pack
from rules.pack import Pack
from rules.pinned import Basis
from rules.pinned_stages import Stage
from rules.procedure_rules import ProcedureRules

OPENING = "09:00"
"""The hour of the receipt, where nobody says another."""
MOST: Mapping[str, int] = {Unit.WORKING_DAYS: 250, Unit.HOURS: 250, Unit.CALENDAR_DAYS: 365, Unit.MONTHS: 12}
"""Of what is reckoned here, so that a page can show each day."""


@dataclass(frozen=True)
class PeriodOfLaw:
    """A period that the law of a city sets, and what it is for; `choices` where it is not the same for all."""

    procedure: str
    stage: str
    choices: Sequence[str]
    period: str
    number: int
    unit: str
    law: str
    is_service: bool


async def calculator(call: Call) -> Response:
    """When a period ends that begins on a day, with every day of it and why it counts or does not."""
    pack = load_pack(call.in_part("city"))
    today = to_shanghai(call.now).date()
    asked = fields_of_calculator(call, today)
    answer: DeadlineShown | None = None
    if call.asked("number") is not None:
        asked, answer = await reckoned(call, pack, asked)
    wrong = any(each.problems for each in asked)
    return call.page(
        "calculator.html",
        status=422 if wrong else 200,
        pack=pack,
        fields=asked,
        answer=answer,
        periods=list(periods_of(rules_received(pack, today), call)),
    )


def fields_of_calculator(call: Call, today: date) -> tuple[Field, ...]:
    """What is asked for, as it was filled in."""
    say = call.say

    def value(name: str, otherwise: str = "") -> tuple[str, ...]:
        return (call.asked(name) or otherwise,)

    units = tuple(Option(unit.value, say(f"calculator.{unit.name.lower()}")) for unit in Unit)
    on, unit = value("received_on", str(today)), value("unit", Unit.WORKING_DAYS)
    at, hint = value("received_time", OPENING), say("calculator.time_hint")
    return (
        Field("received_on", Kind.DAY, say("calculator.received_on"), required=True, values=on),
        Field("received_time", Kind.TIME, say("calculator.received_time"), hint=hint, values=at),
        Field("number", Kind.COUNT, say("calculator.number"), required=True, values=value("number")),
        Field("unit", Kind.CHOICE, say("calculator.unit"), required=True, options=units, values=unit),
        Field("as_of", Kind.DAY, say("calculator.as_of"), hint=say("calculator.as_of_hint"), values=value("as_of")),
    )


async def reckoned(call: Call, pack: Pack, asked: tuple[Field, ...]) -> tuple[tuple[Field, ...], DeadlineShown | None]:
    """The answer, or the fields with what is wrong with them."""
    given = {each.name: each.value for each in asked}
    problems: dict[str, str] = {}
    on, at = _day(given["received_on"]), _time(given["received_time"])
    as_of = _day(given["as_of"])
    if on is None:
        problems["received_on"] = plain_error(Wrong("received_on", "date_parsing"), call.language)
    if at is None:
        problems["received_time"] = call.say("calculator.time_unreadable")
    if given["as_of"] and as_of is None:
        problems["as_of"] = plain_error(Wrong("as_of", "date_parsing"), call.language)
    number, most = given["number"], MOST.get(given["unit"], MOST[Unit.WORKING_DAYS])
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= most):
        problems["number"] = call.say("calculator.not_a_period", most=most)
    answer = None
    if on and at is not None and not problems:
        asked_for = PeriodAsked(
            datetime.combine(on, at, SHANGHAI), f"{int(number)}{given['unit']}", city=pack.city, as_of=as_of
        )
        try:
            answer = await deadlines.explain(call.store.archive, call.language, asked_for)
        except DeadlineError:
            problems["number"] = call.say("calculator.not_a_period", most=most)
    said_of = tuple(replace(each, problems=(problems[each.name],)) if each.name in problems else each for each in asked)
    return said_of, answer


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        return None


def periods_of(received: Mapping[str, ProcedureRules], call: Call) -> Iterator[PeriodOfLaw]:
    """The periods in numbers that the law of a city sets today, in its order."""
    for rules in received.values():
        law_ = Law(rules, call.language)
        standing = [stage for step in rules.steps for stage in step.stages]
        for stage in [*standing, *rules.opened]:
            citation = stage.period_citation or stage.citation
            for period, values in by_length(stage).items():
                number, unit = parse_period(period)
                choices = (rules.choice(stage.period_by, value) for value in values)
                labels = [law_.say(choice.label) for choice in choices if choice]
                yield PeriodOfLaw(
                    procedure=law_.say(rules.label),
                    stage=law_.say(stage.label),
                    choices=labels if len(values) < len(rules.choices.get(stage.period_by, ())) else [],
                    period=period,
                    number=number,
                    unit=unit.value,
                    law=law_.phrase(citation),
                    is_service=citation.basis is Basis.SERVICE,
                )


def by_length(stage: Stage) -> dict[str, list[str]]:
    """Period to the choices for which it is that long."""
    found: dict[str, list[str]] = {}
    for value, period in stage.periods.items():
        found.setdefault(period, []).append(value)
    return found


ROUTES = (page(f"{CITY}/law/calculator", calculator),)
