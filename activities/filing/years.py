"""What is owed once a calendar year is filed once: the case of a year and of whose it is has an id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from activities.idempotency import id_from_key
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from models.years import about, begins, owed_by, with_a_seat
from rules.deadlines import to_shanghai
from rules.pack import Pack
from rules.pinned import YearOf
from rules.procedure_names import YEARLY
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve

if TYPE_CHECKING:
    from activities.database import Pool

SYSTEM = "system"
"""The party of a case that nobody filed."""
BODIES = "select role, body from bodies where city = $1 and (role = 'provider' or county is null) order by body"
KNOWN = "select case_id from cases where case_id = any($1)"


def first_of_its_year(procedure: str, city: str, body: str | None, year: int) -> str:
    """The id of the case by which it is owed, the same whoever begins it and however often."""
    return id_from_key(SYSTEM, procedure, owed_by(procedure, city, body, year))


@dataclass(frozen=True)
class Owed:
    """One case that is owed for a year, by the rules of today; `body` is None where it is the city's."""

    case_id: str
    rules: ProcedureRules
    body: str | None
    year: int


async def file_years(pool: Pool, inbox: Inbox, packs: list[Pack], now: datetime, most: int) -> int:
    """Files at most that many cases that are owed for this year and that nobody has begun."""
    filed = 0
    for pack in packs:
        for rules in _begun_by_year(pack, to_shanghai(now).date()):
            if filed < most:
                year = about(rules.procedure, to_shanghai(now).date())
                filed += await _file(pool, inbox, rules, year, most - filed)
    return filed


def _begun_by_year(pack: Pack, today: date) -> Iterator[ProcedureRules]:
    """The rules of today of what begins by itself, where they had it so when the year began."""
    for procedure in YEARLY:
        try:
            rules, at_first = (resolve(pack, procedure, on) for on in (today, begins(today.year)))
        except (NotInForce, ProcedureUnknown):
            continue
        if at_first.every and at_first.every.year_of:
            yield rules.model_copy(update={"every": at_first.every})


async def _file(pool: Pool, inbox: Inbox, rules: ProcedureRules, year: int, most: int) -> int:
    rows = await pool.fetch(BODIES, rules.city)
    providers = [row["body"] for row in rows if row["role"] == "provider"]
    bodies = {row["role"]: row["body"] for row in rows if row["role"] != "provider"}
    of_each = rules.every is not None and rules.every.year_of is YearOf.PROVIDER
    whose: list[str | None] = [*providers] if of_each else [None]
    owed = [Owed(first_of_its_year(rules.procedure, rules.city, it, year), rules, it, year) for it in whose]
    known = {row["case_id"] for row in await pool.fetch(KNOWN, [each.case_id for each in owed])}
    due = [each for each in owed if each.case_id not in known][:most]
    for each in due:
        filing = Filing(
            rules=rules,
            party=SYSTEM,
            dataset_id="",
            bodies=with_a_seat(rules, bodies, providers, each.body),
            data_items=(),
            choices={},
            given=frozenset(),
            occurred_on=begins(year),
        )
        await inbox.receive_filing(each.case_id, rules.procedure, {}, lambda _, filing=filing: filing)  # type: ignore[misc]  # bound now, and no other argument is given
    return len(due)
