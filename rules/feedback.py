"""What people can tell those who open data in a city (意见建议): of which kinds, and which bodies it reaches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from rules.admissibility import Inadmissible
from rules.pinned import Citation, Label, Pinned
from rules.resolving import citation, in_force
from rules.texts_in_force import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.pack import Pack


class FeedbackKind(Pinned):
    """Something that can be told."""

    kind: str
    label: Label


class AnsweredWithin(Pinned):
    """Within how many calendar days it is answered."""

    days: int
    citation: Citation


class FeedbackRule(Pinned):
    """Feedback has a kind, and reaches the bodies of these roles, the provider where it is about data of its own."""

    kinds: tuple[FeedbackKind, ...]
    reaches: tuple[str, ...]
    answered_within: AnsweredWithin | None
    citation: Citation

    @classmethod
    def of(cls, pack: Pack, on: date) -> Self | None:
        """The rule of a city on that day; None where it has none, or no law of the city is in force."""
        if pack.in_force_until is not None and on >= pack.in_force_until:
            return None
        version = in_force(pack.feedback or (), on)
        if version is None or version.value is None:
            return None
        within = version.value.answered_within
        return cls(
            kinds=tuple(FeedbackKind(kind=name, label=label(words)) for name, words in version.value.kinds.items()),
            reaches=version.value.reaches,
            answered_within=AnsweredWithin(days=within.days, citation=citation(pack, within.cite)) if within else None,
            citation=citation(pack, version.cite),
        )

    def owed_on(self, received: date) -> date | None:
        """The last day on which an answer is in time; None where none is owed."""
        return received + timedelta(days=self.answered_within.days) if self.answered_within else None

    def label_of(self, kind: str) -> Label:
        """What a kind is called; one that the rule no longer has, by its code."""
        return next((each.label for each in self.kinds if each.kind == kind), Label(zh=kind, en=kind))

    def wrong_with(self, kind: str) -> Iterator[Inadmissible]:
        """Why feedback of that kind is not received."""
        known = tuple(each.kind for each in self.kinds)
        if kind not in known:
            yield Inadmissible("kind", "feedback_kind", self.citation, {"given": kind, "known": known})
