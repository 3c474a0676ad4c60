"""What is asked of PostgreSQL about declarations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlmodel import col, select

from activities.declarations import Mark
from activities.tables.cases import CaseRow
from activities.tables.catalogue import DatasetRow, DatasetVersionRow
from activities.tables.declarations import DeclarationMarkRow, DeclarationRow, DeclaredDatasetRow
from activities.tables.gate import GrantRow
from reading.declarations.sight import only_of, reads_for_a_body
from reading.paging import Cut, cut, number_of
from reading.sight import Caller
from reading.store import Store

OPEN = ("conditional", "unconditional")
IS_DOWN = exists().where(
    col(DeclarationMarkRow.declaration_id) == col(DeclarationRow.declaration_id),
    col(DeclarationMarkRow.mark) == Mark.TAKEN_DOWN,
)


@dataclass(frozen=True)
class Wanted:
    """Which declarations of a city: of these kinds for everybody, of the others for its bodies alone."""

    city: str
    public: Collection[str]
    of_bodies: Collection[str] = ()
    kind: str | None = None
    dataset_id: str | None = None


async def declaration(store: Store, declaration_id: str) -> DeclarationRow | None:
    found = select(DeclarationRow).where(DeclarationRow.declaration_id == declaration_id)
    return (await store.session.exec(found)).first()


async def declarations(
    store: Store, caller: Caller | None, wanted: Wanted, after: str | None, limit: int
) -> Cut[DeclarationRow]:
    """A page of those that the caller reads, the latest first, without what was taken down. Raises CursorUnusable."""
    found = select(DeclarationRow).where(DeclarationRow.city == wanted.city, not_(IS_DOWN), read_by(caller, wanted))
    if wanted.kind is not None:
        found = found.where(DeclarationRow.kind == wanted.kind)
    if wanted.dataset_id is not None:
        found = found.where(_is_about(col(DeclaredDatasetRow.dataset_id) == wanted.dataset_id))
    if after is not None:
        found = found.where(col(DeclarationRow.number) < number_of(after))
    rows = await store.session.exec(found.order_by(col(DeclarationRow.number).desc()).limit(limit + 1))
    return cut(rows.all(), limit, lambda each: (each.number,))


def read_by(caller: Caller | None, wanted: Wanted) -> ColumnElement[bool]:
    """Whether the caller reads a declaration: everybody those of public kinds; of the others a provider, and the
    authority of a county, those that it or its bodies made and those about their data."""
    kind = col(DeclarationRow.kind)
    public = kind.in_(wanted.public)
    if caller is None or not reads_for_a_body(caller, wanted.city):
        return public
    others: ColumnElement[bool] = kind.in_(wanted.of_bodies)
    if bodies := only_of(caller):
        own = and_(
            col(DatasetRow.dataset_id) == col(DeclaredDatasetRow.dataset_id), col(DatasetRow.provider).in_(bodies)
        )
        others = and_(others, or_(col(DeclarationRow.body).in_(bodies), _is_about(own)))
    return or_(public, others)


def _is_about(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a declaration is about such a dataset."""
    return exists().where(col(DeclaredDatasetRow.declaration_id) == col(DeclarationRow.declaration_id), which)


async def datasets_of(store: Store, declaration_ids: Collection[str]) -> dict[str, list[DatasetRow]]:
    """Declaration to the datasets that it is about, by their ids."""
    rows = await store.session.exec(
        select(DeclaredDatasetRow.declaration_id, DatasetRow)
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(DeclaredDatasetRow.dataset_id))
        .where(col(DeclaredDatasetRow.declaration_id).in_(declaration_ids))
        .order_by(col(DatasetRow.dataset_id))
    )
    found: dict[str, list[DatasetRow]] = {}
    for declaration_id, dataset in rows:
        found.setdefault(declaration_id, []).append(dataset)
    return found


async def marks_of(store: Store, declaration_ids: Collection[str]) -> dict[str, list[DeclarationMarkRow]]:
    """Declaration to what was marked of it, in its order."""
    found: dict[str, list[DeclarationMarkRow]] = {}
    wanted = select(DeclarationMarkRow).where(col(DeclarationMarkRow.declaration_id).in_(declaration_ids))
    for row in await store.session.exec(wanted.order_by(col(DeclarationMarkRow.number))):
        found.setdefault(row.declaration_id, []).append(row)
    return found


async def grant_named(store: Store, case_number: str) -> GrantRow | None:
    """The grant of that number."""
    found = (
        select(GrantRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(CaseRow.case_number == case_number)
    )
    return (await store.session.exec(found)).first()


async def holders_of(store: Store, grant_case_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Grant to its number and the account of its holder."""
    rows = await store.session.exec(
        select(GrantRow.case_id, CaseRow.case_number, GrantRow.party)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(col(GrantRow.case_id).in_(grant_case_ids))
    )
    return {case_id: (number, party) for case_id, number, party in rows}


def _opened_at() -> ColumnElement[datetime]:
    """Since when a dataset has been open, by its versions; null for one that always was."""
    return (
        select(DatasetVersionRow.published_at)
        .where(
            col(DatasetVersionRow.dataset_id) == col(DatasetRow.dataset_id),
            col(DatasetVersionRow.openness).in_(OPEN),
        )
        .order_by(col(DatasetVersionRow.number))
        .limit(1)
        .correlate(DatasetRow)
        .scalar_subquery()
    )


async def opened_at(store: Store, dataset_id: str) -> datetime | None:
    """Since when a dataset has been open; None where it always was, and where it is not."""
    found = select(_opened_at()).select_from(DatasetRow).where(DatasetRow.dataset_id == dataset_id)
    return (await store.session.exec(found)).first()


async def owing(
    store: Store,
    city: str,
    providers: Collection[str] | None,
    kind: str,
    since: datetime,
    begun: datetime,
    limit: int,
) -> Sequence[DatasetRow]:
    """Open datasets of a city, or of these providers, of which nothing of that kind was declared since then, and which
    were open before; nothing where that was owed at all only after it, from when it had `begun`."""
    if begun >= since:
        return []
    declared = exists().where(
        col(DeclaredDatasetRow.dataset_id) == col(DatasetRow.dataset_id),
        col(DeclaredDatasetRow.declaration_id) == col(DeclarationRow.declaration_id),
        col(DeclarationRow.kind) == kind,
        col(DeclarationRow.declared_at) >= since,
        not_(IS_DOWN),
    )
    wanted: list[ColumnElement[bool]] = [
        col(DatasetRow.city) == city,
        col(DatasetRow.openness).in_(OPEN),
        not_(declared),
        or_(_opened_at().is_(None), _opened_at() < since),
    ]
    if providers is not None:
        wanted.append(col(DatasetRow.provider).in_(providers))
    found = select(DatasetRow).where(*wanted).order_by(col(DatasetRow.dataset_id)).limit(limit)
    return (await store.session.exec(found)).all()
