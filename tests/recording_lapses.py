"""What time decides in Heyang, a city of the tests: silence that hands on, silence that refuses, no review; and clocks
that stand still."""

from __future__ import annotations

import asyncio
from pathlib import Path

from models import acts as a
from models import events as e
from rules.loading import load_file
from tests.skipping import A_MOMENT
from tests.walking import Walk

CITY = "heyang"
PACK = load_file(Path(__file__).parent / "seventh_city" / f"{CITY}.yaml")


async def lapsed(walk: Walk) -> None:
    """The centre extends its period and lets it pass; so does the provider; the applicant asks for no review."""
    walk.driver.packs[CITY] = walk.skipping.driver.packs[CITY] = PACK
    with walk.skipping.standing_still():
        await walk.file(walk.skipping.driver)
    assert await walk.on("look_through", a.Extend, period="1wd", given=frozenset({"text"})) == "accepted"
    for number, stage in enumerate(("look_through", "answer", "choice"), start=1):
        due_at = (await walk.driver.task(walk.case_id, stage)).clock.due_at
        assert due_at
        await walk.skipping.skip_to(walk.case_id, due_at + A_MOMENT)
        await _until_so_many_lapsed(walk, number)


async def stopped(walk: Walk) -> None:
    """The answer's clock stands still for an inspection, which the body ends, and for another, which time ends; the
    refusal is reviewed."""
    walk.driver.packs[CITY] = walk.skipping.driver.packs[CITY] = PACK
    reason = frozenset({"text"})
    with walk.skipping.standing_still():
        await walk.file(walk.skipping.driver)
    await walk.decide(("look_through", "complete"))
    assert await walk.on("answer", a.StopClock, stop="inspection", given=reason) == "accepted"
    assert await walk.on("answer", a.RunClock, stop="inspection", given=reason) == "accepted"
    assert await walk.on("answer", a.StopClock, stop="inspection", given=reason) == "accepted"
    (stop,) = (await walk.driver.task(walk.case_id, "answer")).clock.open_stops
    assert stop.ends_at
    await walk.skipping.skip_to(walk.case_id, stop.ends_at + A_MOMENT)
    async with asyncio.timeout(30):
        while True:
            if not (await walk.driver.task(walk.case_id, "answer")).clock.open_stops:
                break
            await asyncio.sleep(0.02)
    await walk.decide(
        ("answer", "refuse"), ("choice", "ask_for_review"), ("consultation", "answered"), ("review", "uphold")
    )


async def _until_so_many_lapsed(walk: Walk, number: int) -> None:
    async with asyncio.timeout(30):
        while True:
            events = await walk.driver.events(walk.case_id)
            if sum(isinstance(event, e.TaskLapsed) for event in events) == number:
                break
            await asyncio.sleep(0.02)
