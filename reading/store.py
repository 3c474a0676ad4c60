"""What a reading goes by: a session, the present, pinned rules, one folded case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import QueryContext
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.calendar.record import RecordOfNotices
from activities.clock import Clock
from activities.copies import Copy
from activities.database import Pool, present
from activities.evidence.sealed_files import place_of_name
from activities.feedback import place_of
from activities.readings import Reading
from activities.record.log import read_log
from activities.sealing.seals import Seals
from activities.tables.cases import ActRow, EvidenceRow, PinnedRulesRow
from activities.tables.feedback import FeedbackRow
from models.events import Event
from models.state import CaseState, fold
from reading.words.language import Language
from reading.words.law import Law
from rules.calendar import CalendarRecord
from rules.procedure_rules import ProcedureRules

PRESENT = "select clock_timestamp() as now, version from calendar"
"""Both in one look: each answer asks for them."""
SEALS = "seals"
"""Under which name a session carries what opens what is sealed."""


@event.listens_for(ActRow, "load")
def open_content(row: ActRow, context: QueryContext) -> None:
    """What was written with an act is plain for whoever has its row: the one place where it is opened for reading."""
    seals: Seals | None = context.session.info.get(SEALS)
    if seals is not None and row.content:
        set_committed_value(row, "content", seals.opened(row.act_id, row.content))


@event.listens_for(EvidenceRow, "load")
def open_name(row: EvidenceRow, context: QueryContext) -> None:
    """As `open_content`, for the name of a file."""
    seals: Seals | None = context.session.info.get(SEALS)
    if seals is not None and row.key_id is not None:
        set_committed_value(row, "name", seals.opened_text(place_of_name(row.evidence_id), row.name))


@event.listens_for(FeedbackRow, "load")
def open_feedback(row: FeedbackRow, context: QueryContext) -> None:
    """As `open_content`, for feedback and its answer."""
    seals: Seals | None = context.session.info.get(SEALS)
    if seals is not None:
        set_committed_value(row, "text", seals.opened_text(place_of(row.feedback_id, "text"), row.text))
        if row.answer is not None:
            set_committed_value(row, "answer", seals.opened_text(place_of(row.feedback_id, "answer"), row.answer))


def filing_of(acts: Sequence[ActRow]) -> dict[str, Any]:
    """What was written with the filing."""
    return next((row.content for row in acts if row.kind == "file" and row.content), {})


@dataclass(frozen=True)
class CaseRead:
    """A case as its log makes it, with its pinned rules."""

    state: CaseState
    log: Sequence[Event]
    rules: ProcedureRules


@dataclass(frozen=True)
class Present:
    """The instant of an answer, and the record of notices as it stood then."""

    now: datetime
    record: CalendarRecord


@dataclass(frozen=True)
class Archive:
    """What is read from: PostgreSQL, the record of notices, and pinned rules, at the instant of the system's clock.

    Opened once, and handed to every reading.
    """

    clock: Clock
    pool: Pool
    reading: AsyncEngine
    notices: RecordOfNotices
    pinned: dict[str, ProcedureRules] = field(default_factory=dict, kw_only=True)
    """Rules by digest: what a digest names never changes."""
    laws: dict[tuple[str, Language], Law] = field(default_factory=dict, kw_only=True)
    """The same in words, of which none ever change either."""
    records: dict[int, CalendarRecord] = field(default_factory=dict, kw_only=True)
    """Earlier positions of the record of notices, which never change either."""
    seals: Seals | None = field(default=None, kw_only=True)
    """By which what people wrote is opened."""

    copy: Copy | None = field(default=None, kw_only=True)
    reading_a_copy: AsyncEngine | None = field(default=None, kw_only=True)
    """The way to a copy of the database, if there is one."""

    readings: dict[Reading, float] = field(default_factory=dict, kw_only=True)
    """What officers read today and is on record, each until an instant of this process's own clock."""

    def session(self) -> AsyncSession:
        """A session for reading; writes go through the inbox alone."""
        return AsyncSession(self.reading, expire_on_commit=False, info={SEALS: self.seals})

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The archive for one call, which ends with the block."""
        async with self.session() as session:
            yield Store(self, session)

    @asynccontextmanager
    async def store_a_little_behind(self) -> AsyncIterator[Store]:
        """As `store`, for what is long or counts much, and says nothing of what its reader has just done: it is read
        from the copy while that is near, and may lack what was written within the bound of the settings."""
        if self.copy is None or self.reading_a_copy is None or not self.copy.is_near:
            async with self.store() as store:
                yield store
            return
        async with AsyncSession(self.reading_a_copy, expire_on_commit=False, info={SEALS: self.seals}) as session:
            yield Store(self, session)

    async def now(self) -> datetime:
        """The instant by the system's clock, where no working days are needed."""
        async with self.pool.acquire() as connection:
            return self.clock.at(await present(connection))

    async def present(self) -> Present:
        """The present by the system's clock, which is PostgreSQL's."""
        async with self.pool.acquire() as connection:
            row = await connection.fetchrow(PRESENT)
            assert row
            return Present(self.clock.at(row["now"]), await self.notices.at(connection, row["version"]))

    def record_at(self, record: CalendarRecord, version: int | None) -> CalendarRecord:
        """The record of notices as it was at an earlier position; as it is where none is named."""
        if version is None or version == record.version:
            return record
        return self.records.setdefault(version, record.at(version))


@dataclass(frozen=True)
class Store:
    """The archive as one call reads it, through a session of its own."""

    archive: Archive
    session: AsyncSession

    @property
    def pool(self) -> Pool:
        """For what the log and its neighbours are read by."""
        return self.archive.pool

    async def release(self) -> None:
        """Gives the connection back, for while the call waits for something else."""
        await self.session.close()

    async def now(self) -> datetime:
        """The instant, as `Archive.now` has it."""
        return await self.archive.now()

    async def present(self) -> Present:
        """The present, as `Archive.present` has it."""
        return await self.archive.present()

    async def rules(self, digest: str) -> ProcedureRules:
        """The rules kept under this digest."""
        pinned = self.archive.pinned
        if digest not in pinned:
            row = (await self.session.exec(select(PinnedRulesRow).where(PinnedRulesRow.digest == digest))).one()
            pinned[digest] = ProcedureRules.model_validate(row.rules)
        return pinned[digest]

    async def law(self, digest: str, language: Language) -> Law:
        """The rules kept under this digest in the words of a language; what was said of them once is not made anew."""
        laws = self.archive.laws
        if (digest, language) not in laws:
            laws[digest, language] = Law(await self.rules(digest), language)
        return laws[digest, language]

    async def case_read(self, case_id: str) -> CaseRead:
        """A case that exists, folded from its log."""
        async with self.pool.acquire() as connection:
            log = await read_log(connection, case_id)
        state = fold(CaseState(), log)
        return CaseRead(state, log, await self.rules(state.rules_digest))
