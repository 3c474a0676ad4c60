"""What is asked of PostgreSQL about accesses. Rows are found by an index of each month, dataset by dataset or grant by
grant, and never by reading a month; sums come from the counts by day (docs/decisions/0091)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    String,
    TextClause,
    and_,
    bindparam,
    text,
)
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.tables.cases import CaseRow
from activities.tables.catalogue import DatasetRow
from activities.tables.gate import GateMonthDroppedRow, GrantRow
from models.gate import ALLOWING
from reading.accesses.asked import AccessesSought
from reading.accesses.sight import AccessSight
from reading.directory.questions import bodies_of_county
from reading.figures.days import Days
from reading.paging import CursorUnusable, Cut, cut, instant, place_of
from reading.store import Store
from rules.access_log import months_before
from rules.bounds import LATEST
from rules.deadlines import midnight

LONGEST_ID = 18
"""Digits that fit into PostgreSQL's bigint."""
LAST_ID = 2**63 - 1
ALLOWED = sorted(each.value for each in ALLOWING)

MONTHS = """
select date_trunc('month', "on")::date as month, array_agg(distinct dataset_id) as datasets from gate_days
where dataset_id = any(:datasets) and "on" >= :from_on and "on" < :until_on and (:reason is null or reason = :reason)
group by 1 order by 1 desc
"""
ACCESSES = """
select found.at, found.decision_id, found.dataset_id, found.grant_case_id, found.data_items, found.access_mode,
  found.use, found.allowed, found.reason, cases.case_number, grants.party,
  delegations.delegate
from unnest(:wanted) as wanted (id) cross join lateral (
  select * from gate_decisions where {column} = wanted.id and at >= :since and at < :until
    and (at, decision_id) < (:before, :before_id) {more}
  order by at desc, decision_id desc limit :most
) as found
left join delegations on delegations.delegation_id = found.delegation_id
left join grants on grants.case_id = found.grant_case_id left join cases on cases.case_id = found.grant_case_id
order by found.at desc, found.decision_id desc limit :most
"""
OF_A_REASON = "and reason = :reason"
REFUSED = "and not allowed and reason = :reason"
"""As the index of what was refused has it."""
DAYS = """
select "on", sum(calls) filter (where reason = any(:allowing)) as allowed,
  sum(calls) filter (where reason <> all(:allowing)) as refused
from gate_days where dataset_id = any(:datasets) and "on" >= :from_on and "on" < :until_on
  and (:reason is null or reason = :reason)
group by 1 order by 1
"""
DAYS_OF_GRANTS = """
select (at at time zone 'Asia/Shanghai')::date as "on", count(*) filter (where allowed) as allowed,
  count(*) filter (where not allowed) as refused
from gate_decisions where grant_case_id = any(:wanted) and at >= :since and at < :until
  and (:reason is null or reason = :reason)
group by 1 order by 1
"""
USE = """
select dataset_id, date_trunc('month', "on")::date as month,
  sum(calls) filter (where reason = any(:allowing)) as allowed,
  sum(calls) filter (where reason <> all(:allowing)) as refused
from gate_days where dataset_id = any(:datasets) and "on" >= :from_on and "on" < :until_on group by 1, 2 order by 1, 2
"""
MINUTES = """
select dataset_id, minute, access_mode, reason, calls from gate_minutes
where dataset_id = :dataset_id and minute >= :since and minute < :until
  and (minute, access_mode, reason) > (:after, :after_mode, :after_reason)
order by minute, access_mode, reason limit :most
"""
PARAMETERS: Mapping[str, Any] = {
    **dict.fromkeys(("datasets", "wanted", "allowing"), ARRAY(String)),
    **dict.fromkeys(("reason", "dataset_id", "after_mode", "after_reason"), String),
    **dict.fromkeys(("since", "until", "before", "after"), DateTime(timezone=True)),
    **dict.fromkeys(("from_on", "until_on"), Date),
    "before_id": BigInteger,
    "most": Integer,
}


class Access(NamedTuple):
    """An answer of the gate, with the number of the grant's case, and the accounts of its holder and of the delegate
    who used it."""

    at: datetime
    decision_id: int
    dataset_id: str
    grant_case_id: str | None
    data_items: list[str]
    access_mode: str | None
    use: str | None
    allowed: bool
    reason: str
    case_number: str | None
    party: str | None
    delegate: str | None


