"""What Heyang's law wants filed in time: an objection within days of knowing, an appeal within a month of being told.
Late is on record, and each is decided to its end, from data alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.act_contents import Finding
from rules.deadlines import midnight, to_shanghai
from rules.procedure_names import MISUSE, MISUSE_APPEAL, OBJECTION
from rules.vocabulary import MEASURE_TOLD, TAKEN_BY
from tests.driving import WHATEVER_IS_ASKED
from tests.models.bench import notices
from tests.rules.test_deadlines_properties import CountedOneByOne
from tests.seventh_city.test_seventh_city import APPLIES, CITY, skipping, worker
from tests.skipping import Skipping

__all__ = ["skipping", "worker"]
KIND = "beyond_the_grant"


def next_worked(day: date) -> datetime:
    """The end of that day, or of the next that is worked, as days that are looked at one by one have it."""
    calendar = CountedOneByOne(notices(), "CN", None)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return midnight(day + timedelta(days=1))


@pytest.mark.parametrize(("ago", "late"), [(3, False), (60, True)])
async def test_an_objection_is_counted_from_knowing_and_late_bars_nothing(
    skipping: Skipping, ago: int, late: bool
) -> None:
    driver = skipping.driver
    today = to_shanghai(driver.clock.at(await driver.pool.fetchval("select clock_timestamp()"))).date()
    known_on = today - timedelta(days=ago)
    content = {"statement": "The data names me", "ground": "other_right", "discovered_on": str(known_on)}
    given = ("statement", "ground", "discovered_on")
    case_id = await skipping.file(
        CITY, procedure=OBJECTION, party="acc_objector", choices={"ground": "other_right"}, given=given, content=content
    )
    state = await driver.state(case_id)
    assert (state.occurred_on, state.filed_late) == (known_on, late)
    assert state.wanted_until == next_worked(known_on + timedelta(days=30))
    assert await driver.decide(case_id, "verification", "withdraw") == "accepted"
    assert (await driver.state(case_id)).closed == "data_withdrawn"


@pytest.mark.parametrize(("days", "late"), [(5, False), (45, True)])
async def test_an_appeal_is_counted_from_when_the_user_was_told(skipping: Skipping, days: int, late: bool) -> None:
    driver = skipping.driver
    await driver.pool.execute(APPLIES)
    request = await skipping.file(CITY)
    assert await driver.decide(request, "look_through", "complete") == "accepted"
    assert await driver.decide(request, "answer", "consent") == "accepted"
    granted = (await driver.state(request)).granted
    assert granted
    access = granted.access_case_id
    with skipping.standing_still():
        await driver.engine.hand_over(access, driver.patience)
    report = await skipping.file(
        CITY, procedure=MISUSE, party="acc_reporter", choices={"misuse": KIND}, given=("statement", "misuse")
    )
    finding = Finding(named=(await driver.state(access)).case_number, misuse=KIND)
    stated = WHATEVER_IS_ASKED | {"misused_grant", "misuse"}
    assert await driver.decide(report, "verification", "close", given=stated, finding=finding) == "accepted"
    await driver.engine.hand_over(access, driver.patience)
    told_on = to_shanghai((await driver.state(access)).curtailments[report].at).date()

    driver.clock.shift += timedelta(days=days)
    appeal = await skipping.file(
        CITY,
        procedure=MISUSE_APPEAL,
        choices={TAKEN_BY: "provider"},
        given=("statement",),
        content={"statement": "I kept to the grant"},
        elsewhere={MEASURE_TOLD: told_on},
        caused_by=report,
    )

    state = await driver.state(appeal)
    assert (state.occurred_on, state.filed_late) == (told_on, late)
    assert state.wanted_until
    assert state.wanted_until >= midnight(told_on + timedelta(days=29))
    assert await driver.decide(appeal, "hearing", "uphold") == "accepted"
    assert (await driver.state(appeal)).closed == "upheld"
    await driver.engine.hand_over(report, driver.patience)
    assert (await driver.state(report)).restored_at is not None
