"""PostgreSQL's tables. `acts` is the inbox, `events` the log and the truth; the rest is derived by the fold.

Instants are stored with time zone. Migrations are compared with these tables in the tests.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Column, Computed, DateTime, Index, String, text
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant, jsonb
from rules.procedure_names import RECTIFICATION

OF_A_YEAR = "procedure IN ('opening_focus', 'opening_plan', 'evaluation', 'improvement')"
"""The procedures of which few cases are sought among all of a city."""


FILED_LATE = "received_at >= wanted_until"
"""Cases that were filed after the time within which the law wants them filed; which bars nothing."""


class PinnedRulesRow(SQLModel, table=True):
    """The rules of a case as it keeps them, by digest."""

    __tablename__ = "pinned_rules"
    digest: str = Field(primary_key=True)
    rules: dict[str, Any] = jsonb()
    calendar: str | None = Field(
        default=None, sa_column=Column(String, Computed("rules ->> 'calendar'", persisted=True), nullable=True)
    )
    """By which clocks are set under these rules: what is locked while one is."""


class CaseRow(SQLModel, table=True):
    """One case, as people search it. `number` is the length of its log, `engine_number` how much the engine knows."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_of_party", "party", text("received_at DESC"), "case_id"),
        Index("cases_of_city", "city", text("received_at DESC"), "case_id"),
        Index(
            "cases_for_body",
            *("for_body", text("received_at DESC"), "case_id"),
            postgresql_where=text("for_body IS NOT NULL"),
        ),
        Index("cases_of_provider", "provider", text("received_at DESC"), "case_id"),
        Index("cases_of_dataset", "dataset_id"),
        Index("cases_of_years", "city", "procedure", postgresql_where=text(OF_A_YEAR)),
        Index(
            "cases_filed_late",
            *("city", text("received_at DESC"), "case_id"),
            postgresql_where=text(FILED_LATE),
        ),
        Index("cases_latest", text("received_at DESC"), "case_id"),
        Index("cases_to_archive", "closed_at", postgresql_where=text("closed_at IS NOT NULL AND archived_at IS NULL")),
        Index("cases_closed_of_city", "city", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index(
            "cases_rectifying", "city", postgresql_where=text(f"procedure = '{RECTIFICATION}' AND closed_at IS NULL")
        ),
    )
    case_id: str = Field(primary_key=True)
    case_number: str = Field(unique=True)
    city: str
    procedure: str
    dataset_id: str
    party: str
    for_body: str | None = None
    """The body for which it was filed, or which has the grant that it is; null where somebody has it for itself."""
    provider: str | None = None
    urgency: str | None = None
    received_at: datetime = instant()
    wanted_until: datetime | None = instant(nullable=True, default=None)
    """The end, exclusive, of the time within which the law wants it filed; null where it gives none."""
    closed_at: datetime | None = instant(nullable=True, default=None)
    outcome: str | None = None
    rules_digest: str = Field(foreign_key="pinned_rules.digest")
    number: int = 0
    engine_number: int = 0
    head: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The hash of the last event."""
    key_id: str | None = None
    """The data key under which what is written in the case is sealed; null until there is something."""
    archived_at: datetime | None = instant(nullable=True, default=None)
    """Since when all of its log and inbox lies in the archive of the year in which it ended."""


class ActRow(SQLModel, table=True):
    """The inbox. `act` is what the engine gets; `content` holds free text and names, sealed field by field, and can be
    erased by itself.

    No index goes by `state`, so that settling an act concerns none: what is not settled is not delivered either, and is
    asked for by both (docs/decisions/0136). In each partition an act is the only one of its id, and of its place.
    """

    __tablename__ = "acts"
    __table_args__ = (
        Index(
            "acts_waiting_people",
            "received_at",
            "act_id",
            postgresql_where=text("delivered_at IS NULL AND kind <> 'apply_notice'"),
        ),
        Index(
            "acts_waiting_notices",
            "received_at",
            "act_id",
            postgresql_where=text("delivered_at IS NULL AND kind = 'apply_notice'"),
        ),
        Index("acts_unsettled", "case_id", "received_at", postgresql_where=text("delivered_at IS NULL")),
        {"postgresql_partition_by": "LIST (archive_year)"},
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
    files: dict[str, Any] | None = jsonb(nullable=True)
    """The files that came with it, each id with the SHA-256 of its bytes."""
    content_digest: str | None = None
    content_salt: str | None = None
    """By which the digest of `content` says nothing of it; erased with it."""
    hash: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """Of the act and of the one before in the inbox."""
    archive_year: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """The partition: the year in which the case ended, once it is archived (docs/decisions/0144)."""


class EventRow(SQLModel, table=True):
    """The log: numbered from 1 in each case, never changed."""

    __tablename__ = "events"
    __table_args__ = ({"postgresql_partition_by": "LIST (archive_year)"},)
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    number: int = Field(primary_key=True)
    type: str
    at: datetime = instant()
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()"))
    )
    event: dict[str, Any] = jsonb()
    hash: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """Of the event and of the one before."""
    archive_year: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """As of an act."""


WITH_A_DUE_DAY = "ended_at IS NULL AND due_at IS NOT NULL"
"""Open tasks that can be overdue: the indexes of supervision hold these alone, whatever number is closed."""


ENDED = "ended_at IS NOT NULL"
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
        Index(
            "tasks_ended_of_city",
            *("city", "ended_at"),
            postgresql_include=["body", "late", "state", "due_at", "procedure"],
            postgresql_where=text(ENDED),
        ),
        Index("tasks_ended_of_body", "body", text("ended_at DESC"), "task_id", postgresql_where=text(ENDED)),
        Index("tasks_of_case", "case_id"),
        Index("tasks_of_body_latest", "body", text("case_received_at DESC"), "case_id"),
        Index("tasks_urged", "city", "urged_at", postgresql_where=text("urgings > 0")),
        Index(
            "tasks_owed_promptly",
            *("city", "opened_at", "task_id"),
            postgresql_where=text("ended_at IS NULL AND at_once AND due_at IS NULL"),
        ),
        Index("tasks_asking_party", "party", postgresql_where=text(ASKING)),
        Index(
            "tasks_claimed",
            *("claimed_by", "city", "body"),
            postgresql_include=["due_at", "opened_at", "procedure"],
            postgresql_where=text(CLAIMED),
        ),
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
    case_received_at: datetime | None = instant(nullable=True, default=None)
    """When its case was received, by which the cases of a body are listed: never null, the database sees to it."""
    clock: dict[str, Any] = jsonb()


class ObjectionRow(SQLModel, table=True):
    """An objection, as catalogue and objector's history show it. `upheld` is null until the case is closed.

    `disputed` and its index are for the release before; whether a dataset bears the mark, its log says."""

    __tablename__ = "objections"
    __table_args__ = (
        Index("objections_of_party", "party", "dataset_id"),
        Index("objections_disputing", "dataset_id", postgresql_where=text("disputed")),
        Index("objections_of_dataset", "dataset_id"),
    )
    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    dataset_id: str
    party: str
    ground: str
    disputed: bool = False
    answered_at: datetime | None = instant(nullable=True, default=None)
    upheld: bool | None = None


class EvidenceRow(SQLModel, table=True):
    """A file that somebody uploaded; `case_id` is null until it was submitted. Bytes lie in the store, sealed with the
    name under the data key `key_id`; without one, as they came, by SHA-256."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("evidence_of_case", "case_id"),
        Index("evidence_not_scanned", "uploaded_at", postgresql_where=text("scan = 'not_scanned'")),
    )
    evidence_id: str = Field(primary_key=True)
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime = instant()
    case_id: str | None = Field(default=None, foreign_key="cases.case_id")
    key_id: str | None = None
    cautions: list[str] = Field(sa_column=Column(ARRAY(String()), nullable=False, server_default="{}"))
    """What whoever opens it should know."""
    scan: str = Field(default="not_scanned", sa_column=Column(String(), nullable=False, server_default="not_scanned"))
    scanned_at: datetime | None = instant(nullable=True, default=None)


class CaseNumberRow(SQLModel, table=True):
    """The running numbers: one line for each city, procedure and year."""

    __tablename__ = "case_numbers"
    city: str = Field(primary_key=True)
    procedure: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int
