"""A person is erased: what the person wrote and uploaded, who the person was, and every way to the account.

Not while a case of the person's runs, nor as long as the law of a city, or its service rule, has the record kept; and
not who serves a body, whose acts are the body's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from activities.erasing.cases import Erased, Eraser, Ordered
from rules.deadlines import to_shanghai
from rules.keeping import KeepingRule, kept_until
from rules.loading import load_pack

if TYPE_CHECKING:
    import asyncpg

    from activities.clock import Clock
    from activities.database import Connection, Pool

PERSON = "select account_id, body, roles, erased_at from accounts where login = $1 or account_id = $1 for update"
CASES = """
select case_id, case_number, city, closed_at from cases where party = $1 order by received_at, case_id for update
"""
OVERWRITE = """
update accounts set login = $2, name = $3::jsonb, issuer = null, subject = null, organisation = null, contact = null,
  kind = null, roles = '{}', erased_at = $4 where account_id = $1
"""
END_ALL = (
    "delete from sessions where account_id = $1",
    "delete from kept_forms where account_id = $1",
    "delete from invitations where account_id = $1",
    "update role_proposals set ended_at = clock_timestamp(), outcome = 'void' "
    "where account_id = $1 and ended_at is null",
    "delete from revoked_tokens where account_id = $1",
    "delete from account_record_addresses using account_record "
    "where account_record_addresses.number = account_record.number and $1 in (account_id, by_account)",
    "update feeds set revoked_at = coalesce(revoked_at, clock_timestamp()), name = '', wanted = '{}' "
    "where account_id = $1",
    "update channels set ended_at = coalesce(ended_at, clock_timestamp()), address = '', secret = null, "
    "last_error = null where account_id = $1",
    "update deliveries set state = 'given_up', last_error = null from channels "
    "where deliveries.channel_id = channels.channel_id and account_id = $1 and state = 'waiting'",
)
"""Ways in and out end with the person."""


class NotErased(Exception):
    """Nothing was erased."""


class PersonUnknown(NotErased):
    """There is no account of that login or id."""


class ServesABody(NotErased):
    """The account is an officer's: it ends with the service, and what was done by it is the body's."""


class ErasedAlready(NotErased):
    """The person was erased before."""


class CaseRuns(NotErased):
    """A case of the person's has not ended; the message names each."""


@dataclass(frozen=True)
class StillKept:
    """A case whose record is kept until a day, exclusive, by a rule."""

    case_number: str
    until: date
    rule: KeepingRule


class RecordIsKept(NotErased):
    """The record of a case is kept for longer."""

    def __init__(self, kept: Sequence[StillKept]) -> None:
        self.kept = tuple(kept)
        super().__init__(", ".join(f"{each.case_number} until {each.until}" for each in self.kept))


def rule_of(city: str, closed_at: datetime) -> KeepingRule | None:
    """How long the record of a case of that city is kept that was closed then."""
    return KeepingRule.of(load_pack(city), to_shanghai(closed_at).date())


async def erase_person(pool: Pool, eraser: Eraser, clock: Clock, who: str, *, by: str, basis: str) -> Erased:
    """The person of that login or id is erased; logs and what bodies did in office stay. Raises NotErased, which says
    why, and EvidenceStoreAway: the same again finishes what was begun."""
    async with pool.acquire() as connection, connection.transaction():
        person = await connection.fetchrow(PERSON, who)
        if person is None:
            raise PersonUnknown(who)
        if person["body"] is not None or {"reviewer", "supervisor", "admin"} & set(person["roles"]):
            raise ServesABody(who)
        if person["erased_at"] is not None:
            raise ErasedAlready(who)
        now = clock.at(await connection.fetchval("select clock_timestamp()"))
        cases = await connection.fetch(CASES, person["account_id"])
        may_be_erased(cases, to_shanghai(now).date())
        ordered = Ordered(by, now, basis)
        erased = await eraser.erase(connection, [row["case_id"] for row in cases], ordered, of=person["account_id"])
        await _forget(connection, person["account_id"], now)
        return erased


def may_be_erased(cases: Sequence[asyncpg.Record], today: date) -> None:
    """Raises CaseRuns, RecordIsKept."""
    if running := [row["case_number"] for row in cases if row["closed_at"] is None]:
        raise CaseRuns(", ".join(running))
    kept = [
        StillKept(row["case_number"], kept_until(rule, to_shanghai(row["closed_at"]).date()), rule)
        for row in cases
        if (rule := rule_of(row["city"], row["closed_at"]))
    ]
    if still := [each for each in kept if today < each.until]:
        raise RecordIsKept(still)


async def _forget(connection: Connection, account_id: str, now: datetime) -> None:
    on = to_shanghai(now)
    name = {"zh": f"已于{on.year}年{on.month}月{on.day}日删除", "en": f"erased on {on.day} {on:%B %Y}"}
    login = f"erased-{on:%Y-%m-%d}-{account_id[-8:]}"
    await connection.execute(OVERWRITE, account_id, login, json.dumps(name, ensure_ascii=False), now)
    for statement in END_ALL:
        await connection.execute(statement, account_id)
