"""Feedback in PostgreSQL: received once for each key and answered once, each text sealed under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.database import present
from activities.idempotency import IdempotencyKeyReused, digest
from activities.outbox.outbox import put_out
from activities.sealing.ring import DataKey
from activities.sealing.seals import is_same_call, keyed
from activities.statements import insert
from models.tellings import Account, Officers, Telling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from activities.clock import Clock
    from activities.database import Pool
    from activities.sealing.seals import Seals

ALONE = "select pg_advisory_xact_lock(hashtextextended('feedback/' || $1, 0))"
KNOWN = "select key_id, request_digest from feedback where feedback_id = $1"
ANSWERED = "select key_id, account_id, city, answer, answered_body from feedback where feedback_id = $1 for update"
ANSWER = """
update feedback set answer = $2, answered_by = $3, answered_body = $4, answered_at = $5 where feedback_id = $1
"""


def place_of(feedback_id: str, field: str) -> str:
    """What a text of a feedback is bound to."""
    return f"feedback\n{feedback_id}\n{field}"


class FeedbackAnswered(Exception):
    """It has another answer already."""


class FeedbackKept(NamedTuple):
    """A row of `feedback`, as it is received."""

    feedback_id: str
    city: str
    kind: str
    dataset_id: str | None
    provider: str | None
    account_id: str
    key_id: str
    text: str
    request_digest: str
    received_at: datetime


KEEP = insert("feedback", FeedbackKept._fields)


@dataclass(frozen=True)
class Feedback:
    """What somebody tells those who open data. `said` is the call as it was sent, by which a repeat is recognised;
    `reaches` are the bodies whose officers are told at once."""

    feedback_id: str
    city: str
    kind: str
    dataset_id: str | None
    provider: str | None
    account_id: str
    text: str
    said: Mapping[str, Any]
    reaches: Sequence[str]


@dataclass(frozen=True)
class Answer:
    """What an officer answers for a body."""

    feedback_id: str
    account_id: str
    body: str
    text: str


async def receive(pool: Pool, clock: Clock, seals: Seals, feedback: Feedback) -> None:
    """It is on record, and the bodies that it reaches are told in the same transaction; the same again changes nothing.
    Raises IdempotencyKeyReused, KeyServiceAway."""
    async with pool.acquire() as connection, connection.transaction():
        # The same call at the same time waits here, and finds what the first has written.
        await connection.execute(ALONE, feedback.feedback_id)
        said = digest(feedback.said)
        known = await connection.fetchrow(KNOWN, feedback.feedback_id)
        if known is not None:
            if not is_same_call(seals, known["key_id"], known["request_digest"], said):
                raise IdempotencyKeyReused
            return
        key = seals.ring.take()
        kept = FeedbackKept(
            feedback_id=feedback.feedback_id,
            city=feedback.city,
            kind=feedback.kind,
            dataset_id=feedback.dataset_id,
            provider=feedback.provider,
            account_id=feedback.account_id,
            key_id=key.key_id,
            text=seals.text(key, place_of(feedback.feedback_id, "text"), feedback.text),
            request_digest=keyed(key, said),
            received_at=clock.at(await present(connection)),
        )
        await connection.execute(KEEP, *kept)
        # Who wrote it is not told of it as an officer.
        tellings = [
            Telling(
                "feedback_received",
                f"feedback/{kept.feedback_id}",
                Officers(body),
                city=kept.city,
                facts={"feedback_id": kept.feedback_id},
                sides={kept.account_id: None},
            )
            for body in feedback.reaches
        ]
        await put_out(connection, tellings, kept.received_at)


async def answer(pool: Pool, clock: Clock, seals: Seals, given: Answer) -> None:
    """It is answered, and who wrote it is told; the same again changes nothing. Raises FeedbackAnswered,
    KeyServiceAway, and KeyDestroyed where what it answers was erased."""
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(ANSWERED, given.feedback_id)
        assert row
        place = place_of(given.feedback_id, "answer")
        if row["answer"] is not None:
            if row["answered_body"] == given.body and seals.opened_text(place, row["answer"]) == given.text:
                return
            raise FeedbackAnswered
        key = DataKey(row["key_id"], seals.ring.key(row["key_id"]))
        now = clock.at(await present(connection))
        sealed = seals.text(key, place, given.text)
        await connection.execute(ANSWER, given.feedback_id, sealed, given.account_id, given.body, now)
        facts: dict[str, str | int] = {"feedback_id": given.feedback_id, "body": given.body}
        of = f"feedback/{given.feedback_id}/answer"
        telling = Telling("feedback_answered", of, Account(row["account_id"]), city=row["city"], facts=facts)
        await put_out(connection, [telling], now)