class CountedOn(NamedTuple):
    """How many accesses a day had."""

    on: date
    allowed: int | None
    refused: int | None


class UsedIn(NamedTuple):
    """How many accesses a dataset had in a month."""

    dataset_id: str
    month: date
    allowed: int | None
    refused: int | None


class MinuteCounted(NamedTuple):
    """How many answers of one kind a minute had; no mode: it was not stated."""

    dataset_id: str
    minute: datetime
    access_mode: str
    reason: str
    calls: int


def is_seen(sight: AccessSight, dataset_id: str | None = None, county: str | None = None) -> list[ColumnElement[bool]]:
    """Of a dataset: its accesses are seen as those of a city, a county or a provider, as the catalogue stands; of all
    of them, or of those of one county."""
    seen = {
        "city": col(DatasetRow.city) == sight.value,
        "county": col(DatasetRow.provider).in_(bodies_of_county(sight.value)),
        "provider": col(DatasetRow.provider) == sight.value,
    }
    wanted = [seen[sight.by]]
    if dataset_id is not None:
        wanted.append(col(DatasetRow.dataset_id) == dataset_id)
    if county is not None:
        wanted.append(col(DatasetRow.provider).in_(bodies_of_county(county)))
    return wanted


def those_seen(sight: AccessSight, county: str | None = None) -> SelectOfScalar[str]:
    """The datasets whose accesses are seen, to ask within another question: a city may have more than a statement has
    parameters."""
    return select(DatasetRow.dataset_id).where(*is_seen(sight, county=county))


async def datasets_seen(
    store: Store, sight: AccessSight, dataset_id: str | None = None, county: str | None = None
) -> list[str]:
    """The datasets whose accesses are seen, by their ids."""
    wanted = select(DatasetRow.dataset_id).where(*is_seen(sight, dataset_id, county))
    return list(await store.session.exec(wanted.order_by(DatasetRow.dataset_id)))


def is_held(sight: AccessSight) -> ColumnElement[bool]:
    """That a grant is of the account or of the body whose own accesses are seen; an account's are those that it has for
    itself."""
    for_body = select(CaseRow.case_id).where(col(CaseRow.for_body).is_not(None))
    if sight.by == "body":
        return col(GrantRow.case_id).in_(for_body.where(CaseRow.for_body == sight.value))
    return and_(col(GrantRow.party) == sight.value, col(GrantRow.case_id).not_in(for_body))


async def grants_seen(store: Store, sight: AccessSight, sought: AccessesSought) -> list[str]:
    """The grants asked for, as far as their accesses are seen."""
    found = select(GrantRow.case_id)
    if sight.is_own:
        found = found.where(is_held(sight))
    else:
        found = found.where(col(GrantRow.dataset_id).in_(those_seen(sight, sought.county)))
    if sought.grant_case_id is not None:
        found = found.where(GrantRow.case_id == sought.grant_case_id)
    if sought.dataset_id is not None:
        found = found.where(GrantRow.dataset_id == sought.dataset_id)
    return list(await store.session.exec(found.order_by(col(GrantRow.case_id))))


async def grant_numbered(store: Store, sight: AccessSight, number: str) -> str | None:
    """The case of the grant of that number; None where its accesses are not the caller's to see."""
    found = select(GrantRow.case_id).join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
    if sight.is_own:
        found = found.where(is_held(sight))
    else:
        found = found.where(col(GrantRow.dataset_id).in_(those_seen(sight)))
    return (await store.session.exec(found.where(CaseRow.case_number == number))).first()


def goes_by_grants(sight: AccessSight, sought: AccessesSought) -> bool:
    """Whether rows are looked for grant by grant, and not dataset by dataset."""
    return sight.is_own or sought.grant_case_id is not None


async def accesses(
    store: Store, sight: AccessSight, sought: AccessesSought, after: str | None, limit: int
) -> Cut[Access]:
    """A page of the accesses, the latest first. Raises CursorUnusable."""
    before, before_id = _place(after)
    found: list[Access] = []
    for column, wanted, days in await _looked_through(store, sight, sought):
        if len(found) > limit:
            break
        since = midnight(days.from_on)
        if before is not None and since > before:
            continue
        rows = await _rows(
            store,
            ACCESSES.format(column=column, more=_more(sought.reason)),
            wanted=wanted,
            since=since,
            until=midnight(days.until_on),
            before=before or LATEST,
            before_id=before_id,
            reason=sought.reason,
            most=limit + 1 - len(found),
        )
        found += [Access(*row) for row in rows]
    return cut(found, limit, lambda each: (each.at, str(each.decision_id)))


