"""Whether ends may still move by which figures are counted: what is pinned waits for them, within a bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reading.store import Present, Store

LONGEST = timedelta(minutes=30)
"""After its publication nothing waits for a notice any more: it moves a hundred cases a second."""
AGAIN_AFTER = 30
"""Seconds after which whoever was told to wait may ask again."""
STANDING = """
with listed as (
  select cases_to_move.position, failed from cases_to_move join cases using (case_id)
  join pinned_rules on digest = rules_digest where calendar = $1
), not_done as (
  select position, published_at, listed_at is null and scope = any($2) as is_to_be_listed
  from notices_moving join calendar_notices using (position) where done_at is null
)
select exists (select from listed) or exists (select from not_done where is_to_be_listed) as moves_pending, exists (
  select from not_done where published_at > $3
    and (is_to_be_listed or exists (select from listed where position = not_done.position and failed = 0))
) as is_worth_waiting, (select version from calendar) as version
"""


@dataclass(frozen=True)
class Ends:
    """How the ends of a calendar stand: whether a notice on record has not come to all of its cases, and whether it
    soon will; not so where those that are left could not be read, or it has taken too long already. Both are so where
    the record of notices is another than that by which is counted."""

    moves_pending: bool
    is_worth_waiting: bool


async def ends_of(store: Store, calendar: str, present: Present) -> Ends:
    """How they stand where figures are counted, which may be a little behind: asked in the snapshot in which they are
    (`reading.figures.questions.in_one_snapshot`), so that what is counted stands as is said here."""
    record = present.record
    scopes = [scope for scope in record.scopes if calendar in record.bound_by(scope)]
    connection = await store.session.connection()
    rows = await connection.exec_driver_sql(STANDING, (calendar, scopes, present.now - LONGEST))
    found = rows.one()
    if found.version != record.version:
        return Ends(moves_pending=True, is_worth_waiting=True)
    return Ends(found.moves_pending, found.is_worth_waiting)
