"""Paths of rectifications: of an authority that orders and reports to the government, and of one that orders alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from models import acts as a
from models.act_contents import TimeLimit
from tests.driving import WHATEVER_IS_ASKED
from tests.rectifying import TEN_DAYS, breach
from tests.walking import Along, Walk

Path_ = Callable[[Walk], Awaitable[None]]
FIVE_DAYS = TimeLimit(period="5wd")


async def remedied(walk: Walk) -> None:
    """What is reported first is not accepted and gets a fresh limit; one act comes before the limit is over."""
    await breach(walk.driver, walk.city, walk.case_id)
    await walk.begun(walk.case_id)
    case = Along(walk, walk.case_id)
    await case.decide(("order", "order"), limit=TEN_DAYS)
    too_early = await case.on("oversight", a.Decide, outcome="not_remedied", given=WHATEVER_IS_ASKED)
    assert too_early == "TimeLimitRunning"
    await case.decide(("remedy", "report"))
    await case.decide(("acceptance", "not_accepted"), limit=FIVE_DAYS)
    await case.decide(("remedy", "report"), ("acceptance", "accept"))


async def reported(walk: Walk) -> None:
    """The limit passes; what is done then is accepted as late, and the government is told."""
    with walk.skipping.standing_still():
        await breach(walk.skipping.driver, walk.city, walk.case_id)
    await walk.begun(walk.case_id)
    case = Along(walk, walk.case_id)
    await case.decide(("order", "order"), limit=TEN_DAYS)
    await walk.skip_past("remedy")
    await case.decide(("remedy", "report"))
    assert await case.on("acceptance", a.Decide, outcome="accept") == "TimeLimitMissed"
    await case.decide(("acceptance", "accept_late"), ("government_report", "report"))


async def missed(walk: Walk) -> None:
    """The report to the government opens by itself when the limit is over; the order can only be renewed with it."""
    with walk.skipping.standing_still():
        await breach(walk.skipping.driver, walk.city, walk.case_id)
    await walk.begun(walk.case_id)
    case = Along(walk, walk.case_id)
    await case.decide(("order", "order"), limit=TEN_DAYS)
    await walk.skip_past("remedy")
    too_late = await case.on("oversight", a.Decide, outcome="rescind", given=WHATEVER_IS_ASKED)
    assert too_late == "TimeLimitOver"
    await case.decide(("government_report", "report_and_renew"), limit=FIVE_DAYS)
    await case.decide(("remedy", "report"), ("acceptance", "accept"))


EVERYWHERE: Mapping[str, Path_] = {}
BY_CITY: Mapping[str, Mapping[str, Path_]] = {
    "nanning": {"rectification-remedied": remedied},
    "yulin": {},
    "guangzhou": {},
    "lianyungang": {"rectification-reported": reported, "rectification-missed": missed},
    "nanjing": {},
}
