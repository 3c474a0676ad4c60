"""What two that take turns tell of one another: the ratio of each pair, and between what bounds the true one lies.

Whatever else a machine does strikes both of a pair, so that the ratio of a pair is believed where neither of its values
is. Nothing is assumed of how ratios scatter but that a pair is above the true one as often as below it: the bounds are
ratios of pairs, by the test of signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from statistics import median
from typing import NamedTuple

WANTED = 0.95


class Ratio(NamedTuple):
    """The median of the ratios of pairs; with this confidence the true one lies from `low` to `high`."""

    median: float
    low: float
    high: float
    confidence: float
    pairs: int

    @property
    def says(self) -> str:
        """What may be claimed: less, more, or nothing. Fewer pairs than six can claim nothing with 95 %."""
        if self.confidence < WANTED or self.low <= 1 <= self.high:
            return "no difference shown"
        return "less" if self.high < 1 else "more"

    @property
    def shown(self) -> str:
        """`0.93 × (0.91 to 0.96, 97 % of 8 pairs)`."""
        return f"{self.median:.2f} × ({self.low:.2f} to {self.high:.2f}, {self.confidence:.0%} of {self.pairs} pairs)"


def confidence(pairs: int, left_out: int) -> float:
    """How sure it is that the median of what is measured lies among the ratios of so many pairs, of which so many at
    either end are left out."""
    return float(1 - 2 * sum(comb(pairs, n) for n in range(left_out + 1)) / 2**pairs)


def ratio(values: Sequence[float], beside: Sequence[float], wanted: float = WANTED) -> Ratio:
    """The ratio of what was measured in pairs, with the narrowest bounds that are as sure as wanted; where there are
    too few pairs for that, all of them, and how sure those are. Raises ValueError on none, or on a value of nothing."""
    if not values or len(values) != len(beside) or not all(beside):
        raise ValueError("a ratio is of pairs, and of what is not nothing")
    ratios = sorted(value / other for value, other in zip(values, beside, strict=True))
    pairs = len(ratios)
    left_out = max((n for n in range((pairs - 1) // 2 + 1) if confidence(pairs, n) >= wanted), default=0)
    return Ratio(median(ratios), ratios[left_out], ratios[-1 - left_out], confidence(pairs, left_out), pairs)
