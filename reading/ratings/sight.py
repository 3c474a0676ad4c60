"""Whose ratings somebody sees: a provider those of its data, the authority of a county those of its county's, operator
and authority the city's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from models.refusals import RoleRequired
from reading.sight import Caller

PROVIDER = "provider"


@dataclass(frozen=True)
class RatingSight:
    """The data of a city, of a county, known by its authority, or of a body, as far as it is of the data of the county
    that the question is narrowed to."""

    by: Literal["city", "county", "provider"]
    value: str
    city: str
    within: str | None = None

    def narrowed(self, county: str | None) -> RatingSight:
        """The same, of the data of this county alone where one is named."""
        return replace(self, within=county)


def sight_of(caller: Caller) -> RatingSight | None:
    """What the caller sees; None for whoever sees nothing of it."""
    if not caller.has("reviewer", "supervisor") or caller.city is None or caller.body is None:
        return None
    if caller.sees_the_city:
        return RatingSight("city", caller.city, caller.city)
    if caller.heads_county:
        return RatingSight("county", caller.heads_county, caller.city)
    return RatingSight("provider", caller.body, caller.city) if caller.body_role == PROVIDER else None


def must_see_ratings(caller: Caller) -> RatingSight:
    """What the caller sees. Raises RoleRequired for whoever sees nothing."""
    sight = sight_of(caller)
    if sight is None:
        raise RoleRequired(roles="reviewer|supervisor")
    return sight
