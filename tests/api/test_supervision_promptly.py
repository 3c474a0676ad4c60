"""What the law wants done promptly has no number and is never overdue; who supervises sees how long it lies open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.clock import Clock
from reading.store import Present
from reading.supervision.shown import standard_shown
from reading.words.law import Law
from rules.deadlines import SHANGHAI
from rules.pinned import Basis
from tests.api.calling import Service, open_task
from tests.api.objecting import filed
from tests.api.supervising import DUE_SOON, OVERDUE, SUPERVISOR, ids, page_by_page
from tests.driving import ShiftedClock
from tests.models.bench import MONDAY, law, notices

PROMPTLY = "/v1/supervision/promptly"


async def objected(service: Service, city: str = "nanning") -> Any:
    """The question whether to suspend, which the law wants answered promptly."""
    return open_task(await filed(service.as_("objector@demo"), city, ground="other_right"), "suspension")


async def test_what_is_owed_promptly_is_listed_with_the_time_used_and_the_law(
    stopped: Service, clock: ShiftedClock
) -> None:
    task = await objected(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    clock.shift = timedelta(hours=50)

    rows = (await supervisor.read(PROMPTLY))["items"]

    row = next(each for each in rows if each["task_id"] == task["task_id"])
    assert row["since"] == task["clock"]["started_at"]
    assert 50 * 3600 <= row["used_seconds"] < 51 * 3600
    assert (row["body"], row["state"], row["held_by"], row["standard"]) == ("nanning.transport", "open", None, None)
    assert row["rule"]["text"].startswith("Nanning article 22")
    for path in (OVERDUE, DUE_SOON):
        assert task["task_id"] not in ids(await supervisor.read(path))


async def test_the_longest_open_comes_first_page_by_page(stopped: Service) -> None:
    tasks = [(await objected(stopped))["task_id"] for _ in range(3)]
    supervisor = stopped.as_(SUPERVISOR)
    assert await page_by_page(supervisor, PROMPTLY, 1, stage="suspension") == tasks


async def test_a_task_with_a_period_is_none_of_them(stopped: Service) -> None:
    await stopped.as_("applicant@demo").file("nanning")
    assert ids(await stopped.as_(SUPERVISOR).read(PROMPTLY)) == []


async def test_a_task_with_a_received_answer_is_no_longer_owed_and_a_claimed_one_still_is(
    stopped: Service,
) -> None:
    answered, claimed = await objected(stopped), await objected(stopped)
    provider = stopped.as_("reviewer@nanning.transport")
    await provider.post(f"/v1/tasks/{answered['task_id']}/decision", {"outcome": "keep_open", "reason": "x"})
    await provider.do(f"/v1/tasks/{claimed['task_id']}/claim")

    (row,) = (await stopped.as_(SUPERVISOR).read(PROMPTLY, stage="suspension"))["items"]

    assert (row["task_id"], row["held_by"]) == (claimed["task_id"], "reviewer@nanning.transport")


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        (SUPERVISOR, True),
        ("admin@kaifang", True),
        ("reviewer@nanning.transport", True),
        ("reviewer@nanning.health", False),
        ("supervisor@yulin.authority", False),
    ],
)
async def test_it_is_seen_by_those_who_see_what_is_overdue(stopped: Service, login: str, sees: bool) -> None:
    task = await objected(stopped)
    assert (task["task_id"] in ids(await stopped.as_(login).read(PROMPTLY))) == sees


async def test_it_is_narrowed_like_the_overdue(stopped: Service) -> None:
    task = await objected(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    assert task["task_id"] in ids(await supervisor.read(PROMPTLY, body="nanning.transport", procedure="objection"))
    for other in ({"body": "nanning.operator"}, {"procedure": "leak"}, {"stage": "provider_review"}, {"city": "yulin"}):
        assert ids(await supervisor.read(PROMPTLY, **other)) == []


def test_a_standard_of_ours_is_shown_as_ours_where_the_city_has_one() -> None:
    rules = law("nanning", "objection")
    assert rules.reminders
    started = Clock(started_at=MONDAY, period=None, promptly=True, article="22", basis=Basis.LAW, calendar="CN-GX")
    present = Present(datetime(2026, 11, 26, tzinfo=SHANGHAI), notices())
    with_one = rules.reminders.model_copy(update={"at_once_within": "2wd"})

    shown = standard_shown(Law(rules, "en"), with_one, started, present)

    assert shown
    assert (shown.within, str(shown.last_day), shown.is_over, shown.basis) == ("2wd", "2026-11-25", True, Basis.SERVICE)
    earlier = Present(MONDAY, notices())
    assert not standard_shown(Law(rules, "en"), with_one, started, earlier).is_over  # type: ignore[union-attr]  # as above
    assert standard_shown(Law(rules, "en"), rules.reminders, started, present) is None
