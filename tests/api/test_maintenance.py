"""Announcing that the service will be interrupted, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.settings import Settings
from api.app import create_app
from rules.deadlines import SHANGHAI
from tests.api.calling import Service, serving
from tests.driving import ShiftedClock

PATH = "/v1/maintenance-notices"


async def present(service: Service) -> datetime:
    now: datetime = await service.app.state.runtime.now()
    return now.astimezone(SHANGHAI)


async def days_off(service: Service) -> dict[str, Any]:
    """A Saturday in two weeks or more, in its first hours."""
    today = (await present(service)).replace(hour=0, minute=0, second=0, microsecond=0)
    saturday = today + timedelta(days=(5 - today.weekday()) % 7, weeks=2)
    return {
        "starts_at": saturday.isoformat(),
        "ends_at": (saturday + timedelta(hours=8)).isoformat(),
        "what": "停机升级",
    }


@pytest.mark.duty("NN-13")
async def test_an_interruption_announced_in_time_is_public_and_can_be_cancelled(service: Service) -> None:
    operator, nobody = service.as_("reviewer@nanning.operator"), service.nobody()
    form = await days_off(service) | {"reason": "May be worked in lieu"}
    made = await operator.post(PATH, form, "once")
    again = await operator.post(PATH, form, "once")
    assert (made.status_code, again.json()) == (201, made.json())
    (listed,) = (await nobody.read(PATH, city="nanning"))["items"]
    assert (listed["what"], listed["body_name"]) == ("停机升级", made.json()["body_name"])

    cancelled = await operator.post(f"{PATH}/{listed['maintenance_id']}/cancellation")
    assert cancelled.json()["cancelled_at"]
    (listed,) = (await nobody.read(PATH, city="nanning"))["items"]
    assert listed["cancelled_at"]


@pytest.mark.duty("NN-13")
async def test_a_late_announcement_is_refused_with_article_and_earliest_moment(
    service: Service,
) -> None:
    operator = service.as_("reviewer@nanning.operator")
    soon = await present(service) + timedelta(hours=1)
    form = {"starts_at": soon.isoformat(), "ends_at": (soon + timedelta(hours=2)).isoformat(), "what": "x"}
    answer = await operator.post(PATH, form | {"reason": "It burns"}, "soon")
    (wrong,) = answer.json()["errors"]
    assert (answer.status_code, wrong["field"], wrong["code"]) == (422, "starts_at", "announced_too_late")
    assert (wrong["rule"]["article"], wrong["rule"]["basis"]) == ("13", "law")
    assert (await operator.read(PATH, city="nanning"))["items"] == []


async def test_where_the_law_sets_no_time_an_interruption_may_be_announced_at_once(service: Service) -> None:
    soon = await present(service) + timedelta(minutes=1)
    form = {"starts_at": soon.isoformat(), "ends_at": (soon + timedelta(hours=2)).isoformat(), "what": "x"}
    assert (await service.as_("reviewer@yulin.operator").post(PATH, form, "x")).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what": " "}, "what"),
        ({"starts_at": "2020-01-01T00:00:00+08:00", "ends_at": "2020-01-01T01:00:00+08:00"}, "starts_at"),
        ({"ends_at": "2099-01-01T00:00:00+08:00"}, None),
        ({"until": "x"}, "until"),
    ],
)
async def test_what_is_wrong_with_an_announcement_is_named(
    service: Service, change: dict[str, Any], field: str | None
) -> None:
    answer = await service.as_("reviewer@nanning.operator").post(PATH, await days_off(service) | change, "x")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_an_interruption_that_is_over_is_listed_as_past_and_not_cancelled(
    service: Service, settings: Settings
) -> None:
    operator = service.as_("reviewer@nanning.operator")
    made = (await operator.post(PATH, await days_off(service) | {"reason": "x"}, "x")).json()
    later = ShiftedClock(timedelta(weeks=4))
    async with serving(create_app(settings, clock=later), settings) as then:
        assert (await then.nobody().read(PATH, city="nanning"))["items"] == []
        (past,) = (await then.nobody().read(PATH, city="nanning", past=True))["items"]
        assert past["maintenance_id"] == made["maintenance_id"]
        answer = await then.as_("reviewer@nanning.operator").post(f"{PATH}/{made['maintenance_id']}/cancellation")
        assert answer.status_code == 409


async def test_only_the_operator_of_the_city_announces_and_cancels(service: Service) -> None:
    authority = await service.as_("reviewer@nanning.authority").post(PATH, await days_off(service), "x")
    made = (
        await service.as_("reviewer@nanning.operator").post(PATH, await days_off(service) | {"reason": "x"}, "y")
    ).json()
    other = await service.as_("reviewer@yulin.operator").post(f"{PATH}/{made['maintenance_id']}/cancellation")
    assert (authority.status_code, other.status_code) == (403, 404)


async def test_of_two_announcements_with_one_key_at_once_the_other_is_refused(service: Service) -> None:
    operator, form = service.as_("reviewer@nanning.operator"), await days_off(service) | {"reason": "May be worked"}
    answers = await asyncio.gather(*(operator.post(PATH, form | {"what": what}, "one-key") for what in "abcd"))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_an_announcement_that_was_refused_leaves_its_key_free(service: Service) -> None:
    operator, form = service.as_("reviewer@nanning.operator"), await days_off(service) | {"reason": "May be worked"}
    past = {"starts_at": "2020-01-01T00:00:00+08:00", "ends_at": "2020-01-01T01:00:00+08:00"}
    assert (await operator.post(PATH, form | past, "one-key")).status_code == 422
    assert (await operator.post(PATH, form, "one-key")).status_code == 201


async def test_an_interruption_that_is_cancelled_again_keeps_the_instant(service: Service) -> None:
    operator, form = service.as_("reviewer@nanning.operator"), await days_off(service) | {"reason": "May be worked"}
    path = f"{PATH}/{(await operator.post(PATH, form, 'x')).json()['maintenance_id']}/cancellation"
    first, again = await operator.post(path), await operator.post(path)
    assert (first.status_code, again.json()) == (200, first.json())
