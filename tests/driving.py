"""Drives cases as callers do: through the inbox and the engine, without HTTP between."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import Client

from activities.calendar.record import RecordOfNotices
from activities.database import Pool
from activities.engine.handing_over import Engine
from activities.record.filings import Filing, FilingReceived
from activities.record.inbox import ActReceived, Inbox
from activities.record.log import Log, read_log
from activities.record.touching import restrictions_on
from models import acts as a
from models import events as e
from models.procedure import JudgedBy
from models.procedures import BY_NAME
from models.restrictions import Restriction, restriction
from models.signing import fingerprints, naming_what_stands
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.admissibility import DEFAULT_CHOICES
from rules.agreement import SIGN
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pack import Pack
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from rules.seed_notices import read_scopes

PATIENCE = timedelta(seconds=20)
AT = datetime.min.replace(tzinfo=UTC)
"""Acts are stamped by the inbox; what stands in them before means nothing."""
WHATEVER_IS_ASKED = frozenset(
    {"reason", "basis", "tender_reference", "access_mode_basis", "purpose", "scenario", "safeguards", "conditions"}
    | {"uses", "results", "source_cited"}
    | {"answer", "measure", "result", "processing", "processed_on", "need", "entry", "mounting"}
)


SERVES = """
insert into accounts (account_id, login, name, body, roles)
select $1, $1, '{}', body, array['reviewer'] from bodies where body = $2 on conflict do nothing
"""
"""Whoever acts for a body is in the directory, until a test says otherwise."""


def roles_of_the_city(pack: Pack) -> Iterator[str]:
    """The roles of bodies of the city, to which an invented provider belongs; no county's authority is among them."""
    return (role for role in pack.bodies if pack.counties is None or role != pack.counties.authority)


@dataclass
class ShiftedClock:
    """PostgreSQL's clock, set forward or back."""

    shift: timedelta = timedelta()

    def at(self, database_now: datetime) -> datetime:
        return database_now + self.shift


