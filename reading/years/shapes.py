"""What a city and its bodies do once a year, as it is shown, and what is public of it."""

from __future__ import annotations

from reading.shape import CaseNamed, Instant, Page, RuleNamed, Shape
from rules.pinned_stages import Audience


class SaidShown(Shape):
    """What was written for a field that the law demands."""

    field: str
    label: str
    text: str


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
    replaced_by: CaseNamed | None
    focus: list[SaidShown]
