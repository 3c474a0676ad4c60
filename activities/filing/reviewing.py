"""What is due by the packs is filed by a Temporal schedule: openness reviews, one case a dataset; upkeep of what was
opened in an emergency; the reports that are owed on use, one case for each grant and period; and what a city and its
bodies owe once a year."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.service import RPCError

from activities.database import present
from activities.filing.emergencies import file_upkeep
from activities.filing.recurring import SYSTEM, CaseOwed, file_owed
from activities.filing.reports_owed import ReportsOwed
from activities.filing.years import file_years
from activities.idempotency import id_from_key
from activities.record.filings import Filing
from activities.record.inbox import Inbox
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pack import Pack
from rules.procedure_names import EMERGENCY_UPKEEP, OPENNESS_REVIEW, USE_REPORT
from rules.procedure_rules import PROVIDER, ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve
from workflows.reviews_due import ReviewsDue

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Pool

LOG = logging.getLogger("kaifang.reviewing")

SCHEDULE = "kaifang-reviews-due"
EVERY_ATTEMPT = 5.0
"""Seconds."""
EVERY_LOOK = 600.0
"""Seconds: an engine whose database was lost has the schedule again so soon."""
DUE = """
select d.dataset_id, d.provider, (
  select case_id from cases c where c.dataset_id = d.dataset_id and c.procedure = $3
  order by c.received_at desc, c.case_id limit 1
) as latest
from datasets d
where d.city = $1 and d.openness = any($2) and d.provider <> all($5)
  and not exists (
    select from cases c where c.dataset_id = d.dataset_id and c.procedure = $3
    and (c.closed_at is null or c.received_at > $4)
  )
order by d.dataset_id limit $6
"""


class Reviewing:
    """Files what recurs. Safe to run at any time and as often as one likes."""

    def __init__(self, pool: Pool, inbox: Inbox, clock: Clock, packs: Callable[[], list[Pack]] | None = None) -> None:
        self._pool = pool
        self._inbox = inbox
        self._clock = clock
        self._packs = packs or (lambda: [load_pack(city) for city in cities()])
        self._reports = ReportsOwed(pool, inbox)

    @activity.defn(name="file_reviews_due")
    async def file_reviews_due(self, most: int) -> int:
        """Files at most that many cases: reviews of datasets that no review has looked at for as long as the pack says,
        reports on use that have come to be owed, and what is owed for this year. Returns how many it filed: fewer only
        where nothing else can be filed, however much waits for a body."""
        async with self._pool.acquire() as connection:
            now = self._clock.at(await present(connection))
        filed = 0
        packs = self._packs()
        for pack in packs:
            rules = rules_on(pack, to_shanghai(now).date())
            if rules and rules.every and rules.every.days and filed < most:
                filed += await self._file(rules, rules.every.days, now, most - filed)
            upkeep = rules_on(pack, to_shanghai(now).date(), EMERGENCY_UPKEEP)
            if upkeep and filed < most:
                filed += await file_upkeep(self._pool, self._inbox, upkeep, now, most - filed)
            reports = rules_on(pack, to_shanghai(now).date(), USE_REPORT)
            if reports and reports.every and filed < most:
                filed += await self._reports.file(reports, now, most - filed)
        return filed + await file_years(self._pool, self._inbox, packs, now, most - filed)

    async def _file(self, rules: ProcedureRules, days: int, now: datetime, most: int) -> int:
        since = now - timedelta(days=days)
        rows = await self._pool.fetch(
            "select role, body from bodies where city = $1 and role <> 'provider' and county is null", rules.city
        )
        bodies = {row["role"]: row["body"] for row in rows}

        async def look(waiting: Sequence[str], wanted: int) -> list[CaseOwed]:
            due = await self._pool.fetch(
                DUE, rules.city, list(rules.concerns), OPENNESS_REVIEW, since, list(waiting), wanted
            )
            return [review_of(rules, bodies, row["dataset_id"], row["provider"], row["latest"]) for row in due]

        return await file_owed(self._inbox, look, most)


def review_of(
    rules: ProcedureRules, bodies: Mapping[str, str], dataset_id: str, provider: str, latest: str | None
) -> CaseOwed:
    """The review of a dataset that follows the latest: one, on whichever day, and however often it is tried."""
    filing = Filing(
        rules=rules,
        party=SYSTEM,
        dataset_id=dataset_id,
        bodies={**bodies, PROVIDER: provider},
        data_items=(),
        choices={},
        given=frozenset(),
    )
    return CaseOwed(id_from_key(SYSTEM, OPENNESS_REVIEW, f"{dataset_id}/{latest or 'first'}"), provider, filing)


def rules_on(pack: Pack, on: date, procedure: str = OPENNESS_REVIEW) -> ProcedureRules | None:
    """The rules of the procedure on that day, where the city has them."""
    try:
        return resolve(pack, procedure, on)
    except (NotInForce, ProcedureUnknown):
        return None


async def keep_schedule(temporal: Client, task_queue: str) -> None:
    """Sees to it until it is cancelled that the engine has the schedule of reviews, also one that has lost it."""
    while True:
        await put_schedule(temporal, task_queue)
        await asyncio.sleep(EVERY_LOOK)


async def put_schedule(temporal: Client, task_queue: str) -> None:
    """The engine begins the round every morning at five, Asia/Shanghai; a schedule that is there is left as it is.

    Returns when it is there, however long the engine is away.
    """
    every_morning = ScheduleCalendarSpec(hour=[ScheduleRange(5)])
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(ReviewsDue.run, id=SCHEDULE, task_queue=task_queue),
        spec=ScheduleSpec(calendars=[every_morning], time_zone_name="Asia/Shanghai"),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    while True:
        try:
            await temporal.create_schedule(SCHEDULE, schedule)
        except ScheduleAlreadyRunningError:
            return
        except RPCError as failure:
            LOG.info("the schedule of reviews is not there yet: %s", failure)
            await asyncio.sleep(EVERY_ATTEMPT)
        else:
            return
