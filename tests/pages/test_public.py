"""What anybody reads: cities, their law, how days are reckoned, and their figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pages import charts
from pages.charts import BarContent
from rules.loading import cities, load_pack
from tests.driving import Driver
from tests.pages.visiting import Front, Visitor, text_of
from tests.rules.cuts import IN_FORCE_EVERYWHERE

ONE_OF_EACH = (
    *("/", "/law", "/figures", "/help", "/accessibility", "/privacy"),
    *("/{city}", "/{city}/law", "/{city}/law/calculator?number=5&unit=wd&received_on=2026-09-30", "/{city}/bodies"),
    *("/{city}/holders", "/{city}/maintenance", "/{city}/calendar/2026", "/{city}/figures"),
)
SVG = "{http://www.w3.org/2000/svg}"
BETWEEN_CHINESE = re.compile(r"[\u4e00-\u9fff][,;:?!()][\u4e00-\u9fff]")
A_CODE = re.compile(r"(?<![\w./=&-])[a-z]+_[a-z_]+(?![\w./=-])")


def sound(visitor: Visitor) -> None:
    """A page as every page is to be, and without a code in what it says."""
    well_made(visitor)
    assert not A_CODE.findall(visitor.text()), A_CODE.findall(visitor.text())


def well_made(visitor: Visitor) -> None:
    """One h1, each id once, each name that is spoken of is there, and no half-width mark between Chinese."""
    assert visitor.answer.status_code == 200, visitor.text()
    document = visitor.document
    assert len(list(document.iter("h1"))) == 1
    ids = [each.get("id") for each in document.iter() if each.get("id")]
    assert len(ids) == len(set(ids)), [each for each in ids if ids.count(each) > 1]
    named = [name for each in document.iter() for name in (each.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids), set(named) - set(ids)
    assert all(each.get("scope") for each in document.iter("th"))
    assert not BETWEEN_CHINESE.findall(visitor.text())
    inside = {link.get("href", "")[1:] for link in visitor.links() if link.get("href", "").startswith("#")}
    assert inside <= {*ids, "main"}, inside - set(ids)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_public_page_of_every_city_is_sound(front: Front, language: str) -> None:
    visitor = front.visitor(language)
    for address in dict.fromkeys(each.format(city=city) for city in cities() for each in ONE_OF_EACH):
        sound(await visitor.visit(f"/en{address}" if language == "en" else address))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_law_of_every_procedure_names_all_its_stages_and_outcomes(front: Front, language: str) -> None:
    visitor, prefix = front.visitor(language), "/en" if language == "en" else ""
    for city in cities():
        for name, procedure in load_pack(city).procedures.items():
            sound(await visitor.visit(f"{prefix}/{city}/law/{name}?on={IN_FORCE_EVERYWHERE}"))
            said = visitor.text()
            for stage in procedure.stages.values():
                assert getattr(stage.label, language) in said
            for outcome in (o for stage in procedure.stages.values() for o in stage.outcomes.values()):
                assert getattr(outcome.label, language) in said


def marked(visitor: Visitor, css: str) -> Iterator[str]:
    return (text_of(each) for each in visitor.document.iter() if each.get("class") == css)


async def test_a_service_rule_is_never_shown_as_law_and_gives_its_reason(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/nanning/law/access_request")
    assert all("条" in text and "服务规则" not in text for text in marked(visitor, "law"))
    assert all(text.startswith("服务规则") for text in marked(visitor, "law service"))
    reason = load_pack("nanning").service_rules["withdrawal"].zh
    assert reason in visitor.text()


async def test_the_periods_of_each_urgency_stand_beside_their_article(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/nanning/law/access_request")
    assert "普通：2个工作日 加急：1个工作日 特急：12小时 第二十条第（二）项" in visitor.text()


async def test_a_day_before_the_law_has_none_and_the_form_stays(front: Front) -> None:
    visitor = await front.visitor().visit("/en/nanning/law/access_request?on=2020-01-01")
    assert visitor.answer.status_code == 422
    assert "No law of this city" in visitor.text()
    await visitor.send("access_request", on="2021-06-01")
    assert visitor.answer.status_code == 200
    assert "Rules of 1 Jun 2021" in visitor.text()


async def test_once_a_law_has_ended_its_page_says_what_is_still_received(front: Front) -> None:
    visitor = await front.visitor().visit("/en/guangzhou/law/access_request?on=2027-07-02")
    assert visitor.answer.status_code == 422
    visitor = await visitor.visit("/en/guangzhou/law/objection?on=2027-07-02")
    assert visitor.answer.status_code == 200
    assert "still received as a remedy" in visitor.text()


async def test_an_adopted_draft_is_called_one_with_who_adopted_it(front: Front) -> None:
    visitor = await front.visitor().visit("/en/guangzhou/law")
    assert "Adopted draft" in visitor.text()
    assert "never issued" in visitor.text()


async def test_a_period_over_a_holiday_is_explained_day_by_day_with_the_notice(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/guangzhou/law/calculator")
    await visitor.send("calculator", received_on="2026-09-30", number="2", unit="wd")
    assert "国办发明电" in visitor.text()
    rows = [text_of(each) for each in visitor.document.iter("tr")]
    assert any("2026年10月1日" in row and "不计入" in row for row in rows)
    assert any("计入，第2日" in row for row in rows)


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "many"), ("number", "0"), ("number", "9999"), ("received_on", "x"), ("received_time", "noon")],
)
async def test_what_cannot_be_reckoned_is_named_beside_its_field_and_nothing_is_lost(
    front: Front, field: str, value: str
) -> None:
    visitor = await front.visitor().visit("/en/nanning/law/calculator")
    given: dict[str, Any] = {"received_on": "2026-03-02", "number": "5", "unit": "wd", field: value}
    await visitor.send("calculator", **given)
    assert visitor.answer.status_code == 422
    assert dict(visitor.form("calculator").values()).items() >= given.items()
    (wrong,) = (each for each in visitor.document.iter("input") if each.get("aria-invalid") == "true")
    assert wrong.get("name") == field


async def test_every_period_of_the_law_is_reckoned_by_one_click(front: Front) -> None:
    visitor = await front.visitor().visit("/en/nanning/law/calculator")
    await visitor.follow("5 working days Provider's review")
    assert dict(visitor.form("calculator").values())["number"] == "5"
    assert "Ends at 24:00 on" in visitor.text()


async def test_the_calendar_of_guangxi_has_days_off_that_guangzhou_works(front: Front) -> None:
    nanning = (await front.visitor("zh").visit("/nanning/calendar/2026")).text()
    guangzhou = (await front.visitor("zh").visit("/guangzhou/calendar/2026")).text()
    assert "广西" in nanning
    assert "三月三" not in guangzhou
    (more,) = re.findall(r"全年(\d+)个工作日", guangzhou)
    (fewer,) = re.findall(r"全年(\d+)个工作日", nanning)
    assert int(fewer) < int(more)


async def test_a_year_that_no_notice_speaks_of_has_no_calendar(front: Front) -> None:
    for year in (1950, 2099, 99999):
        assert (await front.visitor().visit(f"/en/nanning/calendar/{year}")).answer.status_code == 404
    assert "no notice covers yet" in (await front.visitor().visit("/en/nanning/calendar/2027")).text()


async def test_a_city_without_a_pack_is_no_address(front: Front) -> None:
    for address in ("/atlantis", "/atlantis/law", "/nanningx", "/nanning/law/nothing"):
        assert (await front.visitor().visit(f"/en{address}")).answer.status_code == 404


async def test_holders_are_shown_only_where_the_law_makes_them_public(front: Front) -> None:
    visitor = front.visitor()
    assert "Guangzhou article 29" in (await visitor.visit("/en/guangzhou/holders")).text()
    assert "does not make public" in (await visitor.visit("/en/yulin/holders")).text()


async def test_no_login_of_an_officer_stands_on_a_public_page(front: Front) -> None:
    visitor = await front.visitor().visit("/en/nanning/bodies")
    assert "Nanning Information Network" in visitor.text()
    assert "reviewer@" not in visitor.answer.text


async def test_figures_of_a_month_that_is_not_over_are_refused_beside_the_field(front: Front) -> None:
    visitor = await front.visitor().visit("/en/nanning/figures")
    await visitor.send("figures", until="2099-01")
    assert visitor.answer.status_code == 422
    assert "Only months that are over" in visitor.text()
    asked: dict[str, Any] = {"from": "last year", "until": ""}
    await visitor.send("figures", **asked)
    assert "Enter year and month" in visitor.text()
    assert dict(visitor.form("figures").values())["from"] == "last year"


async def test_a_dataset_on_conditions_shows_how_a_request_for_it_runs(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/datasets?city=nanning&openness=conditional")
    (first, *_) = [link for link in visitor.links() if "/datasets/nanning" in link.get("href", "")]
    await visitor.follow(text_of(first))
    well_made(visitor)
    assert "规范性审查 · 市信息网络管理中心" in visitor.text()
    await visitor.follow("查看完整流程")
    assert visitor.heading() == "有条件开放数据申请"


async def test_open_data_shows_no_request(front: Front) -> None:
    visitor = await front.visitor("zh").visit("/datasets?city=nanning&openness=unconditional")
    (first, *_) = [link for link in visitor.links() if "/datasets/nanning" in link.get("href", "")]
    await visitor.follow(text_of(first))
    assert "申请如何办理" not in visitor.text()


async def test_from_the_front_page_links_lead_to_the_law_of_a_city(front: Front) -> None:
    visitor = await front.visitor().visit("/")
    await visitor.follow("Yulin")
    await visitor.follow("Law and periods")
    assert visitor.heading() == "Law and periods"
    await visitor.follow("Yulin")
    await visitor.follow("Access request")
    assert visitor.heading() == "Access request"


def test_the_longest_bar_takes_the_width_and_the_parts_of_a_bar_touch() -> None:
    chart = charts.bars(
        [BarContent("a", "3 / 4", [("b0", 3), ("b1", 1)]), BarContent("b", "2 / 2", [("b0", 2), ("b1", 0)])]
    )
    long, short = chart.bars
    assert long.end == charts.WIDTH - charts.FOR_NUMBERS
    assert long.parts[0].x + long.parts[0].width == long.parts[1].x
    assert [part.kind for part in short.parts] == ["b0"]
    assert short.end == long.end / 2
    assert chart.height == 2 * charts.ROW


def test_bars_of_nothing_have_no_parts() -> None:
    assert [bar.parts for bar in charts.bars([BarContent("a", "0", [("b0", 0)])]).bars] == [()]
    assert charts.bars([]).height == 0


async def test_the_bars_of_the_figures_say_what_the_table_beside_them_says(driver: Driver, front: Front) -> None:
    for months_ago in (2, 3, 3):
        driver.clock.shift = -timedelta(days=31 * months_ago)
        await driver.file("nanning", hand_over=False)
    driver.clock.shift = timedelta(0)
    visitor = await front.visitor().visit("/en/nanning/figures")
    sound(visitor)
    (chart,) = visitor.document.iter(f"{SVG}svg")
    assert text_of(next(chart.iter(f"{SVG}desc"))) == "Access request 3"
    rows = [text_of(each) for each in visitor.document.iter("tr")]
    assert any(row.startswith("Access request 3 0") for row in rows)
