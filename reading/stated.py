"""What was stated with a filing, as its case shows it: by the vocabulary, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import create_model

from reading.shape import Shape
from rules.fields import TEXTS, Kind
from rules.vocabulary import asked_by, demandable_of

S = TypeVar("S", bound=Shape)


def shows(form: str) -> Callable[[type[S]], type[S]]:
    """A shape with every choice and every text for which the vocabulary has that form ask, after what it states itself;
    null where a case has none."""

    def made(cls: type[S]) -> type[S]:
        asked = (*_filed_with(form, Kind.CHOICE), *_filed_with(form, *TEXTS))
        fields: dict[str, Any] = {name: (str | None, None) for name in asked if name not in cls.model_fields}
        return create_model(cls.__name__, __base__=cls, __module__=cls.__module__, __doc__=cls.__doc__, **fields)

    return made


def choices_of(form: str, choices: Mapping[str, str]) -> dict[str, str | None]:
    """What was chosen for each choice of that form."""
    return {name: choices.get(name) for name in _filed_with(form, Kind.CHOICE)}


def texts_of(form: str, content: Mapping[str, Any]) -> dict[str, str | None]:
    """What was written for each text of that form; `content` is what came with the filing."""
    return {name: content.get(name) for name in _filed_with(form, *TEXTS)}


def _filed_with(form: str, *kinds: Kind) -> tuple[str, ...]:
    """The fields of these kinds that make the filing; what comes with a draft is shown with the draft."""
    return tuple(name for name in asked_by(form, *kinds) if name in demandable_of(form))
