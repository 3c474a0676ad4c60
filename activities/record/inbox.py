"""Receipt: a filing or an act is received when PostgreSQL has it, stamped by PostgreSQL's clock, whatever the machines
do afterwards. One transaction under the case's row lock; nothing half recorded."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from activities.database import NEVER_TAKEN, with_a_second_try
from activities.directory.posts import posts_held
from activities.evidence.files import digests_of, submit
from activities.idempotency import IdempotencyKeyReused, digest
from activities.proof.receipts import Receipt, Receipts
from activities.record.claims import ANY_FORSAKEN, forsaken
from activities.record.failing import PASSING, Why, note
from activities.record.filings import Filing, FilingReceived, Filings
from activities.record.kept_acts import RECEIVE_ACT, act_kept
from activities.record.log import CaseUnknown, LockedCase, Log, lock, read_log, with_its_head
from activities.record.notices_first import IS_BEHIND
from activities.record.pinned_rules import PinnedRules
from activities.record.procedures_of_cases import ProceduresOfCases
from activities.record.receipt_facts import body_of_county, grant_at_receipt, items_at_receipt, standing_at_receipt
from activities.record.refusing import settle_refused
from activities.record.sealing import keep_key, kept
from activities.record.service_rules import recusal_beside, urging_beside
from activities.record.sides import entrustments, revoked_in_place
from activities.record.touching import have_dataset_alone, put_notices_first, to_hand_over
from activities.sealing.seals import is_same_call
from models import acts as a
from models import events as e
from models.procedure import JudgedBy, Procedure, time_has_decided
from models.procedures import ANSWERS_NOTHING, BY_NAME
from models.refusal import Refusal
from models.refusals import CannotBeStored
from models.signing import fingerprints
from models.state import CaseState, fold
from rules.deadlines import to_shanghai
from rules.pinned import UrgingRule
from rules.procedure_rules import ProcedureRules

LOG = logging.getLogger("kaifang.inbox")

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.calendar import CalendarRecord

LAST_ACT = f"""
select seq, received_at, hash,
  (select key_id from cases where case_id = $1) as key_id,
  (select procedure from cases where case_id = $1) as procedure,
  (select archived_at is not null from cases where case_id = $1) as archived,
  exists (select from acts where act_id = $2) as same, {IS_BEHIND} as behind,
  exists (select from acts where case_id = $1 and state = 'received' and delivered_at is null) as waiting,
  exists (select from acts where case_id = $1 and delivered_at is null) as untold,
  {ANY_FORSAKEN} as forsaken
