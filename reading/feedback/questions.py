"""What is asked of PostgreSQL about feedback."""

from __future__ import annotations

from sqlalchemy import or_
from sqlmodel import col, select

from activities.tables.feedback import FeedbackRow
from reading.feedback.sight import sees, sees_for_a_body, sees_the_citys
from reading.paging import Cut, cut, number_of
from reading.sight import Caller
from reading.store import Store


async def feedback(store: Store, caller: Caller, feedback_id: str) -> FeedbackRow | None:
    """The feedback, unless the caller may not know of it."""
    row = (await store.session.exec(select(FeedbackRow).where(FeedbackRow.feedback_id == feedback_id))).first()
    return row if row and sees(caller, row) else None


async def feedback_seen(store: Store, caller: Caller, after: str | None, limit: int) -> Cut[FeedbackRow]:
    """A page of what the caller wrote or its body gets, the latest first. Raises CursorUnusable."""
    ways = [col(FeedbackRow.account_id) == caller.account_id]
    if sees_for_a_body(caller):
        is_of_the_city = sees_the_citys(caller)
        column = FeedbackRow.city if is_of_the_city else FeedbackRow.provider
        ways.append(col(column) == (caller.city if is_of_the_city else caller.body))
    found = select(FeedbackRow).where(or_(*ways))
    if after is not None:
        found = found.where(col(FeedbackRow.number) < number_of(after))
    rows = await store.session.exec(found.order_by(col(FeedbackRow.number).desc()).limit(limit + 1))
    return cut(rows.all(), limit, lambda each: (each.number,))


async def own_feedback(store: Store, account_id: str) -> list[FeedbackRow]:
    """All that somebody told, the latest first."""
    found = select(FeedbackRow).where(FeedbackRow.account_id == account_id)
    return list(await store.session.exec(found.order_by(col(FeedbackRow.number).desc())))
