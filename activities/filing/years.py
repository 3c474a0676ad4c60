"""What is owed once a calendar year is filed once: the case of a year and of whose it is has an id of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from activities.filing.recurring import SYSTEM, file_by_itself
from activities.idempotency import id_from_key
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from models.years import about, begins, owed_by, owed_from, with_a_seat
from rules.deadlines import to_shanghai
from rules.pack import Pack
from rules.pinned import YearOf
from rules.procedure_names import YEARLY
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve

if TYPE_CHECKING:
    from activities.database import Pool

A_DAY = timedelta(days=1)
BODIES = "select role, body, county, entered_on from bodies where city = $1 order by body"
KNOWN = "select case_id from cases where case_id = any($1)"


def first_of_its_year(procedure: str, city: str, body: str | None, year: int) -> str:
    """The id of the case by which it is owed, the same whoever begins it and however often."""
    return id_from_key(SYSTEM, procedure, owed_by(procedure, city, body, year))


@dataclass(frozen=True)
class Owed:
    """One case that is owed for a year, by the rules of today; `body` is None where it is the city's."""

    case_id: str
    body: str | None
    owed_from: date


async def file_years(pool: Pool, inbox: Inbox, packs: list[Pack], now: datetime, most: int) -> int:
    """Files at most that many cases that have come to be owed for a year and that nobody has begun, also those of years
    that passed while nobody looked; of a city whose law has ended, what was owed by its last day, by the rules of that
    day."""
    filed = 0
    for pack in packs:
        on = min(to_shanghai(now).date(), pack.in_force_until - A_DAY if pack.in_force_until else date.max)
        for procedure in YEARLY:
            if filed < most and (rules := _rules_on(pack, procedure, on)):
                filed += await _file(pool, inbox, pack, rules, on, most - filed)
    return filed


def _rules_on(pack: Pack, procedure: str, on: date) -> ProcedureRules | None:
    """The rules of that day, where the city has them."""
    try:
        return resolve(pack, procedure, on)
    except (NotInForce, ProcedureUnknown):
        return None


async def _file(pool: Pool, inbox: Inbox, pack: Pack, rules: ProcedureRules, today: date, most: int) -> int:
    rows = await pool.fetch(BODIES, rules.city)
    if not rows:
        return 0  # The city is not one of this installation.
    providers = [row["body"] for row in rows if row["role"] == PROVIDER]
    bodies = {row["role"]: row["body"] for row in rows if row["role"] != PROVIDER and row["county"] is None}
    roles = {row["body"]: row["role"] for row in rows}
    entered = {row["body"]: row["entered_on"] for row in rows}
    owed = [
        each
        for year in _years(entered, today)
        for each in _of_year(pack, rules, roles, entered, year)
        if each.owed_from <= today
    ]
    known = {row["case_id"] for row in await pool.fetch(KNOWN, [each.case_id for each in owed])}
    filed, waiting = 0, set[str | None]()
    for each in owed:
        if filed == most:
            break
        # What waits for a body does so in every year, and holds up nothing behind it.
        if each.case_id in known or each.body in waiting:
            continue
        filing = Filing(
            rules=rules,
            party=SYSTEM,
            dataset_id="",
            bodies=with_a_seat(rules, bodies, providers, each.body),
            data_items=(),
            choices={},
            given=frozenset(),
            occurred_on=each.owed_from,
        )
        if await file_by_itself(inbox, each.case_id, filing):
            filed += 1
        else:
            waiting.add(each.body)
    return filed


def _years(entered: Mapping[str, date], today: date) -> range:
    """The years in which something can have come to be owed: since the city has had a body in the directory."""
    return range(min((each.year for each in entered.values()), default=today.year), today.year + 1)


def _of_year(
    pack: Pack, rules: ProcedureRules, roles: Mapping[str, str], entered: Mapping[str, date], year: int
) -> Iterator[Owed]:
    """What came to be owed with the first day of a year, by what the rules said of that then; what is of each body, by
    every body of a role that they let file it."""
    at_first = _rules_on(pack, rules.procedure, begins(year))
    if at_first is None or at_first.every is None or at_first.every.year_of is None:
        return
    of_each = at_first.every.year_of is YearOf.PROVIDER
    owing = [body for body, role in roles.items() if role in at_first.filed_by and entered[body].year <= year]
    whose: list[str | None] = [*owing] if of_each else [None]
    about_year = about(rules.procedure, begins(year))
    for body in whose:
        case_id = first_of_its_year(rules.procedure, rules.city, body, about_year)
        yield Owed(case_id, body, owed_from(at_first, about_year, entered[body] if body else None))
