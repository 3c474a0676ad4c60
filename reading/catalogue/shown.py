"""An entry of the catalogue, as anybody sees it, or as it was in an earlier version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from activities.tables.catalogue import DatasetRow, DatasetVersionRow
from models.restrictions import RestrictionKind, all_gone
from reading.catalogue.freshness import FreshnessShown
from reading.catalogue.questions import DatasetStanding
from reading.catalogue.shapes import DatasetShown, ItemShown, RestrictionInForce, VersionShown
from reading.words.language import Language, said
from rules.pinned import Label


def version_shown(
    number: int, published_at: datetime | None, case_number: str | None, row: DatasetRow | DatasetVersionRow
) -> VersionShown:
    return VersionShown(
        number=number, published_at=published_at, case_number=case_number, openness=row.openness, entry=row.entry
    )


def entry_shown(
    row: DatasetRow, stood: DatasetRow | DatasetVersionRow, names: dict[str, Label], language: Language
) -> dict[str, Any]:
    """What an entry says, as it `stood`."""
    entry = stood.entry
    name = names.get(row.provider)

    def text(value: Any) -> str | None:
        return None if value is None else said(Label.model_validate(value), language)

    return {
        "dataset_id": row.dataset_id,
        "city": row.city,
        "provider": row.provider,
        "provider_name": said(name, language) if name else row.provider,
        "title": text(entry.get("title")) or "",
        "abstract": text(entry.get("abstract")) or "",
        "domain": text(entry.get("domain")) or "",
        "items": [
            ItemShown(item=i["item"], name=text(i["name"]) or "", type=i["type"], note=text(i.get("note")))
            for i in entry.get("items", ())
        ],
        "formats": entry.get("formats", []),
        "openness": stood.openness,
        "conditions": text(entry.get("conditions")),
        "basis": text(entry.get("basis")),
        "update_frequency": entry.get("update_frequency"),
        "sample": row.sample,
    }


def shown(
    row: DatasetRow,
    names: dict[str, Label],
    standing: DatasetStanding,
    freshness: FreshnessShown | None,
    language: Language,
) -> DatasetShown:
    return DatasetShown(
        **entry_shown(row, row, names, language),
        updated_on=row.updated_on,
        freshness=freshness,
        disputed=standing.disputed,
        restrictions=[
            RestrictionInForce(
                restriction=RestrictionKind(each.kind),
                data_items=each.data_items,
                except_items=each.except_items,
                since=each.since,
            )
            for each in standing.restrictions
        ],
        served=is_served(row, standing),
    )


def is_served(row: DatasetRow, standing: DatasetStanding) -> bool:
    """Open, and not all of it is kept back now."""
    gone = all_gone((each.restricted for each in standing.restrictions), row.items)
    return row.openness != "closed" and not gone
