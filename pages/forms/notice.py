"""A notice as a form asks for it: spans of days off and days worked in rows, each with what is wrong beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.datastructures import FormData

from api.acting.publishing_notices import NoticeForm
from api.http.problems import Problem, plain_error
from pages.forms.filled import parsed
from pages.forms.pasted_notice import Read
from reading.words.language import Language

SPANS = 10
DAYS = 12
"""Rows that a form has at least; those of an annual notice are fewer."""
SPARE = 2


@dataclass(frozen=True)
class SpanRow:
    """A row for days off; an empty last day is the first."""

    first: str = ""
    last: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class DayRow:
    """A row for a day worked."""

    on: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeFilled:
    """What stands in the form. `covers_through` is the last day covered, included."""

    scope: str = ""
    document: str = ""
    published_on: str = ""
    spans: tuple[SpanRow, ...] = ()
    worked: tuple[DayRow, ...] = ()
    covers_since: str = ""
    covers_through: str = ""
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def with_room(self) -> NoticeFilled:
        """The same with empty rows to fill in."""
        spans = max(SPANS, len(self.spans) + SPARE) - len(self.spans)
        days = max(DAYS, len(self.worked) + SPARE) - len(self.worked)
        return self._with(
            spans=(*self.spans, *[SpanRow()] * spans), worked=(*self.worked, *[DayRow()] * days), problems=self.problems
        )

    def form(self) -> NoticeForm:
        """The notice that it states. Raises a Problem on what is misshapen."""
        stated: dict[str, Any] = {
            "scope": self.scope,
            "document": self.document,
            "published_on": self.published_on,
            "days_off": [[row.first or row.last, row.last or row.first] for row in self.spans],
            "days_worked": [row.on for row in self.worked],
        }
        if self.covers_since or self.covers_through:
            stated["covers"] = {"since": self.covers_since, "until": after(self.covers_through)}
        return parsed(NoticeForm, stated)

    def refused(self, problem: Problem, language: Language) -> NoticeFilled:
        """The same with each mistake named once, beside its row or field."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for wrong in problem.errors:
            said = plain_error(wrong, language)
            for name in (wrong.field or "").split("|"):
                place = ".".join(name.split(".")[:2]) if name.startswith("days_") else name.split(".")[0]
                if said not in found[place]:
                    found[place].append(said)
        return self._with(
            spans=tuple(
                SpanRow(row.first, row.last, tuple(found[f"days_off.{number}"][:1]))
                for number, row in enumerate(self.spans)
            ),
            worked=tuple(
                DayRow(row.on, tuple(found[f"days_worked.{number}"][:1])) for number, row in enumerate(self.worked)
            ),
            problems={name: said for name, said in found.items() if said},
        )

    def _with(
        self, spans: tuple[SpanRow, ...], worked: tuple[DayRow, ...], problems: Mapping[str, Sequence[str]]
    ) -> NoticeFilled:
        return NoticeFilled(
            self.scope,
            self.document,
            self.published_on,
            spans,
            worked,
            self.covers_since,
            self.covers_through,
            problems,
        )


def after(day: str) -> str:
    """The day after one, which ends a span that does not include it; what is no day stays what it is."""
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return day


def sent(form: FormData) -> NoticeFilled:
    """What was sent, without the rows that are empty."""

    def all_of(name: str) -> list[str]:
        return [str(each).strip() for each in form.getlist(name)]

    def one(name: str) -> str:
        return str(form.get(name, "")).strip()

    pairs = zip(all_of("off_first"), all_of("off_last"), strict=False)
    return NoticeFilled(
        scope=one("scope"),
        document=one("document"),
        published_on=one("published_on"),
        spans=tuple(SpanRow(first, last) for first, last in pairs if first or last),
        worked=tuple(DayRow(on) for on in all_of("worked") if on),
        covers_since=one("covers_since"),
        covers_through=one("covers_through"),
    )


def of_text(read: Read, scope: str) -> NoticeFilled:
    """What a text names, as the form has it."""
    return NoticeFilled(
        scope=scope,
        document=read.document or "",
        spans=tuple(SpanRow(f"{first}", f"{last}") for first, last in read.days_off),
        worked=tuple(DayRow(f"{on}") for on in read.days_worked),
    )
