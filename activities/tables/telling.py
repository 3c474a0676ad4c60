"""PostgreSQL's tables around the cases: who gets which message on which channel, feeds, announcements.

Instants are stored with time zone. None of it belongs to the fold: the tables of a case are in
`activities.tables.cases`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class ChannelRow(SQLModel, table=True):
    """A way by which somebody wants to be told: an address that the sender's library knows, or a signed webhook.

    `address` may hold a secret (a token in a path), `secret` always is one; neither is ever shown again, and both are
    erased when the channel ends. `failures` in a row are since something was last sent, and nothing is tried on the
    channel before `next_at`.
    """

    __tablename__ = "channels"
    __table_args__ = (Index("channels_of_account", "account_id", postgresql_where=text("ended_at IS NULL")),)
    channel_id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    kind: str
    address: str
    secret: str | None = None
    language: str
    created_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    next_at: datetime = instant()
    failures: int = 0
    given_up: int = 0
    last_error: str | None = None
    last_failed_at: datetime | None = instant(nullable=True, default=None)
    last_sent_at: datetime | None = instant(nullable=True, default=None)


class MessageRow(SQLModel, table=True):
    """The outbox: what somebody is told of one event, once; `facts` are ids, codes and days, never free text.

    `message_id` is derived from event and recipient, so that nobody is told twice. `number` is the order of writing.
    `handed_out_at` is null until there is a delivery for each channel of the recipient.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_by_number", "number", unique=True),
        Index("messages_of_account", "account_id", text("number DESC")),
        Index("messages_of_case", "case_id"),
        Index("messages_to_hand_out", "number", postgresql_where=text("handed_out_at IS NULL")),
        Index("messages_unread", "account_id", "number", postgresql_where=text("read_at IS NULL")),
    )
    message_id: str = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    account_id: str = Field(foreign_key="accounts.account_id")
    kind: str
    case_id: str | None = Field(default=None, foreign_key="cases.case_id")
    task_id: str | None = None
    city: str | None = None
    facts: dict[str, Any] = jsonb()
    created_at: datetime = instant()
    handed_out_at: datetime | None = instant(nullable=True, default=None)
    read_at: datetime | None = instant(nullable=True, default=None)
    """Since when its recipient has it as read; that a channel sent it does not count."""


class DeliveryRow(SQLModel, table=True):
    """A message on one channel: `state` is waiting, sent or given_up; on a channel, in order for each case."""

    __tablename__ = "deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["message_id"], ["messages.message_id"]),
        ForeignKeyConstraint(["channel_id"], ["channels.channel_id"]),
        Index("deliveries_waiting", "channel_id", "next_at", "number", postgresql_where=text("state = 'waiting'")),
        Index("deliveries_in_order", "channel_id", "case_id", "number", postgresql_where=text("state = 'waiting'")),
    )
    message_id: str = Field(primary_key=True)
    channel_id: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    case_id: str | None = None
    state: str = "waiting"
    attempts: int = 0
    next_at: datetime = instant()
    last_error: str | None = None
    sent_at: datetime | None = instant(nullable=True, default=None)


class MessageGoneRow(SQLModel, table=True):
    """A message that is not kept any longer: nobody is told the same again."""

    __tablename__ = "messages_gone"
    message_id: str = Field(primary_key=True)


class MessagesLetGoRow(SQLModel, table=True):
    """How many messages, and deliveries of them, went on a day, Asia/Shanghai, and on which basis."""

    __tablename__ = "messages_let_go"
    on_day: date = Field(sa_column=Column(Date, primary_key=True))
    basis: str = Field(primary_key=True)
    messages: int = Field(sa_column=Column(BigInteger, nullable=False))
    deliveries: int = Field(sa_column=Column(BigInteger, nullable=False))


class FeedRow(SQLModel, table=True):
    """A feed that a calendar or a table program fetches by its token alone, until it is revoked."""

    __tablename__ = "feeds"
    __table_args__ = (Index("feeds_of_account", "account_id"),)
    feed_id: str = Field(primary_key=True)
    token_digest: str = Field(unique=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    name: str
    wanted: dict[str, Any] = jsonb()
    """What it filters by, as the query said."""
    created_at: datetime = instant()
    last_used_at: datetime | None = instant(nullable=True, default=None)
    revoked_at: datetime | None = instant(nullable=True, default=None)
    served: dict[str, Any] = Field(
        sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb")), default_factory=dict
    )
    """By form and language: the digest of what was last served, and since when it is that."""


class MaintenanceRow(SQLModel, table=True):
    """A planned interruption of the service that was announced."""

    __tablename__ = "maintenance"
    __table_args__ = (Index("maintenance_of_city", "city", text("starts_at DESC")),)
    maintenance_id: str = Field(primary_key=True)
    city: str
    body: str = Field(foreign_key="bodies.body")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    announced_at: datetime = instant()
    announced_by: str
    said: dict[str, Any] = jsonb()
    """What is interrupted, and why on a working day, as the announcement says it."""
    cancelled_at: datetime | None = instant(nullable=True, default=None)
