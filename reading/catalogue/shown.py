"""An entry of the catalogue, as anybody sees it, or as it was in an earlier version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from activities.catalogue.entries import DayAhead
from activities.tables.catalogue import DatasetRow, DatasetVersionRow
from models.restrictions import RestrictionKind, all_gone
from reading.catalogue import questions as catalogue
from reading.catalogue.freshness import FreshnessShown
from reading.catalogue.questions import DatasetStanding, sees_freshness
from reading.catalogue.shapes import DatasetShown, DatasetThen, ItemShown, RestrictionInForce, VersionShown
from reading.catalogue.used_under import used_under
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from rules.deadlines import to_shanghai
from rules.opened_first import priorities_of
from rules.pinned import Label


async def dataset_now(store: Store, caller: Caller | None, language: Language, dataset_id: str) -> DatasetShown | None:
    """A dataset as the catalogue has it now, with what this caller may see; None where there is none of that id."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        return None
    names = await directory.body_names(store, [row.provider])
    standings = await catalogue.standings(store, [dataset_id])
    whose = [row] if sees_freshness(caller, row) else []
    now = await store.archive.now()
    freshness = await catalogue.freshness(store, whose, now)
    on = to_shanghai(now).date()
    return dataset_shown(row, names, standings[dataset_id], freshness.get(dataset_id), on, language)


async def dataset_then(store: Store, language: Language, dataset_id: str, on: date) -> DatasetThen | None:
    """An entry as it stood at the end of a day in Shanghai, or stands now if the day is today's; None where the
    catalogue had none of that id. Raises DayAhead."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        return None
    if on > to_shanghai(await store.archive.now()).date():
        raise DayAhead
    if (then := await catalogue.version_on(store, dataset_id, on)) is None:
        return None
    version, case_number = then
    standings = await catalogue.standings(store, [dataset_id])
    return DatasetThen(
        **entry_shown(row, version or row, await directory.body_names(store, [row.provider]), language),
        on=on,
        number=version.number if version else 1,
        published_at=version.published_at if version else None,
        case_number=case_number,
        # The mark stands wherever the dataset is shown (Nanjing 35), an older entry of it no less.
        disputed=standings[dataset_id].disputed,
        disputed_then=await catalogue.was_disputed(store, dataset_id, on),
    )


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
        "sharing_class": entry.get("sharing_class"),
        "sharing_reason": text(entry.get("sharing_reason")),
        "sharing_basis": text(entry.get("sharing_basis")),
        "update_frequency": entry.get("update_frequency"),
        "grade": text(entry.get("grade")),
        "supervision": text(entry.get("supervision")),
        "priority": (kind := entry.get("priority")),
        "priority_name": said(priorities_of(row.city)[kind], language) if kind else None,
        "sample": row.sample,
    }


def dataset_shown(
    row: DatasetRow,
    names: dict[str, Label],
    standing: DatasetStanding,
    freshness: FreshnessShown | None,
    on: date,
    language: Language,
) -> DatasetShown:
    return DatasetShown(
        **entry_shown(row, row, names, language),
        updated_on=row.updated_on,
        freshness=freshness,
        agreement=used_under(row.city, row.openness, on, language),
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
