"""What every part of a cut through a pack asks: which version of a parameter holds on the day, and what it cites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from rules.authored import Cite, Version
from rules.pack import SERVICE, Pack, Procedure
from rules.pinned import BESIDE, Basis, Citation, Further, Label, Regulation, Requirement
from rules.texts_in_force import label, texts_of, with_its_days
from rules.way import Required

T = TypeVar("T")


class NotInForce(LookupError):
    """No law of this city governs the procedure on that day: not yet, or no longer."""

    def __init__(self, city: str, procedure: str, on: date, texts: Sequence[Regulation]) -> None:
        self.city = city
        self.procedure = procedure
        self.on = on
        self.texts = tuple(texts)
        """The law of the city through time, and what stands beside it."""
        super().__init__(f"{city}: no law for {procedure} on {on}; {self.named.en}")

    @property
    def named(self) -> Label:
        """Each text by its title and its days."""
        parts = [with_its_days(text) for text in self.texts]
        return Label(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


def in_force(versions: Iterable[Version[T]], on: date) -> Version[T] | None:
    """The version that holds on that day, or none."""
    return next((v for v in versions if v.holds_on(on)), None)


def citation(pack: Pack, cite: Cite) -> Citation:
    """What a citation of the pack names: an article of a source with those of others beside it, or a service rule with
    its reason."""
    first, *others = cite
    source, _, article = first.partition(" ")
    if source == SERVICE:
        return Citation(source=SERVICE, article=article, basis=Basis.SERVICE, note=label(pack.service_rules[article]))
    return Citation(
        source=source,
        article=BESIDE.join((article, *others)),
        also=tuple(_further(pack, other) for other in others),
    )


def _further(pack: Pack, cite: str) -> Further:
    source, _, article = cite.partition(" ")
    return Further(source=source, article=article, title=label(pack.sources[source].title))


class Held(NamedTuple, Generic[T]):
    value: T
    cite: Cite


class CutAt:
    """A pack, a procedure of it and a day; `since` is the day since which all that was asked for has stood."""

    def __init__(self, pack: Pack, name: str, on: date) -> None:
        self.pack = pack
        self.name = name
        self.procedure: Procedure = pack.procedures[name]
        self.on = on
        self.since = pack.in_force_from

    def not_in_force(self) -> NotInForce:
        return NotInForce(self.pack.city, self.name, self.on, texts_of(self.pack))

    def cited(self, cite: Cite) -> Citation:
        return citation(self.pack, cite)

    def chosen(self, versions: Iterable[Version[T]]) -> Version[T]:
        """The version that holds, null or not; the cut has stood since the latest of those chosen."""
        version = in_force(versions, self.on)
        if version is None:
            raise self.not_in_force()
        self.since = max(self.since, version.in_force_from)
        return version

    def held(self, versions: Iterable[Version[T]] | None) -> Held[T] | None:
        """The value that holds with its citation, unless the pack is silent or says that nothing applies."""
        version = None if versions is None else self.chosen(versions)
        return None if version is None or version.value is None else Held(version.value, version.cite)

    def requirements(self, required: Iterable[Required], cite: Cite) -> tuple[Requirement, ...]:
        return tuple(
            Requirement(any_of=r.any_of, when=dict(r.when), citation=self.cited(r.cite or cite)) for r in required
        )
