"""Open cases that were filed after the time within which the law wants them (逾期提出), as a supervisor sees them: on
record, and no bar."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import col, select

from activities.tables.cases import CaseRow, TaskRow
from reading.cases.filing_period import filed_late
from reading.cases.mine import open_tasks_of
from reading.due import lies_open
from reading.paging import cursor
from reading.shape import Instant, Page, RuleNamed, Shape
from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.store import Archive, Store
from reading.supervision.lists import A_PART, Asking
from reading.supervision.names import Names, body_labels
from reading.supervision.pages import PageEnd, page_end
from reading.supervision.sheet import word
from reading.supervision.sight import Seen
from reading.words.clocks import last_day
from reading.words.law import Law


class LateFiling(Shape):
    """An open case that was filed late: by when the law wanted it, by which article, and before whom it lies."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    procedure_label: str
    received_at: Instant
    last_day: date
    body_names: list[str]
    rule: RuleNamed | None


async def count_filed_late(store: Store, seen: Seen, now: datetime) -> int:
    """How many open cases were filed late, of those in which something seen lies open."""
    return (await store.session.exec(select(func.count()).select_from(CaseRow).where(*_wanted(seen, now)))).one()


async def filed_late_page(store: Store, asking: Asking, after: str | None, limit: int) -> Page[LateFiling]:
    """So many of them, the latest received first. Raises CursorUnusable."""
    end, seen = page_end(after), asking.seen
    if seen is None:
        return Page(items=[], next=None)
    wanted = [*_wanted(seen, asking.present.now), *seen.listed(CaseRow)]
    if end is not None:
        same = and_(col(CaseRow.received_at) == end.at, col(CaseRow.case_id) > end.id)
        wanted.append(or_(col(CaseRow.received_at) < end.at, same))
    order = (col(CaseRow.received_at).desc(), col(CaseRow.case_id))
    rows = (await store.session.exec(select(CaseRow).where(*wanted).order_by(*order).limit(limit + 1))).all()
    shown = await _shown(store, asking, rows[:limit])
    last = PageEnd(rows[limit - 1].received_at, rows[limit - 1].case_id) if len(rows) > limit else None
    return Page(items=shown, next=cursor(*last) if last else None)


def _wanted(seen: Seen, now: datetime) -> list[ColumnElement[bool]]:
    lies_there = (col(TaskRow.case_id) == col(CaseRow.case_id), lies_open(now))
    return [
        filed_late(),
        col(CaseRow.city).in_(seen.cities),
        col(CaseRow.closed_at).is_(None),
        exists().where(*lies_there, *seen.conditions()),
    ]


async def _shown(store: Store, asking: Asking, rows: Sequence[CaseRow]) -> list[LateFiling]:
    tasks, _ = await open_tasks_of(store, [row.case_id for row in rows], asking.present.now)
    before = {case_id: list(dict.fromkeys(each.body for each in held)) for case_id, held in tasks.items()}
    names = Names(await body_labels(store, {body for bodies in before.values() for body in bodies}), {})
    shown = []
    for row in rows:
        law = Law(await store.rules(row.rules_digest), asking.language)
        within = law.rules.filed_within
        assert row.wanted_until, "the list has only what was wanted before"
        shown.append(
            LateFiling(
                case_id=row.case_id,
                case_number=row.case_number,
                city=row.city,
                procedure=row.procedure,
                procedure_label=law.case_called(row.procedure),
                received_at=row.received_at,
                last_day=last_day(row.wanted_until),
                body_names=[names.body(body, asking.language) for body in before.get(row.case_id, ())],
                rule=law.named(within.citation) if within else None,
            )
        )
    return shown


FILED_LATE: Mapping[str, Callable[[LateFiling], object]] = {
    "case_number": lambda case: case.case_number,
    "city": lambda case: case.city,
    "procedure": lambda case: case.procedure_label,
    "received_at": lambda case: case.received_at.strftime("%Y-%m-%d %H:%M"),
    "wanted_by": lambda case: case.last_day.isoformat(),
    "body": lambda case: "; ".join(case.body_names),
    "rule": lambda case: case.rule.text if case.rule else None,
    "case_id": lambda case: case.case_id,
}
"""The columns, in their order; days and instants are those of Asia/Shanghai."""


async def filed_late_table(archive: Archive, asking: Asking) -> AsyncIterator[str]:
    """All of them, a part at a time."""
    yield BYTE_ORDER_MARK + line([word(name, asking.language) for name in FILED_LATE])
    after: str | None = None
    while True:
        async with archive.store_a_little_behind() as store:
            page = await filed_late_page(store, asking, after, A_PART)
        yield "".join(line([cell(column(case)) for column in FILED_LATE.values()]) for case in page.items)
        if page.next is None:
            return
        after = page.next
