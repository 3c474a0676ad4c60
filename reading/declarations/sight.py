"""Who declares what for a body, who reads it and who takes it down: by the roles of the pack. Pure."""

from __future__ import annotations

from collections.abc import Collection

from models.refusals import NotYourCity, NotYourDataset, PartyToTheCase, RoleRequired
from reading.sight import Caller
from rules.declarations import PROVIDER, DeclarationRule


def may_declare(caller: Caller | None, rule: DeclarationRule, city: str) -> bool:
    """Whether the caller serves a body of the city that declares this."""
    return caller is not None and caller.has("reviewer") and caller.city == city and caller.body_role in rule.by


def must_declare(caller: Caller, rule: DeclarationRule, city: str) -> str:
    """The body for which the caller declares it. Raises NotYourCity, RoleRequired."""
    body = caller.must_review_for_a_body()
    if caller.city != city:
        raise NotYourCity(field="city")
    if caller.body_role not in rule.by:
        raise RoleRequired(roles="|".join(rule.by))
    return body


def speaks_of_its_own(caller: Caller, providers: Collection[str]) -> None:
    """A provider declares what is about data of its own, and the authority of a county what is about data of its
    county, among others perhaps. Raises NotYourDataset."""
    own = only_of(caller)
    if own is not None and providers and own.isdisjoint(providers):
        raise NotYourDataset(field="dataset_ids")


def is_no_affair_of_its_own(caller: Caller, parties: Collection[str], field: str) -> None:
    """Whoever holds or used the grant whose use is shown neither shows it for a body nor takes it down for one (回避).
    Raises PartyToTheCase, about the field that named grant or declaration."""
    if caller.account_id in parties:
        raise PartyToTheCase(field=field)


def reads_for_a_body(caller: Caller | None, city: str) -> bool:
    """Whether the caller reads what is for the bodies of a city: a provider that about its own data."""
    return caller is not None and caller.has("reviewer", "supervisor") and caller.city == city


def only_of(caller: Caller) -> frozenset[str] | None:
    """The bodies whose data alone is the caller's affair: a provider, those of the county whose authority it serves;
    None for the officers of the other bodies."""
    if caller.county and caller.heads_county:
        return caller.county.bodies
    return frozenset({caller.body}) if caller.body and caller.body_role == PROVIDER else None


def may_take_down(caller: Caller | None, rule: DeclarationRule, city: str, body: str) -> bool:
    """Whether the caller serves the body that declared it, or one that takes down what another has declared."""
    if caller is None or not caller.has("reviewer", "supervisor") or caller.city != city:
        return False
    return caller.body == body or caller.body_role in rule.taken_down_by


def must_take_down(caller: Caller, rule: DeclarationRule, city: str, body: str) -> str:
    """The body for which the caller takes it down. Raises RoleRequired."""
    if not may_take_down(caller, rule, city, body) or caller.body is None:
        raise RoleRequired(roles="|".join((*rule.by, *rule.taken_down_by)))
    return caller.body
