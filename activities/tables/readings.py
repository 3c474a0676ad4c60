"""The table of who read what of a person's."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Date, Identity, Index
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant


class ReadingRow(SQLModel, table=True):
    """On that day, Asia/Shanghai, an officer read a part of a case of somebody else's: its `texts`, or a file of its
    `evidence`; or `feedback`, by its id. `body` is the one that the officer served then, `whose` the account that the
    part belongs to, `first_at` the first time of the day; how often is not counted."""

    __tablename__ = "readings"
    __table_args__ = (
        Index("readings_by_number", "number", unique=True),
        Index("readings_of_person", "whose", "number"),
        Index("readings_by_body", "body", "number"),
    )
    case_id: str = Field(primary_key=True)
    reader: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    evidence_id: str = Field(primary_key=True)
    """Empty for texts."""
    on_day: date = Field(sa_column=Column(Date, primary_key=True))
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    first_at: datetime = instant()
    body: str | None = None
    whose: str
