"""The log of accesses as it is shown: accesses with the gaps of the log, sums by day, and counts by minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from activities.gate.log import gaps
from activities.tables.catalogue import DatasetRow
from reading.accesses import questions
from reading.accesses.asked import AccessesSought
from reading.accesses.questions import Access, MinuteCounted
from reading.accesses.shapes import AccessesShown, AccessShown, DayCounted, DaysCounted, MinuteShown, MonthDropped
from reading.accesses.sight import AccessSight
from reading.directory import questions as directory
from reading.figures.days import Days
from reading.grants.shapes import TracedGap
from reading.paging import instant, place_of
from reading.shape import Page, RuleNamed
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.access_log import real_name
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.pinned import Label
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force


async def access_page(
    store: Store, sight: AccessSight, sought: AccessesSought, language: Language, after: str | None, limit: int
) -> AccessesShown:
    """A page of the accesses that are seen, the latest first, with the gaps of the log over its span. Raises
    CursorUnusable."""
    found = await questions.accesses(store, sight, sought, after, limit)
    dropped = await questions.dropped(store, sought.days)
    items = await _shown(store, found.rows, language)
    await store.release()
    since = found.rows[-1].at if found.next else midnight(sought.days.from_on)
    until = instant(place_of(after, 2)[0]) if after is not None else midnight(sought.days.until_on)
    async with store.pool.acquire() as connection:
        missing = await gaps(connection, since, until)
    return AccessesShown(
        items=items,
        next=found.next,
        from_on=sought.days.from_on,
        until_on=sought.days.until_on,
        gaps=[TracedGap.model_validate(gap, from_attributes=True) for gap in missing],
        dropped=[MonthDropped.model_validate(row, from_attributes=True) for row in dropped],
        real_names=_real_names(sight, sought.days, language),
    )


async def days_page(store: Store, sight: AccessSight, sought: AccessesSought) -> DaysCounted:
    """How many accesses each day had."""
    counted = await questions.by_day(store, sight, sought)
    items = [DayCounted(on=each.on, allowed=int(each.allowed or 0), refused=int(each.refused or 0)) for each in counted]
    return DaysCounted(from_on=sought.days.from_on, until_on=sought.days.until_on, items=items)


async def minute_page(
    store: Store, sight: AccessSight, dataset_id: str, days: Days, language: Language, after: str | None, limit: int
) -> Page[MinuteShown] | None:
    """What was counted by minute of a dataset that is not conditional; None where its accesses are not the caller's to
    see. Raises CursorUnusable."""
    if sight.is_own or not await questions.datasets_seen(store, sight, dataset_id):
        return None
    found = await questions.minutes(store, dataset_id, days, after, limit)
    return Page(items=[_minute(each, language) for each in found.rows], next=found.next)


async def titles_seen(store: Store, sight: AccessSight, language: Language) -> dict[str, str]:
    """The datasets to whose accesses a list can be narrowed, each with its title."""
    if sight.is_own:
        return {}
    seen = await _datasets(store, questions.is_seen(sight), language)
    return {dataset_id: title for dataset_id, (title, _) in seen.items()}


def reason_text(reason: str, language: Language) -> str:
    """What a reason of the gate says."""
    return said(texts().gate.get(reason, Label(zh=reason, en=reason)), language)


def _minute(each: MinuteCounted, language: Language) -> MinuteShown:
    return MinuteShown(
        minute=each.minute,
        access_mode=each.access_mode or None,
        reason=each.reason,
        text=reason_text(each.reason, language),
        calls=each.calls,
    )


async def _shown(store: Store, rows: Sequence[Access], language: Language) -> list[AccessShown]:
    of_page = col(DatasetRow.dataset_id).in_({each.dataset_id for each in rows})
    datasets = await _datasets(store, [of_page], language)
    holders = await directory.accounts(store, {who for each in rows for who in (each.party, each.delegate) if who})
    return [_access(each, datasets, holders, language) for each in rows]


def _access(
    each: Access, datasets: Mapping[str, tuple[str, str]], holders: Mapping[str, directory.Account], language: Language
) -> AccessShown:
    title, city = datasets.get(each.dataset_id, (each.dataset_id, ""))
    holder, delegate = holders.get(each.party or ""), holders.get(each.delegate or "")
    user = delegate if each.delegate else holder
    return AccessShown(
        at=each.at,
        dataset_id=each.dataset_id,
        title=title,
        allowed=each.allowed,
        reason=each.reason,
        text=reason_text(each.reason, language),
        grant_case_id=each.grant_case_id,
        case_number=each.case_number,
        grantee=holder.login if holder else None,
        grantee_name=said(Label.model_validate(holder.name), language) if holder else None,
        delegate=delegate.login if delegate else each.delegate,
        delegate_name=said(Label.model_validate(delegate.name), language) if delegate else None,
        real_name=directory.is_known(user) if user and city and wants_real_names(city, each.at) else None,
        data_items=each.data_items,
        access_mode=each.access_mode,
        use=each.use,
    )


def wants_real_names(city: str, at: datetime) -> bool:
    """Whether the law of the city has users known by their real names at that instant."""
    return real_name(load_pack(city), to_shanghai(at).date()) is not None


def _real_names(sight: AccessSight, days: Days, language: Language) -> RuleNamed | None:
    if sight.city is None:
        return None
    pack = load_pack(sight.city)
    on: date = days.until_on
    rule = real_name(pack, on)
    return Law(as_last_in_force(pack, ACCESS_REQUEST, on), language).named(rule) if rule else None


async def _datasets(
    store: Store, wanted: Sequence[ColumnElement[bool]], language: Language
) -> dict[str, tuple[str, str]]:
    """Dataset to its title and its city."""
    found = select(DatasetRow.dataset_id, DatasetRow.city, col(DatasetRow.entry)["title"]).where(*wanted)
    rows = await store.session.exec(found)
    return {dataset_id: (said(Label.model_validate(title), language), city) for dataset_id, city, title in rows}
