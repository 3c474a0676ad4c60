"""PostgreSQL's tables. `acts` is the inbox, `events` the log and the truth; the rest is derived by the fold.

Instants are stored with time zone. Migrations are compared with these tables in the tests.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from models.restrictions import Items, items_of


def instant(*, nullable: bool = False, **options: Any) -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable), **options)


def jsonb(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSONB, nullable=nullable))


class PinnedRulesRow(SQLModel, table=True):
    """The rules of a case as it keeps them, by digest."""

    __tablename__ = "pinned_rules"
    digest: str = Field(primary_key=True)
    rules: dict[str, Any] = jsonb()


class CaseRow(SQLModel, table=True):
    """One case, as people search it. `number` is the length of its log, `engine_number` how much the engine knows."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_of_party", "party", text("received_at DESC"), "case_id"),
        Index("cases_of_city", "city", text("received_at DESC"), "case_id"),
        Index("cases_of_provider", "provider", text("received_at DESC"), "case_id"),
        Index("cases_of_dataset", "dataset_id"),
        Index("cases_latest", text("received_at DESC"), "case_id"),
        Index("cases_closed_of_city", "city", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index("cases_rectifying", "city", postgresql_where=text("procedure = 'rectification' AND closed_at IS NULL")),
    )
    case_id: str = Field(primary_key=True)
    case_number: str = Field(unique=True)
    city: str
    procedure: str
    dataset_id: str
    party: str
    provider: str | None = None
    urgency: str | None = None
    received_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True, default=None)
    outcome: str | None = None
    rules_digest: str = Field(foreign_key="pinned_rules.digest")
    number: int = 0
    engine_number: int = 0


class ActRow(SQLModel, table=True):
    """The inbox. `act` is what the engine gets; `content` holds free text and names, and can be erased by itself."""

    __tablename__ = "acts"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index("acts_waiting", "received_at", postgresql_where=text("delivered_at IS NULL")),
        Index("acts_unsettled", "case_id", "received_at", postgresql_where=text("state = 'received'")),
    )
    act_id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.case_id")
    seq: int
    kind: str
    account: str
    received_at: datetime = instant()
    state: str = "received"
    problem: dict[str, Any] | None = jsonb(nullable=True)
    delivered_at: datetime | None = instant(nullable=True, default=None)
    act: dict[str, Any] = jsonb()
    content: dict[str, Any] | None = jsonb(nullable=True)
    request_digest: str = ""


class FailureRow(SQLModel, table=True):
    """What failed again and again: an act, or, without one (''), what time was to bring about; see
    `activities.failing`. `number` is the length of the log when it failed last, null where there was no log."""

    __tablename__ = "failures"
    case_id: str = Field(primary_key=True)
    act_id: str = Field(primary_key=True)
    why: str
    detail: str
    times: int
    first_at: datetime = instant()
    last_at: datetime = instant()
    number: int | None = None


class EventRow(SQLModel, table=True):
    """The log: numbered from 1 in each case, never changed."""

    __tablename__ = "events"
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    number: int = Field(primary_key=True)
    type: str
    at: datetime = instant()
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()"))
    )
    event: dict[str, Any] = jsonb()


WITH_A_DUE_DAY = "ended_at IS NULL AND due_at IS NOT NULL"
"""Open tasks that can be overdue: the indexes of supervision hold these alone, whatever number is closed."""


FORESEEN = "foreseen"
"""The state of a task that the passing of a clock opens by itself at `opened_at`, until the log says that it has."""
CLAIMED = "ended_at IS NULL AND claimed_by IS NOT NULL"
ASKING = "ended_at IS NULL AND supplement_asked_at IS NOT NULL"
LAPSED = "ended_at IS NULL AND lapsed_of IS NOT NULL"
"""What officers have in hand, or had when they left their body."""


