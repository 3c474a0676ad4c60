"""What the service answers of accesses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from reading.grants.shapes import TracedGap
from reading.shape import Instant, Page, RuleNamed, Shape


class AccessShown(Shape):
    """An answer of the gate about conditional data. `reason` is its code, `text` says it; `grantee` is the login of the
    holder of the grant that was used, `real_name` whether the issuer of its login has said which person or organisation
    it is: null without a grant, and where the law of the city does not want it. No items named: the whole dataset.
    `delegate` is the login of whoever used the grant by a delegation of its holder, null where the holder did; then
    `real_name` is the delegate's."""

    at: Instant
    dataset_id: str
    title: str
    allowed: bool
    reason: str
    text: str
    grant_case_id: str | None
    case_number: str | None
    grantee: str | None
    grantee_name: str | None
    delegate: str | None
    delegate_name: str | None
    real_name: bool | None
    data_items: list[str]
    access_mode: str | None
    use: str | None


class MonthDropped(Shape):
    """A month of the log that is not kept any longer: how many rows it had, and how many answers counted by minute;
    `basis` is the rule by which it was dropped."""

    month: date
    decisions: int
    calls: int
    basis: str
    dropped_at: Instant


class AccessesShown(Page[AccessShown]):
    """A page of accesses from `from_on` up to `until_on`, which is not in them, the latest first; the `gaps` in the log
    over the span of this page, months that were `dropped`, and by which rule users are known by their real names."""

    from_on: date
    until_on: date
    gaps: list[TracedGap]
    dropped: list[MonthDropped]
    real_names: Annotated[RuleNamed | None, Field(description="null where the law of the city does not want them")]


class DayCounted(Shape):
    """How many accesses a day had, Asia/Shanghai, to data of any openness; of grants, to conditional data alone."""

    on: date
    allowed: int
    refused: int


class DaysCounted(Shape):
    """The days from `from_on` up to `until_on`, which is not in them, that had accesses."""

    from_on: date
    until_on: date
    items: list[DayCounted]


class MinuteShown(Shape):
    """How many answers of one kind a minute had about data that is not conditional; `minute` is its beginning."""

    minute: Instant
    access_mode: str | None
    reason: str
    text: str
    calls: int


class MonthUsed(Shape):
    """How many accesses there were in a month; `month` is its first day."""

    month: date
    allowed: int
    refused: int


class DatasetUsed(Shape):
    """The use of a dataset: its accesses in all and by month. `holders`: how many hold a grant on it now; null where it
    needs none."""

    dataset_id: str
    title: str
    openness: str
    provider: str
    holders: int | None
    allowed: int
    refused: int
    months: list[MonthUsed]


class UseShown(Shape):
    """The use of each dataset of a body or a city in whole months, also of those that nobody used; the most used first.
    `until_on` is not among the months."""

    from_on: date
    until_on: date
    items: list[DatasetUsed]
