"""The law of a city as it stands on a day."""

from __future__ import annotations

from datetime import date

from reading.shape import Shape
from reading.store import Archive
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import Label
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing


class NoLawOn(Exception):
    """No law of the city governs the procedure on that day: not yet, or no longer. `texts` names each text and its
    days."""

    def __init__(self, on: date, texts: Label) -> None:
        self.on = on
        self.texts = texts
        super().__init__(on)


class RulesOnADay(Shape):
    """The rules of a procedure on a day, whole and in both languages, under the digest by which cases keep them."""

    on: date
    digest: str
    rules: ProcedureRules


async def rules_on(archive: Archive, city: str, procedure: str, on: date | None) -> RulesOnADay:
    """The rules that govern what is filed on a day; today, where none is named. Raises CityUnknown, ProcedureUnknown,
    NoLawOn."""
    day = on or to_shanghai(await archive.now()).date()
    try:
        rules = governing(load_pack(city), procedure, day)
    except NotInForce as fact:
        raise NoLawOn(day, fact.named) from fact
    return RulesOnADay(on=day, digest=rules.digest(), rules=rules)
