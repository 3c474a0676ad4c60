"""The kinds of data that a city's law has opened first (重点和优先开放), as its catalogue marks them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rules.loading import load_pack
from rules.procedure_names import CATALOGUE_UPDATE
from rules.texts_in_force import label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.pinned import Label

PRIORITY = "priority"


@cache
def priorities_of(city: str) -> Mapping[str, Label]:
    """Each kind that an entry of the city can be of, by its code, in the law's order and `none` last; nothing where the
    law lists none. A kind that the law has dropped is named still, for entries say it."""
    update = load_pack(city).procedures.get(CATALOGUE_UPDATE)
    return {kind: label(each.label) for kind, each in (update.choices.get(PRIORITY, {}) if update else {}).items()}
