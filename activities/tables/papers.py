"""The key by which papers are stamped: one row, made with the database, and of no use to anybody who cannot read it."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


class PaperKeyRow(SQLModel, table=True):
    """A key; `number` is always 1. Without it no paper that was issued can be verified: it is kept as the log is."""

    __tablename__ = "paper_keys"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
