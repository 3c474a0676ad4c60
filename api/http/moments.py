"""Days and instants as callers write them: ISO 8601, and never a number, which would count seconds from 1970."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from rules import bounds
from rules.bounds import EARLIEST, LATEST

WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def written_day(given: object) -> object:
    """A day and nothing else, not even the midnight that begins it."""
    if (isinstance(given, str) and not WRITTEN_DAY.fullmatch(given)) or isinstance(given, int | float):
        raise PydanticCustomError("date_parsing", "no day")
    return given


def written_instant(given: object) -> object:
    """An instant in words and not in seconds."""
    if isinstance(given, int | float) or (isinstance(given, str) and re.fullmatch(r"[\d.eE+\-\s]*", given)):
        raise PydanticCustomError("datetime_parsing", "no instant")
    return given


def plus_as_sent(text: object) -> object:
    """A query writes `+` for a blank, so an offset that was not percent-encoded arrives with a blank before it."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if isinstance(text, str) else text


Day = Annotated[bounds.Day, BeforeValidator(written_day)]
AnyMoment = Annotated[AwareDatetime, BeforeValidator(written_instant)]
Moment = Annotated[AnyMoment, Field(ge=EARLIEST, le=LATEST)]
QueriedMoment = Annotated[Moment, BeforeValidator(plus_as_sent)]
"""An instant with offset, as a query has it."""
AnyQueriedMoment = Annotated[AnyMoment, BeforeValidator(plus_as_sent)]
