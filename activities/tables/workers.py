"""Tables of what runs beside the worker, and of what fails again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant


class FailureRow(SQLModel, table=True):
    """What failed again and again: an act, or, without one (''), what time was to bring about; see
    `activities.record.failing`. `number` is the length of the log when it failed last, null where there was no log."""

    __tablename__ = "failures"
    case_id: str = Field(primary_key=True)
    act_id: str = Field(primary_key=True)
    why: str
    detail: str
    times: int
    first_at: datetime = instant()
    last_at: datetime = instant()
    number: int | None = None


class SweepRow(SQLModel, table=True):
    """A case that a sweeper has in hand, its `holder`, or that was tried in vain: nobody else tries it until then.
    `pause` is in seconds."""

    __tablename__ = "sweeps"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    case_id: str = Field(primary_key=True)
    holder: str | None = None
    until: datetime = instant()
    pause: float


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
