"""What papers say of themselves, in both languages; `texts.yaml` is read strictly and once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from reading.words.language import Language, said
from rules.pinned import Label
from rules.strict_yaml import load

_TEXTS: TypeAdapter[dict[str, dict[str, Label]]] = TypeAdapter(dict[str, dict[str, Label]])


@cache
def texts_of_papers() -> Mapping[str, Mapping[str, Label]]:
    """The texts by part and name. Raises YamlRefused or ValidationError where the file is not as it must be."""
    return _TEXTS.validate_python(load(files("reading.papers").joinpath("texts.yaml"), "papers/texts.yaml"))


def word(language: Language, part: str, name: str, **facts: object) -> str:
    """A text with its facts filled in. Raises KeyError for what is not there."""
    return said(texts_of_papers()[part][name], language).format_map(facts)
