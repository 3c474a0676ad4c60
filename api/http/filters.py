"""What lists are narrowed by: bodies and datasets that exist, or a problem."""

from __future__ import annotations

from api.http.problems import invalid
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.sight import County
from reading.store import Store
from rules.loading import cities
from rules.opened_first import priorities_of


async def named_body(store: Store, field: str, body: str | None) -> None:
    """The directory has the body that a filter names. Raises a Problem on the field."""
    if body is not None and await directory.body(store, body) is None:
        raise invalid(field, "body_not_known", given=body)


async def named_county(store: Store, authority: str | None, city: str | None = None) -> County | None:
    """The county of the authority that a filter names, in the city if one is named. Raises a Problem on `county`."""
    county = await directory.county(store, authority, city) if authority is not None else None
    if authority is not None and county is None:
        raise invalid("county", "county_unknown", given=authority)
    return county


async def named_dataset(store: Store, dataset_id: str | None) -> None:
    """The catalogue has the dataset that a filter names. Raises a Problem on `dataset_id`."""
    if dataset_id is not None and await catalogue.dataset(store, dataset_id) is None:
        raise invalid("dataset_id", "dataset_not_known", given=dataset_id)


def named_priority(city: str | None, kind: str | None) -> None:
    """Some city's law, or that of the one that is named, has opened data of this kind first. Raises a Problem on
    `priority`."""
    if kind is None:
        return
    known = {each: None for of in ([city] if city else cities()) for each in priorities_of(of)}
    if kind not in known:
        raise invalid("priority", "kind_not_opened_first", given=kind, known="|".join(known) or "—")
