"""What every form is: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.objecting import MOST_EVIDENCE
from rules.bounds import Code
from rules.pack import FILING_FIELDS
from rules.stating import states_something


def whole(given: object) -> object:
    """The integer that a number without a fraction is."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


EvidenceIds = Annotated[
    tuple[Code, ...], Field(max_length=MOST_EVIDENCE, description="ids of files that the caller uploaded")
]


Days = Annotated[int, Field(strict=True, ge=1, le=36_500), BeforeValidator(whole)]


Calls = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000), BeforeValidator(whole)]
"""Numbers that JSON may write with a fraction of nothing, 3.0 for 3; no text and no truth value."""


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def said(self) -> dict[str, object]:
        """The body as it was sent, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def given(self, among: frozenset[str]) -> frozenset[str]:
        """The fields that state something."""
        return frozenset(name for name, value in self.said().items() if name in among and not is_blank(value))


def is_blank(value: object) -> bool:
    """A text in which nothing can be seen, or a list of nothing but such, states nothing."""
    if isinstance(value, str):
        return not states_something(value)
    return isinstance(value, list | tuple) and all(is_blank(part) for part in value)


class FilingForm(Form):
    """What somebody files."""

    def stated(self) -> dict[str, object]:
        """The fields of a filing that were stated."""
        return {name: value for name, value in self.said().items() if name in FILING_FIELDS and not is_blank(value)}
