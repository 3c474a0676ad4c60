"""Tables of the catalogue: entries, and every version of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class DatasetRow(SQLModel, table=True):
    """A dataset of a city's catalogue; `entry` holds the fields that the city's law wants published.

    `updated_on` is of the data and not of the entry: the latest day on which it was brought up to date, as its provider
    said last (`updated_by`, an account; null where the entry came with it). It stands nowhere else, nor in a version.
    `search` are the index words of entry and provider, null until `activities.catalogue.index` has made them.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        Index("datasets_of_city", "city", "dataset_id"),
        Index("datasets_by_word", "search", postgresql_using="gin"),
    )
    dataset_id: str = Field(primary_key=True)
    city: str
    provider: str = Field(foreign_key="bodies.body")
    openness: str
    items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    entry: dict[str, Any] = jsonb()
    sample: bool = False
    updated_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    updated_by: str | None = None
    search: str | None = Field(default=None, sa_column=Column(TSVECTOR, nullable=True))


class DatasetVersionRow(SQLModel, table=True):
    """An entry as it stood from `published_at` on, by which case; the first of an entry that was there before has
    neither."""

    __tablename__ = "dataset_versions"
    __table_args__ = (Index("dataset_versions_of_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),)
    dataset_id: str = Field(primary_key=True, foreign_key="datasets.dataset_id")
    number: int = Field(primary_key=True)
    case_id: str | None = Field(default=None, foreign_key="cases.case_id")
    openness: str
    items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    entry: dict[str, Any] = jsonb()
    published_at: datetime | None = instant(nullable=True, default=None)
