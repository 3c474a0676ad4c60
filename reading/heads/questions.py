"""Signed days and heads in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow
from activities.tables.proof import ChainAdoptionRow, SignedDayRow, SignedHeadRow, StampedDayRow
from reading.paging import CursorUnusable, Cut, cut, place_of
from reading.store import Store


async def signed_days(store: Store, after: str | None, limit: int) -> Cut[SignedDayRow]:
    """Signed days, the latest first. Raises CursorUnusable."""
    found = select(SignedDayRow).order_by(col(SignedDayRow.day).desc()).limit(limit + 1)
    if after is not None:
        found = found.where(col(SignedDayRow.day) < day_of(after))
    return cut((await store.session.exec(found)).all(), limit, lambda row: (row.day.isoformat(),))


async def stamps(store: Store, days: Sequence[date]) -> dict[date, bytes]:
    """The stamps of these days, of those that have one."""
    found = select(StampedDayRow).where(col(StampedDayRow.day).in_(days))
    return {row.day: row.stamp for row in (await store.session.exec(found)).all()}


def day_of(text: str) -> date:
    """The day that a cursor names. Raises CursorUnusable."""
    (day,) = place_of(text, 1)
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise CursorUnusable from error


async def signed_day(store: Store, day: date) -> SignedDayRow | None:
    return await store.session.get(SignedDayRow, day)


async def adoptions(store: Store) -> Sequence[ChainAdoptionRow]:
    """What was written before there were chains; none where nothing was."""
    found = select(ChainAdoptionRow).where(ChainAdoptionRow.events > 0).order_by(col(ChainAdoptionRow.adopted_at))
    return (await store.session.exec(found)).all()


async def last_act(store: Store, case: CaseRow) -> ActRow:
    """The act that came last into the inbox of a case."""
    found = select(ActRow).where(ActRow.case_id == case.case_id).order_by(col(ActRow.seq).desc()).limit(1)
    return (await store.session.exec(found)).one()


async def signed_head(store: Store, case_id: str) -> tuple[SignedHeadRow, SignedDayRow] | None:
    """The head of a case that was signed last, with its day."""
    found = (
        select(SignedHeadRow, SignedDayRow)
        .join(SignedDayRow, col(SignedDayRow.day) == col(SignedHeadRow.day))
        .where(SignedHeadRow.case_id == case_id)
        .order_by(col(SignedHeadRow.day).desc())
        .limit(1)
    )
    return (await store.session.exec(found)).first()
