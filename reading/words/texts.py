"""The texts that people read, in both languages; `texts.yaml` is read strictly and once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from rules.pinned import Label
from rules.strict_yaml import load
from rules.vocabulary import labels


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemText(Strict):
    """A problem's title, and the sentence that says what is the matter."""

    title: Label
    detail: Label


class Texts(Strict):
    """`problems` by the code of a refusal or of the service, `errors` by the code of one field's error, `shapes` by
    pydantic's type of error, `endings` by an outcome of a case that no pack names,
    `holds` by why data is not held, `duplicates` by why entries are alike, `drafts` by how a draft stands that is not
    submitted, `gate` by the gate's reason,
    `inspections` by what one found,
    `supervision` by what a table or a calendar of tasks speaks of, `figures` by what a table of figures does,
    `tables` by what the table of a list does, `clocks` by what a line of the ledger of a clock does."""

    problems: Mapping[str, ProblemText]
    errors: Mapping[str, Label]
    shapes: Mapping[str, Label]
    endings: Mapping[str, Label]
    holds: Mapping[str, Label]
    duplicates: Mapping[str, Label]
    drafts: Mapping[str, Label]
    gate: Mapping[str, Label]
    inspections: Mapping[str, Label]
    supervision: Mapping[str, Label]
    waiting: Mapping[str, Label]
    figures: Mapping[str, Label]
    tables: Mapping[str, Label]
    clocks: Mapping[str, Label]

    @cached_property
    def fields(self) -> Mapping[str, Label]:
        """How what people state is called, by the name of the field."""
        return labels()


@cache
def texts() -> Texts:
    """The texts. Raises YamlRefused or ValidationError where the file is not as it must be."""
    return Texts.model_validate(load(files("reading.words").joinpath("texts.yaml"), "texts.yaml"))
