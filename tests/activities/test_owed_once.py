"""Every duty that recurs is owed once for its party and period: rounds at whichever instants, twice, late by years, and
two workers at once, of which each finds all that is due before the other has filed anything."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.filing.reviewing import Reviewing
from activities.record.filings import Filing, FilingReceived
from activities.record.inbox import Inbox
from activities.record.rows import CaseKept, GrantKept
from activities.statements import insert
from models.access_events import AccessOpened
from models.years import begins, owed_from
from rules.loading import cities, load_pack
from rules.procedure_names import OPENNESS_REVIEW, USE_REPORT, YEARLY
from rules.resolving import NotInForce, ProcedureUnknown, resolve
from tests.activities.test_owed_by_year import comes
from tests.driving import Driver, ShiftedClock

AT_ONCE = 2
FIRST = """
select c.case_id, c.procedure, c.city, c.provider, c.dataset_id, c.party, event ->> 'occurred_on' as on,
  event ->> 'caused_by' as cause
from cases c join events using (case_id) where events.number = 1 and c.procedure = any($1)
"""


class Meeting(Inbox):
    """An inbox whose workers wait for one another before either files its first case of a procedure: what the second
    files, it has found due as well."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver.pool, driver.log, driver.clock)
        self.met: dict[str, asyncio.Barrier] = {}
        self.came: set[tuple[int, str]] = set()

    async def receive_filing(
        self,
        case_id: str,
        procedure: str,
        content: Mapping[str, Any],
        received: Callable[[datetime], Filing],
    ) -> FilingReceived:
        worker = id(asyncio.current_task())
        if (worker, procedure) not in self.came:
            self.came.add((worker, procedure))
            async with asyncio.timeout(60):
                await self.met.setdefault(procedure, asyncio.Barrier(AT_ONCE)).wait()
        return await super().receive_filing(case_id, procedure, content, received)


async def at_once(driver: Driver, *when: datetime, packs: Collection[str]) -> None:
    """Workers make the round at once, each by its own clock; then each makes it again, and finds nothing."""
    asked, inbox, shifts = [load_pack(city) for city in packs], Meeting(driver), []
    for each in when:
        await comes(driver, each)
        shifts.append(driver.clock.shift)
    rounds = [Reviewing(driver.pool, inbox, ShiftedClock(shift), packs=lambda: asked) for shift in shifts]
    await asyncio.gather(*(each.file_reviews_due(10_000) for each in rounds))
    for shift in shifts:
        again = Reviewing(driver.pool, driver.inbox, ShiftedClock(shift), packs=lambda: asked)
        assert await again.file_reviews_due(10_000) == 0


async def first_events(driver: Driver, *procedures: str) -> list[Any]:
    return await driver.pool.fetch(FIRST, list(procedures))


async def test_two_workers_of_different_days_begin_one_review_of_a_dataset(driver: Driver) -> None:
    midnight = datetime(2026, 12, 1, 16, tzinfo=UTC)
    await at_once(driver, midnight - timedelta(seconds=1), midnight + timedelta(seconds=1), packs=("nanjing", "yulin"))
    reviews = Counter(row["dataset_id"] for row in await first_events(driver, OPENNESS_REVIEW))
    assert reviews
    assert set(reviews.values()) == {1}

    await driver.pool.execute("update cases set closed_at = received_at where procedure = $1", OPENNESS_REVIEW)
    later = midnight + timedelta(days=4 * 366)
    await at_once(driver, later - timedelta(seconds=1), later + timedelta(seconds=1), packs=("nanjing", "yulin"))
    again = Counter(row["dataset_id"] for row in await first_events(driver, OPENNESS_REVIEW))
    assert again == Counter(dict.fromkeys(reviews, 2)), "four periods passed: the data is looked at once, as it is"


async def test_what_is_owed_by_the_year_is_owed_once_however_many_years_nobody_looked(driver: Driver) -> None:
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)
    await at_once(driver, new_year, new_year + timedelta(seconds=1), packs=cities())
    late = datetime(2030, 5, 3, tzinfo=UTC)
    await at_once(driver, late, late + timedelta(days=1), packs=cities())
    rows = await first_events(driver, *YEARLY)
    filed = Counter((row["procedure"], row["city"], row["provider"], row["on"][:4]) for row in rows)
    assert set(filed.values()) == {1}
    providers = "select body from bodies where city = 'nanning' and role = 'provider'"
    for body in [row["body"] for row in await driver.pool.fetch(providers)]:
        years = sorted(year for procedure, _, its, year in filed if (procedure, its) == ("opening_plan", body))
        assert years == ["2027", "2028", "2029", "2030"], body
    for city in set(cities()) - {"guangzhou"}:
        years = sorted(year for procedure, its, _, year in filed if (procedure, its) == ("evaluation", city))
        assert years == ["2026", "2027", "2028", "2029"], city


