"""What a city and its bodies do once a year, as it is shown, and what is public of it."""

from __future__ import annotations

from datetime import date

from reading.shape import CaseNamed, Instant, Page, RuleNamed, Shape
from reading.stated import shows
from rules.pinned_stages import Audience
from rules.procedure_names import IMPROVEMENT


class SaidShown(Shape):
    """What was written for a field that the law demands."""

    field: str
    label: str
    text: str


class FigureLineShown(Shape):
    """What was counted of one body: tasks before it, decided in time or late, and open or overdue at that instant."""

    body: str
    body_name: str
    decided: int
    in_time: int
    late: int
    open: int
    overdue: int


class FiguresPinnedShown(Shape):
    """The figures by which it was decided, as they were counted at one instant; `until_on` is exclusive. `digest`: the
    SHA-256 under which the log has them. `allowed` and `refused` are answers of the gate about data of the city.
    `moves_pending`: they were counted although a holiday notice had not come to every case."""

    stage: str
    counted_at: Instant
    from_on: date
    until_on: date
    digest: str
    allowed: int
    refused: int
    moves_pending: bool
    by_body: list[FigureLineShown]


class FoundShown(Shape):
    """What an evaluation has found of a body, and whether what it answered was accepted."""

    body: str
    body_name: str
    statement: str
    improved: bool


class ResultShown(Shape):
    """What a case about a year has made known, to everybody or to the bodies of the city: `made_known_as` is the
    decision that did, `said` the words with which `stage` was decided. `body`: whose it is, null where it is the
    city's. `replaced_by`: the later case of the same body and year that took its place."""

    case_id: str
    case_number: str
    procedure: str
    procedure_label: str
    year: int
    body: str | None
    body_name: str | None
    stage: str
    stage_label: str
    made_known_as: str
    made_known_at: Instant
    audience: Audience
    late: bool
    said: list[SaidShown]
    figures: FiguresPinnedShown | None
    found: list[FoundShown]
    replaced_by: CaseNamed | None
    rule: RuleNamed


class ResultsShown(Page[ResultShown]):
    """What a city and its bodies have made known, of each case the latest; the latest case first."""


class YearShown(Shape):
    """Which year a case is about, and whose it is; `body` is null where it is the city's. `results` is what the case
    has made known, `replaced_by` the later one that took its place, `focus` what the city opens first in that year, as
    far as that is published."""

    year: int
    body: str | None
    body_name: str | None
    results: list[ResultShown]
    figures: list[FiguresPinnedShown]
    found: list[FoundShown]
    replaced_by: CaseNamed | None
    focus: list[SaidShown]


@shows(IMPROVEMENT)
class FindingShown(Shape):
    """What an evaluation has found of a body, which answers what it did; `caused_by` of the case is the evaluation."""

    body: str
    body_name: str
