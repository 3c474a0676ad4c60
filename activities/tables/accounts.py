"""Tables of who may do what: what was done to accounts, roles that wait for a second administrator, void tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb


class AccountRecordRow(SQLModel, table=True):
    """What was done to an account, or in vain by whoever called itself one: only ever added to, which a trigger keeps.

    `by_account` is whoever did it by the service, `by_command` whoever ran a command, as the machine knows him; `times`
    is how often within the minute.
    """

    __tablename__ = "account_record"
    __table_args__ = (
        Index("account_record_of_account", "account_id", "number"),
        Index(
            "account_record_of_reopening", "account_id", "number", postgresql_where=text("what = 'account_reopened'")
        ),
    )
    number: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    at: datetime = instant()
    what: str
    account_id: str | None = None
    by_account: str | None = None
    by_command: str | None = None
    times: int = 1
    details: dict[str, Any] = jsonb()


class RecordedAddressRow(SQLModel, table=True):
    """From which network address something of the record was done; forgotten at `until_at`."""

    __tablename__ = "account_record_addresses"
    __table_args__ = (Index("account_record_addresses_by_end", "until_at"),)
    number: int = Field(sa_column=Column(BigInteger, ForeignKey("account_record.number"), primary_key=True))
    address: str
    until_at: datetime = instant()


class RoleProposalRow(SQLModel, table=True):
    """Roles that an administrator, or a command, wants an account to have: in force once somebody else confirms it
    before `until_at`. `outcome`: `confirmed`, `refused`, `replaced` by a later one, `void` where the account changed.
    """

    __tablename__ = "role_proposals"
    __table_args__ = (
        Index("role_proposals_waiting", "account_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    proposal_id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.account_id")
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    proposed_by: str | None = None
    by_command: str | None = None
    proposed_at: datetime = instant()
    until_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    outcome: str | None = None


class RevokedTokenRow(SQLModel, table=True):
    """One token of an account that is void, by its `jti`; after `until_at` it would have expired anyhow."""

    __tablename__ = "revoked_tokens"
    __table_args__ = (Index("revoked_tokens_by_end", "until_at"),)
    account_id: str = Field(primary_key=True, foreign_key="accounts.account_id")
    jti: str = Field(primary_key=True)
    until_at: datetime = instant()
