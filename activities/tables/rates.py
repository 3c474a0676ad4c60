"""Tables of how often somebody calls. Neither outlives a crash of PostgreSQL, and neither needs to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant


class RateBucketRow(SQLModel, table=True):
    """A bucket of a caller, by a digest; it is removed when it is full again."""

    __tablename__ = "rate_buckets"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    bucket: str = Field(primary_key=True)
    full_at: datetime = instant()


class RateRefusalRow(SQLModel, table=True):
    """How many calls were one too many, by the limit."""

    __tablename__ = "rate_refusals"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    what: str = Field(primary_key=True)
    calls: int = Field(sa_column=Column(BigInteger, nullable=False))
