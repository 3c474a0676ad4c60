"""How long the record of a case that has ended is kept with all that people wrote in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from rules.pinned import Citation, Pinned
from rules.resolving import citation, in_force

if TYPE_CHECKING:
    from rules.pack import Pack


class KeepingRule(Pinned):
    """`years` begin on the day on which the case has ended."""

    years: int
    citation: Citation

    @classmethod
    def of(cls, pack: Pack, on: date) -> Self | None:
        """The rule of a city for a case that ended on that day; None where nothing is said."""
        version = in_force(pack.keeping or (), on)
        if version is None or version.value is None:
            return None
        return cls(years=version.value.years, citation=citation(pack, version.cite))


def kept_until(rule: KeepingRule, ended_on: date) -> date:
    """The first day on which the record need not be kept; the day after, for what ended on 29 February."""
    try:
        return ended_on.replace(year=ended_on.year + rule.years)
    except ValueError:
        return date(ended_on.year + rule.years, 3, 1)
