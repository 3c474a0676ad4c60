"""Tables that the gate goes by, and its log."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant
from models.restrictions import Items, items_of


class GrantRow(SQLModel, table=True):
    """What the gate asks: who may fetch what, in which ways, until when (exclusive), by which key's digest."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("grants_of_dataset", "dataset_id"),
        Index("grants_by_key", "key_digest", unique=True, postgresql_where=text("key_digest IS NOT NULL")),
        Index("grants_of_party", "party"),
        Index("grants_to_report_on", "next_report_on", postgresql_where=text("next_report_on IS NOT NULL")),
    )
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    granted_by: str = Field(foreign_key="cases.case_id")
    dataset_id: str
    party: str
    data_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    access_mode: str | None = None
    access_modes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    use: str | None = None
    granted_at: datetime = instant()
    valid_until: datetime = instant()
    daily_calls: int | None = None
    report_days: int | None = None
    next_report_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    """The day on which the next report on use is owed that no case asks for yet; null where none will be."""
    shared: str | None = None
    """How the data came to be shared (`class`, `determination`); null where it is opened."""
    key_digest: str | None = None
    ended: str | None = None


class DelegationRow(SQLModel, table=True):
    """Who may use the grant of somebody else: so many accesses in total, until `until_at` (exclusive).

    `delegated_calls` says how many there were. `ended`: `revoked` or `grant_curtailed`; the grant says its own end.
    """

    __tablename__ = "delegations"
    __table_args__ = (
        Index("delegations_by_key", "key_digest", unique=True, postgresql_where=text("key_digest IS NOT NULL")),
        Index("delegations_of_grant", "case_id"),
        Index("delegations_to", "delegate"),
    )
    delegation_id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="grants.case_id")
    delegate: str
    accesses: int
    delegated_at: datetime = instant()
    until_at: datetime = instant()
    key_digest: str | None = None
    ended: str | None = None


class DelegatedCallsRow(SQLModel, table=True):
    """How often a delegation was used, in all."""

    __tablename__ = "delegated_calls"
    delegation_id: str = Field(primary_key=True, foreign_key="delegations.delegation_id")
    calls: int


class CurtailmentRow(SQLModel, table=True):
    """What a case has taken of a grant: everything (`close`), or all but these items and this mode (`restrict`); none
    named: as granted. In force until `ended_at`.

    A finding that took nothing (`none`) is in force for no grant; one that names no grant has its own case in the
    place of one.

    From `made_public_at` on it is public, in these codes alone; from `corrected_at` on, as corrected.
    """

    __tablename__ = "curtailments"
    __table_args__ = (
        Index("curtailments_of_grant", "grant_case_id", "since"),
        Index("curtailments_in_force", "grant_case_id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "curtailments_made_public", "city", "made_public_at", postgresql_where=text("made_public_at IS NOT NULL")
        ),
    )
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    city: str
    dataset_id: str
    grant_case_id: str = Field(foreign_key="cases.case_id")
    effect: str
    data_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    access_mode: str | None = None
    misuse: str | None = None
    body: str
    stage: str
    outcome: str
    source: str
    article: str
    basis: str
    since: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    made_public_at: datetime | None = instant(nullable=True, default=None)
    corrected_at: datetime | None = instant(nullable=True, default=None)


class RestrictionRow(SQLModel, table=True):
    """What a case keeps from being served in one way: `kind` is hold, suspension, withdrawal_until_processed or
    withdrawal. No items named: the dataset, but `except_items`.

    Data is served only while no row without `ended_at` touches it, whatever case it is of.
    """

    __tablename__ = "restrictions"
    __table_args__ = (Index("restrictions_in_force", "dataset_id", postgresql_where=text("ended_at IS NULL")),)
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    kind: str = Field(primary_key=True)
    dataset_id: str
    data_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    except_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    since: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)

    @property
    def restricted(self) -> Items:
        """Which items it keeps back."""
        return items_of(tuple(self.data_items), tuple(self.except_items))


class GateDecisionRow(SQLModel, table=True):
    """One answer of the gate about conditional data. Written in batches: see `gate_sessions`. In partitions by month,
    which lie in the schema `months` (docs/decisions/0090)."""

    __tablename__ = "gate_decisions"
    __table_args__ = (
        Index("gate_decisions_of_dataset", "dataset_id", "at", "decision_id"),
        Index("gate_decisions_of_grant", "grant_case_id", "at", "decision_id"),
        Index(
            "gate_decisions_refused",
            *("dataset_id", "reason", "at", "decision_id"),
            postgresql_where=text("NOT allowed"),
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    decision_id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    session: str
    dataset_id: str
    grant_case_id: str | None = None
    data_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    access_mode: str | None = None
    use: str | None = None
    allowed: bool
    reason: str
    delegation_id: str | None = None
    """By which delegation a grant was used by another than its holder."""


class GateMinuteRow(SQLModel, table=True):
    """How many answers the gate gave in a minute about data that is not conditional. No mode: it was not stated."""

    __tablename__ = "gate_minutes"
    __table_args__ = ({"postgresql_partition_by": "RANGE (minute)"},)
    dataset_id: str = Field(primary_key=True)
    minute: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    access_mode: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    calls: int = Field(sa_column=Column(BigInteger, nullable=False))


class GateDayRow(SQLModel, table=True):
    """How many answers the gate gave on a day, Asia/Shanghai, about any data: the sums of both, which stay."""

    __tablename__ = "gate_days"
    dataset_id: str = Field(primary_key=True)
    on: date = Field(sa_column=Column("on", Date, primary_key=True))
    access_mode: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    calls: int = Field(sa_column=Column(BigInteger, nullable=False))


class GateMonthDroppedRow(SQLModel, table=True):
    """A month of the log that is not kept any longer, how much was in it, and by which rule."""

    __tablename__ = "gate_months_dropped"
    month: date = Field(sa_column=Column(Date, primary_key=True))
    decisions: int = Field(sa_column=Column(BigInteger, nullable=False))
    calls: int = Field(sa_column=Column(BigInteger, nullable=False))
    basis: str
    dropped_at: datetime = instant()


class GateSessionRow(SQLModel, table=True):
    """One run of a gate. What it decided after `written_until` is not in the log unless it ended (`ended_at`)."""

    __tablename__ = "gate_sessions"
    session: str = Field(primary_key=True)
    started_at: datetime = instant()
    written_until: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    lost: int = 0
    """Decisions that found no room while PostgreSQL was away."""


class GateCallsRow(SQLModel, table=True):
    """How often a grant with a daily quota was used on a day, Asia/Shanghai."""

    __tablename__ = "gate_calls"
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    on: date = Field(sa_column=Column("on", Date, primary_key=True))
    calls: int