async def test_a_body_that_enters_within_a_year_owes_its_plan_from_that_day(driver: Driver) -> None:
    await comes(driver, datetime(2027, 10, 10, tzinfo=UTC))
    put = "insert into bodies (body, city, role, name, entered_on) values ($1, 'nanning', 'provider', '{}', $2)"
    await driver.pool.execute(put, "nanning.parks", date(2027, 10, 8))
    nanning = Reviewing(driver.pool, driver.inbox, driver.clock, packs=lambda: [load_pack("nanning")])
    await nanning.file_reviews_due(10_000)
    due = "select due_at from tasks join cases using (case_id) where cases.procedure = 'opening_plan' and provider = $1"
    assert await driver.pool.fetchval(due, "nanning.parks") == datetime(2028, 1, 8, 16, tzinfo=UTC)
    assert await driver.pool.fetchval(due, "nanning.transport") == datetime(2027, 4, 1, 16, tzinfo=UTC)
    owed = [row["on"] for row in await first_events(driver, "opening_plan") if row["provider"] == "nanning.parks"]
    assert owed == ["2027-10-08"], "none of a year before it was there"


async def test_each_grant_owes_one_report_a_period_however_many_workers_look(driver: Driver) -> None:
    with_reports = [city for city in cities() if "use_report" in load_pack(city).procedures]
    first = date(2026, 12, 20)
    for city in with_reports:
        await put_grant(driver, city, first, every=30)
    await at_once(driver, *(datetime(2026, 12, 19, 16, tzinfo=UTC),) * 2, packs=with_reports)
    late = datetime(2027, 5, 1, tzinfo=UTC)
    await at_once(driver, late, late + timedelta(seconds=1), packs=with_reports)
    filed = Counter((row["city"], row["on"]) for row in await first_events(driver, USE_REPORT))
    owed = [first + timedelta(days=30 * number) for number in range(5)]
    assert filed == Counter({(city, day.isoformat()): 1 for city in with_reports for day in owed})


async def put_grant(driver: Driver, city: str, first: date, every: int) -> None:
    """A grant that owes its first report on that day, put into PostgreSQL as the writer would."""
    granted_at, case_id = datetime(2026, 11, 20, tzinfo=UTC), str(uuid.uuid4())
    opened = AccessOpened(
        number=1,
        at=granted_at,
        act=f"{case_id}.file",
        case_id=case_id,
        case_number=case_id,
        city=city,
        procedure="access",
        party="acc_applicant",
        dataset_id=f"{city}-transport-example",
        bodies={},
        granted_by=case_id,
        data_items=(),
        access_mode=None,
        access_modes=("api",),
        use=None,
        valid_until=datetime(2036, 1, 1, tzinfo=UTC),
        report_days=every,
        rules_digest="none",
    )
    grant = opened.model_dump(include={*GrantKept._fields} - {"next_report_on"})
    grant |= {"granted_at": granted_at, "next_report_on": first}
    case = opened.model_dump(include={*CaseKept._fields} - {"number"})
    case |= {"case_id": case_id, "provider": f"{city}.transport", "received_at": granted_at}
    case |= {"number": 1, "engine_number": 1}
    event = {"case_id": case_id, "number": 1, "type": opened.type, "at": granted_at, "event": opened.model_dump_json()}
    await driver.pool.execute("insert into pinned_rules (digest, rules) values ('none', '{}') on conflict do nothing")
    for table, row in (("cases", case), ("grants", grant), ("events", event)):
        await driver.pool.execute(insert(table, list(row)), *row.values())


RECURRING = [
    (city, procedure)
    for city in cities()
    for procedure in (OPENNESS_REVIEW, USE_REPORT, *YEARLY)
    if procedure in load_pack(city).procedures
]


@pytest.mark.parametrize(("city", "procedure"), RECURRING)
def test_what_recurs_in_a_pack_recurs_in_one_way_that_a_round_knows(city: str, procedure: str) -> None:
    try:
        rules = resolve(load_pack(city), procedure, date(2027, 2, 1))
    except (NotInForce, ProcedureUnknown):
        return
    every = rules.every
    if every:
        ways = {OPENNESS_REVIEW: every.days, USE_REPORT: every.per}
        assert ways.get(procedure, every.year_of)
        assert [every.days, every.year_of, every.per].count(None) == 2


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(year=st.integers(2027, 2040), entered=st.dates(date(2020, 1, 1), date(2041, 1, 1)))
def test_a_year_is_owed_from_its_first_day_or_from_the_entry_within_it(year: int, entered: date) -> None:
    nanning = resolve(load_pack("nanning"), "opening_plan", date(2027, 2, 1))
    owed = owed_from(nanning, year, entered)
    assert owed == (entered if entered.year == year else begins(year))
    assert owed.year == year
    before = nanning.model_copy(
        update={"every": nanning.every and nanning.every.model_copy(update={"from_entry": False})}
    )
    assert owed_from(before, year, entered) == begins(year), "as it was pinned before"
