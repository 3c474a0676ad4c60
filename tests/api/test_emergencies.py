"""After an opening in an emergency its provider keeps the data as the public needs it, until the emergency is over."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from activities.database import Pool
from activities.filing.reviewing import Reviewing
from rules.loading import load_pack
from tests.api.calling import Service, open_task
from tests.api.updating import TITLE, answers, drafting, errors, law, recorded, walked
from tests.driving import ShiftedClock
from tests.owning import by_owner

PROVIDER = "reviewer@yulin.transport"
ANOTHER = "yulin-transport-rural-bus-lines"
OPENNESS = "update datasets set openness = $2 where dataset_id = $1"
A_WEEK = timedelta(days=7, hours=1)


async def rounds(service: Service, later: timedelta, number: int = 1) -> list[Any]:
    """The upkeep of Yulin as its provider finds it after so many rounds at once, the oldest first."""
    runtime = service.app.state.runtime
    reviewing = Reviewing(runtime.pool, runtime.inbox, ShiftedClock(later), packs=lambda: [load_pack("yulin")])
    await asyncio.gather(*(reviewing.file_reviews_due(1000) for _ in range(number)))
    provider = service.as_(PROVIDER)
    found = (await provider.read("/v1/cases", procedure="emergency_upkeep"))["items"]
    return [await provider.read(f"/v1/cases/{each['case_id']}") for each in reversed(found)]


@pytest.mark.duty("YL-13")
async def test_data_opened_in_an_emergency_is_kept_current_until_it_is_over(working: Service, pool: Pool) -> None:
    provider = working.as_(PROVIDER)
    opening = await recorded(provider, await drafting(provider, "yulin", trigger="emergency"))
    assert await rounds(working, A_WEEK) == [], "nothing is opened yet"
    opening = await walked(working, opening)
    assert opening["outcome"] == "published"
    # What is opened on any other ground is not looked at in this way.
    open_to_all = answers(await law(provider, "yulin"), "unconditional")
    draft = {"entry": {"title": TITLE}, "answers": open_to_all}
    ordinary = await recorded(provider, await drafting(provider, "yulin", dataset_id=ANOTHER, **draft))
    assert (await walked(working, ordinary))["outcome"] == "published"
    # It is owed a week after the opening, once, however many look and however late.
    assert await rounds(working, timedelta(days=6)) == []
    (first,) = await rounds(working, A_WEEK, number=3)
    assert len(await rounds(working, timedelta(days=90))) == 1, "none begins while the one before is open"
    assert (first["dataset_id"], first["caused_by"]["case_id"]) == (opening["dataset_id"], opening["case_id"])
    bodies = await pool.fetchval(
        "select event -> 'bodies' from events where case_id = $1 and number = 1", first["case_id"]
    )
    assert "county_authority" not in json.loads(bodies), "data of a body of the city is no affair of a county"
    task = open_task(first, "upkeep")
    assert (task["body"], task["clock"]["period"], task["clock"]["basis"]) == ("yulin.transport", "2wd", "service")
    # A finding says why; data that has to change is changed by an update of its entry.
    answer = await provider.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "current"})
    assert errors(answer) == [("reason", "RequirementMissing")]
    first = await working.decide(first, "upkeep", "change", reason="Roads are named by other signs now")
    update = await provider.read(f"/v1/cases/{first['catalogue_update']['case_id']}")
    assert (first["outcome"], update["dataset_id"]) == ("update_ordered", opening["dataset_id"])
    # The next is owed a week after the last.
    _, second = await rounds(working, A_WEEK, number=2)
    second = await working.decide(second, "upkeep", "current", reason="Asked the fire brigade; updated at noon")
    assert second["outcome"] == "kept_current"
    # What is closed by now is no longer to be kept current.
    await by_owner(pool, OPENNESS, opening["dataset_id"], "closed")
    assert len(await rounds(working, A_WEEK)) == 2
    await by_owner(pool, OPENNESS, opening["dataset_id"], "conditional")
    *_, third = await rounds(working, A_WEEK)
    third = await working.decide(third, "upkeep", "over", reason="The water is down")
    assert third["outcome"] == "emergency_over"
    assert len(await rounds(working, timedelta(days=365))) == 3, "nothing is owed once the emergency is over"
