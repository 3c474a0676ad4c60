"""Harvesting the catalogue: pages of DCAT, in the order of city and id, each with the address of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reading.catalogue import dcat
from reading.catalogue import questions as catalogue
from reading.catalogue.dcat import Catalogue, Described
from reading.catalogue.questions import VersionNamed
from reading.catalogue.search import Search
from reading.catalogue.used_under import used_under
from reading.directory import questions as directory
from reading.store import Store
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pinned import Label
from rules.sight import in_charge

SERVICE = "kaifang"
SERVICE_NAME = Label(zh="开放", en="Kaifang")
ALL_CITIES = Label(zh="各市", en="all cities")
A_PAGE = 100
"""Datasets, where nobody asks for another number."""


@dataclass(frozen=True)
class Harvested:
    """One page of the catalogue as a document, and the address of the next, None at the end."""

    document: dict[str, Any]
    next: str | None


async def dcat_page(store: Store, base: str, city: str | None, after: str | None, limit: int) -> Harvested:
    """A page of the catalogue of a city, or of all of them, at addresses that begin with `base`. Raises
    CursorUnusable."""
    now = await store.archive.now()
    on = to_shanghai(now).date()
    found = await Search(city=city).page(store, now, after, limit)
    whole = await catalogue_of(store, base, city)
    names = await directory.body_names(store, (row.provider for row in found.rows))
    standings = await catalogue.standings(store, (row.dataset_id for row in found.rows))
    versions = await catalogue.last_versions(store, (row.dataset_id for row in found.rows))
    total = await catalogue.count_datasets(store, city)
    await store.release()
    places = {row.city: place_of_city(row.city) for row in found.rows}
    classes = {(row.city, row.openness) for row in found.rows}
    texts = {each: used_under(*each, on, "en") for each in classes}
    datasets = [
        dcat.dataset(
            base,
            Described(
                row=row,
                provider=names.get(row.provider, Label(zh=row.provider, en=row.provider)),
                place=places[row.city],
                standing=standings[row.dataset_id],
                version=versions.get(row.dataset_id, VersionNamed()),
                agreement=text.path if (text := texts[row.city, row.openness]) else None,
            ),
        )
        for row in found.rows
    ]
    at: dict[str, str | int] = {} if limit == A_PAGE else {"limit": limit}
    view = {"@id": whole.page(**at, **({"cursor": after} if after else {})), "first": whole.page(**at)}
    following = whole.page(**at, cursor=found.next) if found.next else None
    if following:
        view["next"] = following
    return Harvested(whole.document(datasets, total, view), following)


def place_of_city(city: str) -> Label:
    """The name of a city that has a pack; of any other, its id."""
    if city not in cities():
        return Label(zh=city, en=city)
    name = load_pack(city).name
    return Label(zh=name.zh, en=name.en)


async def catalogue_of(store: Store, base: str, city: str | None) -> Catalogue:
    """The catalogue of a city, which whoever is in charge of its entries publishes; of all cities, this service."""
    if city is None:
        return Catalogue(base, None, ALL_CITIES, SERVICE, SERVICE_NAME)
    bodies = await directory.bodies_of(store, city)
    authority = next((bodies[role] for role in sorted(in_charge(city, "entries")) if role in bodies), None)
    named = (await directory.body_names(store, [authority])).get(authority) if authority else None
    if authority is None or named is None:
        return Catalogue(base, city, place_of_city(city), SERVICE, SERVICE_NAME)
    return Catalogue(base, city, place_of_city(city), authority, named)
