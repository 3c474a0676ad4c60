"""What bodies declare, in PostgreSQL: kept once for each key. What is marked of it later is another row; all stays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.database import present
from activities.idempotency import IdempotencyKeyReused, digest
from activities.outbox.outbox import put_out
from activities.statements import insert
from models.tellings import Account, Telling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from activities.clock import Clock
    from activities.database import Connection, Pool

ALONE = "select pg_advisory_xact_lock(hashtextextended('declaration/' || $1, 0))"
KNOWN = "select request_digest from declarations where declaration_id = $1"
LAST_MARK = """
select mark, reason from declaration_marks where declaration_id = $1 and mark = any($2) order by number desc limit 1
"""


class Mark(StrEnum):
    """What happens to a declaration after it was made."""

    TAKEN_DOWN = "taken_down"
    NAMED = "named"
    """The user whose grant it names lets himself be named."""
    UNNAMED = "unnamed"
    """He no longer does."""


class TakenDown(Exception):
    """The declaration was taken down before, for another reason."""


class DeclarationKept(NamedTuple):
    """A row of `declarations`."""

    declaration_id: str
    city: str
    kind: str
    body: str
    account_id: str
    grant_case_id: str | None
    delegate: str | None
    says: str
    request_digest: str
    declared_at: datetime


class DatasetKept(NamedTuple):
    """A row of `declared_datasets`."""

    dataset_id: str
    declaration_id: str


class MarkKept(NamedTuple):
    """A row of `declaration_marks`."""

    declaration_id: str
    mark: str
    account_id: str
    body: str | None
    reason: str | None
    marked_at: datetime


KEEP = insert("declarations", DeclarationKept._fields)
KEEP_DATASET = insert("declared_datasets", DatasetKept._fields)
KEEP_MARK = insert("declaration_marks", MarkKept._fields)


@dataclass(frozen=True)
class Declaration:
    """What an officer declares for a body. `said` is the call as it was sent, by which a repeat is recognised; `user`
    is whoever used the data under the grant, its holder or the `delegate`, who is told of it."""

    declaration_id: str
    city: str
    kind: str
    body: str
    account_id: str
    dataset_ids: Sequence[str]
    grant_case_id: str | None
    delegate: str | None
    user: str | None
    says: Mapping[str, str]
    said: Mapping[str, Any]


async def declare(pool: Pool, clock: Clock, declaration: Declaration) -> None:
    """It is on record, and whoever used the grant is told in the same transaction; the same again changes nothing.
    Raises IdempotencyKeyReused."""
    async with pool.acquire() as connection, connection.transaction():
        # The same call at the same time waits here, and finds what the first has written.
        await connection.execute(ALONE, declaration.declaration_id)
        known = await connection.fetchval(KNOWN, declaration.declaration_id)
        if known is not None:
            if known != digest(declaration.said):
                raise IdempotencyKeyReused
            return
        kept = DeclarationKept(
            declaration_id=declaration.declaration_id,
            city=declaration.city,
            kind=declaration.kind,
            body=declaration.body,
            account_id=declaration.account_id,
            grant_case_id=declaration.grant_case_id,
            delegate=declaration.delegate,
            says=json.dumps(dict(declaration.says), ensure_ascii=False),
            request_digest=digest(declaration.said),
            declared_at=clock.at(await present(connection)),
        )
        await connection.execute(KEEP, *kept)
        about = [DatasetKept(dataset_id, kept.declaration_id) for dataset_id in declaration.dataset_ids]
        await connection.executemany(KEEP_DATASET, about)
        if declaration.user:
            facts: dict[str, str | int] = {"declaration_id": kept.declaration_id, "body": kept.body}
            of = f"declaration/{kept.declaration_id}"
            telling = Telling("use_is_shown", of, Account(declaration.user), city=kept.city, facts=facts)
            await put_out(connection, [telling], kept.declared_at)


async def take_down(pool: Pool, clock: Clock, declaration_id: str, account_id: str, body: str, reason: str) -> None:
    """It is read by nobody outside the bodies any longer; the same again changes nothing. Raises TakenDown."""
    async with pool.acquire() as connection, connection.transaction():
        last = await _last(connection, declaration_id, Mark.TAKEN_DOWN)
        if last is None:
            now = clock.at(await present(connection))
            kept = MarkKept(declaration_id, Mark.TAKEN_DOWN, account_id, body, reason, now)
            await connection.execute(KEEP_MARK, *kept)
        elif last != (Mark.TAKEN_DOWN, reason):
            raise TakenDown


async def let_be_named(pool: Pool, clock: Clock, declaration_id: str, account_id: str, named: bool) -> None:
    """The user is named from now on, or no longer; the same again changes nothing."""
    mark = Mark.NAMED if named else Mark.UNNAMED
    async with pool.acquire() as connection, connection.transaction():
        last = await _last(connection, declaration_id, Mark.NAMED, Mark.UNNAMED)
        # Who has said nothing yet is not named.
        if (last[0] if last else Mark.UNNAMED) == mark:
            return
        kept = MarkKept(declaration_id, mark, account_id, None, None, clock.at(await present(connection)))
        await connection.execute(KEEP_MARK, *kept)


async def _last(connection: Connection, declaration_id: str, *marks: Mark) -> tuple[str, str | None] | None:
    """The last of these marks, once nobody else marks the same declaration at the same time."""
    await connection.execute(ALONE, declaration_id)
    row = await connection.fetchrow(LAST_MARK, declaration_id, list(marks))
    return (row["mark"], row["reason"]) if row else None
