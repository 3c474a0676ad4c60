"""Searching the catalogue, how fresh its data is, and how an entry stood on a day."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from activities.database import Pool
from activities.settings import Settings
from api.app import create_app
from tests.api.calling import Caller, Service, serving
from tests.api.objecting import Decision, decided, filed
from tests.driving import ShiftedClock

BUS_LINES = "nanning-transport-bus-lines"
TRANSPORT = "reviewer@nanning.transport"


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def service(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Service]:
    """The service by a clock that the test sets."""
    async with serving(create_app(settings, clock=clock), settings) as running:
        yield running


async def on_the_clock(pool: Pool, clock: ShiftedClock, instant: str) -> None:
    """The system's clock stands at this instant, and runs."""
    clock.shift = await pool.fetchval("select $1::text::timestamptz - clock_timestamp()", instant)


async def ids(caller: Caller, **asked: Any) -> list[str]:
    return [dataset["dataset_id"] for dataset in (await caller.read("/v1/datasets", limit=200, **asked))["items"]]


async def everything(caller: Caller, limit: int, **asked: Any) -> list[str]:
    """All pages, one after the other."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await caller.read("/v1/datasets", limit=limit, **asked, **cursor)
        found += [dataset["dataset_id"] for dataset in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def put(pool: Pool, dataset_id: str, **changed: Any) -> None:
    """An entry with these fields, as a publication would write it."""
    await pool.execute(
        "update datasets set entry = entry || $2::jsonb where dataset_id = $1", dataset_id, json.dumps(changed)
    )


@pytest.mark.parametrize(
    "asked", ["公交", "公交 站点", "公交站点位置", "BUS lines", "交通运输局 公交", "站序", "公交線路", "公\u200b交"]
)
async def test_two_chinese_characters_are_enough_to_find_a_dataset(service: Service, asked: str) -> None:
    found = await ids(service.nobody(), q=asked, city="nanning")

    assert (BUS_LINES in found) == (asked != "公交站点位置")


@pytest.mark.parametrize("asked", ["%", "_", "''", "\\", "公交 %%% 地铁轮渡", "*:*"])
async def test_wildcards_and_operators_are_no_words(service: Service, asked: str) -> None:
    assert await ids(service.nobody(), q=asked) == []


async def test_what_stands_in_the_title_comes_first_and_pages_stay_right(service: Service) -> None:
    nobody = service.nobody()
    whole = await ids(nobody, q="线路")

    paged = await everything(nobody, 2, q="线路")

    titled = [each for each in whole if "线路" in (await entry(nobody, each))["title"]]
    assert titled
    assert whole[: len(titled)] == titled == sorted(titled)
    assert whole[len(titled) :] == sorted(whole[len(titled) :])
    assert len(whole) > len(titled)
    assert paged == whole


async def entry(caller: Caller, dataset_id: str) -> Any:
    return (await caller.get(f"/v1/datasets/{dataset_id}", headers={"Accept-Language": "zh"})).json()


async def test_a_cursor_of_another_list_is_refused(service: Service) -> None:
    nobody = service.nobody()
    cursor = (await nobody.read("/v1/datasets", limit=1, q="公交"))["next"]

    answer = await nobody.get("/v1/datasets", limit=1, q="线路", cursor=cursor)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor_of_another_list")


async def test_themes_are_asked_for_in_either_language(service: Service) -> None:
    nobody = service.nobody()

    assert await ids(nobody, theme="交通出行") == await ids(nobody, theme="transport") != []
    assert await ids(nobody, theme="交通") == []


async def test_what_is_kept_back_whole_is_not_served_and_what_is_kept_back_in_part_is(
    service: Service, pool: Pool
) -> None:
    nobody = service.nobody()
    case = await service.as_("applicant@demo").file("nanning")
    item = await pool.fetchval("select items[1] from datasets where dataset_id = $1", BUS_LINES)
    restrict = """insert into restrictions (case_id, dataset_id, kind, data_items, since)
        values ($1, $2, 'hold', $3, clock_timestamp())
        on conflict (case_id, kind) do update set data_items = excluded.data_items"""

    but = "update restrictions set except_items = $2 where case_id = $1"
    for kept_back, except_items, is_served in (([item], [], True), ([], [item], True), ([], [], False)):
        await pool.execute(restrict, case["case_id"], BUS_LINES, kept_back)
        await pool.execute(but, case["case_id"], except_items)
        shown = await nobody.read(f"/v1/datasets/{BUS_LINES}")
        assert shown["served"] is is_served
        assert (BUS_LINES in await ids(nobody, served=True)) is is_served
        assert (BUS_LINES in await ids(nobody, served=False)) is not is_served
    items = await pool.fetchval("select items from datasets where dataset_id = $1", BUS_LINES)
    await pool.execute(restrict, case["case_id"], BUS_LINES, items)
    assert BUS_LINES in await ids(nobody, served=False)


@pytest.mark.parametrize(
    ("frequency", "updated_on", "fresh_until"),
    [
        ("P1D", "2026-03-01", "2026-03-03T00:00:00+08:00"),
        ("PT1H", "2026-03-01", "2026-03-02T01:00:00+08:00"),
        ("P1M", "2026-01-31", "2026-03-01T00:00:00+08:00"),
        ("P1W", "2026-03-01", "2026-03-09T00:00:00+08:00"),
        ("P1Y", "2024-02-29", "2025-03-01T00:00:00+08:00"),
        ("P1Y6M", "2024-08-31", "2026-03-01T00:00:00+08:00"),
        ("real_time", "2026-03-01", "2026-03-02T00:00:00+08:00"),
    ],
)
async def test_data_is_stale_from_the_end_of_its_period_and_not_a_second_before(
    service: Service, pool: Pool, clock: ShiftedClock, frequency: str, updated_on: str, fresh_until: str
) -> None:
    await put(pool, BUS_LINES, update_frequency=frequency)
    await pool.execute(
        "update datasets set updated_on = $2 where dataset_id = $1", BUS_LINES, date.fromisoformat(updated_on)
    )
    officer = service.as_(TRANSPORT)

    await on_the_clock(pool, clock, fresh_until)
    late = await officer.read(f"/v1/datasets/{BUS_LINES}")
    assert (late["freshness"]["stale"], late["freshness"]["stale_from"]) == (True, fresh_until)
    assert BUS_LINES in await ids(officer, stale=True)
    clock.shift -= timedelta(minutes=5)
    assert (await officer.read(f"/v1/datasets/{BUS_LINES}"))["freshness"]["stale"] is False
    assert BUS_LINES in await ids(officer, stale=False)
    assert BUS_LINES not in await ids(officer, stale=True)


async def test_data_that_changes_irregularly_is_past_no_period(service: Service, pool: Pool) -> None:
    await put(pool, BUS_LINES, update_frequency="irregular")
    await pool.execute("update datasets set updated_on = '2020-01-01' where dataset_id = $1", BUS_LINES)
    told = (await service.as_(TRANSPORT).read(f"/v1/datasets/{BUS_LINES}"))["freshness"]
    assert (told["stale"], told["stale_from"]) == (False, None)


async def test_stale_data_is_told_to_officers_of_its_city_only(service: Service) -> None:
    path = f"/v1/datasets/{BUS_LINES}"

    assert (await service.nobody().read(path))["freshness"] is None
    assert (await service.as_("applicant@demo").read(path))["freshness"] is None
    assert (await service.as_("reviewer@yulin.operator").read(path))["freshness"] is None
    assert (await service.as_("supervisor@nanning.authority").read(path))["freshness"]["stale"] is True
    assert (await service.nobody().get("/v1/datasets", stale=True)).status_code == 401
    assert (await service.as_("applicant@demo").get("/v1/datasets", stale=True)).status_code == 403
    assert (
        await service.as_("reviewer@yulin.operator").get("/v1/datasets", stale=True, city="nanning")
    ).status_code == 403
    assert {each.split("-")[0] for each in await ids(service.as_("reviewer@yulin.operator"), stale=True)} == {"yulin"}


async def test_closed_data_is_never_stale_and_open_data_that_was_never_updated_is(service: Service, pool: Pool) -> None:
    officer = service.as_(TRANSPORT)
    await pool.execute("update datasets set updated_on = null where city = 'nanning'")

    stale = {each["openness"] for each in (await officer.read("/v1/datasets", stale=True, limit=200))["items"]}

    assert stale == {"conditional", "unconditional"}


async def test_its_provider_says_that_data_was_brought_up_to_date_and_the_entry_shows_it(
    service: Service, pool: Pool, clock: ShiftedClock
) -> None:
    await on_the_clock(pool, clock, "2026-03-10T23:59:00+08:00")
    path = f"/v1/datasets/{BUS_LINES}/data-updates"
    officer = service.as_(TRANSPORT)

    said = await officer.post(path, {"updated_on": "2026-03-10"})
    again = await officer.post(path, {"updated_on": "2026-03-10"})

    assert (said.status_code, said.json()["updated_on"]) == (200, "2026-03-10")
    assert said.json()["freshness"] == {
        "stale": False,
        "stale_from": "2026-04-11T00:00:00+08:00",
        "updated_by": TRANSPORT,
    }
    assert again.json() == said.json()
    tomorrow = await officer.post(path, {"updated_on": "2026-03-11"})
    assert (tomorrow.status_code, tomorrow.json()["errors"][0]["code"]) == (422, "day_in_the_future")
    before = await officer.post(path, {"updated_on": "2026-03-09"})
    assert (before.status_code, before.json()["errors"][0]["code"]) == (409, "UpdatedSince")
    assert (await service.as_("reviewer@nanning.health").post(path, {"updated_on": "2026-03-10"})).status_code == 403
    assert (await service.nobody().read(f"/v1/datasets/{BUS_LINES}"))["updated_on"] == "2026-03-10"


async def test_an_entry_is_shown_as_it_stood_at_the_end_of_a_day(
    service: Service, pool: Pool, clock: ShiftedClock
) -> None:
    await on_the_clock(pool, clock, "2026-03-20T00:00:00+08:00")
    nobody = service.nobody()
    case = await service.as_("applicant@demo").file("nanning")
    keep = """insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
        select dataset_id, $2, $3, $4, items, entry || jsonb_build_object('formats', array[$5::text]),
          $6::text::timestamptz from datasets where dataset_id = $1"""
    await pool.execute(keep, BUS_LINES, 1, None, "unconditional", "csv", None)
    await pool.execute(keep, BUS_LINES, 2, case["case_id"], "conditional", "xlsx", "2026-03-10T00:00:00+08:00")
    await pool.execute(keep, BUS_LINES, 3, case["case_id"], "closed", "xml", "2026-03-10T23:59:59+08:00")

    async def then(on: str) -> Any:
        return await nobody.read(f"/v1/datasets/{BUS_LINES}", on=on)

    assert ((await then("2026-03-09"))["number"], (await then("2026-03-09"))["case_number"]) == (1, None)
    third = await then("2026-03-10")
    assert (third["number"], third["openness"], third["formats"]) == (3, "closed", ["xml"])
    assert third["case_number"] == case["case_number"]
    future = await nobody.get(f"/v1/datasets/{BUS_LINES}", on="2026-03-21")
    assert (future.status_code, future.json()["errors"][0]["field"]) == (422, "on")


async def test_on_an_earlier_day_an_entry_is_as_it_was_and_not_found_before_it_was_there(
    service: Service, pool: Pool
) -> None:
    nobody = service.nobody()
    case = await service.as_("applicant@demo").file("nanning")
    await pool.execute(
        """insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
        select dataset_id, 1, $2, openness, items, entry, '2026-03-10' from datasets where dataset_id = $1""",
        BUS_LINES,
        case["case_id"],
    )

    assert (await nobody.get(f"/v1/datasets/{BUS_LINES}", on="2026-03-09")).status_code == 404
    other = await nobody.read("/v1/datasets/nanning-health-institutions", on="2021-01-01")
    assert (other["number"], other["published_at"]) == (1, None)


async def test_an_earlier_day_shows_the_disputed_mark_of_then_and_of_now(
    working: Service, pool: Pool, clock: ShiftedClock
) -> None:
    nobody = working.nobody()

    async def marks(dataset_id: str, on: str) -> list[bool]:
        then = await nobody.read(f"/v1/datasets/{dataset_id}", on=on)
        return [then["disputed_then"], then["disputed"]]

    await on_the_clock(pool, clock, "2026-03-10T09:00:00+08:00")
    case = await filed(working.as_("objector@demo"), "nanjing", ground="error")
    await on_the_clock(pool, clock, "2026-03-11T09:00:00+08:00")
    case = await decided(working, case, [("marking", "mark", {})])
    dataset_id = case["dataset_id"]
    assert await marks(dataset_id, "2026-03-10") == [False, True]
    assert await marks(dataset_id, "2026-03-11") == [True, True]

    await on_the_clock(pool, clock, "2026-03-13T09:00:00+08:00")
    answer = {"answer": "It was looked into"}
    forwarded: list[Decision] = [
        ("forwarding", "forward", {}),
        ("department_review", "not_correct", {"reason": "As it was"}),
    ]
    await decided(working, case, [*forwarded, ("telling_refusal", "tell", answer)])
    assert await marks(dataset_id, "2026-03-10") == [False, False]
    assert await marks(dataset_id, "2026-03-12") == [True, False]
    assert await marks(dataset_id, "2026-03-13") == [False, False]
