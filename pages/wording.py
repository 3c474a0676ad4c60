"""What the pages say of themselves, in both languages; `texts.yaml` is read strictly and once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from reading.words.language import Language, said
from rules.pinned import Label
from rules.strict_yaml import load

_TEXTS: TypeAdapter[dict[str, dict[str, Label]]] = TypeAdapter(dict[str, dict[str, Label]])


@cache
def wordings() -> Mapping[str, Label]:
    """Every text by `PART.NAME`. Raises YamlRefused or ValidationError where the file is not as it must be."""
    parts = _TEXTS.validate_python(load(files("pages").joinpath("texts.yaml"), "texts.yaml"))
    return {f"{part}.{name}": label for part, labels in parts.items() for name, label in labels.items()}


@dataclass(frozen=True)
class Words:
    """The texts in one language."""

    language: Language

    def __call__(self, name: str, **facts: object) -> str:
        """A text with its facts filled in. Raises KeyError for a text or a fact that is not there."""
        text = said(wordings()[name], self.language)
        return text.format_map(facts) if facts else text
