"""What every refusal of an act is, and its kinds; `models.refusals` names each fact for which one is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """An act that the log cannot take. `field` names the part of the act that a rule speaks of, `rule` the article.

    Each is of one kind, which is its base: `Conflict`, `NotYours`, `Unmet`, `Unknown`.
    """

    def __init__(self, field: str | None = None, rule: str | None = None, **params: str) -> None:
        self.field = field
        self.rule = rule
        self.params = params
        super().__init__(self.code)

    @property
    def code(self) -> str:
        return type(self).__name__

    def details(self) -> dict[str, Any]:
        """The fields that the problem document has beside the code: codes and ids only, for it passes through the
        engine."""
        named = {"field": self.field, "rule": self.rule}
        return {**{k: v for k, v in named.items() if v is not None}, **self.params}


class Conflict(Refusal):
    """The act does not fit the present state of the case; at another time it might have been taken."""


class NotYours(Refusal):
    """The act is not for whoever sent it."""


class Unmet(Refusal):
    """The act lacks what the law demands of it, or says what the law does not allow."""


class Unknown(Refusal):
    """The act is about something that the case does not have."""


KINDS = (Conflict, NotYours, Unmet, Unknown)


@dataclass(frozen=True)
class Missing:
    """A requirement that is not met: any one of `fields` would meet it. It stands in the article `rule` of `source`, or
    in no rule of the city."""

    fields: tuple[str, ...]
    rule: str | None = None
    basis: str | None = None
    source: str | None = None

    def details(self) -> dict[str, str]:
        """The codes by which a refusal names it."""
        named = {"field": "|".join(self.fields), "rule": self.rule, "basis": self.basis, "source": self.source}
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def named_in(cls, details: Mapping[str, Any]) -> Missing:
        """The requirement that these `details` name."""
        cited = {name: details.get(name) for name in ("rule", "basis", "source")}
        return cls(fields=tuple(str(details["field"]).split("|")), **cited)


def all_missing(details: Mapping[str, Any]) -> tuple[Missing, ...]:
    """All requirements that the details of a RequirementMissing name. A refusal recorded before it named all of them
    names only the first."""
    return tuple(Missing.named_in(each) for each in details.get("missing", (details,)))
