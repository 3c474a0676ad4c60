"""What the bodies of a city declare outside every procedure (登记): cases of use that are shown, the rules of the
platform, how data is collected and whether it can be reached, what a provider does with it in its own systems, how it
evaluates its use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, Self

from rules.admissibility import Inadmissible
from rules.pinned import Citation, Label, Pinned
from rules.resolving import citation, in_force
from rules.stating import stands_on_one_line, states_something
from rules.texts_in_force import label

if TYPE_CHECKING:
    from rules.pack import Pack
    from rules.service_terms import AskedTerms, DeclarationTerms

SAYS = "says"
"""The field of a declaration under which lies what it says."""
PROVIDER = "provider"


DAYS = ("day", "past_day")
"""How something is said that is a day."""


class Value(Pinned):
    """One of the values of which a declaration says one."""

    value: str
    label: Label


class Asked(Pinned):
    """Something that a declaration says; one of the `values`, where there are such."""

    name: str
    label: Label
    required: bool
    as_a: Literal["prose", "line", "day", "past_day"]
    values: tuple[Value, ...]

    def said(self, text: str) -> Label:
        """What is said, in words; a value that the rule does not know, by its code."""
        return next((each.label for each in self.values if each.value == text), Label(zh=text, en=text))

    def wrong_with(self, text: str | None, rule: Citation, today: date) -> Iterator[Inadmissible]:
        """Why it cannot be said like this on that day."""
        field = f"{SAYS}.{self.name}"
        if not states_something(text or ""):
            if self.required:
                yield Inadmissible(field, "said_missing", rule, {"label": self.label})
            return
        known = tuple(each.value for each in self.values)
        if known and text not in known:
            yield Inadmissible(field, "not_one_of_these", rule, {"given": text, "known": known})
        elif self.as_a in DAYS and not is_a_day(text or ""):
            yield Inadmissible(field, "date_from_datetime_parsing", None)
        elif self.as_a == "past_day" and date.fromisoformat(text or "") > today:
            yield Inadmissible(field, "day_to_come", rule, {"label": self.label})
        elif self.as_a == "line" and not stands_on_one_line(text or ""):
            yield Inadmissible(field, "not_one_line", None)


class Again(Pinned):
    """After how many calendar days the next is owed, since when by the pack, how many days before it is reminded."""

    days: int
    since: date
    reminded: tuple[int, ...] = ()
    citation: Citation


class DeclarationRule(Pinned):
    """A kind of declaration, as it is on a day."""

    kind: str
    label: Label
    by: tuple[str, ...]
    about: Literal["city", "dataset", "datasets"]
    read_by: Literal["everybody", "bodies"]
    asks: tuple[Asked, ...]
    names_a_user: bool
    taken_down_by: tuple[str, ...]
    again: Again | None
    citation: Citation

    @classmethod
    def of(cls, pack: Pack, kind: str, on: date) -> Self | None:
        """The rule of a city on that day; None where it has none, or no law of the city is in force."""
        if pack.in_force_until is not None and on >= pack.in_force_until:
            return None
        entry = pack.declarations.get(kind)
        version = in_force(entry.versions, on) if entry else None
        if entry is None or version is None or version.value is None:
            return None
        terms: DeclarationTerms = version.value
        return cls(
            kind=kind,
            label=label(entry.label),
            by=terms.by,
            about=terms.about,
            read_by=terms.read_by,
            asks=tuple(_asked(name, each) for name, each in terms.asks.items()),
            names_a_user=terms.names_a_user,
            taken_down_by=terms.taken_down.by if terms.taken_down else (),
            again=_again(pack, kind, terms) if terms.again else None,
            citation=citation(pack, version.cite),
        )

    @classmethod
    def last(cls, pack: Pack, kind: str, on: date) -> Self | None:
        """As `of`, and from the day the law ends, the rule of its last day: in its words they are still shown."""
        return cls.of(pack, kind, min(on, pack.in_force_until - timedelta(days=1)) if pack.in_force_until else on)

    @property
    def is_public(self) -> bool:
        return self.read_by == "everybody"

    def wrong_with(self, says: Mapping[str, str], today: date) -> Iterator[Inadmissible]:
        """Why a declaration cannot say that on that day."""
        for each in self.asks:
            yield from each.wrong_with(says.get(each.name), self.citation, today)
        known = tuple(each.name for each in self.asks)
        for name in says:
            if name not in known:
                yield Inadmissible(f"{SAYS}.{name}", "extra_forbidden", None)

    def wrong_with_number(self, datasets: int) -> Iterator[Inadmissible]:
        """Why a declaration cannot be about so many datasets."""
        fits = {"city": datasets == 0, "dataset": datasets == 1, "datasets": datasets > 0}
        if not fits[self.about]:
            yield Inadmissible("dataset_ids", f"about_{self.about}", self.citation)

    def owed_on(self, last: date | None, opened: date | None = None) -> date | None:
        """The last day on which the next is in time: the last was made on that day, or where there is none yet the data
        was opened on that, None for data that always was; not before the pack has it owed at all. None where none is
        owed again."""
        if self.again is None:
            return None
        begun = max(self.again.since, last or opened or self.again.since)
        return begun + timedelta(days=self.again.days)

    def days_left(self, due_on: date, today: date) -> int | None:
        """At which of its points a reminder is, the nearest to the last day that has come; None once that is over."""
        if today > due_on or self.again is None:
            return None
        return min((each for each in self.again.reminded if (due_on - today).days <= each), default=None)

    def reminds(self, due_on: date, today: date) -> bool:
        """Whether any reminder of that last day has come."""
        return today > due_on or self.days_left(due_on, today) is not None


def _again(pack: Pack, kind: str, terms: DeclarationTerms) -> Again:
    """When the next is owed, and since when there has been such a duty without a gap."""
    assert terms.again
    since: date | None = None
    for version in pack.declarations[kind].versions:
        is_owed = version.value is not None and version.value.again is not None
        since = (since or version.in_force_from) if is_owed else None
        if version.value is terms:
            break
    assert since
    cited = citation(pack, terms.again.cite)
    return Again(days=terms.again.days, since=since, reminded=terms.again.reminded, citation=cited)


def declared_in(pack: Pack, on: date) -> tuple[DeclarationRule, ...]:
    """Every kind that the city has on that day, in the order of the pack."""
    found = (DeclarationRule.of(pack, kind, on) for kind in pack.declarations)
    return tuple(rule for rule in found if rule)


def is_a_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _asked(name: str, terms: AskedTerms) -> Asked:
    values = tuple(Value(value=value, label=label(words)) for value, words in terms.one_of.items())
    return Asked(name=name, label=label(terms.label), required=terms.required, as_a=terms.as_a, values=values)
