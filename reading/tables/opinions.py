"""Ratings and feedback as tables (CSV): no rating says whose it is, and no feedback what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reading.feedback.shapes import FeedbackInList
from reading.feedback.shown import feedback_list
from reading.ratings.shapes import RatingGiven
from reading.ratings.shown import ratings_given
from reading.ratings.sight import RatingSight
from reading.sight import Caller
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, minute, table
from reading.words.language import Language

RATINGS: Columns[RatingGiven] = {
    "rated_at": lambda it, _: minute(it.rated_at),
    "dataset_id": lambda it, _: it.dataset_id,
    "dataset": lambda it, _: it.title,
    "rated_version": lambda it, _: it.version,
    "rating_revision": lambda it, _: it.revision,
    "scores": lambda it, _: "; ".join(f"{each.label} {each.score}" for each in it.scores),
}
FEEDBACK: Columns[FeedbackInList] = {
    "received_at": lambda it, _: minute(it.received_at),
    "feedback_id": lambda it, _: it.feedback_id,
    "feedback_kind": lambda it, _: it.kind_label,
    "dataset_id": lambda it, _: it.dataset_id,
    "dataset": lambda it, _: it.title,
    "answered_at": lambda it, _: minute(it.answered_at),
}


def rating_table(
    archive: Archive, sight: RatingSight, dataset_id: str | None, language: Language
) -> AsyncIterator[str]:
    """The ratings that count of the data that is seen, the latest first."""

    async def part(store: Store, after: str | None) -> Part[RatingGiven]:
        page = await ratings_given(store, sight, language, dataset_id, after, A_PART)
        return page.items, page.next

    return table(archive, language, RATINGS, part)


def feedback_table(archive: Archive, caller: Caller, language: Language) -> AsyncIterator[str]:
    """What the caller wrote, or its body gets, the latest first."""

    async def part(store: Store, after: str | None) -> Part[FeedbackInList]:
        page = await feedback_list(store, caller, language, after, A_PART)
        return page.items, page.next

    return table(archive, language, FEEDBACK, part)
