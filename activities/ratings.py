"""Ratings of data in PostgreSQL: one counts for each person and version, and the ones before it stay."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from activities.database import present
from activities.outbox.outbox import put_out
from activities.statements import insert
from models.tellings import Officers, Telling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from activities.clock import Clock
    from activities.database import Pool

ALONE = "select pg_advisory_xact_lock(hashtextextended('rating/' || $1 || '/' || $2, 0))"
LAST = """
select revision, scores from ratings where dataset_id = $1 and version = $2 and account_id = $3
order by revision desc limit 1
"""


class RatingKept(NamedTuple):
    """A row of `ratings`."""

    dataset_id: str
    version: int
    account_id: str
    revision: int
    city: str
    scores: str
    rated_at: datetime


KEEP = insert("ratings", RatingKept._fields)


@dataclass(frozen=True)
class Rating:
    """What somebody thinks of a version of a dataset. `reaches` are the bodies whose officers are told at once, in the
    `words` of both languages."""

    dataset_id: str
    version: int
    account_id: str
    city: str
    scores: Mapping[str, int]
    reaches: Sequence[str] = ()
    words: Mapping[str, str] | None = None


async def rate(pool: Pool, clock: Clock, rating: Rating) -> None:
    """The rating counts from now on, and bodies that it reaches are told in the same transaction; the same again
    changes nothing."""
    async with pool.acquire() as connection, connection.transaction():
        # What the same person sends at the same time waits here, and finds what the first has written.
        await connection.execute(ALONE, rating.account_id, rating.dataset_id)
        last = await connection.fetchrow(LAST, rating.dataset_id, rating.version, rating.account_id)
        if last is not None and json.loads(last["scores"]) == dict(rating.scores):
            return
        kept = RatingKept(
            dataset_id=rating.dataset_id,
            version=rating.version,
            account_id=rating.account_id,
            revision=last["revision"] + 1 if last else 1,
            city=rating.city,
            scores=json.dumps(dict(rating.scores)),
            rated_at=clock.at(await present(connection)),
        )
        await connection.execute(KEEP, *kept)
        await put_out(connection, _tellings(rating, kept), kept.rated_at)


def _tellings(rating: Rating, kept: RatingKept) -> list[Telling]:
    facts: dict[str, str | int] = {"dataset_id": kept.dataset_id, "version": kept.version, **(rating.words or {})}
    of = f"rating/{kept.dataset_id}/{kept.version}/{kept.account_id}/{kept.revision}"
    # Whoever rated the data is not told of it as an officer.
    sides = {kept.account_id: None}
    return [
        Telling("data_rated", of, Officers(body), city=kept.city, facts=facts, sides=sides) for body in rating.reaches
    ]
