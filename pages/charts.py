"""Bars as people compare them: where each begins and how long it is. Pure; templates draw them as SVG.

A chart never stands alone: the table of the same numbers is beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 340
BAR = 18
ROW = 50
"""Units of the drawing, which a phone shows at their size: a label of one line stands above each bar."""
FOR_NUMBERS = 60
"""Kept free at the end of the longest bar."""


@dataclass(frozen=True)
class Part:
    """A part of a bar. `kind` is how it is drawn."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A bar of parts, with its label above it and its number at its end."""

    label: str
    number: str
    y: int
    parts: tuple[Part, ...]

    @property
    def end(self) -> float:
        return self.parts[-1].x + self.parts[-1].width if self.parts else 0.0


@dataclass(frozen=True)
class Chart:
    """Bars one below the other, on one scale."""

    width: int
    height: int
    bar: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarContent:
    """What a bar shows: how many of each kind, beside each other."""

    label: str
    number: str
    parts: Sequence[tuple[str, int]]


def bars(counted: Iterable[BarContent]) -> Chart:
    """A bar for each; the longest takes the whole width, and what is nothing has no part."""
    rows = list(counted)
    most = max((sum(number for _, number in row.parts) for row in rows), default=0)
    unit = (WIDTH - FOR_NUMBERS) / most if most else 0.0
    return Chart(WIDTH, ROW * len(rows), BAR, tuple(_bar(row, n, unit) for n, row in enumerate(rows)))


def _bar(row: BarContent, place: int, unit: float) -> Bar:
    parts: list[Part] = []
    x = 0.0
    for kind, number in row.parts:
        if number:
            parts.append(Part(kind, round(x, 1), round(number * unit, 1)))
            x += number * unit
    return Bar(row.label, row.number, place * ROW + ROW - BAR - 8, tuple(parts))
