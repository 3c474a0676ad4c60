"""Figures for supervisors and for everybody: who is told what, in which words, of which days."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from reading.figures.days import Days, whole_months
from reading.figures.shown import FigureRenderer
from reading.figures.tallies import nearest_rank
from reading.words.language import Language
from rules.deadlines import midnight, to_shanghai
from tests.api.calling import Service
from tests.driving import Driver
from tests.owning import by_owner
from tests.populating import Population, no_engine, present_of
from tests.rectifying import breach

FIGURES, PUBLIC = "/v1/supervision/figures", "/v1/figures"
DAY = timedelta(days=1)


async def today(driver: Driver) -> date:
    return to_shanghai(await present_of(driver)).date()


async def received(driver: Driver, at_days: float, city: str = "nanning", **more: Any) -> str:
    """A case received so many days after the midnight with which today begins."""
    now = await present_of(driver)
    driver.clock.shift = midnight(to_shanghai(now).date()) + timedelta(days=at_days) - now
    return await driver.file(city, hand_over=False, **more)


def filed(rows: list[Any]) -> dict[str | None, int]:
    return {row["body"]: row["cases"]["filed"] for row in rows}


async def test_a_day_is_that_of_asia_shanghai_and_the_last_one_is_not_in_the_span(
    driver: Driver, service: Service
) -> None:
    supervisor, on = service.as_("supervisor@nanning.authority"), await today(driver)
    for at in (-2.0001, -2, -1.5, -1.0001, -1):
        exactly = midnight(on) + timedelta(days=at)
        await by_owner(
            driver.pool, "update cases set received_at = $2 where case_id = $1", await received(driver, at), exactly
        )
    answer = await supervisor.read(FIGURES, **{"from": on - 2 * DAY, "until": on - DAY})
    assert filed(answer["totals"]) == {None: 3}
    assert (answer["from_on"], answer["until_on"]) == (str(on - 2 * DAY), str(on - DAY))
    assert answer["totals"][0]["tasks"]["open"] == 5, "what is open now is open whatever the span"


async def test_without_days_the_figures_are_those_of_this_year_up_to_now(driver: Driver, service: Service) -> None:
    on = await today(driver)
    answer = await service.as_("supervisor@nanning.authority").read(FIGURES)
    assert (answer["from_on"], answer["until_on"]) == (f"{on.year}-01-01", str(on + DAY))


@pytest.mark.parametrize("days", [("2026-02-01", "2026-02-01"), ("2026-02-02", "2026-02-01")])
async def test_a_span_without_a_day_is_refused(service: Service, days: tuple[str, str]) -> None:
    answer = await service.as_("admin@kaifang").get(f"{FIGURES}?from={days[0]}&until={days[1]}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "until"


@pytest.mark.duty("NN-33", "YL-5", "NJ-6")
@pytest.mark.parametrize("city", ["nanning", "yulin", "nanjing"])
async def test_who_supervises_a_city_is_told_the_figures_of_each_of_its_bodies(
    driver: Driver, service: Service, monkeypatch: pytest.MonkeyPatch, city: str
) -> None:
    now = await present_of(driver)
    with no_engine(monkeypatch):
        people = Population(driver, Random(5), now)
        for _ in range(4):
            await received(driver, -3, city)
            await people.walk(await people.file(city, "access_request"))
    await received(driver, -3, "lianyungang")
    answer = await service.as_(f"supervisor@{city}.authority").read(FIGURES)
    assert {row["city"] for level in ("totals", "by_body", "items") for row in answer[level]} == {city}
    assert f"{city}.transport" in filed(answer["by_body"])
    assert sum(filed(answer["by_body"]).values()) == answer["totals"][0]["cases"]["filed"] == 8
    assert all(row["body_name"] and row["tasks"]["open_by_age"] for row in answer["by_body"])


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("reviewer@nanning.health", {"nanning.health"}),
        ("reviewer@nanning.operator", {"nanning.transport", "nanning.health", "nanning.operator"}),
        ("reviewer@guangzhou.operator", {"guangzhou.transport"}),
        ("reviewer@yulin.transport", set()),
    ],
)
async def test_a_body_is_told_its_own_figures_or_its_citys_if_it_reads_every_case(
    driver: Driver, service: Service, login: str, sees: set[str]
) -> None:
    await received(driver, -1)
    await received(driver, -1, dataset_id="nanning-health-beds", procedure="demand")
    await by_owner(driver.pool, "update cases set provider = 'nanning.health' where procedure = 'demand'")
    await driver.pool.execute("update tasks set body = 'nanning.health' where procedure = 'demand'")
    await received(driver, -1, "guangzhou")
    answer = await service.as_(login).read(FIGURES)
    assert {row["body"] for row in answer["by_body"]} == sees


async def test_rectifications_are_counted_for_those_alone_who_have_a_part_in_them(
    driver: Driver, service: Service
) -> None:
    await breach(driver, "nanning", hand_over=False)
    for login, counted in (("supervisor@nanning.authority", 1), ("reviewer@nanning.operator", 0)):
        answer = await service.as_(login).read(FIGURES)
        assert sum(row["cases"]["filed"] for row in answer["totals"]) == counted


async def test_more_items_kept_back_by_the_same_kind_are_no_second_restriction(
    driver: Driver, service: Service
) -> None:
    await driver.object_to("nanning", "privacy", evidence=1, items=("name",), hand_over=False)
    await driver.pool.execute(
        "insert into events (case_id, number, type, at, event) "
        "select case_id, number + 9, type, at + interval '1 second', event from events where type = 'DataHeld'"
    )
    (total,) = (await service.as_("supervisor@nanning.authority").read(FIGURES))["totals"]
    (holds,) = total["cases"]["restrictions"]
    assert (holds["kind"], holds["begun"], holds["ended"], holds["in_force"]) == ("hold", 1, 0, 1)


async def test_the_table_holds_the_rows_of_every_level(driver: Driver, service: Service) -> None:
    for _ in range(3):
        await received(driver, -2)
    supervisor = service.as_("supervisor@nanning.authority")
    shown = await supervisor.read(FIGURES)
    answer = await supervisor.get(FIGURES, headers={"Accept": "text/csv", "Accept-Language": "zh"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="kaifang-figures.csv"'
    assert answer.text.startswith("\ufeff城市,机构,程序,环节,收到案件")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    levels = ("totals", "by_body", "by_procedure", "by_body_and_procedure", "by_stage", "items")
    assert [(row["机构代码"], row["程序代码"], row["环节代码"], row["在办任务"]) for row in rows] == [
        (row["body"] or "", row["procedure"] or "", row["stage"] or "", str(row["tasks"]["open"]))
        for level in levels
        for row in shown[level]
    ]
    assert (rows[0]["城市"], rows[0]["收到案件"], rows[-1]["收到案件"]) == ("南宁", "3", "")


@pytest.mark.parametrize(
    ("unit", "lengths", "language", "text"),
    [
        ("working_days", [0], "en", "half on the same day, nine in ten on the same day"),
        ("working_days", [1, 1, 2, 3, 9], "en", "half within 2 working days, nine in ten within 9 working days"),
        ("working_days", [1, 1, 1], "zh", "半数1个工作日内办结，九成1个工作日内办结"),
        ("working_days", [0, 0, 5, 7], "zh", "半数当日办结，九成7个工作日内办结"),
        ("hours", [0, 1, 1], "en", "half within 1 hour, nine in ten within 1 hour"),
        ("hours", [3, 12, 49], "zh", "半数12小时内，九成3日内"),
        ("hours", [48, 72], "en", "half within 48 hours, nine in ten within 3 days"),
    ],
)
def test_the_sentence_names_the_median_and_the_ninetieth_percentile(
    unit: Any, lengths: list[int], language: Language, text: str
) -> None:
    taken = FigureRenderer(language, date(2026, 1, 1), {}).taken(unit, Counter(lengths))
    assert taken
    assert taken.text == text


def test_a_percentile_is_the_least_length_that_so_many_have_or_undercut() -> None:
    for many in range(1, 60):
        lengths = [n * n for n in range(many)]
        for percent in (50, 90):
            least = min(each for each in lengths if 100 * sum(n <= each for n in lengths) >= percent * many)
            assert nearest_rank(Counter(lengths), percent) == least
    assert nearest_rank(Counter(), 50) is None


@pytest.mark.duty("NN-33")
async def test_everybody_reads_the_figures_of_a_city_as_one_for_months_that_are_over(
    driver: Driver, service: Service
) -> None:
    on = await today(driver)
    into_last_month = (on.replace(day=1) - DAY - on).days + 0.5
    for _ in range(3):
        await received(driver, into_last_month)
    await received(driver, into_last_month, "yulin")
    await received(driver, 0)
    await breach(driver, "nanning", hand_over=False)
    answer = await service.nobody().read(PUBLIC, city="nanning")
    assert answer["until_on"] == str(on.replace(day=1))
    assert (answer["total"]["filed"], answer["total"]["time_taken"]) == (3, None)
    assert [(row["procedure"], row["filed"]) for row in answer["by_procedure"]] == [("access_request", 3)]
    assert "nanning." not in str(answer), "no body is named"


async def test_how_long_cases_took_is_shown_for_five_of_them_or_more(driver: Driver, service: Service) -> None:
    on = await today(driver)
    at = (on.replace(day=1) - DAY - on).days + 0.5
    for closed in range(1, 7):
        case_id = await received(driver, at, "guangzhou")
        await driver.pool.execute(
            "update cases set closed_at = received_at, outcome = 'refused' where case_id = $1", case_id
        )
        service.app.state.published.kept.clear()
        answer = await service.nobody().read(PUBLIC, city="guangzhou")
        assert answer["total"]["refused"] == closed
        assert (answer["total"]["time_taken"] is not None) == (closed >= 5)


async def test_what_is_published_is_counted_once_in_an_hour(driver: Driver, service: Service) -> None:
    on = await today(driver)
    at = (on.replace(day=1) - DAY - on).days + 0.5
    before = await service.nobody().read(PUBLIC, city="nanjing")
    await received(driver, at, "nanjing")
    assert await service.nobody().read(PUBLIC, city="nanjing") == before
    service.app.state.published.kept = {
        key: replace(kept, as_of=kept.as_of - timedelta(hours=1))
        for key, kept in service.app.state.published.kept.items()
    }
    after = await service.nobody().read(PUBLIC, city="nanjing")
    assert (before["total"]["filed"], after["total"]["filed"]) == (0, 1)


def test_without_months_the_last_twelve_are_published() -> None:
    assert whole_months(None, None, date(2026, 3, 15)) == Days(date(2025, 3, 1), date(2026, 3, 1))
    assert whole_months("2024-12", None, date(2026, 3, 1)) == Days(date(2024, 12, 1), date(2026, 3, 1))
    assert whole_months(None, "2026-01", date(2026, 3, 15)) == Days(date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("months", "field", "code"),
    [
        ({"from": "2026-01", "until": "2999-01"}, "until", None),
        ({"from": "2026-02", "until": "2026-02"}, "until", "span_backwards"),
        ({"from": "2020-01", "until": "2025-02"}, "from", "months_too_many"),
        ({"until": "2026-13"}, "until", "string_pattern_mismatch"),
        ({"until": "2099-01"}, "until", "month_not_over"),
    ],
)
async def test_months_that_are_not_over_or_too_many_are_refused(
    service: Service, months: dict[str, str], field: str, code: str | None
) -> None:
    answer = await service.nobody().get(f"{PUBLIC}?{urlencode({'city': 'nanning', **months})}")
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert code is None or error["code"] == code


async def test_a_city_without_rules_has_no_figures(service: Service) -> None:
    answer = await service.nobody().get(PUBLIC, city="atlantis")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "city_unknown")
