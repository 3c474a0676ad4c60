"""Receipt of filings: a case begins when PostgreSQL has what was filed, with all that the law makes follow at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from activities.calendar.record import wanted_until
from activities.database import NEVER_TAKEN, PLANNED_ONCE, present, with_a_second_try
from activities.directory.counties import with_its_county
from activities.evidence.files import digests_of, submit
from activities.idempotency import IdempotencyKeyReused, digest
from activities.record.log import LockedCase, Log, open_case, read_log
from activities.record.one_at_a_time import is_not_replaced, none_is_heard
from activities.record.opening import next_case_number
from activities.record.receipt_facts import BodyMissing, dataset_is_its_own, facts_at_receipt
from activities.record.rectified import none_is_open
from activities.record.sealing import kept
from activities.record.sides import found_at_filing
from activities.record.touching import to_hand_over
from activities.sealing.seals import is_same_call
from models import events as e
from models.filing_day import day_of_cause
from models.procedures import BY_NAME
from models.refusals import CannotBeStored
from models.signing import fingerprints
from models.state import CaseState, fold
from rules.procedure_names import CATALOGUE_UPDATE, MISUSE_APPEAL, OPENING_PLAN
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import FILINGS

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Pool
    from activities.record.pinned_rules import PinnedRules

LOG = logging.getLogger("kaifang.inbox")

RECEIVED_FILING = "select request_digest, key_id from acts join cases using (case_id) where act_id = $1"


@dataclass(frozen=True)
class Filing:
    """What a party files, as the law in force at its receipt makes it: ids and codes, which the engine may see."""

    rules: ProcedureRules
    party: str
    dataset_id: str
    bodies: Mapping[str, str]
    data_items: tuple[str, ...]
    choices: Mapping[str, str]
    given: frozenset[str]
    evidence: tuple[str, ...] = ()
    occurred_on: date | None = None
    elsewhere: Mapping[str, date] = field(default_factory=dict)
    """Events of the case that gave cause for it, from which a period for the filing can run, to their days."""
    caused_by: str | None = None
    about_task: str | None = None
    for_body: str | None = None
    """The body for which it is filed, where the procedure leaves open whether it is for one."""

    def with_its_day(self, content: Mapping[str, object]) -> Filing:
        """The same with the day from which the law counts: what the form states of days, or what another case has.
        What is filed by no form names its day itself."""
        if self.occurred_on is not None or self.rules.procedure not in FILINGS:
            return self
        return replace(self, occurred_on=day_of_cause(self.rules, content, self.elsewhere))

    def filed(self, case_id: str, procedure: str, at: datetime, **found: object) -> e.Filed:
        """The event with which its case begins; `found` is what the receipt adds to what is filed."""
        filed = {name: getattr(self, name) for name in e.Filed.model_fields.keys() & vars(self).keys()}
        its_own = {"at": at, "act": f"{case_id}.file", "case_id": case_id, "procedure": procedure}
        named = {"city": self.rules.city, "case_number": "", "rules_digest": ""}
        return e.Filed.model_validate({**filed, **named, **its_own, **found})


@dataclass(frozen=True)
class FilingReceived:
    """A case as its receipt made it, and the cases that are to be handed over for it: itself, and those that it
    concerns."""

    state: CaseState
    to_hand_over: tuple[str, ...]


class Filings:
    """Where filings become cases, for the inbox."""

    def __init__(self, pool: Pool, log: Log, clock: Clock, pinned: PinnedRules) -> None:
        self._pool = pool
        self._log = log
        self._clock = clock
        self._pinned = pinned

    async def receive(
        self,
        case_id: str,
        procedure: str,
        content: Mapping[str, Any],
        received: Callable[[datetime], Filing],
    ) -> FilingReceived:
        """The case as its receipt makes it, with all that the law makes follow at once; engine or no engine.

        `content` is what the party sent, which only PostgreSQL keeps; `received` makes the filing of it by the law in
        force at the instant of receipt. The same id again changes nothing, and answers the case as it stands. Raises
        IdempotencyKeyReused, DatasetOfAnotherProvider, DataIsWithdrawn, ItemsAreGone, OpennessHasChanged,
        EvidenceUnknown, RectificationOpen, AppealOpen, PlanReplaced, BodyMissing, CannotBeStored (nothing was received
        then), and what `received` raises.
        """
        try:
            return await with_a_second_try(lambda: self._filed(case_id, procedure, content, received))
        except NEVER_TAKEN as fault:
            LOG.error("the filing of case %s is never taken: %s", case_id, type(fault).__name__)
            raise CannotBeStored from fault

    async def _filed(
        self, case_id: str, procedure: str, content: Mapping[str, Any], received: Callable[[datetime], Filing]
    ) -> FilingReceived:
        request_digest = digest(content)
        async with self._pool.acquire() as connection, connection.transaction():
            # Two calls with one key: the second waits here for the first.
            await connection.execute(f"select pg_advisory_xact_lock(hashtextextended($1, 0)), {PLANNED_ONCE}", case_id)
            known = await connection.fetchrow(RECEIVED_FILING, f"{case_id}.file")
            if known is not None:
                if not is_same_call(self._log.seals, known["key_id"], known["request_digest"], request_digest):
                    raise IdempotencyKeyReused
                state = fold(CaseState(), await read_log(connection, case_id))
                return FilingReceived(state, await to_hand_over(connection, case_id))
            received_at = self._clock.at(await present(connection))
            filing = received(received_at).with_its_day(content)
            law = filing.rules
            bodies = await with_its_county(connection, law, filing.bodies)
            if missing := law.without_a_body(bodies, filing.choices):
                raise BodyMissing(law.city, missing[0], law.bodies[missing[0]])
            record = await self._log.notices.under_share_lock(connection, law.calendar)
            kind = BY_NAME[procedure]
            if filing.about_task is not None:
                await none_is_open(connection, law.city, filing.about_task)
            if kind.name == MISUSE_APPEAL and filing.caused_by is not None:
                await none_is_heard(connection, filing.party, filing.dataset_id, filing.caused_by)
            if kind.name == OPENING_PLAN and filing.caused_by is not None:
                await is_not_replaced(connection, law.city, case_id, filing.caused_by)
            facts = await facts_at_receipt(
                connection, law, filing.party, filing.dataset_id, filing.choices, filing.data_items, received_at
            )
            if kind.name == CATALOGUE_UPDATE:
                await dataset_is_its_own(connection, filing.dataset_id, filing.bodies["provider"])
            until = wanted_until(law, filing.occurred_on, record, filing.choices)
            sides = await found_at_filing(
                connection, kind, filing.party, filing.dataset_id, filing.caused_by, filing.for_body
            )
            filed = filing.filed(
                case_id,
                kind.name,
                received_at,
                **sides,
                wanted_until=until,
                late=until is not None and received_at >= until,
                bodies=bodies,
                case_number=await next_case_number(connection, law.city_code, kind, received_at),
                data_items=filing.data_items if facts.data_items is None else facts.data_items,
                standing=facts.standing,
                rules_digest=await self._pinned.keep(connection, law),
                words=fingerprints(case_id, content) if law.agreement else {},
            )
            proposal = kind.begin(law, filed, facts.met)
            written = kept(self._log.seals, None, f"{case_id}.file", content, request_digest)
            await open_case(
                connection,
                self._log.chain,
                filed,
                content=written.content,
                request_digest=written.request_digest,
                files=await digests_of(connection, filing.evidence),
                key_id=written.key_id,
            )
            await submit(connection, filing.evidence, filing.party, case_id)
            events = await self._log.write(
                connection,
                LockedCase(case_id, 0, 0, received_at),
                CaseState(),
                proposal.events,
                engine_number=len(proposal.events),
                record=record,
            )
            return FilingReceived(fold(CaseState(), events), await to_hand_over(connection, case_id))
