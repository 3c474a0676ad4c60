"""What every form is: strict, so that a mistyped field is a problem and never silently nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model

from api.http.moments import Day
from models.objecting import MOST_EVIDENCE
from rules.bounds import Code, Items, Prose
from rules.fields import FIELDS, Kind
from rules.stating import states_something
from rules.vocabulary import FILING_FIELDS, FORMS


def whole(given: object) -> object:
    """The integer that a number without a fraction is."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


EvidenceIds = Annotated[
    tuple[Code, ...], Field(max_length=MOST_EVIDENCE, description="ids of files that the caller uploaded")
]


WorkingDays = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}wd$")]


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


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


F = TypeVar("F", bound=Form)

TYPES: Mapping[Kind, Any] = {
    Kind.PROSE: Prose,
    Kind.LINE: Prose,
    Kind.CHOICE: Code,
    Kind.ITEMS: Items,
    Kind.FILES: EvidenceIds,
    Kind.DAY: Day,
    Kind.WORKING_DAYS: WorkingDays,
    Kind.YES: Annotated[bool, Field(strict=True)],
    Kind.DIGEST: Digest,
}
"""As what JSON carries a field of each kind; `COUNT`, `ENTRY` and `ANSWERS` differ from form to form."""


def asks(form: str, *, leave_out: frozenset[str] = frozenset(), **own: Any) -> Callable[[type[F]], type[F]]:
    """A class of forms with the fields that the vocabulary has that form ask for, after those that it states itself.

    `own` are the types of fields whose kind has none in `TYPES`. What code reads by name the class declares for the
    type checker alone. `leave_out` are fields that one form of several has alone.
    """
    fields: dict[str, Any] = {}
    for asked in (each for each in FORMS[form] if each.name not in leave_out):
        kind = FIELDS[asked.name].kind
        of_type = own.get(asked.name) or TYPES[kind]
        if asked.always:
            fields[asked.name] = (of_type, Field(description=asked.description))
        elif kind is Kind.FILES:
            fields[asked.name] = (of_type, ())
        else:
            fields[asked.name] = (of_type | None, Field(None, description=asked.description))

    def made(cls: type[F]) -> type[F]:
        return create_model(cls.__name__, __base__=cls, __module__=cls.__module__, __doc__=cls.__doc__, **fields)

    return made
