"""The table of feedback."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant


class FeedbackRow(SQLModel, table=True):
    """What somebody told those who open data, about a dataset or about none, and what one of them answered. Text and
    answer are sealed under the key; `provider` is that of the dataset, null where it is about none."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("feedback_by_number", "number", unique=True),
        Index("feedback_of_account", "account_id", "number"),
        Index("feedback_of_city", "city", "number"),
    )
    feedback_id: str = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    city: str
    kind: str
    dataset_id: str | None = Field(default=None, foreign_key="datasets.dataset_id")
    provider: str | None = None
    account_id: str = Field(foreign_key="accounts.account_id")
    key_id: str
    text: str
    request_digest: str
    received_at: datetime = instant()
    answer: str | None = None
    answered_by: str | None = None
    answered_body: str | None = None
    answered_at: datetime | None = instant(nullable=True, default=None)
