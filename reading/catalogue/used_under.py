"""Under which text the data of an entry is used, by the class that it has."""

from __future__ import annotations

from datetime import date

from reading.shape import Shape
from reading.words.language import Language, said
from rules.by_class import agreement_of_class
from rules.loading import cities, load_pack
from rules.resolving import NotInForce


class AgreementNamed(Shape):
    """The text under which data is used; `path` is where the API has it."""

    title: str
    version: str
    path: str


def used_under(city: str, openness: str, on: date, language: Language) -> AgreementNamed | None:
    """The text of the class by the law of a day; None of closed data, and where the city has no text or no law."""
    if city not in cities():
        return None
    try:
        text = agreement_of_class(load_pack(city), openness, on)
    except NotInForce:
        return None
    path = f"/v1/rules/{city}/agreements/{openness}"
    return AgreementNamed(title=said(text.title, language), version=text.version, path=path) if text else None
