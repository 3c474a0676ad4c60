"""Who files and decides in a benchmark: the applicant and the officers of one granted request of Nanning."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import Pool
from activities.engine.handing_over import Engine
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from activities.record.log import Log, read_log
from api.courier import Courier
from benchmarks import bare
from models import acts as a
from models.signing import naming_what_stands
from models.state import CaseState, fold
from rules import sample_catalogue
from rules.agreement import SIGN
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import resolve
from rules.seed_notices import read_scopes

CITY = "nanning"
PROVIDER = "nanning.transport"
PATIENCE = timedelta(seconds=30)
GIVES_UP_AFTER = 240
"""Seconds."""
STAMPED_AT_RECEIPT = datetime.min.replace(tzinfo=UTC)

DECISIONS = (
    ("formal_review", "nanning.operator", "pass"),
    ("provider_review", PROVIDER, "agree"),
    ("approval", "nanning.authority", "approve"),
    ("provider_signature", PROVIDER, "sign"),
    ("applicant_signature", APPLICANT, "sign"),
)
"""Stage, body and outcome of each human task, in order."""

ACCOUNTS = {account.login: account.account_id for account in sample_catalogue.accounts()}
DATASET = next(
    each.dataset_id
    for each in sample_catalogue.datasets()
    if each.provider == PROVIDER and each.openness == "conditional"
)


class Side(Protocol):
    """One of those that are measured: files a request, and acts on its tasks. Raises when an act is not accepted."""

    async def begins(self) -> None:
        """Returns when its turn may begin."""
        ...

    async def file(self) -> str: ...

    async def claim(self, case_id: str, stage: str, body: str) -> None: ...

    async def decide(self, case_id: str, stage: str, body: str, outcome: str) -> None: ...

    async def settled(self) -> None:
        """Returns when nothing of what was asked for is still under way."""
        ...


def actor(body: str) -> a.Actor:
    """The officer of a body, or the applicant."""
    if body == APPLICANT:
        return a.Actor(account=ACCOUNTS["applicant@demo"])
    return a.Actor(account=ACCOUNTS[f"reviewer@{body}"], body=body)


CONTENT = {"purpose": "to be read by people only"}


def filing(received_at: datetime) -> Filing:
    """A request that is admissible in the city, under the law that the API asks for at each filing."""
    return Filing(
        rules=resolve(load_pack(CITY), ACCESS_REQUEST, to_shanghai(received_at).date()),
        party=ACCOUNTS["applicant@demo"],
        dataset_id=DATASET,
        bodies={
            "operator": "nanning.operator",
            "authority": "nanning.authority",
            "experts": "nanning.experts",
            "provider": PROVIDER,
        },
        data_items=(),
        choices={"urgency": "normal", "use": "general"},
        given=frozenset({"purpose"}),
    )


def decision(case_id: str, stage: str, body: str, outcome: str, act_id: str | None = None) -> a.Decide:
    """An answer with all that any outcome may demand."""
    return a.Decide(
        **_fields(case_id, body, act_id),
        task_id=f"{case_id}.{stage}.1",
        outcome=outcome,
        given=frozenset({"reason", "basis", "conditions", "scenario"}),
    )


def _fields(case_id: str, body: str, act_id: str | None = None) -> dict[str, Any]:
    return {
        "id": act_id or str(uuid.uuid4()),
        "case_id": case_id,
        "by": actor(body),
        "received_at": STAMPED_AT_RECEIPT,
    }


class Kaifang:
    """Ours, as the API does it: receipt, and a hand-over, behind the answer to a filing and before that to an act that
    the engine judges; then a look at what became of the act."""

    def __init__(self, pool: Pool, temporal: Client, task_queue: str) -> None:
        self._pool = pool
        self._inbox = Inbox(pool, Log(RecordOfNotices(read_scopes())), DatabaseClock())
        self._courier = Courier(Engine(pool, temporal, task_queue), PATIENCE)

    async def begins(self) -> None:
        """It is ready at any time."""

    async def file(self) -> str:
        case_id = str(uuid.uuid4())
        received = await self._inbox.receive_filing(case_id, ACCESS_REQUEST, CONTENT, filing)
        self._courier.send(*received.to_hand_over)
        return case_id

    async def claim(self, case_id: str, stage: str, body: str) -> None:
        await self._do(a.Claim(**_fields(case_id, body), task_id=f"{case_id}.{stage}.1"))

    async def decide(self, case_id: str, stage: str, body: str, outcome: str) -> None:
        act = decision(case_id, stage, body, outcome)
        if outcome == SIGN:
            # Whoever signs has read what stands.
            async with self._pool.acquire() as connection:
                state = fold(CaseState(), await read_log(connection, case_id))
            assert state.received_at
            act = naming_what_stands(filing(state.received_at).rules, state, act)
        await self._do(act)

    async def _do(self, act: a.Act) -> None:
        received = await self._inbox.receive_act(act)
        state, problem = received.state, received.problem
        async with asyncio.timeout(GIVES_UP_AFTER):
            # A delivery that outlasts its patience is tried again: a busy machine makes figures worse, and no failure.
            while state == "received":
                await self._courier.send_and_wait(act.case_id, received.all_to_tell)
                row = await self._pool.fetchrow("select state, problem from acts where act_id = $1", act.id)
                assert row
                state, problem = row["state"], row["problem"]
        if state != "accepted":
            raise RuntimeError(f"{act.kind} on {act.case_id}: {state} {problem}")

    async def settled(self) -> None:
        await self._courier.finish()
        waits = "select exists (select from acts where delivered_at is null)"
        while await self._pool.fetchval(waits):  # noqa: ASYNC110  another process ends it: nothing here can be awaited
            await asyncio.sleep(0.1)


class Bare:
    """The bare alternative: one update per act."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def begins(self) -> None:
        """It is ready at any time."""

    async def file(self, stages: tuple[str, ...] = bare.STAGES, signatures: tuple[str, ...] = bare.SIGNATURES) -> str:
        case_id = f"bare-{uuid.uuid4()}"
        await self._temporal.start_workflow(
            bare.BareRequest.run,
            bare.Request(case_id, ACCOUNTS["applicant@demo"], DATASET, stages, signatures),
            id=case_id,
            task_queue=bare.TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            rpc_timeout=PATIENCE,
        )
        return case_id

    async def claim(self, case_id: str, stage: str, body: str) -> None:
        step = bare.Step(stage, actor(body).account)
        handle = self._temporal.get_workflow_handle(case_id)
        await handle.execute_update(bare.BareRequest.claim, step, id=str(uuid.uuid4()), rpc_timeout=PATIENCE)

    async def decide(self, case_id: str, stage: str, body: str, outcome: str) -> None:
        step = bare.Step(stage, actor(body).account, outcome)
        handle = self._temporal.get_workflow_handle(case_id)
        await handle.execute_update(bare.BareRequest.decide, step, id=str(uuid.uuid4()), rpc_timeout=PATIENCE)

    async def settled(self) -> None:
        """Nothing outlives the last update but the close of the workflow."""


def acts_on(side: Side, case_id: str, claims: bool) -> Iterator[tuple[str, Any]]:
    """The acts that bring a request to its grant, one by one: the kind, and the call."""
    for stage, body, outcome in DECISIONS:
        if claims:
            yield "claim", side.claim(case_id, stage, body)
        yield "decision", side.decide(case_id, stage, body, outcome)
