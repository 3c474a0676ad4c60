"""How data is rated in a city (评价): by whom, in which dimensions and words, and whom a rating reaches at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, Self

from rules.admissibility import Inadmissible
from rules.pinned import Citation, Label, Pinned
from rules.resolving import citation, in_force
from rules.texts_in_force import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.pack import Pack

SCORES = "scores"


class Dimension(Pinned):
    """One thing that is rated."""

    dimension: str
    label: Label


class RatingRule(Pinned):
    """Each of the dimensions gets a whole number from 1 to `best`, from whoever obtained the data or from anybody."""

    by: Literal["who_obtained", "anybody"]
    dimensions: tuple[Dimension, ...]
    best: int
    reaches: tuple[str, ...]
    """Roles of the bodies that get each rating at once."""
    citation: Citation
    of_dimensions: Citation
    of_scores: Citation

    @classmethod
    def of(cls, pack: Pack, on: date) -> Self | None:
        """The rule of a city on that day; None where data is not rated, or no law of the city is in force."""
        if pack.in_force_until is not None and on >= pack.in_force_until:
            return None
        version = in_force(pack.rating or (), on)
        if version is None or version.value is None:
            return None
        terms, cite = version.value, citation(pack, version.cite)
        own = terms.dimensions.cite
        return cls(
            by=terms.by,
            dimensions=tuple(
                Dimension(dimension=name, label=label(words)) for name, words in terms.dimensions.named.items()
            ),
            best=terms.scores.best,
            reaches=terms.reaches,
            citation=cite,
            of_dimensions=citation(pack, own) if own else cite,
            of_scores=citation(pack, terms.scores.cite),
        )

    @classmethod
    def last(cls, pack: Pack, on: date) -> Self | None:
        """As `of`, and from the day the law ends, the rule of its last day: in its words ratings are still shown."""
        return cls.of(pack, min(on, pack.in_force_until - timedelta(days=1)) if pack.in_force_until else on)

    def wrong_with(self, scores: Mapping[str, int]) -> Iterator[Inadmissible]:
        """Why a rating cannot stand like this: every dimension gets a score of the scale, and nothing else does."""
        known = {each.dimension for each in self.dimensions}
        for each in self.dimensions:
            if each.dimension not in scores:
                yield Inadmissible(f"{SCORES}.{each.dimension}", "score_missing", self.of_dimensions)
        for name, score in scores.items():
            if name not in known:
                yield Inadmissible(f"{SCORES}.{name}", "dimension_unknown", self.of_dimensions)
            elif not 1 <= score <= self.best:
                yield Inadmissible(f"{SCORES}.{name}", "score_off_the_scale", self.of_scores, {"best": self.best})
