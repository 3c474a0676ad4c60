"""What every file that people write of the law is made of: texts in both languages, days, citations, dated versions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from rules.stating import STATED

T = TypeVar("T")


OneOrMore = Annotated[tuple[T, ...], Field(min_length=1)]


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Charge = Literal["interruptions", "officers", "entries"]
"""What some body of a city is in charge of, for all of it."""


BODY_ID = r"[a-z]+\.[a-z][a-z_]*"
"""City and what the body is called in ids: `nanning.operator`, `nanning.water_court`."""


Text = Annotated[str, StringConstraints(pattern=r"\S"), STATED]


Day = Annotated[date, Strict()]


Period = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(h|wd|d|mo)$")]
"""Hours, working days, calendar days or months."""


HoursOrWorkingDays = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(h|wd)$")]
"""In what the office itself is measured: reminders, announcements."""


PeriodOrBeforehand = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,3}(h|wd|d|mo)|beforehand)$")]
PeriodOrPromptly = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,3}(h|wd|d|mo)|promptly)$")]


NUMBER = "[1-9][0-9]{0,3}"
ARTICLE = rf"(s?{NUMBER}|{NUMBER}-{NUMBER})(\.{NUMBER})?(\({NUMBER}\)({NUMBER})?)?"
"""`20(3)`: article and item; `16.2`: second paragraph; `12-1`: 第十二条之一; of a text in sections,
`s3(2)2`: 三（二）2."""

OneCite = Annotated[
    str,
    StringConstraints(pattern=rf"^([a-z][a-z0-9_]* {ARTICLE}( and {ARTICLE})*|service [a-z][a-z0-9_]*)$"),
]
"""`measures 20(3)`: source and article; `measures 16.2 and 17`: one rule that rests on two articles of its source;
`service NAME`: a service rule."""


def _as_a_list(written: object) -> object:
    return (written,) if isinstance(written, str) else written


Cite = Annotated[tuple[OneCite, ...], BeforeValidator(_as_a_list), Field(min_length=1)]
"""One citation, or a list of them where a rule rests on articles of several sources: `["measures 15", "licensing_law
45"]`. The first is the one by which the rule is found."""


class Authored(BaseModel):
    """Written by hand, so read strictly: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(Authored):
    """A text that a person reads, in both languages."""

    zh: Text
    en: Text


class Source(Authored):
    """A regulation and its dates of force. `in_force_until` is exclusive; null means that no end is known."""

    title: Wording
    document: Text
    status: Literal["in_force", "adopted_draft"]
    issued_on: Day | None
    in_force_from: Day
    in_force_until: Day | None = None
    assumed: Wording | None = None
    adopted_by: Wording | None = None
    adopted_on: Day | None = None


class Version(Authored, Generic[T]):
    """One value of a parameter, with the days on which it stood; without `in_force_until`, to the end of the law."""

    in_force_from: Day
    in_force_until: Day | None = None
    value: T | None
    cite: Cite

    def holds_on(self, on: date) -> bool:
        return self.in_force_from <= on and (self.in_force_until is None or on < self.in_force_until)
