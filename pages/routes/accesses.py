"""The log of accesses: for whoever serves the provider, the operator or the authority; and for a user, its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acting.refusals import refused_before_receipt
from api.http.filters import named_county, named_dataset
from api.http.moments import Day
from api.http.problems import Problem, field_error, invalid
from models.gate import Reason
from pages.calls import Call, page
from pages.charts_of_supervision import Bar, Chart, stacked
from pages.forms.fields import Option
from pages.forms.filled import parsed
from pages.supervising import address, county_options, supervised
from pages.tables import as_table
from reading.accesses import questions
from reading.accesses.asked import AccessesSought, days_of_accesses
from reading.accesses.shapes import DaysCounted, UseShown
from reading.accesses.shown import access_page, days_page, reason_text, titles_seen
from reading.accesses.sight import AccessSight, must_evaluate_use, must_see_own
from reading.accesses.use import use_shown, use_table
from reading.figures.days import DaysUnusable, whole_months
from reading.tables.accesses import access_table
from rules.bounds import Code
from rules.deadlines import to_shanghai

A_PAGE = 20
A_DAY = timedelta(days=1)
TITLES = {"party": "own", "body": "of_body"}
LEADS = {"party": "own_lead", "body": "of_body_lead"}
DRAWN = 31
"""Days that have a bar, the latest ones."""
ASKED = ("county", "dataset_id", "grant", "reason", "from", "through")
OF_A_CALL = frozenset(
    {
        *(Reason.PARAMETER_REPEATED, Reason.FACTS_DISAGREE, Reason.DATASET_MISSING, Reason.MALFORMED_VALUE),
        *(Reason.MALFORMED_KEY, Reason.UNKNOWN_DATASET),
        *(Reason.DATABASE_AWAY, Reason.CLOCK_JUMPED, Reason.UNEXPECTED),
    }
)
"""Reasons of which the log has nothing: no dataset was asked for, or nothing was known."""


class Asked(BaseModel):
    """What the address asks for; `grant` is a case number, `through` the last day."""

    model_config = ConfigDict(frozen=True)
    county: Code | None = None
    dataset_id: Code | None = None
    grant: Code | None = None
    reason: Reason | None = None
    from_on: Day | None = Field(None, alias="from")
    through: Day | None = None


async def accesses(call: Call) -> Response:
    """Who accessed the data of a body or of a city."""
    return await listed(call, evaluated(call), "accesses")


async def own_accesses(call: Call) -> Response:
    """What the gate answered to whoever looks, by the keys of its grants."""
    return await listed(call, own(call), "own_accesses")


async def accesses_csv(call: Call) -> Response:
    """All of what is asked for, as a table."""
    return await saved(call, evaluated(call))


async def own_accesses_csv(call: Call) -> Response:
    """All of one's own that is asked for, as a table."""
    return await saved(call, own(call))


def evaluated(call: Call) -> AccessSight:
    """The data whose accesses whoever looks sees in office. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        return must_evaluate_use(caller)


def own(call: Call) -> AccessSight:
    """One's own accesses, or those of the body that one serves. Raises LoginNeeded, Problem."""
    with refused_before_receipt():
        return must_see_own(call.must_have("applicant", "reviewer"))


async def saved(call: Call, sight: AccessSight) -> Response:
    sought = await sought_by(call, sight)
    return await as_table(call, "accesses", access_table(call.runtime, sight, sought, call.language))


async def sought_by(call: Call, sight: AccessSight) -> AccessesSought:
    """The accesses that the address asks for. Raises a Problem."""
    asked = parsed(Asked, {name: value for name in ASKED if (value := call.asked(name))})
    await named_dataset(call.store, asked.dataset_id)
    await named_county(call.store, asked.county)
    grant = await questions.grant_numbered(call.store, sight, asked.grant) if asked.grant else None
    if asked.grant and grant is None:
        raise invalid("grant", "grant_not_known", given=asked.grant)
    until_on = asked.through + A_DAY if asked.through else None
    try:
        days = days_of_accesses(asked.from_on, until_on, to_shanghai(call.now).date())
    except DaysUnusable as fact:
        field = "through" if fact.field == "until" else fact.field
        raise invalid(field, fact.code, **fact.params) from fact
    return AccessesSought(days, asked.dataset_id, grant, asked.reason, asked.county)


