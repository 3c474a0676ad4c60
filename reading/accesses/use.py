"""The use of data by dataset and month, by which a body evaluates it, and as a table."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.tables.catalogue import DatasetRow
from activities.tables.gate import GrantRow
from reading.accesses import questions
from reading.accesses.shapes import DatasetUsed, MonthUsed, UseShown
from reading.accesses.sight import AccessSight
from reading.figures.days import Days
from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.store import Store
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.pinned import Label

CONDITIONAL = "conditional"


async def use_shown(
    store: Store, sight: AccessSight, days: Days, language: Language, county: str | None = None
) -> UseShown:
    """How each dataset that is seen, or of those each of a county, was used in whole months, the most used first; one
    that nobody used is among them."""
    title = col(DatasetRow.entry)["title"]
    seen = select(DatasetRow.dataset_id, DatasetRow.openness, DatasetRow.provider, title)
    rows = (await store.session.exec(seen.where(*questions.is_seen(sight, county=county)))).all()
    months: dict[str, list[MonthUsed]] = {}
    for row in await questions.use_of(store, [dataset_id for dataset_id, *_ in rows], days):
        counted = MonthUsed(month=row.month, allowed=int(row.allowed or 0), refused=int(row.refused or 0))
        months.setdefault(row.dataset_id, []).append(counted)
    holders = await _holders(store, questions.those_seen(sight, county))
    used = [
        DatasetUsed(
            dataset_id=dataset_id,
            title=said(Label.model_validate(name), language),
            openness=openness,
            provider=provider,
            holders=holders.get(dataset_id, 0) if openness == CONDITIONAL else None,
            allowed=sum(each.allowed for each in months.get(dataset_id, ())),
            refused=sum(each.refused for each in months.get(dataset_id, ())),
            months=months.get(dataset_id, []),
        )
        for dataset_id, openness, provider, name in rows
    ]
    used.sort(key=lambda each: (-each.allowed, -each.refused, each.dataset_id))
    return UseShown(from_on=days.from_on, until_on=days.until_on, items=used)


async def _holders(store: Store, datasets: SelectOfScalar[str]) -> dict[str, int]:
    now = await store.now()
    rows = await store.session.exec(
        select(GrantRow.dataset_id, func.count(func.distinct(GrantRow.party)))
        .where(col(GrantRow.dataset_id).in_(datasets), col(GrantRow.ended).is_(None), col(GrantRow.valid_until) > now)
        .group_by(col(GrantRow.dataset_id))
    )
    return dict(rows.all())


def use_table(use: UseShown, language: Language) -> str:
    """A line for each dataset and month, and one without a month for a dataset that nobody used."""
    names = ("dataset_id", "dataset", "openness", "provider", "holders", "month", "allowed", "refused_accesses")
    lines = [line([said(texts().tables[name], language) for name in names])]
    for each in use.items:
        known = (each.dataset_id, each.title, said(texts().tables[each.openness], language), each.provider)
        counted = [(f"{month.month:%Y-%m}", month.allowed, month.refused) for month in each.months]
        rows = counted or [("", 0, 0)]
        lines += [line([cell(value) for value in (*known, each.holders, *numbers)]) for numbers in rows]
    return BYTE_ORDER_MARK + "".join(lines)
