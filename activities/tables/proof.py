"""Tables of what makes tampering show: adoptions, erasures, days and heads that were signed, stamps."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Date, DateTime, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from activities.tables.columns import instant


class ChainAdoptionRow(SQLModel, table=True):
    """The instant from which on events and acts are chained as they are written, what was there before, and the root
    over its heads."""

    __tablename__ = "chain_adoptions"
    adopted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    cases: int
    events: int
    acts: int
    root: str


class ErasureRow(SQLModel, table=True):
    """What the law had erased: the text of an act (`content`) or a file (`evidence`), by whom and on what basis."""

    __tablename__ = "erasures"
    what: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    erased_at: datetime = instant()
    account: str
    basis: str


class SignedDayRow(SQLModel, table=True):
    """A day that is over: the statement over its tree, as it was signed, and the signature."""

    __tablename__ = "signed_days"
    day: date = Field(sa_column=Column(Date, primary_key=True))
    statement: str
    signature: str


class StampedDayRow(SQLModel, table=True):
    """The stamp over the statement of a signed day, as a time-stamp authority has answered it (RFC 3161)."""

    __tablename__ = "stamped_days"
    day: date = Field(sa_column=Column(Date, primary_key=True))
    stamp: bytes


class SignedHeadRow(SQLModel, table=True):
    """The head of a case in the tree of a day, for each day on which it had moved, and the way to the root."""

    __tablename__ = "signed_heads"
    case_id: str = Field(primary_key=True)
    day: date = Field(sa_column=Column(Date, primary_key=True))
    events: int
    head: str
    acts: int
    acts_head: str
    place: int
    path: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
