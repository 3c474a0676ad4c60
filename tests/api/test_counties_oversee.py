"""What the authority of a county oversees (Nanning 8, Yulin 8, Nanjing 6.3): figures, ratings and what is late, of the
bodies of its county; and the city by county."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.database import Pool
from reading.figures.public import FEWEST_PROVIDERS
from rules.deadlines import midnight, to_shanghai
from tests.api.calling import Caller, Service
from tests.api.gate import CONDITIONAL
from tests.api.test_counties import ANOTHER, BODIES, COUNTY, HEAD, PROVIDER, officer, put
from tests.api.test_ratings import obtained, rate
from tests.driving import Driver
from tests.owning import by_owner
from tests.populating import present_of
from tests.rectifying import breach

LISTS = ("overdue", "due-soon", "promptly")
OF_THE_CITY = "supervisor@nanning.authority"


async def of_county(driver: Driver, case_id: str) -> str:
    """The case is about data of the county's transport bureau, and what lies before the provider lies before that."""
    await by_owner(driver.pool, "update cases set provider = $2 where case_id = $1", case_id, PROVIDER)
    await by_owner(
        driver.pool,
        "update tasks set body = $2 where case_id = $1 and body = 'nanning.transport'",
        case_id,
        PROVIDER,
    )
    return case_id


async def late(driver: Driver, *, in_county: bool) -> str:
    """A request whose tasks are long overdue."""
    case_id = await driver.file("nanning", hand_over=False)
    if in_county:
        await of_county(driver, case_id)
        await by_owner(driver.pool, "update tasks set body = $2 where case_id = $1", case_id, PROVIDER)
    await by_owner(driver.pool, "update tasks set due_at = opened_at - interval '9 days' where case_id = $1", case_id)
    return case_id


async def listed(caller: Caller, **asked: Any) -> set[str]:
    found = await caller.read("/v1/supervision/overdue", **asked)
    return {each["case_id"] for each in found["items"]}


@pytest.mark.duty("NN-8")
async def test_who_supervises_a_county_sees_what_is_late_in_it_and_nowhere_else(
    driver: Driver, service: Service, pool: Pool
) -> None:
    await put(pool, BODIES)
    ours, citys = await late(driver, in_county=True), await late(driver, in_county=False)
    head, city = service.as_(f"reviewer@{COUNTY}"), service.as_(OF_THE_CITY)
    for sees in (head, await officer(service, pool, COUNTY, "supervisor")):
        assert await listed(sees) == await listed(sees, county=COUNTY) == await listed(sees, body=PROVIDER) == {ours}
        assert await listed(sees, body="nanning.transport") == await listed(sees, county=ANOTHER) == set()
        counts = await sees.read("/v1/supervision/overdue/counts")
        assert [each["body"] for each in counts["by_body"]] == [PROVIDER]
    other = await officer(service, pool, ANOTHER, "supervisor")
    for name in LISTS:
        assert (await other.read(f"/v1/supervision/{name}"))["items"] == []
    assert await listed(city) == {ours, citys}
    assert await listed(city, county=COUNTY) == {ours}
    assert await listed(city, county=ANOTHER) == await listed(city, county=COUNTY, body="nanning.transport") == set()
    # A provider of the county sees its own body, as anywhere.
    assert await listed(service.as_(f"reviewer@{PROVIDER}")) == {ours}
    unknown = await city.get("/v1/supervision/overdue", county="nanning.transport")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "county_unknown")


@pytest.mark.duty("YL-8", "NJ-6b")
@pytest.mark.parametrize("county", ["yulin.beiliu", "nanjing.jiangning"])
async def test_in_each_city_with_counties_what_is_late_shows_in_its_county(
    driver: Driver, service: Service, county: str
) -> None:
    city, provider = county.partition(".")[0], f"{county}transport"
    ours, citys = [await driver.file(city, hand_over=False) for _ in range(2)]
    await by_owner(driver.pool, "update cases set provider = $2 where case_id = $1", ours, provider)
    await by_owner(driver.pool, "update tasks set body = $2 where case_id = $1", ours, provider)
    await by_owner(driver.pool, "update tasks set due_at = opened_at - interval '9 days'")
    assert await listed(service.as_(f"reviewer@{county}")) == {ours}
    assert await listed(service.as_(f"reviewer@{provider}")) == {ours}
    assert await listed(service.as_(f"supervisor@{city}.authority")) == {ours, citys}


