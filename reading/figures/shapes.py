"""What is answered of figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reading.figures.tallies import Unit
from reading.shape import Instant, Shape


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


class PublicRow(Shape):
    """Figures of a city as a whole or of one procedure. Times taken are null where fewer than five share them."""

    procedure: str | None
    procedure_label: str | None
    filed: int
    closed: int
    granted: int
    refused: int
    withdrawn: int
    closed_otherwise: int
    outcomes: Annotated[list[OutcomeCounted] | None, Field(description="null for the city as a whole")]
    upheld: int
    not_upheld: int
    time_taken: Annotated[TimeTaken | None, Field(description="from receipt to end")]
    answered: Annotated[int, Field(description="decisions of bodies under a limit of time")]
    answered_in_time: int


class PublicFigures(Shape):
    """Of the months from one up to another, which is not in it; of a county where one is named, by its authority.
    `moves_pending`: when they were counted a holiday notice had not come to every case of the calendar."""

    city: str
    city_name: str
    county: str | None
    from_on: date
    until_on: date
    as_of: Instant
    moves_pending: bool
    total: PublicRow
    by_procedure: list[PublicRow]
