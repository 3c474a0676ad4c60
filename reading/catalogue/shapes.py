"""Entries of the catalogue, and what became of those that a file brought, as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from models.restrictions import RestrictionKind
from reading.catalogue.freshness import FreshnessShown
from reading.catalogue.used_under import AgreementNamed
from reading.shape import Instant, RuleNamed, Shape

Openness = Literal["closed", "conditional", "unconditional"]


class ItemShown(Shape):
    """A data item (数据项); filings and grants name it by `item`."""

    item: str
    name: str
    type: str
    note: str | None


class RestrictionInForce(Shape):
    """What is kept from being served now. No items named: the whole dataset, but `except_items`."""

    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]
    since: Instant


class EntryShown(Shape):
    """A catalogue entry. `sample` marks an invented one; `update_frequency` is an ISO 8601 duration,
    `real_time` or `irregular`. `sharing_class`: for departments; null where the law has none or no draft answered it
    yet."""

    dataset_id: str
    city: str
    provider: str
    provider_name: str
    title: str
    abstract: str
    domain: str
    items: list[ItemShown]
    formats: list[str]
    openness: Openness
    conditions: str | None
    basis: str | None
    sharing_class: str | None
    sharing_reason: str | None
    sharing_basis: str | None
    update_frequency: str | None
    grade: str | None
    supervision: str | None
    priority: Annotated[str | None, Field(description="which of the kinds it is that the law has opened first")]
    priority_name: Annotated[str | None, Field(description="that kind as the city's rules call it")]
    sample: bool


class DatasetShown(EntryShown):
    """An entry as it is now, and how its data stands."""

    updated_on: Annotated[date | None, Field(description="the latest day on which the data was brought up to date")]
    freshness: Annotated[
        FreshnessShown | None, Field(description="whether the data is stale; for officers of the city")
    ]
    agreement: Annotated[AgreementNamed | None, Field(description="the text under which it is used, by its class")]
    disputed: Annotated[bool, Field(description="bears the disputed mark of an objection")]
    restrictions: list[RestrictionInForce]
    served: Annotated[bool, Field(description="open, and not all of it is kept back now")]


class DatasetThen(EntryShown):
    """An entry as it stood on a day, by the version that was in force; the first of an entry that was there before any
    update has neither `published_at` nor a case."""

    on: date
    number: int
    published_at: Instant | None
    case_number: str | None
    disputed: Annotated[
        bool, Field(description="bears the disputed mark of an objection today, whichever day is asked for")
    ]
    disputed_then: Annotated[bool, Field(description="bore the mark at the end of that day")]


class VersionShown(Shape):
    """The entry as it stood from `published_at` on, in both languages, and the case that made it; the first of an entry
    that was there before any update has neither."""

    number: int
    published_at: Instant | None
    case_number: str | None
    openness: Openness
    entry: dict[str, Any]


class FiledRow(Shape):
    """The catalogue update that a row filed. `line` and `last_line` are the lines of the file that the row takes."""

    line: int
    last_line: int
    dataset_id: str
    case_id: str


class RejectedRow(Shape):
    """What is the matter with one field of a row, in the shape of an error of a problem; `name` is what the file calls
    the row, where it does (a package of CKAN)."""

    line: int
    last_line: int
    name: str | None
    field: str | None
    code: str
    detail: str
    rule: RuleNamed | None


class ImportShown(Shape):
    """What became of a file. `ignored_columns` are headings that nobody knows."""

    accepted: int
    filed: list[FiledRow]
    rejected: list[RejectedRow]
    ignored_columns: list[str]
