"""What is asked of PostgreSQL about who read what."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select

from activities.tables.cases import CaseRow, EvidenceRow
from activities.tables.readings import ReadingRow
from reading.directory import questions as directory
from reading.paging import Cut, cut, number_of
from reading.sight import Caller
from reading.store import Store

Found = tuple[ReadingRow, str | None, EvidenceRow | None]
"""A reading, the number of its case, None where feedback was read, and the file that was read."""


def of_the_caller(caller: Caller) -> ColumnElement[bool]:
    """What others read of the caller's."""
    return col(ReadingRow.whose) == caller.account_id


def supervised_by(caller: Caller) -> ColumnElement[bool]:
    """What officers read whose bodies are in the caller's city, or in its county; an administrator's are all. Nothing
    of cases that the caller does not know of because they may be about it."""
    may_be_known = or_(col(CaseRow.case_id).is_(None), caller.is_no_affair_of_its_own())
    if caller.has("admin"):
        return may_be_known
    if not caller.has("supervisor") or caller.city is None:
        return false()
    if caller.county is not None:
        return and_(col(ReadingRow.body).in_(sorted(caller.county.bodies)), may_be_known)
    return and_(col(ReadingRow.body).in_(directory.bodies_in(caller.city)), may_be_known)


async def readings(store: Store, wanted: ColumnElement[bool], after: str | None, limit: int) -> Cut[Found]:
    """A page of the readings wanted, the latest first. Raises CursorUnusable."""
    found = (
        select(ReadingRow, CaseRow.case_number, EvidenceRow)
        .outerjoin(CaseRow, col(CaseRow.case_id) == col(ReadingRow.case_id))
        .outerjoin(EvidenceRow, col(EvidenceRow.evidence_id) == col(ReadingRow.evidence_id))
        .where(wanted)
        .order_by(col(ReadingRow.number).desc())
        .limit(limit + 1)
    )
    if after is not None:
        found = found.where(col(ReadingRow.number) < number_of(after))
    rows = [(row, number, file) for row, number, file in await store.session.exec(found)]
    return cut(rows, limit, lambda each: (each[0].number,))