from acts where case_id = $1 order by seq desc limit 1
"""  # noqa: S608 - made of constants

NOT_ALL_ARCHIVED = "update cases set archived_at = null where case_id = $1"
ACCEPT = "update acts set state = 'accepted' where act_id = $1 and state = 'received'"
ACCEPT_AS_DELIVERED = """
update acts set state = case state when 'refused' then state else 'accepted' end, delivered_at = $2
where act_id = $1 returning state, problem
"""


@dataclass(frozen=True)
class ActReceived:
    """Where an act stands: `state` is received, accepted or refused; a refusal names its problem. `to_hand_over` are
    the cases that are to be handed over for it: its own, unless its receipt did all there is to do, and those that it
    concerns already. `all_to_tell` is the act as it was stamped, where it is all that the engine is to be told of its
    case."""

    act_id: str
    case_id: str
    procedure: str
    received_at: datetime
    state: str
    problem: dict[str, Any] | None = None
    to_hand_over: tuple[str, ...] = ()
    all_to_tell: a.Act | None = None


class Inbox:
    """The one door by which filings and acts enter."""

    def __init__(self, pool: Pool, log: Log, clock: Clock, receipts: Receipts | None = None) -> None:
        """With `receipts`, each filing and act that was received is in them before the caller hears of it."""
        self._pool = pool
        self._log = log
        self._clock = clock
        self._receipts = receipts
        self._pinned = PinnedRules()
        self._procedures = ProceduresOfCases()
        self._filings = Filings(pool, log, clock, self._pinned)

    @property
    def log(self) -> Log:
        """What it writes to."""
        return self._log

    async def receive_filing(
        self,
        case_id: str,
        procedure: str,
        content: Mapping[str, Any],
        received: Callable[[datetime], Filing],
    ) -> FilingReceived:
        """As `Filings.receive`."""
        found = await self._filings.receive(case_id, procedure, content, received)
        if self._receipts:
            assert found.state.received_at, "it was filed"
            await self._receipts.kept(Receipt(f"{case_id}.file", case_id, found.state.received_at))
        return found

    async def receive_act(self, act: a.Act, content: Mapping[str, Any] | None = None) -> ActReceived:
        """Puts the act into the inbox, stamped and in its order; the same id again changes nothing.

        An act that moves no clock and opens nothing is judged and written here, unless earlier ones wait: then order is
        kept and the engine judges it. Raises CaseUnknown, IdempotencyKeyReused, and CannotBeStored where PostgreSQL
        cannot hold the act itself: then nothing was received.
        """
        try:
            found = await with_a_second_try(lambda: self._received(act, content))
        except NEVER_TAKEN as fault:
            LOG.error("act %s is never taken: %s", act.id, type(fault).__name__)
            raise CannotBeStored from fault
        if self._receipts:
            await self._receipts.kept(Receipt(found.act_id, found.case_id, found.received_at))
        return found

    async def _received(self, act: a.Act, content: Mapping[str, Any] | None) -> ActReceived:
        body = {} if content is None else dict(content)
        request_digest = digest({"kind": act.kind, **body})
        async with self._pool.acquire() as connection, connection.transaction():
            kind = await self._hold_before_the_case(connection, act)
            case = await lock(connection, act.case_id, self._clock)
            last = await self._last_act(connection, act)
            if isinstance(act, a.TaskAct) and last["forsaken"] and await self._lapse(connection, case):
                case = await lock(connection, act.case_id, self._clock)
                last = await self._last_act(connection, act)
            if isinstance(act, a.Decide | a.Correct | a.Supply) and (words := fingerprints(act.case_id, content)):
                act = act.model_copy(update={"words": words})
            if isinstance(act, a.Urge):
                in_force = await self._urging_in_force(connection, case)
                of_county = await body_of_county(connection, act.task_id, act.by.body)
                act = act.model_copy(update={"in_force": in_force, "body_of_county": of_county})
            if isinstance(act, a.Extend):
                act = act.model_copy(update={"posts": await posts_held(connection, act.by)})
            if isinstance(act, a.SubmitEvidence):
                act = act.model_copy(update={"standing": await standing_at_receipt(connection, act.case_id)})
            if isinstance(act, a.Revoke):
                act = await self._in_place(connection, case, act)
            if isinstance(act, a.Decide) and act.measure and act.measure.data_items:
                known = {"known_items": await items_at_receipt(connection, act.case_id)}
                act = act.model_copy(update={"measure": act.measure.model_copy(update=known)})
            if isinstance(act, a.Decide):
                act = await grant_at_receipt(connection, act, case.now)
            received = await self._received_after(connection, case, last, act, content, request_digest)
            if kind and received.state == "received":
                await self._work_off(connection, case, kind)
                received = await self._received_before(connection, act.id, request_digest)
            if isinstance(act, a.SubmitEvidence) and received.state != "refused":
                # Also while it waits behind others: whoever judges it then writes it to the log and nothing else.
                await submit(connection, act.evidence, act.by.account, act.case_id)
            if kind:
                return replace(received, to_hand_over=await to_hand_over(connection, act.case_id))
            # What it concerns is known when the engine has judged it.
            return replace(received, to_hand_over=(act.case_id,)) if received.state == "received" else received

    async def _urging_in_force(self, connection: Connection, case: LockedCase) -> tuple[UrgingRule, ...]:
        digest = await connection.fetchval("select rules_digest from cases where case_id = $1", case.case_id)
        return urging_beside(await self._pinned.of(connection, digest), self._log.law, to_shanghai(case.now).date())

    async def _in_place(self, connection: Connection, case: LockedCase, act: a.Revoke) -> a.Revoke:
        state = fold(CaseState(), await read_log(connection, case.case_id))
        rules = await self._pinned.of(connection, state.rules_digest)
        in_force = recusal_beside(rules, self._log.law, to_shanghai(case.now).date())
        return await revoked_in_place(connection, state, rules, in_force, act)

    async def lapse_claims(self, case_id: str) -> list[ActReceived]:
        """Returns to the body what officers who no longer serve it have claimed in a case, as far as the returned acts
        were accepted. Raises CaseUnknown."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await self._lapse(connection, await lock(connection, case_id, self._clock))

    async def entrust_tasks(self, case_id: str) -> list[ActReceived]:
        """Every open task of a case of whose body nobody is impartial goes to another body, where what is returned was
        accepted. Raises CaseUnknown."""
        async with self._pool.acquire() as connection, connection.transaction():
            case = await lock(connection, case_id, self._clock)
            state = fold(CaseState(), await read_log(connection, case_id))
            rules = await self._pinned.of(connection, state.rules_digest)
            in_force = recusal_beside(rules, self._log.law, to_shanghai(case.now).date())
            own = BY_NAME[state.procedure].is_the_partys_own(state)
            return [
                await self.receive_in(connection, await lock(connection, case_id, self._clock), act)
                for act in await entrustments(connection, state, in_force, own=own)
            ]

    async def _lapse(self, connection: Connection, case: LockedCase) -> list[ActReceived]:
        """As `lapse_claims`, before an act on a task is received: the act is judged by who serves the body now. If it
        returns anything, the case has moved."""
        return [
            await self.receive_in(connection, await lock(connection, case.case_id, self._clock), act)
            for act in await forsaken(connection, case.case_id)
        ]

    async def _hold_before_the_case(self, connection: Connection, act: a.Act) -> Procedure | None:
        """The procedure, if its receipts judge acts of this kind and the engine is told, with the locks that come
        before a case's row lock. Raises CaseUnknown.
        """
        if act.kind in ANSWERS_NOTHING:
            return None
        known = self._procedures.get(act.case_id)
        if known and known.judged_by(type(act)) is not JudgedBy.RECEIPT:
            return None
        row = await connection.fetchrow("select procedure, dataset_id from cases where case_id = $1", act.case_id)
        if row is None:
            raise CaseUnknown(act.case_id)
        kind = self._procedures.learn(act.case_id, BY_NAME[row["procedure"]])
        if kind.judged_by(type(act)) is not JudgedBy.RECEIPT:
            return None
        await self._log.notices.hold_of_case(connection, act.case_id)
        await have_dataset_alone(connection, row["dataset_id"])
        return kind

    async def receive_in(
        self,
        connection: Connection,
        case: LockedCase,
        act: a.Act,
        content: Mapping[str, Any] | None = None,
        request_digest: str = "",
    ) -> ActReceived:
        """As `receive_act`, in the caller's transaction, which holds the case's row lock."""
        last = await self._last_act(connection, act)
        return await self._received_after(connection, case, last, act, content, request_digest)

    async def _received_after(
        self,
        connection: Connection,
        case: LockedCase,
        last: Record,
        act: a.Act,
        content: Mapping[str, Any] | None,
        request_digest: str,
    ) -> ActReceived:
        if last["same"]:
            return await self._received_before(connection, act.id, request_digest)
        if last["behind"]:
            await put_notices_first(connection, self._log.notices, {act.case_id: case.number})
            last = await self._last_act(connection, act)
        stamped = act.model_copy(update={"received_at": max(case.now, last["received_at"]), "seen": case.number})
        written = kept(self._log.seals, last["key_id"], act.id, content or None, request_digest)
        await keep_key(connection, act.case_id, last["key_id"], written)
        row = act_kept(
            self._log.chain,
            stamped,
            last["seq"] + 1,
            written.content,
            written.request_digest,
            previous=last["hash"],
            files=await digests_of(connection, act.evidence if isinstance(act, a.SubmitEvidence) else ()),
        )
        await connection.execute(RECEIVE_ACT, *row)
        if last["archived"]:
            await connection.execute(NOT_ALL_ARCHIVED, act.case_id)
        kind = BY_NAME[last["procedure"]]
        if kind.judged_by(type(stamped)) is JudgedBy.RECEIPT_ALONE and not last["waiting"]:
            return await self._judge(connection, case, kind, stamped)
        engine_knows_all = not last["untold"] and case.engine_number == case.number
        return ActReceived(
            act_id=stamped.id,
            case_id=stamped.case_id,
            procedure=kind.name,
            received_at=stamped.received_at,
            state="received",
            all_to_tell=stamped if engine_knows_all else None,
        )

    async def _last_act(self, connection: Connection, act: a.Act) -> Record:
        """The last act of the case, and what else there is to know before another comes in: under the row lock, and not
        in the statement that waits for it, which does not see what was written meanwhile."""
        last = await connection.fetchrow(LAST_ACT, act.case_id, act.id)
        assert last, "every case begins with its filing"
        return last

    async def _received_before(self, connection: Connection, act_id: str, request_digest: str) -> ActReceived:
        row = await connection.fetchrow(
            "select case_id, procedure, acts.received_at, state, problem, request_digest, key_id "
            "from acts join cases using (case_id) where act_id = $1",
            act_id,
        )
        assert row
        if not is_same_call(self._log.seals, row["key_id"], row["request_digest"], request_digest):
            raise IdempotencyKeyReused
        problem = json.loads(row["problem"]) if row["problem"] else None
        return ActReceived(act_id, row["case_id"], row["procedure"], row["received_at"], row["state"], problem)

    async def _judge(self, connection: Connection, case: LockedCase, kind: Procedure, act: a.Act) -> ActReceived:
        state = fold(CaseState(), await read_log(connection, case.case_id))
        rules = await self._pinned.of(connection, state.rules_digest)
        if await self._answered(connection, case, kind, rules, state, act) is None:
            return ActReceived(act.id, act.case_id, kind.name, act.received_at, "received")
        settled = await connection.fetchrow(ACCEPT_AS_DELIVERED, act.id, act.received_at)
        assert settled, "it is in the inbox"
        problem = json.loads(settled["problem"]) if settled["problem"] else None
        return ActReceived(act.id, act.case_id, kind.name, act.received_at, settled["state"], problem)

    async def _work_off(self, connection: Connection, case: LockedCase, kind: Procedure) -> None:
        """Judges and writes every act that waits, in the order of receipt; the hand-over brings it to the engine. An
        act that cannot be read or judged waits, with all that come after it."""
        state = fold(CaseState(), await read_log(connection, case.case_id))
        rules = await self._pinned.of(connection, state.rules_digest)
        record = await self._log.notices.at(connection, case.calendar_version)
        waiting = await connection.fetch(
            "select act_id, act from acts where case_id = $1 and state = 'received' order by seq", case.case_id
        )
        for row in waiting:
            try:
                act = a.ACT.validate_json(row["act"])
            except ValidationError as fault:
                # Written by a newer version: it and what comes after it wait for one that can read it.
                LOG.exception("an act of case %s cannot be read", case.case_id)
                await note(connection, case.case_id, [row["act_id"]], Why.NOT_READ, fault)
                return
            answered = False
            while not answered:
                written = await self._answered(connection, case, kind, rules, state, act, record)
                if written is None:
                    return
                state = fold(state, written)
                case = await with_its_head(connection, case)
                answered = act.id in state.acts or not time_has_decided(written)
            await connection.execute(ACCEPT, act.id)

    async def _answered(
        self,
        connection: Connection,
        case: LockedCase,
        kind: Procedure,
        rules: ProcedureRules,
        state: CaseState,
        act: a.Act,
        record: CalendarRecord | None = None,
    ) -> list[e.Event] | None:
        """What the act has added to the log: nothing where it adds nothing, or is refused, which is on record then.

        None where no answer was found, which is on record too: the act is received and waits.
        """
        why = Why.NOT_JUDGED
        try:
            events = kind.judge(rules, state, act)
            if not events:
                return []
            why = Why.NOT_WRITTEN

            async def write() -> list[e.Event]:
                # What cannot be written leaves the act received, and the transaction to settle it in.
                async with connection.transaction():
                    return await self._log.write(
                        connection, case, state, events, engine_number=case.engine_number, record=record
                    )

            return await with_a_second_try(write)
        except Refusal as fact:
            await settle_refused(connection, act.id, {"code": fact.code, **fact.details()})
            return []
        except NEVER_TAKEN as fault:
            LOG.error("what act %s makes follow is never taken: %s", act.id, type(fault).__name__)
            await settle_refused(connection, act.id, {"code": CannotBeStored.__name__})
            return []
        except PASSING:
            raise
        except Exception as fault:
            LOG.exception("act %s of case %s waits: %s", act.id, case.case_id, why)
            await note(connection, case.case_id, [act.id], why, fault)
            return None