class TaskRow(SQLModel, table=True):
    """A task as the fold tells it. `state` is open, claimed, done or cancelled, or foreseen: open from `opened_at` on,
    whether or not a worker runs; overdue is computed when asked."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "tasks_open_of_body",
            "body",
            text("at_once DESC"),
            "due_at",
            "task_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "tasks_open_of_city",
            "city",
            text("at_once DESC"),
            "due_at",
            "task_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("tasks_due_of_body", "body", "due_at", "task_id", postgresql_where=text(WITH_A_DUE_DAY)),
        Index("tasks_due_of_city", "city", "due_at", "task_id", postgresql_where=text(WITH_A_DUE_DAY)),
        Index(
            "tasks_due_counted",
            *("city", "body", "procedure", "stage", "due_at"),
            postgresql_where=text(WITH_A_DUE_DAY),
        ),
        Index("tasks_ended_of_city", "city", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("tasks_of_case", "case_id"),
        Index("tasks_of_city", "city", "due_at", "task_id"),
        Index("tasks_of_body", "body", text("opened_at DESC"), "task_id"),
        Index(
            "tasks_owed_promptly",
            *("city", "opened_at", "task_id"),
            postgresql_where=text("ended_at IS NULL AND at_once AND due_at IS NULL"),
        ),
        Index("tasks_asking_party", "party", postgresql_where=text(ASKING)),
        Index("tasks_claimed", "claimed_by", postgresql_where=text(CLAIMED)),
        Index("tasks_lapsed", "lapsed_of", postgresql_where=text(LAPSED)),
        Index("tasks_to_remind_of", "remind_at", postgresql_where=text("ended_at IS NULL")),
        Index("tasks_open_of_party", "party", postgresql_where=text("ended_at IS NULL AND body = 'applicant'")),
    )
    task_id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.case_id")
    city: str
    procedure: str
    party: str
    step: str
    stage: str
    round: int
    body: str
    urgency: str | None = None
    state: str
    claimed_by: str | None = None
    lapsed_of: str | None = None
    """Whose claim lapsed, while nobody has had it in hand since."""
    outcome: str | None = None
    late: bool = False
    opened_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    due_at: datetime | None = instant(nullable=True, default=None)
    at_once: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    provisional: bool = False
    urgings: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    urged_at: datetime | None = instant(nullable=True, default=None)
    supplement_asked_at: datetime | None = instant(nullable=True, default=None)
    supplement_act: str | None = None
    """The act in whose content it stands what was asked for."""
    remind_at: datetime | None = instant(nullable=True, default=None)
    """When the reminder looks at it again; it is derived from the clock and may be early, never late."""
    clock: dict[str, Any] = jsonb()


class GrantRow(SQLModel, table=True):
    """What the gate asks: who may fetch what, in which ways, until when (exclusive), by which key's digest."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("grants_of_dataset", "dataset_id"),
        Index("grants_by_key", "key_digest", unique=True, postgresql_where=text("key_digest IS NOT NULL")),
        Index("grants_of_party", "party"),
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
    key_digest: str | None = None
    ended: str | None = None


class ObjectionRow(SQLModel, table=True):
    """An objection, as catalogue and objector's history show it. `upheld` is null until the case is closed."""

    __tablename__ = "objections"
    __table_args__ = (
        Index("objections_of_party", "party", "dataset_id"),
        Index("objections_disputing", "dataset_id", postgresql_where=text("disputed")),
    )
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    dataset_id: str
    party: str
    ground: str
    disputed: bool = False
    answered_at: datetime | None = instant(nullable=True, default=None)
    upheld: bool | None = None


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


