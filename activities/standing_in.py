"""Who stands in for whom: the substitutes of an officer, and theirs, to the end; as parts of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from activities.database import Connection


def away(who: str, day: str) -> str:
    """Whether somebody is away on a day; both are expressions of the statement that this becomes part of."""
    return (
        f"exists (select from absences where absences.account_id = {who} and ended_at is null "
        f"and from_on <= {day} and until_on > {day})"
    )


def substitute_of(who: str, day: str) -> str:
    """A query for the substitute of somebody on a day: one that serves the same body, and answers tasks where that is
    what is needed. No row where there is none."""
    return f"""
    select substitute from absences join accounts as absent using (account_id)
    join accounts as standing_in on standing_in.account_id = substitute and standing_in.body = absent.body
    and ('reviewer' = any(standing_in.roles) or 'reviewer' <> all(absent.roles))
    where absences.account_id = {who} and ended_at is null and from_on <= {day} and until_on > {day}
    order by filed_at desc limit 1
    """  # noqa: S608 - the callers are constants


# Everything in it is a constant of this module.
CHAIN = f"""
with recursive chain as (
  select $1::text as account_id, array[$1::text] as seen
  union all
  select standing_in.substitute, seen || standing_in.substitute from chain
  cross join lateral ({substitute_of("chain.account_id", "$2")}) as standing_in
  where standing_in.substitute <> all(seen)
)
select account_id from chain where account_id <> $1 order by cardinality(seen)
"""  # noqa: S608 - made of constants
CONCERNED = """
select one.absence_id from absences one join accounts on accounts.account_id = one.account_id
join absences new on new.absence_id = $1 join accounts absent on absent.account_id = new.account_id
where accounts.body = absent.body and one.ended_at is null
and one.from_on < new.until_on and one.until_on > new.from_on
"""
WITHOUT_ANYBODY = f"""
with recursive bounds as (
  select one.absence_id, one.account_id, greatest(other.day, one.from_on) as day
  from absences one join accounts on accounts.account_id = one.account_id
  cross join lateral (
    select unnest(array[each.from_on, each.until_on]) as day from absences each
    join accounts colleague on colleague.account_id = each.account_id and colleague.body = accounts.body
    where each.ended_at is null
    union select $2
  ) as other
  where one.absence_id = any($1) and one.ended_at is null and greatest(other.day, one.from_on) < one.until_on
), chain as (
  select absence_id, day, account_id as last, array[account_id] as seen from bounds where day >= $2
  union all
  select absence_id, day, standing_in.substitute, seen || standing_in.substitute from chain
  cross join lateral ({substitute_of("chain.last", "chain.day")}) as standing_in
  where standing_in.substitute <> all(seen)
), ends as (
  select distinct on (absence_id, day) absence_id, day, last from chain
  order by absence_id, day, cardinality(seen) desc
)
select absence_id, min(day) as day from ends where {away("last", "day")} group by absence_id
"""  # noqa: S608 - made of constants


async def substitutes_of(connection: Connection, account_id: str, day: date) -> list[str]:
    """Who stands in for somebody on a day, and who for these where they are away too, in that order; nobody twice."""
    return [row["account_id"] for row in await connection.fetch(CHAIN, account_id, day)]


async def without_anybody(connection: Connection, absences: Sequence[str], since: date) -> dict[str, date]:
    """For each of these absences in which a substitute is away too or has left on some day from `since` on: the first
    such day. Who stands in changes only where an absence begins or ends."""
    rows = await connection.fetch(WITHOUT_ANYBODY, list(absences), since)
    return {row["absence_id"]: row["day"] for row in rows}


async def concerned_by(connection: Connection, absence_id: str) -> list[str]:
    """The absences at the same body that share a day with this one, itself among them."""
    return [row["absence_id"] for row in await connection.fetch(CONCERNED, absence_id)]
