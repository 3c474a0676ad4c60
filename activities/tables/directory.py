"""Tables of the directory: bodies, accounts, posts, absences, and what was handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb

TODAY = "(clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"


class BodyRow(SQLModel, table=True):
    """A body of a city, such as `nanning.transport`, with its role in the procedures."""

    __tablename__ = "bodies"
    __table_args__ = (Index("bodies_of_county", "county", postgresql_where=text("county IS NOT NULL")),)
    body: str = Field(primary_key=True)
    city: str = Field(index=True)
    role: str
    name: dict[str, Any] = jsonb()
    county: str | None = Field(default=None, foreign_key="bodies.body")
    """The authority of the county that it belongs to, which is its own; None for a body of the city."""
    entered_on: date = Field(sa_column=Column(Date, nullable=False, server_default=text(TODAY)))
    """The day in Asia/Shanghai on which the directory got it; of bodies from before that was kept, the first of a
    year."""


class AccountRow(SQLModel, table=True):
    """Who may act: the id is opaque, so that logs and histories hold no name."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_of_body", "body", postgresql_where=text("body IS NOT NULL")),
        Index("accounts_of_city", "city", postgresql_where=text("city IS NOT NULL")),
        Index("accounts_of_issuer", "issuer", "subject", unique=True, postgresql_where=text("subject IS NOT NULL")),
    )
    account_id: str = Field(primary_key=True)
    login: str = Field(unique=True)
    name: dict[str, Any] = jsonb()
    city: str | None = None
    body: str | None = Field(default=None, foreign_key="bodies.body")
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    issuer: str | None = None
    """The OpenID provider that knows the person; with `subject`, its name there, which never changes."""
    subject: str | None = None
    kind: str | None = None
    """`person` or `organisation`, as the issuer says it; None where nobody said it."""
    organisation: str | None = None
    contact: str | None = None
    """A mailbox or a telephone number, as the issuer has checked it."""
    key_id: str | None = None
    """The data key under which name, organisation, contact, channels and what the issuer said at a login are sealed;
    None where none of it has been sealed yet."""
    tokens_since: datetime | None = instant(nullable=True, default=None)
    """Tokens of the API that were issued up to then are void; None where none was ever revoked so."""
    erased_at: datetime | None = instant(nullable=True, default=None)
    """Since when nobody is this account any more; it stays, for logs name it."""


class InvitationRow(SQLModel, table=True):
    """An account that waits for somebody: taken by the first login of that subject, of that mailbox where the issuer
    has checked it, or of whoever follows the link of that token; `until_at` is exclusive."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index("invitations_of_issuer", "issuer"),
        Index("invitations_by_link", "token_digest", unique=True, postgresql_where=text("token_digest IS NOT NULL")),
    )
    account_id: str = Field(primary_key=True, foreign_key="accounts.account_id")
    issuer: str
    subject: str | None = None
    email: str | None = None
    """The mailbox by its blind index: it is compared, and never shown."""
    token_digest: str | None = None
    invited_at: datetime = instant()
    until_at: datetime = instant()


class PostRow(SQLModel, table=True):
    """Who holds a post of a body: `leader` in charge, `data_officer`, `technical_officer`."""

    __tablename__ = "posts"
    body: str = Field(primary_key=True, foreign_key="bodies.body")
    post: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    department: str | None = None
    """Of the body, where the law has one named: what it is called there."""
    filed_at: datetime = instant()
    filed_by: str


class FiledOfBodyRow(SQLModel, table=True):
    """What a body has filed of itself and stands in the directory since a case of it ended so: an account of the
    platform, or its contact. What that is, in words, is in the case; `action` is a code."""

    __tablename__ = "filed_of_bodies"
    __table_args__ = (Index("filed_of_bodies_by_body", "body", "since"),)
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    body: str = Field(foreign_key="bodies.body")
    procedure: str
    action: str | None = None
    since: datetime = instant()


class AbsenceRow(SQLModel, table=True):
    """Days on which an officer is away, and who stands in; `until_on` is exclusive."""

    __tablename__ = "absences"
    __table_args__ = (Index("absences_of_account", "account_id", "until_on"),)
    absence_id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    substitute: str = Field(foreign_key="accounts.account_id")
    from_on: date = Field(sa_column=Column(Date, nullable=False))
    until_on: date = Field(sa_column=Column(Date, nullable=False))
    filed_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)


class HandOverRow(SQLModel, table=True):
    """The tasks of an officer were handed over: `tasks` as they lay then, whatever became of each."""

    __tablename__ = "hand_overs"
    hand_over_id: str = Field(primary_key=True)
    officer: str
    to_account: str | None = None
    """None: back to the bodies."""
    asked_by: str
    asked_at: datetime = instant()
    request_digest: str
    tasks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
