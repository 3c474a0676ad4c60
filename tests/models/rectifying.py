"""Rectifications on the bench: recorded by the authority, ordered within ten working days by whoever may."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.act_contents import TimeLimit
from models.procedures.rectification import RECTIFICATION
from tests.models.bench import MONDAY, Bench, begun, law

TEN_DAYS = TimeLimit(period="10wd")
TWO_WEEKS_LATER = MONDAY.replace(hour=0) + timedelta(weeks=2, days=1)
"""The midnight at which the tenth working day after an order of `MONDAY` is over."""


def breached(city: str, against: str = "provider", county: str | None = None) -> Bench:
    """A breach of duty by the body of that role, one of a county where its authority is named, recorded just now by
    whoever may."""
    rules = law(city, "rectification")
    breach = rules.choices["breach"][0].value
    of_the_city = {role: f"{city}.{role}" for role in rules.bodies if role != rules.county_authority}
    of_the_county = {rules.county_authority: county} if county and rules.county_authority else {}
    return begun(
        rules,
        RECTIFICATION,
        party=f"acc_{city}.authority_1",
        dataset_id="",
        bodies=of_the_city | of_the_county | {"provider": f"{city}.{against}"},
        choices={"breach": breach},
        given=frozenset({"breach", "statement"}),
        caused_by="another-case",
        about_task="another-case.formal_review.1",
    )


def ordered(city: str, limit: TimeLimit = TEN_DAYS) -> Bench:
    """Its rectification has been ordered within that limit."""
    bench = breached(city)
    assert bench.decide("order", "order", limit=limit) == "accepted"
    return bench


def reported(city: str, at: datetime | None = None) -> Bench:
    """The body has reported what it did, at once or then."""
    bench = ordered(city)
    if at:
        bench.passes(until=at)
    assert bench.decide("remedy", "report") == "accepted"
    return bench
