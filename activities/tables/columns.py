"""Columns that tables share: instants with time zone, documents as JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def instant(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable), **options)


def jsonb(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSONB, nullable=nullable))
