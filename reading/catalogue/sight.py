"""Who writes of which entries, and who may ask whose data is stale: by the body that an officer serves. Pure."""

from __future__ import annotations

from activities.filing.row_rules import Importer
from activities.tables.catalogue import DatasetRow
from models.refusals import NotYourCity, NotYourDataset, RoleRequired
from reading.sight import Caller
from rules.procedure_rules import PROVIDER
from rules.sight import in_charge


def keeps_every_entry(caller: Caller) -> bool:
    """Whether the caller serves a body that keeps the entries of every provider of its city, by the pack."""
    return caller.body_role in in_charge(caller.city, "entries")


def must_keep_some(caller: Caller) -> None:
    """Raises RoleRequired for whoever serves neither such a body nor a provider nor the authority of a county."""
    if not keeps_every_entry(caller) and caller.body_role != PROVIDER and caller.heads_county is None:
        raise RoleRequired(roles="|".join((*sorted(in_charge(caller.city, "entries")), PROVIDER)))


def importer_of(caller: Caller, city: str) -> Importer:
    """Who imports into the city, and whose entries: a provider its own, whoever is in charge of entries those of all,
    and the authority of a county those of its county. Raises RoleRequired, NotYourCity."""
    must_keep_some(caller)
    if caller.city != city:
        raise NotYourCity(field="city")
    provider = caller.body if caller.body_role == PROVIDER else None
    return Importer(caller.account_id, city, provider, caller.heads_county)


def keeper_of(caller: Caller) -> tuple[str, str]:
    """The body for which the caller keeps entries, and its city. Raises RoleRequired."""
    body = caller.must_review_for_a_body()
    must_keep_some(caller)
    if caller.city is None:
        raise RoleRequired(roles="reviewer")
    return body, caller.city


def says_of_data(caller: Caller, provider: str) -> None:
    """When data was brought up to date, officers of its provider say. Raises NotYourDataset."""
    if caller.body != provider:
        raise NotYourDataset()


def must_keep(caller: Caller, entry: DatasetRow) -> None:
    """Whoever is in charge of entries keeps those of its city, the authority of a county its county's, a provider its
    own. Raises NotYourDataset."""
    in_its_county = caller.county is not None and entry.provider in caller.county.bodies
    is_in_charge = keeps_every_entry(caller) or (caller.heads_county is not None and in_its_county)
    keeps = is_in_charge or caller.body == entry.provider
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
