"""Whose ratings somebody sees: a provider those of its data, operator, authority and supervisors the city's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.refusals import RoleRequired
from reading.sight import Caller

PROVIDER = "provider"


@dataclass(frozen=True)
class RatingSight:
    """The data of a city or of a body of it."""

    by: Literal["city", "provider"]
    value: str
    city: str


def sight_of(caller: Caller) -> RatingSight | None:
    """What the caller sees; None for whoever sees nothing of it."""
    if not caller.has("reviewer", "supervisor") or caller.city is None or caller.body is None:
        return None
    if caller.sees_the_city:
        return RatingSight("city", caller.city, caller.city)
    return RatingSight("provider", caller.body, caller.city) if caller.body_role == PROVIDER else None


def must_see_ratings(caller: Caller) -> RatingSight:
    """What the caller sees. Raises RoleRequired for whoever sees nothing."""
    sight = sight_of(caller)
    if sight is None:
        raise RoleRequired(roles="reviewer|supervisor")
    return sight
