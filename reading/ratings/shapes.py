"""Ratings of data, as they are shown: to everybody sums, to bodies each without a name, to who rated the own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reading.shape import Instant, RuleNamed, Shape


class DimensionShown(Shape):
    """One thing that is rated, in the words of the city."""

    dimension: str
    label: str


class DimensionRated(DimensionShown):
    """How many rated it, and the mean to two places; null where nobody did."""

    counted: int
    mean: float | None


class VersionRated(Shape):
    """What is thought of one version of a dataset; of each person the last rating counts."""

    version: int
    ratings: int
    dimensions: list[DimensionRated]


class RatingsShown(Shape):
    """What is thought of a dataset, its latest version first; never by whom. Scores go from 1 to `best`."""

    dataset_id: str
    best: int
    dimensions: list[DimensionShown]
    versions: list[VersionRated]
    rule: RuleNamed
    rule_of_dimensions: RuleNamed
    rule_of_scores: RuleNamed


class ScoreShown(DimensionShown):
    """A score."""

    score: int


class OwnRating(Shape):
    """A rating of the caller's; `counts` of each version only the last one."""

    version: int
    revision: int
    counts: bool
    scores: list[ScoreShown]
    rated_at: Instant


class OwnRatings(Shape):
    """Whether the caller may rate a dataset, and what it rated, the latest first. `version` is the one that it would
    rate, null where it may rate none; `why_not` says why."""

    dataset_id: str
    best: int
    dimensions: list[DimensionShown]
    version: int | None
    why_not: str | None
    items: list[OwnRating]
    rule: RuleNamed


class RatingGiven(Shape):
    """A rating that counts, without who gave it; `revision` says how often it was revised before."""

    dataset_id: str
    title: str
    provider: str
    version: int
    revision: int
    scores: list[ScoreShown]
    rated_at: Instant


class DatasetRated(Shape):
    """How a dataset was rated in a span of days."""

    dataset_id: str
    title: str
    provider: str
    ratings: int
    dimensions: list[DimensionRated]


class RatingFigures(Shape):
    """How the data of a body or a city was rated in a span of days, `until_on` exclusive, by the ratings that counted
    at its end; `total` of all its data together."""

    of: Annotated[
        Literal["city", "county", "provider"],
        Field(description="whose data: the city's, that of the caller's county, or that of its body"),
    ]
    from_on: date
    until_on: date
    ratings: int
    rated_datasets: int
    datasets: int
    total: list[DimensionRated]
    items: list[DatasetRated]
