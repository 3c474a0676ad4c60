"""What is asked of PostgreSQL about cases of a year: what they have made known, and which took whose place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow, EventRow
from models.result_events import ResultPublished
from reading.paging import Cut, cut, instant, place_of
from reading.store import Store
from rules.pinned_stages import Audience
from rules.procedure_names import IMPROVEMENT

RESULT = "ResultPublished"


@dataclass(frozen=True)
class CaseOfYear:
    """A case about a year, by its row and its year."""

    case: CaseRow
    year: int


async def known(
    store: Store,
    city: str,
    audiences: Sequence[Audience],
    procedures: Sequence[str],
    year: int | None,
    after: str | None,
    limit: int,
) -> Cut[CaseOfYear]:
    """A page of the cases of a city that have made something known to one of these, the latest first. Raises
    CursorUnusable."""
    result, opening = aliased(EventRow), aliased(EventRow)
    of_year = func.jsonb_extract_path_text(col(opening.event), "occurred_on")
    audience = func.jsonb_extract_path_text(col(result.event), "audience")
    wanted = [
        col(CaseRow.city) == city,
        col(CaseRow.procedure).in_(procedures),
        exists().where(
            col(result.case_id) == col(CaseRow.case_id),
            col(result.type) == RESULT,
            audience.in_([each.value for each in audiences]),
        ),
    ]
    if year is not None:
        wanted.append(of_year.startswith(f"{year:04}-"))
    if after is not None:
        at, case_id = place_of(after, 2)
        earlier = col(CaseRow.received_at) < instant(at)
        same = and_(col(CaseRow.received_at) == instant(at), col(CaseRow.case_id) > str(case_id))
        wanted.append(or_(earlier, same))
    rows = await store.session.exec(
        select(CaseRow, of_year)
        .join(opening, and_(col(opening.case_id) == col(CaseRow.case_id), col(opening.number) == 1))
        .where(*wanted)
        .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
        .limit(limit + 1)
    )
    found = [CaseOfYear(case, int(on[:4])) for case, on in rows if on]
    return cut(found, limit, lambda each: (each.case.received_at, each.case.case_id))


async def words_of(store: Store, case_id: str, result: ResultPublished) -> dict[str, object]:
    """What was written with the decision that a case has made known."""
    decided = select(EventRow).where(EventRow.case_id == case_id, EventRow.number == result.decided_by_event)
    event = (await store.session.exec(decided)).one()
    act = (await store.session.exec(select(ActRow).where(ActRow.act_id == event.event["act"]))).first()
    return dict(act.content or {}) if act else {}


async def replacing(store: Store, city: str, procedure: str, case_id: str) -> CaseRow | None:
    """The latest case that took the place of this one, and has made its result known."""
    opening, result = aliased(EventRow), aliased(EventRow)
    caused_by = func.jsonb_extract_path_text(col(opening.event), "caused_by")
    found = (
        select(CaseRow)
        .join(opening, and_(col(opening.case_id) == col(CaseRow.case_id), col(opening.number) == 1))
        .where(
            CaseRow.city == city,
            CaseRow.procedure == procedure,
            caused_by == case_id,
            exists().where(col(result.case_id) == col(CaseRow.case_id), col(result.type) == RESULT),
        )
        .order_by(col(CaseRow.received_at).desc())
    )
    return (await store.session.exec(found)).first()


async def found_by(store: Store, city: str, case_id: str) -> list[CaseRow]:
    """The cases in which bodies answer what an evaluation has found, the first one first."""
    opening = aliased(EventRow)
    caused_by = func.jsonb_extract_path_text(col(opening.event), "caused_by")
    found = (
        select(CaseRow)
        .join(opening, and_(col(opening.case_id) == col(CaseRow.case_id), col(opening.number) == 1))
        .where(CaseRow.city == city, CaseRow.procedure == IMPROVEMENT, caused_by == case_id)
        .order_by(col(CaseRow.received_at), col(CaseRow.case_id))
    )
    return [*(await store.session.exec(found))]


async def filed_with(store: Store, case_id: str) -> dict[str, object]:
    """What was written with the filing of a case."""
    act = (await store.session.exec(select(ActRow).where(ActRow.act_id == f"{case_id}.file"))).first()
    return dict(act.content or {}) if act else {}