class EvidenceRow(SQLModel, table=True):
    """A file that somebody uploaded; `case_id` is null until it was submitted. Bytes lie in the store by SHA-256."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_of_case", "case_id"),)
    evidence_id: str = Field(primary_key=True)
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime = instant()
    case_id: str | None = Field(default=None, foreign_key="cases.case_id")


class GateDecisionRow(SQLModel, table=True):
    """One answer of the gate about conditional data. Written in batches: see `gate_sessions`."""

    __tablename__ = "gate_decisions"
    __table_args__ = (
        Index("gate_decisions_of_dataset", "dataset_id", "at"),
        Index("gate_decisions_of_grant", "grant_case_id", "at"),
    )
    decision_id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    at: datetime = instant()
    session: str
    dataset_id: str
    grant_case_id: str | None = None
    data_items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    access_mode: str | None = None
    use: str | None = None
    allowed: bool
    reason: str


class GateSessionRow(SQLModel, table=True):
    """One run of a gate. What it decided after `written_until` is not in the log unless it ended (`ended_at`)."""

    __tablename__ = "gate_sessions"
    session: str = Field(primary_key=True)
    started_at: datetime = instant()
    written_until: datetime = instant()
    ended_at: datetime | None = instant(nullable=True, default=None)
    lost: int = 0
    """Decisions that found no room while PostgreSQL was away."""


class WorkerJobRow(SQLModel, table=True):
    """A worker said that it runs a job. Rows of workers that have gone are removed after a while."""

    __tablename__ = "worker_jobs"
    worker_id: str = Field(primary_key=True)
    job: str = Field(primary_key=True)
    seen_at: datetime = instant()


class WorkerJobEndsRow(SQLModel, table=True):
    """How often a job has ended unasked, in any worker."""

    __tablename__ = "worker_job_ends"
    job: str = Field(primary_key=True)
    times: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_at: datetime = instant()
    last_reason: str


class GateCallsRow(SQLModel, table=True):
    """How often a grant with a daily quota was used on a day, Asia/Shanghai."""

    __tablename__ = "gate_calls"
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    on: date = Field(sa_column=Column("on", Date, primary_key=True))
    calls: int


class CaseNumberRow(SQLModel, table=True):
    """The running numbers: one line for each city, procedure and year."""

    __tablename__ = "case_numbers"
    city: str = Field(primary_key=True)
    procedure: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class CalendarRow(SQLModel, table=True):
    """One row: the position in the record of notices. Clocks are set under its share lock."""

    __tablename__ = "calendar"
    id: int = Field(primary_key=True, default=1)
    version: int


class NoticeRow(SQLModel, table=True):
    """The record of notices, in order of record; never changed."""

    __tablename__ = "calendar_notices"
    position: int = Field(primary_key=True)
    scope: str
    document: str
    published_on: date = Field(sa_column=Column(Date, nullable=False))
    recorded_at: datetime = instant()
    notice: dict[str, Any] = jsonb()


class BodyRow(SQLModel, table=True):
    """A body of a city, such as `nanning.transport`, with its role in the procedures."""

    __tablename__ = "bodies"
    body: str = Field(primary_key=True)
    city: str = Field(index=True)
    role: str
    name: dict[str, Any] = jsonb()


class AccountRow(SQLModel, table=True):
    """Who may act: the id is opaque, so that logs and histories hold no name."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_of_body", "body", postgresql_where=text("body IS NOT NULL")),
        Index("accounts_of_city", "city", postgresql_where=text("city IS NOT NULL")),
    )
    account_id: str = Field(primary_key=True)
    login: str = Field(unique=True)
    name: dict[str, Any] = jsonb()
    city: str | None = None
    body: str | None = Field(default=None, foreign_key="bodies.body")
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class DatasetRow(SQLModel, table=True):
    """A dataset of a city's catalogue; `entry` holds the fields that the city's law wants published.

    `updated_on` is of the data and not of the entry: the latest day on which it was brought up to date, as its provider
    said last (`updated_by`, an account; null where the entry came with it). It stands nowhere else, nor in a version.
    `search` are the index words of entry and provider, null until `activities.catalogue_index` has made them.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        Index("datasets_of_city", "city", "dataset_id"),
        Index("datasets_by_word", "search", postgresql_using="gin"),
    )
    dataset_id: str = Field(primary_key=True)
    city: str
    provider: str = Field(foreign_key="bodies.body")
    openness: str
    items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    entry: dict[str, Any] = jsonb()
    sample: bool = False
    updated_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    updated_by: str | None = None
    search: str | None = Field(default=None, sa_column=Column(TSVECTOR, nullable=True))


class DatasetVersionRow(SQLModel, table=True):
    """An entry as it stood from `published_at` on, by which case; the first of an entry that was there before has
    neither."""

    __tablename__ = "dataset_versions"
    dataset_id: str = Field(primary_key=True, foreign_key="datasets.dataset_id")
    number: int = Field(primary_key=True)
    case_id: str | None = Field(default=None, foreign_key="cases.case_id")
    openness: str
    items: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    entry: dict[str, Any] = jsonb()
    published_at: datetime | None = instant(nullable=True, default=None)
