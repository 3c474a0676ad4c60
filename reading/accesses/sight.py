"""Whose accesses somebody sees: a provider those to its data, the authority of a county those to its county's, operator
and authority the city's, a user its own, and a department those by its own grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.refusals import RoleRequired
from reading.sight import Caller

PROVIDER = "provider"
WHO_EVALUATES = ("reviewer", "supervisor")
WHO_SEES = ("applicant", "reviewer", "supervisor")


@dataclass(frozen=True)
class AccessSight:
    """The accesses to data of a city, of a county, known by its authority, or of a body, or those by the grants of an
    account or of a body that asked for itself."""

    by: Literal["city", "county", "provider", "party", "body"]
    value: str
    city: str | None = None
    """Of whose data it is; the data of one's own grants is of any."""

    @property
    def is_own(self) -> bool:
        return self.by in ("party", "body")


def sight_of(caller: Caller) -> AccessSight | None:
    """What the caller sees; None for whoever sees nothing of it, an administrator of the system included."""
    if caller.has("reviewer", "supervisor") and caller.city and caller.body:
        if caller.sees_the_city:
            return AccessSight("city", caller.city, caller.city)
        if caller.heads_county:
            return AccessSight("county", caller.heads_county, caller.city)
        if caller.body_role == PROVIDER:
            return AccessSight("provider", caller.body, caller.city)
    if caller.has("applicant"):
        return AccessSight("party", caller.account_id)
    return None


def must_see_accesses(caller: Caller) -> AccessSight:
    """What the caller sees. Raises RoleRequired for whoever sees nothing."""
    sight = sight_of(caller)
    if sight is None:
        raise RoleRequired(roles="|".join(WHO_SEES))
    return sight


def must_see_own(caller: Caller) -> AccessSight:
    """The accesses by the caller's own grants; an officer's, by those of its body. Raises RoleRequired."""
    if caller.has("applicant"):
        return AccessSight("party", caller.account_id)
    return AccessSight("body", caller.must_review_for_a_body())


def must_evaluate_use(caller: Caller) -> AccessSight:
    """The data whose use the caller evaluates, its body's or its city's. Raises RoleRequired for who serves none."""
    sight = sight_of(caller)
    if sight is None or sight.is_own:
        raise RoleRequired(roles="|".join(WHO_EVALUATES))
    return sight