async def counties(call: Call, sight: AccessSight) -> tuple[Option, ...]:
    """The counties that whoever sees a city may narrow to."""
    return await county_options(call, sight.value) if sight.by == "city" else ()


async def listed(call: Call, sight: AccessSight, name: str) -> Response:
    """The list, with the days that have accesses on its first page."""
    wrong, found, counted = "", None, None
    asked = {each: call.asked(each) or "" for each in ASKED}
    titles = await titles_seen(call.store, sight, call.language)
    try:
        sought = await sought_by(call, sight)
        if call.asked("cursor") is None:
            counted = await days_page(call.store, sight, sought)
        found = await access_page(call.store, sight, sought, call.language, call.asked("cursor"), A_PAGE)
    except Problem as problem:
        if not problem.errors:
            raise
        wrong = "".join(field_error(each, call.language).detail for each in problem.errors)
    return supervised(
        call,
        "accesses.html",
        status=422 if wrong else 200,
        wrong=wrong,
        here=name,
        is_own=sight.is_own,
        titled=f"accesses.{TITLES.get(sight.by, 'title')}",
        lead=f"accesses.{LEADS.get(sight.by, 'lead')}",
        found=found,
        counted=counted,
        last_on=found.until_on - A_DAY if found else None,
        chart=by_day(counted) if counted else None,
        asked=asked,
        counties=await counties(call, sight),
        datasets=[Option(dataset_id, title) for dataset_id, title in titles.items()],
        reasons=[Option(each, reason_text(each, call.language)) for each in Reason if each not in OF_A_CALL],
        as_csv=address(call, f"{name}_csv", **asked),
        next=address(call, name, **asked, cursor=found.next) if found and found.next else None,
        first=address(call, name, **asked) if call.asked("cursor") else None,
    )


def by_day(counted: DaysCounted) -> Chart:
    """What was allowed and refused on each of the latest days."""
    return stacked(
        Bar(f"{each.on:%m-%d} {each.allowed} / {each.refused}", (each.allowed, each.refused))
        for each in counted.items[-DRAWN:]
    )


async def use(call: Call) -> Response:
    """How each dataset of a body or a city was used in the last twelve months that are over."""
    found, county = await used(call), call.asked("county")
    return supervised(
        call,
        "supervision/use.html",
        used=found,
        last_on=found.until_on - A_DAY,
        counties=await counties(call, evaluated(call)),
        asked={"county": county or ""},
        as_csv=address(call, "use_csv", county=county),
        chart=stacked(
            Bar(f"{each.title} {each.allowed} / {each.refused}", (each.allowed, each.refused))
            for each in found.items[:DRAWN]
            if each.allowed + each.refused
        ),
    )


async def use_csv(call: Call) -> Response:
    """The same as a table, with every month."""
    found = await used(call)

    async def whole() -> AsyncIterator[str]:
        yield await asyncio.to_thread(use_table, found, call.language)

    return await as_table(call, "use", whole())


async def used(call: Call) -> UseShown:
    """The use of the data of whoever looks. Raises LoginNeeded, Problem."""
    sight, county = evaluated(call), call.asked("county")
    await named_county(call.store, county)
    months = whole_months(None, None, to_shanghai(call.now).date())
    return await use_shown(call.store, sight, months, call.language, county)


ROUTES = (
    page("/supervision/accesses", accesses),
    page("/supervision/accesses.csv", accesses_csv),
    page("/supervision/use", use),
    page("/supervision/use.csv", use_csv),
    page("/my/accesses", own_accesses),
    page("/my/accesses.csv", own_accesses_csv),
)
