"""What officers see and keep by the role of their body in its city: the pack of the city says which roles that are."""

from __future__ import annotations

from collections.abc import Mapping

from rules.authored import Charge
from rules.loading import cities, load_pack
from rules.pack import Pack, SightTerms

IN_CHARGE: Mapping[Charge, frozenset[str]] = {
    "interruptions": frozenset({"operator"}),
    "officers": frozenset({"authority"}),
    "entries": frozenset({"authority"}),
}
"""Who is in charge where a pack does not say."""


def sight_in(city: str | None, role: str | None) -> SightTerms | None:
    """How the role sees the whole city today; None where it does not, and of a city without rules."""
    return sight_by(load_pack(city), role) if city in cities() and city is not None else None


def sight_by(pack: Pack, role: str | None) -> SightTerms | None:
    """As `sight_in`, by this pack."""
    return pack.sees_the_city.get(role) if role is not None else None


def in_charge(city: str | None, of: Charge) -> frozenset[str]:
    """The roles of the bodies in charge of this in a city today; none in a city without rules."""
    return in_charge_by(load_pack(city), of) if city is not None and city in cities() else frozenset()


def in_charge_by(pack: Pack, of: Charge) -> frozenset[str]:
    """As `in_charge`, by this pack."""
    terms = pack.in_charge.get(of)
    return IN_CHARGE[of] if terms is None else frozenset(terms.by)


def reached_by_feedback(city: str | None) -> frozenset[str]:
    """The roles of the bodies that feedback reaches or once reached in a city; none in a city without rules."""
    if city is None or city not in cities():
        return frozenset()
    versions = (version.value for version in load_pack(city).feedback or () if version.value)
    return frozenset(role for terms in versions for role in terms.reaches)
