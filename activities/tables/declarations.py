"""The tables of what bodies declare outside every procedure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class DeclarationRow(SQLModel, table=True):
    """What a body declared: a kind of the pack's, and what it says by the names that the pack has. `grant_case_id` is
    the grant under which the use was that it is about, `delegate` the account that used it for its holder, where that
    is whose use it is. `number` is the order of writing."""

    __tablename__ = "declarations"
    __table_args__ = (Index("declarations_of_city", "city", "kind", "number"),)
    declaration_id: str = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    city: str
    kind: str
    body: str
    account_id: str = Field(foreign_key="accounts.account_id")
    grant_case_id: str | None = None
    delegate: str | None = None
    says: dict[str, Any] = jsonb()
    request_digest: str
    declared_at: datetime = instant()


class DeclaredDatasetRow(SQLModel, table=True):
    """A dataset that a declaration is about."""

    __tablename__ = "declared_datasets"
    __table_args__ = (Index("datasets_of_declaration", "declaration_id"),)
    dataset_id: str = Field(primary_key=True, foreign_key="datasets.dataset_id")
    declaration_id: str = Field(primary_key=True, foreign_key="declarations.declaration_id")


class DeclarationMarkRow(SQLModel, table=True):
    """What happened to a declaration: it was taken down, or the user whose grant it names let himself be named, or no
    longer does. `body` and `reason` are those of the body that took it down. `number` is the order of writing."""

    __tablename__ = "declaration_marks"
    __table_args__ = (Index("marks_of_declaration", "declaration_id", "number"),)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True, nullable=False))
    declaration_id: str = Field(foreign_key="declarations.declaration_id")
    mark: str
    account_id: str = Field(foreign_key="accounts.account_id")
    body: str | None = None
    reason: str | None = None
    marked_at: datetime = instant()
