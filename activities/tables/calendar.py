"""Tables of the record of notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index, text
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


class NoticeMovingRow(SQLModel, table=True):
    """What a notice has to do and has done since it is on record: its cases are listed, then moved, then it is done.

    `moved` counts cases; a notice from before there was such a row has moved all.
    """

    __tablename__ = "notices_moving"
    __table_args__ = (Index("notices_not_done", "position", postgresql_where=text("done_at IS NULL")),)
    position: int = Field(primary_key=True, foreign_key="calendar_notices.position")
    account: str
    """Who published it."""
    published_at: datetime = instant()
    listed_at: datetime | None = instant(nullable=True, default=None)
    moved: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    done_at: datetime | None = instant(nullable=True, default=None)


class CaseToMoveRow(SQLModel, table=True):
    """A case that may count days of which a notice speaks, and that nobody has looked at since. `ends_at` is the first
    end of its clocks, as they stood: what ends first is moved first. One that could not be read `failed` so often, and
    is looked at again from `retry_at` on."""

    __tablename__ = "cases_to_move"
    __table_args__ = (Index("cases_to_move_first", "position", "ends_at", "case_id"),)
    case_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True, foreign_key="notices_moving.position")
    ends_at: datetime = instant()
    failed: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    retry_at: datetime | None = instant(nullable=True, default=None)
