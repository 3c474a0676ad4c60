"""Bars as a supervisor's pages draw them: in shares of the width, so that letters keep their size. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROW = 44
"""Height of a bar with its label, in pixels."""


@dataclass(frozen=True)
class Bar:
    """What a bar shows: its label, and how much of each kind."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """One piece of a bar: the kind it is of, where it begins and how wide it is, in per cent of the width."""

    kind: int
    begins: float
    width: float


@dataclass(frozen=True)
class Drawn:
    """A bar in its place, `top` pixels from above."""

    bar: Bar
    top: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Chart:
    """Bars on top of each other, the longest as wide as the chart."""

    bars: tuple[Drawn, ...]
    height: int


def stacked(bars: Iterable[Bar]) -> Chart:
    """A chart of bars; one of nothing has no parts."""
    shown = tuple(bars)
    most = max((sum(bar.values) for bar in shown), default=0)
    drawn = tuple(Drawn(bar, number * ROW, _parts(bar.values, most)) for number, bar in enumerate(shown))
    return Chart(drawn, len(shown) * ROW)


def _parts(values: Sequence[int], most: int) -> tuple[Part, ...]:
    parts, begins = [], 0.0
    for kind, value in enumerate(values):
        if value:
            width = round(100 * value / most, 2)
            parts.append(Part(kind, round(begins, 2), width))
            begins += width
    return tuple(parts)
