"""Which entries are likely to be of the same data (Nanjing 17 has the authority settle who collects it). Pure.

The rule is a service rule, for no law says what a duplicate is. Two entries of different providers are likely to be of
the same data if at least half of all the items that they have are common, and at least two, by name or by code; or if
the titles are alike: of the pairs of neighbouring characters that they have, at least six in ten are common. Width,
case and punctuation make no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from activities.catalogue.index import cut

MOST_DUPLICATES = 20
COMMON_ITEMS = 2
SHARE_OF_ITEMS = 0.5
"""Of all items that two entries have, each once."""
SHARE_OF_PAIRS = 0.6
"""Of the pairs of both titles, by Dice's coefficient."""


@dataclass(frozen=True)
class Likeness:
    """One reason why two entries are likely to be of the same data."""

    code: Literal["items", "title"]
    share: float
    common: tuple[str, ...]


def likenesses(entry: Mapping[str, Any], other: Mapping[str, Any]) -> list[Likeness]:
    """Every reason, the strongest first; none where the entries are not likely to be of the same data."""
    found = [each for each in (of_items(entry, other), of_titles(entry, other)) if each]
    return sorted(found, key=lambda each: -each.share)


def of_items(entry: Mapping[str, Any], other: Mapping[str, Any]) -> Likeness | None:
    """Whether they have the same items: of one name in Chinese, or of one code."""
    ours, theirs = items_of(entry), items_of(other)
    codes = {code for code, _ in theirs}
    names = {name for _, name in theirs}
    common = tuple(name for code, name in ours if code in codes or name in names)
    all_of_both = len(ours) + len(theirs) - len(common)
    share = len(common) / all_of_both if all_of_both else 0.0
    return (
        Likeness("items", round(share, 2), common) if len(common) >= COMMON_ITEMS and share >= SHARE_OF_ITEMS else None
    )


def of_titles(entry: Mapping[str, Any], other: Mapping[str, Any]) -> Likeness | None:
    """Whether the titles are alike in Chinese."""
    ours, theirs = pairs_of(title_of(entry)), pairs_of(title_of(other))
    common = ours & theirs
    share = 2 * len(common) / (len(ours) + len(theirs)) if ours and theirs else 0.0
    return Likeness("title", round(share, 2), tuple(sorted(common))) if share >= SHARE_OF_PAIRS else None


def items_of(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Code and Chinese name of each item; the code again where it has no name."""
    items = entry.get("items") or ()
    return [(item["item"], plain((item.get("name") or {}).get("zh", "")) or item["item"]) for item in items]


def title_of(entry: Mapping[str, Any]) -> str:
    return str((entry.get("title") or {}).get("zh", ""))


def plain(text: str) -> str:
    """The text without what makes no difference."""
    return "".join(cut(text))


def pairs_of(text: str) -> set[str]:
    """Every two neighbouring characters of a text; of a single character, that."""
    of_text = plain(text)
    return {first + second for first, second in pairwise(of_text)} or {of_text} - {""}
