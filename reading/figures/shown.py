"""What people are shown of the figures: numbers, and the sentence "half within X, nine in ten within Y"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reading.figures.counts import (
    AGES,
    GRANTED,
    LEVELS,
    REFUSED,
    WITHDRAWN,
    Cases,
    Counted,
    Figures,
    Lengths,
    Place,
    Tasks,
    Unit,
    at_level,
    nearest_rank,
)
from reading.figures.questions import Span
from reading.shape import Instant, Shape
from reading.supervision.shown import named_on
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.loading import load_pack
from rules.pinned import APPLICANT, Label

HOURS_OF_TWO_DAYS = 48
"""What took longer is told to people in days."""


class TimeTaken(Shape):
    """How long so many took: half no longer than the median, nine in ten no longer than the ninetieth percentile (both
    by the nearest rank, so each is a length that somebody took), and `text` says so. Working days: those begun after
    the day on which it began, so 0 is the same day. Hours: natural hours begun."""

    unit: Unit
    counted: int
    median: int
    ninetieth: int
    longest: int
    text: str


class OutcomeCounted(Shape):
    """How many ended that way."""

    outcome: str
    label: str
    counted: int


class AgeCounted(Shape):
    """How many have been open for so many working days, and more than those of the group before; null: for longer."""

    up_to_working_days: int | None
    counted: int


class RestrictionsCounted(Shape):
    """Holds, suspensions or withdrawals of data: begun and ended in the span, in force now, and how long those lasted
    that ended in it, null where none did."""

    kind: Literal["hold", "suspension", "withdrawal"]
    begun: int
    ended: int
    in_force: int
    lasted: TimeTaken | None


class CasesCounted(Shape):
    """Cases. Filed and closed in the span, open now; `closed_otherwise` are those neither granted, refused nor
    withdrawn. `upheld` and `not_upheld` are of objections that were closed."""

    filed: int
    closed: int
    granted: int
    refused: int
    withdrawn: int
    closed_otherwise: int
    outcomes: Annotated[list[OutcomeCounted] | None, Field(description="null where procedures are not told apart")]
    upheld: int
    not_upheld: int
    time_taken: Annotated[TimeTaken | None, Field(description="from receipt to end; null where none was closed")]
    restrictions: list[RestrictionsCounted]
    open: int
    open_by_age: list[AgeCounted]


class LatenessCounted(Shape):
    """By how many working days those were late that were decided late: begun since the last day in time."""

    together: int
    median: int
    ninetieth: int
    longest: int


class TasksCounted(Shape):
    """Tasks. Decided or cancelled in the span, open and overdue now; what is decided was in time, late, or under no
    limit of time."""

    decided: int
    in_time: int
    late: int
    without_limit: int
    late_working_days: LatenessCounted | None
    time_used: Annotated[list[TimeTaken], Field(description="in working days where the limit is so, else in hours")]
    outcomes: Annotated[list[OutcomeCounted] | None, Field(description="null where stages are not told apart")]
    cancelled: int
    urgings: int
    open: int
    overdue: int
    open_by_age: list[AgeCounted]


class FigureRow(Shape):
    """The figures of a place; what is null is not told apart. `cases` is null where a stage is named, for a case is of
    no stage; of a body it are those about its data, while `tasks` are those before it."""

    city: str
    city_name: str
    body: str | None
    body_name: str | None
    procedure: str | None
    procedure_label: str | None
    stage: str | None
    label: str | None
    cases: CasesCounted | None
    tasks: TasksCounted


class FiguresShown(Shape):
    """Figures of a span of days, `until_on` exclusive, put together in six ways; `as_of` is *now* in them."""

    as_of: Instant
    from_on: date
    until_on: date
    totals: list[FigureRow]
    by_body: list[FigureRow]
    by_procedure: list[FigureRow]
    by_body_and_procedure: list[FigureRow]
    by_stage: list[FigureRow]
    items: list[FigureRow]


@dataclass(frozen=True)
class Shower:
    """Shows figures in a language, by the names that things have on a day."""

    language: Language
    on: date
    bodies: Mapping[str, Label]
    of_cases: bool = True
    """Whether cases were counted, which they are not where a stage was asked for."""

    def level(self, counted: Counted, name: str) -> list[FigureRow]:
        """The rows of a level, in the order of their codes."""
        found = at_level(counted, name)
        return [self.row(place, found[place]) for place in sorted(found, key=lambda it: [part or "" for part in it])]

    def every_level(self, counted: Counted) -> dict[str, list[FigureRow]]:
        return {name: self.level(counted, name) for name in LEVELS}

    def row(self, place: Place, figures: Figures) -> FigureRow:
        named = named_on(place.city, place.procedure, self.on) if place.procedure else None
        body = texts().supervision[APPLICANT] if place.body == APPLICANT else self.bodies.get(place.body or "")
        label = self.outside_law(place.procedure) or (named.procedure if named else None)
        return FigureRow(
            **place._asdict(),
            city_name=said(city_label(place.city), self.language),
            body_name=said(body, self.language) if body else place.body,
            procedure_label=said(label, self.language) if label else None,
            label=said(named.stage(place.stage), self.language) if named and place.stage else None,
            cases=self.cases(place, figures.cases) if self.of_cases and place.stage is None else None,
            tasks=self.tasks(place, figures.tasks),
        )

    def outside_law(self, procedure: str | None) -> Label | None:
        """The name of a procedure that no pack has."""
        return texts().figures.get(f"procedure_{procedure}")

    def cases(self, place: Place, it: Cases) -> CasesCounted:
        apart = it.outcomes[GRANTED], it.outcomes[REFUSED], it.outcomes[WITHDRAWN]
        return CasesCounted(
            filed=it.filed,
            closed=it.closed,
            granted=it.outcomes[GRANTED],
            refused=it.outcomes[REFUSED],
            withdrawn=it.outcomes[WITHDRAWN],
            closed_otherwise=it.closed - sum(apart),
            outcomes=self.endings(place, it.outcomes) if place.procedure else None,
            upheld=it.upheld,
            not_upheld=it.not_upheld,
            time_taken=self.taken("working_days", it.lasted),
            restrictions=[
                RestrictionsCounted(
                    kind=kind,
                    begun=each.begun,
                    ended=each.ended,
                    in_force=each.in_force,
                    lasted=self.taken("hours", each.lasted),
                )
                for kind in ("hold", "suspension", "withdrawal")
                if (each := it.restricted.get(kind))
            ],
            open=it.open.total(),
            open_by_age=ages(it.open),
        )

    def tasks(self, place: Place, it: Tasks) -> TasksCounted:
        taken = (self.taken(unit, it.used[unit]) for unit in ("working_days", "hours") if unit in it.used)
        return TasksCounted(
            decided=it.decided,
            in_time=it.in_time,
            late=it.late,
            without_limit=it.without_limit,
            late_working_days=lateness(it.late_by),
            time_used=[each for each in taken if each],
            outcomes=self.decisions(place, it.outcomes) if place.stage else None,
            cancelled=it.cancelled,
            urgings=it.urgings,
            open=it.open.total(),
            overdue=it.overdue,
            open_by_age=ages(it.open),
        )

    def endings(self, place: Place, outcomes: Counter[str]) -> list[OutcomeCounted]:
        rules = named_on(place.city, place.procedure or "", self.on).rules
        of_law = {each.outcome: each.label for each in rules.endings} if rules else {}
        return self.outcomes(outcomes, {**texts().endings, **of_law})

    def decisions(self, place: Place, outcomes: Counter[str]) -> list[OutcomeCounted]:
        rules = named_on(place.city, place.procedure or "", self.on).rules
        stage = rules.stage(place.stage or "") if rules else None
        return self.outcomes(outcomes, {each.outcome: each.label for each in stage.outcomes} if stage else {})

    def outcomes(self, outcomes: Counter[str], labels: Mapping[str, Label]) -> list[OutcomeCounted]:
        return [
            OutcomeCounted(
                outcome=outcome,
                label=said(labels[outcome], self.language) if outcome in labels else outcome,
                counted=counted,
            )
            for outcome, counted in sorted(outcomes.items())
            if counted
        ]

    def taken(self, unit: Unit, lengths: Lengths) -> TimeTaken | None:
        median, ninetieth = nearest_rank(lengths, 50), nearest_rank(lengths, 90)
        if median is None or ninetieth is None:
            return None
        return TimeTaken(
            unit=unit,
            counted=lengths.total(),
            median=median,
            ninetieth=ninetieth,
            longest=max(lengths),
            text=self.word("half_and_ninety", half=self.length(unit, median), ninety=self.length(unit, ninetieth)),
        )

    def length(self, unit: Unit, length: int) -> str:
        """As a phrase of the sentence: within how long."""
        if unit == "hours" and length > HOURS_OF_TWO_DAYS:
            return self.word("within_days", n=-(-length // 24))
        if length < 2:
            return self.word(f"within_{length}_{unit}")
        return self.word(f"within_{unit}", n=length)

    def word(self, name: str, **facts: object) -> str:
        return said(texts().figures[name], self.language).format_map(facts)


def city_label(city: str) -> Label:
    name = load_pack(city).name
    return Label(zh=name.zh, en=name.en)


def lateness(late_by: Lengths) -> LatenessCounted | None:
    median, ninetieth = nearest_rank(late_by, 50), nearest_rank(late_by, 90)
    if median is None or ninetieth is None:
        return None
    together = sum(days * many for days, many in late_by.items())
    return LatenessCounted(together=together, median=median, ninetieth=ninetieth, longest=max(late_by))


def ages(groups: Counter[int]) -> list[AgeCounted]:
    limits = [*AGES, None]
    return [AgeCounted(up_to_working_days=most, counted=groups[n]) for n, most in enumerate(limits)]


def bodies_in(counted: Iterable[Place]) -> set[str]:
    """The bodies of which there are figures."""
    return {place.body for place in counted if place.body}


def figures_shown(counted: Counted, span: Span, as_of: Instant, shower: Shower) -> FiguresShown:
    """The figures at every level."""
    return FiguresShown(as_of=as_of, from_on=span.from_on, until_on=span.until_on, **shower.every_level(counted))