@dataclass
class Driver:
    """One inbox and one engine, with parties and officers that have opaque ids as in production."""

    pool: Pool
    temporal: Client
    task_queue: str
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    patience: timedelta = PATIENCE
    packs: dict[str, Pack] = field(default_factory=dict)
    filed: FilingReceived | None = None
    """What the receipt of the latest filing returned."""

    def __post_init__(self) -> None:
        self.log = Log(
            RecordOfNotices(read_scopes()), lambda city, procedure, on: resolve(self.pack(city), procedure, on)
        )
        self.inbox = Inbox(self.pool, self.log, self.clock)
        self.engine = Engine(self.pool, self.temporal, self.task_queue)

    def pack(self, city: str) -> Pack:
        return self.packs.get(city) or load_pack(city)

    async def file(
        self,
        city: str,
        *,
        procedure: str = "access_request",
        party: str = "acc_applicant",
        case_id: str | None = None,
        dataset_id: str | None = None,
        choices: Mapping[str, str] | None = None,
        items: Iterable[str] = (),
        given: Iterable[str] = ("purpose",),
        evidence: Iterable[str] = (),
        content: Mapping[str, Any] | None = None,
        occurred_on: date | None = None,
        elsewhere: Mapping[str, date] | None = None,
        caused_by: str | None = None,
        hand_over: bool = True,
    ) -> str:
        """A filing about a sample-like dataset of the city's transport department; its case id."""
        case_id = case_id or str(uuid.uuid4())
        pack, items = self.pack(city), tuple(items)
        stated = frozenset({*given, *(["data_items"] if items else [])})

        def filing(received_at: datetime) -> Filing:
            rules = resolve(pack, procedure, to_shanghai(received_at).date())
            defaults = {name: value for name, value in DEFAULT_CHOICES.items() if rules.choice(name, value)}
            return Filing(
                rules=rules,
                party=party,
                dataset_id=dataset_id or f"{city}-transport-example",
                bodies={
                    role: f"{city}.{'transport' if role == 'provider' else role}" for role in roles_of_the_city(pack)
                },
                data_items=items,
                choices={**defaults, **(choices or {})},
                given=stated,
                evidence=tuple(evidence),
                occurred_on=occurred_on,
                elsewhere=elsewhere or {},
                caused_by=caused_by,
            )

        kept = content or {"purpose": "to be read by people only"}
        self.filed = await self.inbox.receive_filing(case_id, procedure, kept, filing)
        if hand_over:
            await self.engine.hand_over(case_id, self.patience)
        return case_id

    async def object_to(
        self, city: str, ground: str, *, evidence: int = 0, party: str = "acc_objector", **more: Any
    ) -> str:
        """An objection, with that many files of evidence; its case id."""
        files = [await self.upload(party) for _ in range(evidence)]
        given = ("statement", *(("evidence",) if files else ()))
        more["choices"] = {"ground": ground, **more.get("choices", {})}
        content = {"statement": "to be read by people only"}
        return await self.file(
            city, procedure="objection", party=party, given=given, evidence=files, content=content, **more
        )

    async def upload(self, account: str) -> str:
        """A file of evidence that the account has uploaded, as far as the record goes."""
        evidence_id = str(uuid.uuid4())
        await self.pool.execute(
            "insert into evidence (evidence_id, account, name, media_type, size, sha256, uploaded_at) "
            "values ($1, $2, 'proof.txt', 'text/plain', 5, $3, clock_timestamp())",
            evidence_id,
            account,
            evidence_id,
        )
        return evidence_id

    async def restrictions(self, dataset_id: str) -> dict[str, Restriction]:
        """What cases keep back of a dataset, as the gate would find it, each of them in one way."""
        async with self.pool.acquire() as connection:
            found = await restrictions_on(connection, dataset_id)
        assert all(len(each) == 1 for each in found.values())
        return {case_id: restriction(each.kind, each.items) for case_id, (each,) in found.items()}

    async def do(self, act: a.Act, *, hand_over: bool = True, content: Mapping[str, Any] | None = None) -> str:
        """The act is received and handed over; `accepted`, the name of the refusal, or `received`."""
        received = await self.receive(act, content)
        judged_by = BY_NAME[received.procedure].judged_by(type(act))
        if hand_over and (received.state == "received" or judged_by is not JudgedBy.RECEIPT_ALONE):
            await self.engine.hand_over(act.case_id, self.patience)
        return await self.standing(received)

    async def receive(self, act: a.Act, content: Mapping[str, Any] | None = None) -> ActReceived:
        """The act is in the inbox, and who it is by in the directory."""
        await self.pool.execute(SERVES, act.by.account, act.by.body)
        return await self.inbox.receive_act(act, content)

    async def standing(self, act: ActReceived) -> str:
        row = await self.pool.fetchrow(
            "select state, problem ->> 'code' as code from acts where act_id = $1", act.act_id
        )
        assert row
        return str(row["code"] or row["state"])

    async def decide(
        self,
        case_id: str,
        stage: str,
        outcome: str,
        *,
        given: Iterable[str] = WHATEVER_IS_ASKED,
        officer: str = "1",
        act_id: str | None = None,
        hand_over: bool = True,
        content: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        task = await self.task(case_id, stage)
        by = await self.party_or_officer(case_id, task, officer)
        act = a.Decide(
            id=act_id or str(uuid.uuid4()),
            case_id=case_id,
            by=by,
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=frozenset(given),
            **more,
        )
        return await self.do(await self.signing(act, content), hand_over=hand_over, content=content)

    async def signing(self, act: a.Decide, content: Mapping[str, Any] | None = None) -> a.Decide:
        """A signature with the digest of what stands with what it states, unless it names one; any other decision as it
        is."""
        if act.outcome != SIGN or act.digest is not None:
            return act
        stated = act.model_copy(update={"words": fingerprints(act.case_id, content)})
        return naming_what_stands(await self.rules_of(act.case_id), await self.state(act.case_id), stated)

    async def on_task(self, kind: type[a.TaskAct], case_id: str, stage: str, officer: str = "1", **more: Any) -> str:
        """Any other act on the latest task of a stage, by an officer of its body."""
        task = await self.task(case_id, stage)
        act = kind(
            id=str(uuid.uuid4()),
            case_id=case_id,
            by=self.officer_of(task, officer),
            received_at=AT,
            task_id=task.task_id,
            **more,
        )
        return await self.do(act)  # type: ignore[arg-type]  # a TaskAct is a member of the union Act, which mypy cannot see

    async def by_applicant(self, kind: type[a.ReceivedAct], case_id: str, **more: Any) -> str:
        """An act of the party that filed."""
        party = (await self.state(case_id)).party
        act = kind(id=str(uuid.uuid4()), case_id=case_id, by=a.Actor(account=party), received_at=AT, **more)
        return await self.do(act)  # type: ignore[arg-type]  # as above

    async def party_or_officer(self, case_id: str, task: TaskState, officer: str) -> a.Actor:
        if task.body == APPLICANT:
            return a.Actor(account=(await self.state(case_id)).party)
        return self.officer_of(task, officer)

    def officer_of(self, task: TaskState, officer: str) -> a.Actor:
        if task.body == APPLICANT:
            return a.Actor(account="acc_applicant")
        return a.Actor(account=f"acc_{task.body}_{officer}", body=task.body)

    async def task(self, case_id: str, stage: str) -> TaskState:
        """The latest task of a stage."""
        state = await self.state(case_id)
        return max((t for t in state.tasks.values() if t.stage == stage), key=lambda t: t.round)

    async def events(self, case_id: str) -> list[e.Event]:
        async with self.pool.acquire() as connection:
            return await read_log(connection, case_id)

    async def state(self, case_id: str) -> CaseState:
        return fold(CaseState(), await self.events(case_id))

    async def types(self, case_id: str) -> list[str]:
        return [event.type for event in await self.events(case_id)]

    async def waiting_act(self, case_id: str) -> a.Act:
        """The first act of the inbox that is not settled."""
        query = "select act from acts where case_id = $1 and state = 'received' order by seq"
        return a.ACT.validate_json(await self.pool.fetchval(query, case_id))

    async def rules_of(self, case_id: str) -> ProcedureRules:
        """The rules that the case keeps."""
        query = "select rules from pinned_rules join cases on digest = rules_digest where case_id = $1"
        return ProcedureRules.model_validate_json(await self.pool.fetchval(query, case_id))

    async def until_event(self, case_id: str, kind: str, seconds: float = 30) -> None:
        """Returns when the log holds an event of that type."""
        async with asyncio.timeout(seconds):
            while True:
                if kind in await self.types(case_id):
                    return
                await asyncio.sleep(0.02)
