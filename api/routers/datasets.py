"""The catalogue: public, as the laws want it published."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col

from api.dependencies import Cursor, DatasetId, Limit, Reading, Word
from api.language import AnsweredIn, Language, said
from api.openapi import problems
from api.paging import cursor, place_of
from api.problems import Problem
from api.shapes import Page, Shape
from models.tables import DatasetRow
from rules.pinned import Label

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

Openness = Literal["closed", "conditional", "unconditional"]


class ItemShown(Shape):
    """A data item (数据项); filings and grants name it by `item`."""

    item: str
    name: str
    type: str
    note: str | None


class DatasetShown(Shape):
    """A catalogue entry. `sample` marks an invented one."""

    dataset_id: str
    city: str
    provider: str
    provider_name: str
    title: str
    abstract: str
    domain: str
    items: list[ItemShown]
    formats: list[str]
    openness: Openness
    conditions: str | None
    basis: str | None
    update_frequency: str
    updated_on: date
    sample: bool


@router.get("", response_model=Page[DatasetShown], responses=problems(422, 503), summary="Search the catalogue")
async def search(
    reader: Reading,
    language: AnsweredIn,
    city: Word = None,
    provider: Word = None,
    openness: Openness | None = None,
    q: Word = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[DatasetShown]:
    """Datasets by city, provider, openness, and words of title or abstract in either language."""
    wanted: list[ColumnElement[bool]] = []
    if city is not None:
        wanted.append(col(DatasetRow.city) == city)
    if provider is not None:
        wanted.append(col(DatasetRow.provider) == provider)
    if openness is not None:
        wanted.append(col(DatasetRow.openness) == openness)
    if q is not None:
        places = [(field, tongue) for field in ("title", "abstract") for tongue in ("zh", "en")]
        texts = [func.jsonb_extract_path_text(col(DatasetRow.entry), *place) for place in places]
        wanted.append(or_(*(text.icontains(q, autoescape=True) for text in texts)))
    if after is not None:
        after_city, after_id = place_of(after, 2)
        same_city = and_(col(DatasetRow.city) == str(after_city), col(DatasetRow.dataset_id) > str(after_id))
        wanted.append(or_(col(DatasetRow.city) > str(after_city), same_city))
    rows = await reader.datasets(wanted, limit + 1)
    more = cursor(rows[limit - 1].city, rows[limit - 1].dataset_id) if len(rows) > limit else None
    names = await reader.body_names(row.provider for row in rows)
    return Page(items=[shown(row, names, language) for row in rows[:limit]], next=more)


@router.get("/{dataset_id}", response_model=DatasetShown, responses=problems(404, 503), summary="One dataset")
async def one_dataset(dataset_id: DatasetId, reader: Reading, language: AnsweredIn) -> DatasetShown:
    """The entry as the catalogue has it now."""
    row = await reader.dataset(dataset_id)
    if row is None:
        raise Problem("NotFound")
    return shown(row, await reader.body_names([row.provider]), language)


def shown(row: DatasetRow, names: dict[str, Label], language: Language) -> DatasetShown:
    entry = row.entry
    name = names.get(row.provider)

    def text(value: Any) -> str | None:
        return None if value is None else said(Label.model_validate(value), language)

    return DatasetShown(
        dataset_id=row.dataset_id,
        city=row.city,
        provider=row.provider,
        provider_name=said(name, language) if name else row.provider,
        title=text(entry["title"]) or "",
        abstract=text(entry["abstract"]) or "",
        domain=text(entry["domain"]) or "",
        items=[
            ItemShown(item=i["item"], name=text(i["name"]) or "", type=i["type"], note=text(i.get("note")))
            for i in entry["items"]
        ],
        formats=entry["formats"],
        openness=row.openness,
        conditions=text(entry.get("conditions")),
        basis=text(entry.get("basis")),
        update_frequency=entry["update_frequency"],
        updated_on=entry["updated_on"],
        sample=row.sample,
    )
