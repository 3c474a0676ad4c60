"""Tables of what people do in a browser: their sessions, and what they wrote as one of them ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class SessionRow(SQLModel, table=True):
    """A browser in which somebody is logged in, by the digest of its cookie; `ends_at` is exclusive, and so is what
    `idle_seconds` after `seen_at` would be."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_of_account", "account_id", "created_at"),
        Index("sessions_by_end", "ends_at"),
        Index("sessions_of_issuer", "sid"),
    )
    digest: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    created_at: datetime = instant()
    seen_at: datetime = instant()
    ends_at: datetime = instant()
    idle_seconds: int
    forgery_key: str
    """What a form of this session carries, so that no other site can send it."""
    browser: str
    """As it named itself, cut short: by it somebody knows which session is which."""
    sid: str | None = None
    """The issuer's name of the session, where there is an issuer."""
    notice: dict[str, Any] | None = jsonb(nullable=True)
    """What the next page says once."""
    id_token: str | None = None
    """What the issuer said at the login, by which it knows whom it logs out."""


class LoginUnderWayRow(SQLModel, table=True):
    """A browser that was sent to the issuer: what has to be the same when it comes back, once; `until_at` is
    exclusive."""

    __tablename__ = "logins_under_way"
    digest: str = Field(primary_key=True)
    until_at: datetime = instant()
    remembered: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class KeptFormRow(SQLModel, table=True):
    """What somebody wrote as the session ended, encrypted with a key of the browser alone; `until_at` is exclusive."""

    __tablename__ = "kept_forms"
    digest: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    until_at: datetime = instant()
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
