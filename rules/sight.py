"""What officers see by the role of their body in its city: the law of the city says which roles see all of it."""

from __future__ import annotations

from rules.loading import cities, load_pack
from rules.pack import Pack, SightTerms


def sight_in(city: str | None, role: str | None) -> SightTerms | None:
    """How the role sees the whole city today; None where it does not, and of a city without rules."""
    return sight_by(load_pack(city), role) if city in cities() and city is not None else None


def sight_by(pack: Pack, role: str | None) -> SightTerms | None:
    """As `sight_in`, by this pack."""
    return pack.sees_the_city.get(role) if role is not None else None
