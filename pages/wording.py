"""The texts of the pages, in both languages: a file for each subject, read strictly and once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, TypeAdapter

from reading.words.language import Language, said
from rules.pinned import Label
from rules.strict_yaml import load


class Text(Label):
    """A text of the pages; a comma that nobody quoted would begin something else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_TEXTS: TypeAdapter[dict[str, dict[str, Text]]] = TypeAdapter(dict[str, dict[str, Text]])


@cache
def wordings() -> Mapping[str, Label]:
    """Every text by `PART.NAME`. Raises YamlRefused or ValidationError where a file is not as it must be, ValueError
    for a part that two files have."""
    found: dict[str, Label] = {}
    for file in sorted(files("pages").joinpath("texts").iterdir(), key=lambda each: each.name):
        for part, labels in _TEXTS.validate_python(load(file, file.name)).items():
            if any(known.startswith(f"{part}.") for known in found):
                raise ValueError(f"{file.name}: another file has the part {part}")
            found |= {f"{part}.{name}": label for name, label in labels.items()}
    return found


@dataclass(frozen=True)
class Words:
    """The texts in one language."""

    language: Language

    def __call__(self, name: str, **facts: object) -> str:
        """A text with its facts filled in. Raises KeyError for a text or a fact that is not there."""
        text = said(wordings()[name], self.language)
        return text.format_map(facts) if facts else text
