"""The text that both sign: a template of the city's pack, each clause with the article or service rule that it follows,
and what fills its blanks. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rules.authored import Cite, Wording
from rules.pack import AgreementTerms, ClauseTerms
from rules.pinned import Citation, Label, Pinned

SIGN = "sign"
"""The outcome by which somebody signs, in every city."""
BLANK = re.compile(r"\{([^{}]*)\}")
"""A blank as a clause writes it: `{purpose}`."""
STRAY = re.compile(r"[{}]")

OF_THE_CASE = frozenset(
    {
        *("case_number", "provider", "operator", "applicant", "dataset", "data_items", "access_mode", "valid_days"),
        *("use", "daily_calls", "report_days"),
    }
)
"""Blanks that the case itself fills. A case may have no use, no quota of calls, and owe no reports."""
MUST_STAND = frozenset({"provider", "applicant", "dataset", "data_items", "access_mode", "valid_days", "purpose"})
"""What every agreement says: between whom, on which data, how it is obtained, for how long, and what for."""


class Clause(Pinned):
    """One clause, and where it comes from."""

    text: Label
    citation: Citation


class Part(Pinned):
    """Clauses under one heading."""

    heading: Label
    clauses: tuple[Clause, ...]


class AgreementRule(Pinned):
    """The template. `version` is its own; `examined_on` is the day on which a lawyer of the city found it good, None
    where none has yet."""

    version: str
    title: Label
    examined_on: date | None = None
    parts: tuple[Part, ...]
    citation: Citation


@dataclass(frozen=True)
class FilledClause:
    """A clause as it is signed. `number` runs from 1 through all parts."""

    number: int
    text: Label
    citation: Citation


@dataclass(frozen=True)
class FilledPart:
    heading: Label
    clauses: tuple[FilledClause, ...]


def template(held: tuple[AgreementTerms, Cite] | None, cited: Callable[[Cite], Citation]) -> AgreementRule | None:
    """The template as it is pinned; None where the pack has none. `cited` makes a citation of what a pack writes."""
    if held is None:
        return None
    terms, cite = held
    return AgreementRule(
        version=terms.version,
        title=_label(terms.title),
        examined_on=terms.examined_on,
        parts=tuple(
            Part(
                heading=_label(part.heading),
                clauses=tuple(Clause(text=_label(each), citation=cited(each.cite)) for each in part.clauses),
            )
            for part in terms.parts
        ),
        citation=cited(cite),
    )


def _label(wording: Wording | ClauseTerms) -> Label:
    return Label(zh=wording.zh, en=wording.en)


def blanks_in(text: str) -> frozenset[str]:
    """The names of the blanks of a text."""
    return frozenset(BLANK.findall(text))


def blanks_of(clause: Clause) -> frozenset[str]:
    """The blanks of a clause, in whichever language they stand."""
    return blanks_in(clause.text.zh) | blanks_in(clause.text.en)


def filled(rule: AgreementRule, blanks: Mapping[str, Label]) -> tuple[FilledPart, ...]:
    """The text with its blanks filled, once through: what fills a blank is never read as one.

    A clause with a blank that nothing fills says nothing and is left out, and so is a part without clauses.
    """
    numbers = iter(range(1, 1 + sum(len(part.clauses) for part in rule.parts)))
    parts = (FilledPart(part.heading, tuple(_clauses(part, blanks, numbers))) for part in rule.parts)
    return tuple(part for part in parts if part.clauses)


def _clauses(part: Part, blanks: Mapping[str, Label], numbers: Iterator[int]) -> Iterator[FilledClause]:
    for clause in part.clauses:
        if blanks_of(clause) <= blanks.keys():
            zh = BLANK.sub(lambda found: blanks[found[1]].zh, clause.text.zh)
            en = BLANK.sub(lambda found: blanks[found[1]].en, clause.text.en)
            yield FilledClause(next(numbers), Label(zh=zh, en=en), clause.citation)
