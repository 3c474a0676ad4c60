"""How long, how many and how far away what people and files say may be: one place, for forms and imports alike.

Each bound is one that PostgreSQL takes at its fullest, of characters of four bytes and without a NUL, wherever the
value goes from there: a column, an index, an index word. What lies beyond is refused at receipt, with its field named;
what lies within is never found to be too much when it is too late, by the writer of the log. Pure.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic.fields import FieldInfo

from rules.stating import BROKEN_BY, ON_ONE_LINE, STATED

LONGEST_CODE = 100
"""Characters of an id or a code: ids stand in indexes, whose rows have 2,700 bytes together."""
LONGEST_HEADING = 200
"""Characters of what is shown in one line: a title, a domain, the name of an item."""
LONGEST_PROSE = 20_000
MOST_ITEMS = 500
"""Data items of an entry, or named in a filing."""
MOST_FORMATS = 20
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Days from which a calendar and a time zone can still count in both directions."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Instants that PostgreSQL can be asked for in any offset."""

NO_NUL = r"^[^\x00]*$"
SAYS_SOMETHING = r"^[^\x00]*[^\x00\s][^\x00]*$"

A_LINE = rf"[^{BROKEN_BY}\s]([^{BROKEN_BY}]*[^{BROKEN_BY}\s])?"
"""One line in which something can be seen, as far as a pattern can find that: it does not find fillers and format
characters."""
ONE_LINE = rf"^\s*{A_LINE}\s*$"
"""Such a line, with blanks around it that are not kept."""
WHOLE_LINE = rf"^[^{BROKEN_BY}]*[^{BROKEN_BY}\s][^{BROKEN_BY}]*$"
"""Such a line with all that is around it."""


def documented_as(pattern: str) -> FieldInfo:
    """The pattern that documents show of a text whose faults have names of their own."""
    documented: FieldInfo = Field(json_schema_extra={"pattern": pattern})
    return documented


Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST_CODE, pattern=NO_NUL),
    ON_ONE_LINE,
    documented_as(rf"^\s*({A_LINE})?\s*$"),
]
NamedItem = Annotated[Code, StringConstraints(strip_whitespace=True, min_length=1), STATED, documented_as(ONE_LINE)]
ItemCode = Annotated[str, StringConstraints(max_length=LONGEST_CODE, pattern=r"^[a-z][a-z0-9_]*$")]
"""By which filings, grants and restrictions name a data item."""
Items = Annotated[tuple[NamedItem, ...], Field(max_length=MOST_ITEMS)]
Heading = Annotated[
    str,
    StringConstraints(max_length=LONGEST_HEADING, pattern=SAYS_SOMETHING),
    STATED,
    ON_ONE_LINE,
    documented_as(WHOLE_LINE),
]
"""A title, or a name: it is shown on one line."""
Prose = Annotated[str, StringConstraints(max_length=LONGEST_PROSE, pattern=NO_NUL)]
"""Free text, which may be blank."""
Something = Annotated[str, StringConstraints(max_length=LONGEST_PROSE, pattern=SAYS_SOMETHING), STATED]
"""Free text in which something can be seen."""
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY), documented_as(r"^(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$")]
