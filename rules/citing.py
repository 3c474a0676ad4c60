"""The citations that stand in pinned rules, and the one that a log names by source and article."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from rules.pinned import Basis, Citation
from rules.procedure_rules import ProcedureRules


def citation_named(rules: ProcedureRules, source: str, article: str, basis: Basis) -> Citation:
    """The citation of these rules with that source and article, which knows its note and the titles of what it cites
    besides."""
    same = (each for each in citations_in(rules) if (each.source, each.article) == (source, article))
    return next(same, None) or Citation(source=source, article=article, basis=basis)


def citations_in(part: object) -> Iterator[Citation]:
    """Every citation in rules or a part of them."""
    if isinstance(part, Citation):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from citations_in(getattr(part, name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from citations_in(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from citations_in(value)