async def test_a_countys_figures_are_those_of_its_bodies(driver: Driver, service: Service, pool: Pool) -> None:
    await put(pool, BODIES)
    await of_county(driver, await driver.file("nanning", hand_over=False))
    await driver.file("nanning", hand_over=False)
    await breach(driver, "nanning", hand_over=False)
    head, city = service.as_(f"reviewer@{COUNTY}"), service.as_(OF_THE_CITY)
    for caller, asked in ((head, {}), (head, {"county": COUNTY}), (city, {"county": COUNTY})):
        answer = await caller.read("/v1/supervision/figures", **asked)
        assert {row["body"] for row in answer["by_body"]} == {PROVIDER}
        assert [row["cases"]["filed"] for row in answer["totals"]] == [1]
    for caller, asked in (
        (head, {"county": ANOTHER}),
        (city, {"county": ANOTHER}),
        (head, {"body": "nanning.transport"}),
    ):
        assert (await caller.read("/v1/supervision/figures", **asked))["totals"] == []
    (total,) = (await city.read("/v1/supervision/figures"))["totals"]
    assert total["cases"]["filed"] == 3


async def test_a_county_has_public_figures_where_they_show_no_single_provider(
    driver: Driver, service: Service, pool: Pool
) -> None:
    now = await present_of(driver)
    last_month = midnight(to_shanghai(now).date().replace(day=1)) - timedelta(days=1)
    for in_county in (True, False):
        case_id = await driver.file("nanning", hand_over=False)
        await by_owner(driver.pool, "update cases set received_at = $2 where case_id = $1", case_id, last_month)
        if in_county:
            await of_county(driver, case_id)
    asked: dict[str, Any] = {"city": "nanning", "county": COUNTY}
    one = await service.nobody().get("/v1/figures", **asked)
    assert (one.status_code, one.json()["errors"][0]["code"]) == (422, "county_of_one_provider")
    await put(pool, f"{HEAD}nanning.wumingwater,provider,武鸣区水利局,Wuming Water Bureau,{COUNTY}\n")
    assert FEWEST_PROVIDERS == 2
    answer = await service.nobody().read("/v1/figures", **asked)
    assert (answer["county"], answer["total"]["filed"]) == (COUNTY, 1)
    whole = await service.nobody().read("/v1/figures", city="nanning")
    assert (whole["county"], whole["total"]["filed"]) == (None, 2)
    elsewhere = await service.nobody().get("/v1/figures", city="yulin", county=COUNTY)
    assert elsewhere.json()["errors"][0]["code"] == "county_unknown"


async def test_a_county_sees_how_its_data_is_rated_and_no_others(service: Service, gate_url: str, pool: Pool) -> None:
    await put(pool, BODIES)
    await obtained(pool, gate_url, "applicant@demo", CONDITIONAL)
    scores = {"scores": dict.fromkeys((await dimensions(service)), 4)}
    assert (await rate(service.as_("applicant@demo"), CONDITIONAL, scores)).status_code == 200
    head, other = service.as_(f"reviewer@{COUNTY}"), await officer(service, pool, ANOTHER)
    assert (await head.read("/v1/ratings"))["items"] == [], "the data is of a body of the city"
    await by_owner(pool, "update datasets set provider = $2 where dataset_id = $1", CONDITIONAL, PROVIDER)
    city = service.as_("reviewer@nanning.operator")
    for caller, asked, seen in (
        *((head, {}, 1), (head, {"county": ANOTHER}, 0), (other, {}, 0)),
        *((city, {"county": COUNTY}, 1), (city, {"county": ANOTHER}, 0)),
    ):
        assert len((await caller.read("/v1/ratings", **asked))["items"]) == seen
        figures = await caller.read("/v1/ratings/figures", **asked)
        assert (figures["ratings"], figures["datasets"]) == (seen, seen)
    assert (await head.read("/v1/ratings/figures"))["of"] == "county"
    # So too of accesses, by the same filter.
    for county, seen in ((COUNTY, 1), (ANOTHER, 0)):
        assert len((await city.read("/v1/accesses", county=county))["items"]) == seen
        assert len((await city.read("/v1/accesses/use", county=county))["items"]) == seen


async def dimensions(service: Service) -> list[str]:
    sums = await service.nobody().read(f"/v1/datasets/{CONDITIONAL}/ratings")
    return [each["dimension"] for each in sums["dimensions"]]
