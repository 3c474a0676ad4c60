"""Tables of the record of notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class CalendarRow(SQLModel, table=True):
    """One row: the position in the record of notices. Clocks are set under its share lock."""

    __tablename__ = "calendar"
    id: int = Field(primary_key=True, default=1)
    version: int


class NoticeRow(SQLModel, table=True):
    """The record of notices, in order of record; never changed."""

    __tablename__ = "calendar_notices"
    position: int = Field(primary_key=True)
    scope: str
    document: str
    published_on: date = Field(sa_column=Column(Date, nullable=False))
    recorded_at: datetime = instant()
    notice: dict[str, Any] = jsonb()
