"""Ratings of data as people see them: sums, whether one may rate, and what bodies get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from activities.tables.catalogue import DatasetRow
from models.ratings import not_to_rate
from reading.catalogue import questions as catalogue
from reading.figures.days import Days
from reading.ratings import questions
from reading.ratings.questions import Summed
from reading.ratings.shapes import (
    DatasetRated,
    DimensionRated,
    DimensionShown,
    OwnRating,
    OwnRatings,
    RatingFigures,
    RatingGiven,
    RatingsShown,
    ScoreShown,
    VersionRated,
)
from reading.ratings.sight import RatingSight
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import Law, law_of
from reading.words.texts import texts
from rules.admissibility import Inadmissible
from rules.bounds import EARLIEST, LATEST
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.pinned import Label
from rules.ratings import RatingRule

PLACES = 2
"""Of a mean."""


async def ratings_of(store: Store, language: Language, dataset_id: str) -> RatingsShown | None:
    """What is thought of a dataset, as anybody sees it; None where there is no such dataset, or its city has no
    ratings."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        return None
    on = to_shanghai(await store.now()).date()
    rule = RatingRule.last(load_pack(row.city), on)
    if rule is None:
        return None
    law = law_of(row.city, on, language)
    found = await questions.sums(store, [dataset_id], EARLIEST, LATEST)
    versions = sorted({each.version for each in found}, reverse=True)
    return RatingsShown(
        dataset_id=dataset_id,
        best=rule.best,
        dimensions=_dimensions(rule, language),
        versions=[
            VersionRated(
                version=version,
                ratings=_counted(of_it),
                dimensions=_rated(rule, of_it, language),
            )
            for version in versions
            for of_it in [[each for each in found if each.version == version]]
        ],
        rule=law.named(rule.citation),
        rule_of_dimensions=law.named(rule.of_dimensions),
        rule_of_scores=law.named(rule.of_scores),
    )


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a dataset: by which rule, of which version, and why it is not for them to rate."""

    dataset: DatasetRow
    rule: RatingRule
    version: int
    refused: tuple[Inadmissible, ...]


async def standing_of(store: Store, caller: Caller, dataset: DatasetRow, on: date) -> Standing | None:
    """How the caller stands to a dataset; None where the law of its city has no ratings on that day."""
    rule = RatingRule.of(load_pack(dataset.city), on)
    if rule is None:
        return None
    accessed = await questions.accessed_at(store, caller.account_id, dataset.dataset_id)
    version = await questions.version_at(store, dataset.dataset_id, accessed)
    refused = not_to_rate(rule, dataset.openness, dataset.provider, caller.body, accessed)
    return Standing(dataset, rule, version, tuple(refused))


async def own_ratings_of(store: Store, caller: Caller, language: Language, dataset_id: str) -> OwnRatings | None:
    """Whether the caller may rate a dataset, and what it rated; None where there is nothing to rate."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        return None
    on = to_shanghai(await store.now()).date()
    standing = await standing_of(store, caller, row, on)
    if standing is None:
        return None
    law = law_of(row.city, on, language)
    why = next((_why(each, law) for each in standing.refused), None)
    last: dict[int, int] = {}
    rows = await questions.own_ratings(store, caller.account_id, dataset_id)
    for each in rows:
        last[each.version] = max(last.get(each.version, 0), each.revision)
    return OwnRatings(
        dataset_id=dataset_id,
        best=standing.rule.best,
        dimensions=_dimensions(standing.rule, language),
        version=None if why else standing.version,
        why_not=why,
        items=[
            OwnRating(
                version=each.version,
                revision=each.revision,
                counts=each.revision == last[each.version],
                scores=scores_shown(standing.rule, each.scores, language),
                rated_at=each.rated_at,
            )
            for each in rows
        ],
        rule=law.named(standing.rule.citation),
    )


def _why(refused: Inadmissible, law: Law) -> str:
    text = said(texts().errors[refused.code], law.language)
    rule = law.phrase(refused.citation) if refused.citation else ""
    return text.format_map({"rule": f"{rule}：" if law.language == "zh" else f"{rule}: "})


async def ratings_given(
    store: Store, sight: RatingSight, language: Language, dataset_id: str | None, after: str | None, limit: int
) -> Page[RatingGiven]:
    """The ratings that count of the data that is seen, without who gave them. Raises CursorUnusable."""
    found = await questions.given(store, sight, dataset_id, after, limit)
    rule = RatingRule.last(load_pack(sight.city), to_shanghai(await store.now()).date())
    return Page(
        items=[
            RatingGiven(
                dataset_id=row.dataset_id,
                title=said(Label.model_validate(dataset.entry["title"]), language),
                provider=dataset.provider,
                version=row.version,
                revision=row.revision,
                scores=scores_shown(rule, row.scores, language),
                rated_at=row.rated_at,
            )
            for row, dataset in found.rows
        ],
        next=found.next,
    )


async def rating_figures(store: Store, sight: RatingSight, days: Days, language: Language) -> RatingFigures:
    """How the data that is seen was rated in a span of days, the most rated first."""
    datasets = await questions.datasets_seen(store, sight)
    ids = [each.dataset_id for each in datasets]
    found = await questions.sums(store, ids, midnight(days.from_on), midnight(days.until_on))
    rule = RatingRule.last(load_pack(sight.city), days.until_on)
    by_dataset: dict[str, list[Summed]] = defaultdict(list)
    for each in found:
        by_dataset[each.dataset_id].append(each)
    items = [
        DatasetRated(
            dataset_id=each.dataset_id,
            title=said(Label.model_validate(each.entry["title"]), language),
            provider=each.provider,
            ratings=_counted(of_it),
            dimensions=_rated(rule, of_it, language),
        )
        for each in datasets
        if (of_it := by_dataset.get(each.dataset_id))
    ]
    items.sort(key=lambda each: (-each.ratings, each.dataset_id))
    return RatingFigures(
        of=sight.by,
        from_on=days.from_on,
        until_on=days.until_on,
        ratings=_counted(found),
        rated_datasets=len(items),
        datasets=len(datasets),
        total=_rated(rule, found, language),
        items=items,
    )


def scores_shown(rule: RatingRule | None, scores: Mapping[str, int], language: Language) -> list[ScoreShown]:
    """The scores of a rating in the words of the law, in its order; by their codes where it has no words for them."""
    labels = _labels(rule, scores, language)
    return [ScoreShown(dimension=name, label=labels[name], score=scores[name]) for name in labels if name in scores]


def _labels(rule: RatingRule | None, also: Iterable[str], language: Language) -> dict[str, str]:
    named = {each.dimension: said(each.label, language) for each in rule.dimensions} if rule else {}
    return {**named, **{name: name for name in also if name not in named}}


def _dimensions(rule: RatingRule, language: Language) -> list[DimensionShown]:
    return [DimensionShown(dimension=each.dimension, label=said(each.label, language)) for each in rule.dimensions]


def _counted(found: Iterable[Summed]) -> int:
    return sum(each.counted for each in found if not each.dimension)


def _rated(rule: RatingRule | None, found: Iterable[Summed], language: Language) -> list[DimensionRated]:
    counted: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for each in found:
        if each.dimension:
            counted[each.dimension] += each.counted
            total[each.dimension] += each.total
    return [
        DimensionRated(
            dimension=name,
            label=label,
            counted=counted[name],
            mean=round(total[name] / counted[name], PLACES) if counted[name] else None,
        )
        for name, label in _labels(rule, sorted(counted), language).items()
    ]
