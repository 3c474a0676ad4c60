"""The table of ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class RatingRow(SQLModel, table=True):
    """What somebody thought of a version of a dataset, in whole numbers by dimension. The last `revision` counts; the
    earlier ones stay. `number` is the order of writing."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index("ratings_by_number", "number", unique=True),
        Index("ratings_of_account", "account_id", "number"),
        Index("ratings_of_city", "city", "number"),
    )
    dataset_id: str = Field(primary_key=True, foreign_key="datasets.dataset_id")
    version: int = Field(primary_key=True)
    account_id: str = Field(primary_key=True, foreign_key="accounts.account_id")
    revision: int = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    city: str
    scores: dict[str, Any] = jsonb()
    rated_at: datetime = instant()
