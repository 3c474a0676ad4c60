"""Rating data (评价): the form of whoever may, and for bodies the ratings of their data."""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.rating_data import RatingForm, rate_dataset
from api.acting.refusals import refused_before_receipt
from api.http.filters import named_county
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed
from pages.forms.kinds import Kind
from pages.supervising import address, county_options, supervised
from reading.catalogue import questions as catalogue
from reading.figures.days import days_between
from reading.ratings.shapes import OwnRatings
from reading.ratings.shown import own_ratings_of, rating_figures, ratings_given
from reading.ratings.sight import must_see_ratings
from reading.words.language import said
from rules.deadlines import to_shanghai
from rules.ratings import SCORES

A_PAGE = 20


async def rating(call: Call) -> Response:
    """The form for a dataset, as it was filled in last, and what whoever looks rated before."""
    own = await own_of(call)
    return await form_page(call, own, Attempt(fields(own)))


async def own_of(call: Call) -> OwnRatings:
    """How whoever looks stands to the dataset of the address. Raises LoginNeeded, Problem."""
    caller = call.must_have("applicant")
    return known(await own_ratings_of(call.store, caller, call.language, call.in_part("dataset_id")))


def fields(own: OwnRatings) -> tuple[Field, ...]:
    """A choice of a score for each dimension; what counts of the version that would be rated stands in it."""
    last = next((each for each in own.items if each.counts and each.version == own.version), None)
    scores = {each.dimension: str(each.score) for each in last.scores} if last else {}
    options = tuple(Option(str(score), str(score)) for score in range(own.best, 0, -1))
    return tuple(
        Field(
            each.dimension,
            Kind.CHOICE,
            each.label,
            required=True,
            options=options,
            values=(scores[each.dimension],) if each.dimension in scores else (),
        )
        for each in own.dimensions
    )


async def form_page(call: Call, own: OwnRatings, attempt: Attempt, status: int = 200) -> Response:
    titles = await catalogue.titles(call.store, [own.dataset_id])
    return call.page(
        "rating.html", status=status, own=own, title=said(titles[own.dataset_id], call.language), attempt=attempt
    )


async def rate(call: Call) -> Response:
    """The rating counts from now on."""
    own = await own_of(call)
    form = await call.request.form()
    asked = fields(own)
    try:
        sent = parsed(RatingForm, {SCORES: scores_in(form, asked)})
        await rate_dataset(call.runtime, call.store, call.must_be_logged_in(), own.dataset_id, sent)
    except REFUSED as fact:
        return await form_page(call, own, attempted(form, asked, beside_its_field(fact), call.language), 422)
    await call.say_once("rating.counts_now")
    return call.go_on_to(call.path("dataset", dataset_id=own.dataset_id))


def scores_in(form: FormData, asked: tuple[Field, ...]) -> dict[str, object]:
    """The scores that were chosen."""
    given = {each.name: str(form.get(each.name, "")).strip() for each in asked}
    return {name: int(score) if score.isdecimal() else score for name, score in given.items() if score}


def beside_its_field(fact: Exception) -> Exception:
    """The same with each score by its own name, which is that of its field here."""
    if not isinstance(fact, Problem):
        return fact
    errors = [replace(each, field=(each.field or "").removeprefix(f"{SCORES}.") or None) for each in fact.errors]
    return Problem(fact.code, errors=errors, params=fact.params, citation=fact.citation, rules=fact.rules)


async def ratings(call: Call) -> Response:
    """How the data of a body or a city was rated this year, and each rating, without who gave it."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        sight = must_see_ratings(caller)
    county, cursor = call.asked("county"), call.asked("cursor")
    await named_county(call.store, county)
    sight = sight.narrowed(county)
    found = await ratings_given(call.store, sight, call.language, None, cursor, A_PAGE)
    days = days_between(None, None, to_shanghai(call.now).date())
    return supervised(
        call,
        "supervision/ratings.html",
        found=found.items,
        counted=None if cursor else await rating_figures(call.store, sight, days, call.language),
        counties=await county_options(call, sight.city) if sight.by == "city" else (),
        asked={"county": county or ""},
        next=address(call, "ratings", county=county, cursor=found.next) if found.next else None,
        first=address(call, "ratings", county=county) if cursor else None,
    )


ROUTES = (
    page("/datasets/{dataset_id}/rating", rating),
    deed("/datasets/{dataset_id}/rating", rate),
    page("/supervision/ratings", ratings),
)
