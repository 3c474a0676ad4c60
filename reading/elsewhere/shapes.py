"""Openings outside the platform, as they are shown and as everybody reads them."""

from __future__ import annotations

from datetime import date

from reading.shape import Instant, Page, RuleNamed, Shape
from reading.stated import shows
from rules.procedure_names import OPENING_ELSEWHERE


@shows(OPENING_ELSEWHERE)
class ElsewhereShown(Shape):
    """Where a body opens data outside the platform, why not on it, and from which day. No items named: the whole
    dataset. `wanted_until` is the end, exclusive, of the time within which the law wants that filed; what is filed
    later is `late` and taken on record all the same."""

    data_items: list[str]
    opens_on: date | None
    wanted_until: Instant | None
    late: bool


class ElsewhereListed(Shape):
    """An opening outside the platform that is on record, in the words of the body that filed it. `late`: it was filed
    when the opening had begun."""

    case_number: str
    dataset_id: str
    title: str
    data_items: list[str]
    item_names: list[str]
    body: str
    body_name: str
    elsewhere: str
    special_reason: str
    opens_on: date
    filed_at: Instant
    late: bool
    recorded_at: Instant
    rule: RuleNamed


class ElsewhereList(Page[ElsewhereListed]):
    """What bodies of a city open outside the platform, the latest on record first."""
