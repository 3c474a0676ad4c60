"""How long the log of accesses is kept, and whether those who use data are known by their real names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

from rules.pinned import Citation, Pinned
from rules.resolving import citation, in_force

if TYPE_CHECKING:
    from rules.pack import Pack

A_YEAR = 12
"""Months."""


class AccessLogRule(Pinned):
    """Each month of the log is kept for `months` from its end."""

    months: int
    citation: Citation

    @classmethod
    def of(cls, pack: Pack, on: date) -> Self | None:
        """The rule of a city on that day; None where nothing is said."""
        version = in_force(pack.access_log or (), on)
        if version is None or version.value is None:
            return None
        return cls(months=version.value.months, citation=citation(pack, version.cite))

    def kept_from(self, today: date) -> date:
        """The first day of the earliest month that is kept."""
        return months_before(today, self.months)


def kept_from(rules: Iterable[AccessLogRule | None], today: date) -> tuple[date, AccessLogRule] | None:
    """From which month on the log is kept for all of these cities, and by the rule of which: the longest counts, for a
    month is kept or dropped whole. None where a city says nothing: its months are kept without end."""
    found: list[tuple[date, AccessLogRule]] = []
    for rule in rules:
        if rule is None:
            return None
        found.append((rule.kept_from(today), rule))
    return min(found, key=lambda each: each[0], default=None)


def months_before(day: date, months: int) -> date:
    """The first of the month so many months before that of a day."""
    years, month = divmod(day.year * A_YEAR + day.month - 1 - months, A_YEAR)
    return date(years, month + 1, 1)


def real_name(pack: Pack, on: date) -> Citation | None:
    """By which rule those who use data are known by their real names; None where the city has none."""
    version = in_force(pack.real_name or (), on)
    return citation(pack, version.cite) if version is not None and version.value else None
