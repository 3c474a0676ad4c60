"""Who writes of which entries, and who may ask whose data is stale: by the body that an officer serves. Pure."""

from __future__ import annotations

from activities.filing.row_rules import Importer
from activities.tables.catalogue import DatasetRow
from models.refusals import NotYourCity, NotYourDataset, RoleRequired
from reading.sight import Caller

IMPORTING = ("authority", "provider")
"""Roles of the bodies whose officers keep entries, and import them, beside the authorities of counties."""


def importer_of(caller: Caller, city: str) -> Importer:
    """Who imports into the city, and whose entries: a provider its own, the authority those of all, and that of a
    county those of its county. Raises RoleRequired, NotYourCity."""
    if caller.body_role not in IMPORTING and caller.heads_county is None:
        raise RoleRequired(roles="|".join(IMPORTING))
    if caller.city != city:
        raise NotYourCity(field="city")
    provider = caller.body if caller.body_role == "provider" else None
    return Importer(caller.account_id, city, provider, caller.heads_county)


def keeper_of(caller: Caller) -> tuple[str, str]:
    """The body for which the caller keeps entries, and its city. Raises RoleRequired."""
    body = caller.must_review_for_a_body()
    if (caller.body_role not in IMPORTING and caller.heads_county is None) or caller.city is None:
        raise RoleRequired(roles="|".join(IMPORTING))
    return body, caller.city


def says_of_data(caller: Caller, provider: str) -> None:
    """When data was brought up to date, officers of its provider say. Raises NotYourDataset."""
    if caller.body != provider:
        raise NotYourDataset()


def must_keep(caller: Caller, entry: DatasetRow) -> None:
    """The authority keeps the entries of its city, that of a county those of its county, a provider its own. Raises
    NotYourDataset."""
    in_its_county = caller.county is not None and entry.provider in caller.county.bodies
    is_authority = caller.body_role == "authority" or (caller.heads_county is not None and in_its_county)
    keeps = is_authority or caller.body == entry.provider
    if entry.city != caller.city or not keeps:
        raise NotYourDataset()


def city_whose_data(caller: Caller, city: str | None) -> str | None:
    """The city in which an officer may ask for stale data: its own; any, where it has none. Raises RoleRequired,
    NotYourCity."""
    if not caller.is_officer:
        raise RoleRequired(roles="reviewer|supervisor")
    if caller.city and city not in (None, caller.city):
        raise NotYourCity(field="city")
    return caller.city or city
