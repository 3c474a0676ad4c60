"""What the service reads from PostgreSQL: the log of one case, and the tables in which people search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.log import read_log
from api.callers import Caller
from api.due import UNSETTLED, answers, has_come
from api.due import overdue as overdue
from api.reading_catalogue import ReadsCatalogue
from api.reading_directory import ReadsDirectory
from api.reading_disputes import ReadsDisputes
from api.reading_updates import ReadsUpdates
from api.rectifying import ReadsRectifications
from api.runtime import Runtime
from api.supervising import ReadsSupervision
from api.waiting import ReadsWaiting
from models.events import Event
from models.passing import opened_by_time
from models.state import CaseState, fold
from models.tables import (
    FORESEEN,
    AccountRow,
    ActRow,
    BodyRow,
    CaseRow,
    EventRow,
    GrantRow,
    PinnedRulesRow,
    TaskRow,
)
from rules.pinned import Label
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class CaseRead:
    """A case as its log tells it, with the rules that it keeps."""

    state: CaseState
    log: Sequence[Event]
    rules: ProcedureRules


@dataclass(frozen=True)
class TaskRead:
    """A task of a list, with what the list says of its case."""

    task: TaskRow
    case: CaseRow
    overdue: bool


class Reader(
    ReadsCatalogue,
    ReadsDirectory,
    ReadsDisputes,
    ReadsRectifications,
    ReadsSupervision,
    ReadsUpdates,
    ReadsWaiting,
):
    """Reads for one call."""

    def __init__(self, runtime: Runtime, session: AsyncSession) -> None:
        self._runtime = runtime
        self._session = session

    async def release(self) -> None:
        """Gives the connection back, for while the call waits for something else."""
        await self._session.close()

    async def caller(self, account_id: str) -> Caller | None:
        """The account as the directory has it now."""
        row = (
            await self._session.exec(
                select(AccountRow, BodyRow.role)
                .join(BodyRow, col(BodyRow.body) == col(AccountRow.body), isouter=True)
                .where(AccountRow.account_id == account_id)
            )
        ).first()
        if row is None:
            return None
        account, body_role = row
        return Caller(
            account_id=account.account_id,
            login=account.login,
            city=account.city,
            body=account.body,
            body_role=body_role,
            roles=frozenset(account.roles),
        )

    async def account(self, login_or_id: str) -> AccountRow | None:
        named = or_(col(AccountRow.login) == login_or_id, col(AccountRow.account_id) == login_or_id)
        return (await self._session.exec(select(AccountRow).where(named))).first()

    async def logins(self, accounts: Iterable[str | None]) -> dict[str, str]:
        """Account id to login; an account that is gone keeps its id."""
        ids = {each for each in accounts if each}
        if not ids:
            return {}
        rows = await self._session.exec(
            select(AccountRow.account_id, AccountRow.login).where(col(AccountRow.account_id).in_(ids))
        )
        return {each: each for each in ids} | dict(rows.all())

    async def body_names(self, bodies: Iterable[str]) -> dict[str, Label]:
        rows = await self._session.exec(select(BodyRow).where(col(BodyRow.body).in_(set(bodies))))
        return {row.body: Label.model_validate(row.name) for row in rows}

    async def bodies_of(self, city: str) -> dict[str, str]:
        """Role to body, of the bodies of a city that are one in it; providers are many."""
        rows = await self._session.exec(select(BodyRow).where(BodyRow.city == city, BodyRow.role != "provider"))
        return {row.role: row.body for row in rows}

    async def case(self, caller: Caller, case_id: str) -> CaseRow | None:
        """The case, unless the caller may not know of it."""
        found = select(CaseRow).where(CaseRow.case_id == case_id, caller.sees_cases())
        return (await self._session.exec(found)).first()

    async def case_read(self, case_id: str) -> CaseRead:
        """A case that exists, folded from its log."""
        async with self._runtime.pool.acquire() as connection:
            log = await read_log(connection, case_id)
        state = fold(CaseState(), log)
        return CaseRead(state, log, await self.rules(state.rules_digest))

    async def rules(self, digest: str) -> ProcedureRules:
        """The rules kept under this digest."""
        pinned = self._runtime.pinned
        if digest not in pinned:
            row = (await self._session.exec(select(PinnedRulesRow).where(PinnedRulesRow.digest == digest))).one()
            pinned[digest] = ProcedureRules.model_validate(row.rules)
        return pinned[digest]

    async def overdue_tasks(self, case_id: str, now: datetime) -> set[str]:
        """The overdue tasks of a case."""
        found = select(TaskRow.task_id).where(TaskRow.case_id == case_id, overdue(now))
        return set((await self._session.exec(found)).all())

    async def task(self, task_id: str) -> TaskRow | None:
        """The task, unless it is one that time has yet to open."""
        row = (await self._session.exec(select(TaskRow).where(TaskRow.task_id == task_id))).first()
        if row and row.state == FORESEEN and not await self.has_come(row):
            return None
        return row

    async def has_come(self, task: TaskRow) -> bool:
        """Of a task that time opens: whether it has."""
        now = (await self._runtime.present()).now
        found = select(TaskRow.task_id).where(TaskRow.task_id == task.task_id, has_come(now))
        return (await self._session.exec(found)).first() is not None

    async def opened_by_time(self, read: CaseRead, now: datetime) -> CaseState:
        """The case with what lies open in it by the passing of a clock, which the log may not say yet."""
        events = opened_by_time(read.rules, read.state, now)
        if not events:
            return read.state
        waiting = select(ActRow.act_id).where(
            ActRow.case_id == read.state.case_id,
            col(ActRow.state) == UNSETTLED,
            col(ActRow.received_at) < min(event.at for event in events),
            answers(),
        )
        goes_first = (await self._session.exec(waiting)).first()
        return read.state if goes_first else fold(read.state, events)

    async def tasks(
        self, caller: Caller, wanted: Sequence[ColumnElement[bool]], now: datetime, limit: int
    ) -> list[TaskRead]:
        """The caller's tasks, most urgent first."""
        rows = await self._session.exec(
            select(TaskRow, CaseRow, overdue(now))
            .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
            .where(caller.sees_tasks(), *wanted)
            .order_by(
                # What the law wants done promptly comes first; `beyond` in `api.routers.tasks` goes by this order.
                col(TaskRow.at_once).desc(),
                col(TaskRow.due_at).asc().nulls_last(),
                col(TaskRow.opened_at),
                col(TaskRow.task_id),
            )
            .limit(limit)
        )
        return [TaskRead(task, case, bool(is_overdue)) for task, case, is_overdue in rows]

    async def cases(self, caller: Caller, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[CaseRow]:
        """The cases that the caller may know of, latest first."""
        rows = await self._session.exec(
            select(CaseRow)
            .where(caller.sees_cases(), *wanted)
            .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
            .limit(limit)
        )
        return rows.all()

    async def grants(
        self, caller: Caller, wanted: Sequence[ColumnElement[bool]], limit: int
    ) -> list[tuple[GrantRow, CaseRow]]:
        """The grants whose cases the caller may know of, latest first."""
        rows = await self._session.exec(
            select(GrantRow, CaseRow)
            .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
            .where(caller.sees_cases(), *wanted)
            .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
            .limit(limit)
        )
        return [(grant, case) for grant, case in rows]

    async def act(self, act_id: str) -> ActRow | None:
        return (await self._session.exec(select(ActRow).where(ActRow.act_id == act_id))).first()

    async def acts_with_text(self, case_id: str) -> Sequence[ActRow]:
        """The accepted acts of a case that came with something to read, in their order."""
        rows = await self._session.exec(
            select(ActRow)
            .where(ActRow.case_id == case_id, ActRow.state == "accepted", col(ActRow.content).is_not(None))
            .order_by(col(ActRow.seq))
        )
        return rows.all()

    async def asked_for(self, acts: Iterable[str | None]) -> dict[str, str]:
        """Act to what it asks for in words; none whose words are erased."""
        ids = {each for each in acts if each}
        if not ids:
            return {}
        text = func.jsonb_extract_path_text(col(ActRow.content), "text")
        rows = await self._session.exec(select(ActRow.act_id, text).where(col(ActRow.act_id).in_(ids)))
        return {act_id: said for act_id, said in rows if said}

    async def events(self, case_id: str, after: int, limit: int) -> Sequence[EventRow]:
        rows = await self._session.exec(
            select(EventRow)
            .where(EventRow.case_id == case_id, col(EventRow.number) > after)
            .order_by(col(EventRow.number))
            .limit(limit)
        )
        return rows.all()