async def _looked_through(
    store: Store, sight: AccessSight, sought: AccessesSought
) -> list[tuple[str, list[str], Days]]:
    """By which column, for which of its values and on which days rows are looked for, the latest days first: all
    grants at once, or month by month the datasets that have anything in it."""
    if goes_by_grants(sight, sought):
        wanted = await grants_seen(store, sight, sought)
        return [("grant_case_id", wanted, sought.days)] if wanted else []
    datasets = await datasets_seen(store, sight, sought.dataset_id, sought.county)
    months = await _rows(store, MONTHS, datasets=datasets, reason=sought.reason, **_days(sought.days))
    return [("dataset_id", list(named), _month_in(sought.days, month)) for month, named in months]


def _month_in(days: Days, month: date) -> Days:
    return Days(max(days.from_on, month), min(days.until_on, months_before(month, -1)))


def _more(reason: str | None) -> str:
    if reason is None:
        return ""
    return OF_A_REASON if reason in ALLOWED else REFUSED


def _place(after: str | None) -> tuple[datetime | None, int]:
    if after is None:
        return None, LAST_ID
    at, decision_id = place_of(after, 2)
    if not isinstance(decision_id, str) or not decision_id.isdecimal() or len(decision_id) > LONGEST_ID:
        raise CursorUnusable
    return instant(at), int(decision_id)


async def by_day(store: Store, sight: AccessSight, sought: AccessesSought) -> list[CountedOn]:
    """How many accesses there were on each day that had any."""
    if goes_by_grants(sight, sought):
        wanted = await grants_seen(store, sight, sought)
        span = {"since": midnight(sought.days.from_on), "until": midnight(sought.days.until_on)}
        rows = await _rows(store, DAYS_OF_GRANTS, wanted=wanted, reason=sought.reason, **span)
    else:
        datasets = await datasets_seen(store, sight, sought.dataset_id, sought.county)
        rows = await _rows(store, DAYS, datasets=datasets, reason=sought.reason, allowing=ALLOWED, **_days(sought.days))
    return [CountedOn(*row) for row in rows]


async def use_of(store: Store, datasets: Sequence[str], days: Days) -> list[UsedIn]:
    """How many accesses these datasets had in each month that had any."""
    rows = await _rows(store, USE, datasets=list(datasets), allowing=ALLOWED, **_days(days))
    return [UsedIn(*row) for row in rows]


async def minutes(store: Store, dataset_id: str, days: Days, after: str | None, limit: int) -> Cut[MinuteCounted]:
    """A page of what was counted by minute of a dataset, the earliest first. Raises CursorUnusable."""
    at, mode, reason = place_of(after, 3) if after is not None else (None, "", "")
    since = midnight(days.from_on)
    rows = await _rows(
        store,
        MINUTES,
        dataset_id=dataset_id,
        since=since,
        until=midnight(days.until_on),
        after=instant(at) if at is not None else since,
        after_mode=str(mode),
        after_reason=str(reason),
        most=limit + 1,
    )
    return cut([MinuteCounted(*row) for row in rows], limit, lambda each: (each.minute, each.access_mode, each.reason))


async def dropped(store: Store, days: Days) -> list[GateMonthDroppedRow]:
    """The months of these days that are not kept any longer."""
    first = months_before(days.from_on, 0)
    month = col(GateMonthDroppedRow.month)
    found = select(GateMonthDroppedRow).where(month >= first, month < days.until_on).order_by(month)
    return list(await store.session.exec(found))


def _days(days: Days) -> dict[str, date]:
    return {"from_on": days.from_on, "until_on": days.until_on}


async def _rows(store: Store, sql: str, **parameters: Any) -> list[Any]:
    """The rows of a query, each in the order of its columns."""
    connection = await store.session.connection()
    return list((await connection.execute(asking(sql, parameters))).all())


def asking(sql: str, parameters: Mapping[str, Any]) -> TextClause:
    """A query with those of the parameters that it names, each of its type."""
    named = (name for name in PARAMETERS if re.search(rf":{name}\b", sql))
    return text(sql).bindparams(*(bindparam(name, parameters[name], PARAMETERS[name]) for name in named))
