"""The names that calls use of what the law knows: a name that nothing can ever have is a problem, and no empty list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from models.procedures import BY_NAME
from reading.words.texts import texts
from rules.bounds import LONGEST_CODE
from rules.loading import cities, load_pack

LONGEST_LIST = 20
"""Of a vocabulary that is longer a problem names none."""


def among(code: str, known: Callable[[], Collection[str]]) -> AfterValidator:
    """A text of this vocabulary; another is a problem of this code, which names what there is."""

    def check(given: str) -> str:
        names = known()
        if given not in names:
            named = tuple(names) if len(names) <= LONGEST_LIST else ()
            raise PydanticCustomError(code, "unknown", {"given": given, "known": named})
        return given

    return AfterValidator(check)


@cache
def stages() -> frozenset[str]:
    """The stages of every procedure of every city."""
    packs = [load_pack(city) for city in cities()]
    return frozenset(stage for pack in packs for known in pack.procedures.values() for stage in known.stages)


@cache
def outcomes() -> frozenset[str]:
    """The outcomes with which a case can have ended: those of any city's rules, and ours that no pack names."""
    packs = [load_pack(city) for city in cities()]
    named = {ending for pack in packs for known in pack.procedures.values() for ending in known.endings}
    return frozenset(named | set(texts().endings))


NamedCity = Annotated[
    str,
    among("city_unknown", cities),
    WithJsonSchema({"type": "string", "enum": cities()}),
]
NamedProcedure = Annotated[
    str,
    among("procedure_not_known", lambda: tuple(BY_NAME)),
    WithJsonSchema({"type": "string", "enum": sorted(BY_NAME)}),
]
NamedStage = Annotated[str, StringConstraints(max_length=LONGEST_CODE), among("stage_not_known", stages)]
NamedOutcome = Annotated[str, StringConstraints(max_length=LONGEST_CODE), among("outcome_not_known", outcomes)]
