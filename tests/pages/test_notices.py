"""Holiday notices as pages: read, tried without writing anything, and published by typing the name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pages.dates import short_day
from pages.forms.pasted_notice import read
from pages.year_calendar import months_of
from tests.pages.supervising import Timed, at_work, timed  # noqa: F401 - fixtures, by their names
from tests.pages.visiting import Visitor, text_of

ADMIN = "admin@kaifang"
NEW = "/supervision/notices/new"
A_DAY = timedelta(days=1)
TEXT = """国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
七、国庆节：9月30日至10月7日放假。2027年1月1日放假1天。2月31日放假。"""


def test_a_notice_is_read_from_its_text() -> None:
    found = read(TEXT, 2020)
    assert found.document == "国办发明电〔2025〕7号"
    assert found.days_off == (
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 9, 30), date(2026, 10, 7)),
        (date(2027, 1, 1), date(2027, 1, 1)),
    )
    assert found.days_worked == (date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28))
    assert read("今天天气很好。", 2026) == read("", 2026)


def test_a_calendar_shows_each_day_once_and_what_is_made_of_it() -> None:
    days = {date(2026, 12, 31), date(2027, 1, 2)}
    months = months_of(days, {date(2026, 12, 31)}, {date(2027, 1, 2)}, lambda on: on.weekday() < 5)
    shown = [day for month in months for week in month.weeks for day in week if day]
    assert [day.on for day in shown] == [date(2026, 12, 1) + n * A_DAY for n in range(62)]
    kinds = {day.on: day.kind for day in shown}
    assert (kinds[date(2026, 12, 31)], kinds[date(2027, 1, 2)], kinds[date(2027, 1, 3)]) == ("off", "worked", "rest")
    assert months_of((), (), (), lambda _: True) == ()


async def next_week_off(timed: Timed, visitor: Visitor, which: str = "draft", **more: Any) -> Visitor:  # noqa: F811
    """Sends the form of a notice by which the five days from next Monday are off."""
    today = await timed.today()
    monday = today + (7 - today.weekday()) * A_DAY
    fields = {"document": "an invented notice", "published_on": f"{today}", "off_first": f"{monday}"}
    return await visitor.send("off_first", button="try", **(fields | {"off_last": f"{monday + 4 * A_DAY}"} | more))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_notice_is_tried_and_published_and_a_due_day_moves(timed: Timed, language: str) -> None:  # noqa: F811
    case = await timed.service.as_("applicant@demo").file("guangzhou")
    old = case["tasks"][0]["clock"]["last_day"]
    visitor = await timed.visit("/supervision/notices", ADMIN, language)
    await visitor.follow("公布一份放假通知" if language == "zh" else "Publish a notice")

    await next_week_off(timed, visitor)
    assert case["case_number"] in visitor.text()
    assert text_of(next(each for each in visitor.document.iter("dd"))) == "0"
    label = "受理" if language == "zh" else "Guangzhou"
    assert label in visitor.text() or "guangzhou." not in visitor.text()
    assert "guangzhou." not in visitor.text()
    assert [each for each in visitor.document.iter("td") if each.get("class") == "off"]

    await visitor.send("confirm", button="publish", confirm="something else")
    assert visitor.answer.status_code == 422
    before = await timed.service.as_("applicant@demo").read(f"/v1/cases/{case['case_id']}")
    assert before["tasks"][0]["clock"]["last_day"] == old
    await visitor.send("confirm", button="publish", confirm="an invented notice")
    assert visitor.path.endswith("/supervision/notices")
    assert ("“an invented notice”已公布" if language == "zh" else "“an invented notice” is published") in visitor.text()
    (again,) = await timed.service.app.state.runtime.pool.fetch("select kind from acts where kind = 'apply_notice'")
    assert again["kind"] == "apply_notice"


async def test_after_its_publication_the_last_day_is_another(at_work: Timed) -> None:  # noqa: F811
    case = await at_work.service.as_("applicant@demo").file("guangzhou")
    visitor = await at_work.visit(NEW, ADMIN)
    await next_week_off(at_work, visitor)
    moved = text_of(next(each for each in visitor.document.iter("strong")))
    await visitor.send("confirm", button="publish", confirm="an invented notice")
    await at_work.service.app.state.runtime.courier.send_and_wait(case["case_id"])
    after = await at_work.service.as_("applicant@demo").read(f"/v1/cases/{case['case_id']}")
    last = date.fromisoformat(after["tasks"][0]["clock"]["last_day"])
    assert moved == short_day(last, "en")
    assert f"{last}" != case["tasks"][0]["clock"]["last_day"]


async def test_a_mistake_in_a_span_is_named_once_beside_its_row(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit(NEW, ADMIN)
    await next_week_off(timed, visitor, off_first=["2026-13-01", "2026-05-09"], off_last=["2026-14-01", "2026-05-01"])
    assert visitor.answer.status_code == 422
    wrong = [each for each in visitor.document.iter("input") if each.get("aria-invalid")]
    assert wrong[0].get("value") == "2026-13-01"
    assert len([each for each in visitor.document.iter("p") if each.get("class") == "error"]) == len(wrong)
    await next_week_off(timed, visitor, off_first=["2026-05-09"], off_last=["2026-05-01"], published_on="2026-04-01")
    wrong = [each for each in visitor.document.iter("input") if each.get("aria-invalid")]
    assert [each.get("value") for each in wrong] == ["2026-05-09"]


async def test_the_days_of_a_pasted_text_stand_in_the_form(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit(NEW, ADMIN)
    await visitor.send("pasted", pasted=TEXT)
    values = visitor.form("off_first").values()
    assert ("off_first", "2026-02-15") in values
    assert ("worked", "2026-02-28") in values
    assert ("document", "国办发明电〔2025〕7号") in values


async def test_going_back_from_the_trial_loses_nothing(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit(NEW, ADMIN)
    await next_week_off(timed, visitor)
    tried = {text_of(each) for each in visitor.document.iter("h1")}
    assert tried == {"What would follow"}
    (back,) = [each for each in visitor.forms() if "step" in each.names() and "confirm" not in each.names()]
    answer = await visitor.http.post(
        back.address,
        data={"step": "edit", **dict(back.values())},
        headers={"Origin": "http://127.0.0.1:8080"},
    )
    assert "an invented notice" in answer.text


async def test_a_notice_that_is_on_record_would_move_nothing(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit(NEW, ADMIN)
    for _ in range(2):
        await visitor.visit(f"/en{NEW}")
        await next_week_off(timed, visitor)
        if [form for form in visitor.forms() if "confirm" in form.names()]:
            await visitor.send("confirm", button="publish", confirm="an invented notice")
    assert "nothing would follow" in visitor.text()


async def test_only_an_administrator_publishes_and_who_supervises_reads(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit("/supervision/notices")
    assert "An administrator publishes" in visitor.text()
    await visitor.visit(f"/en{NEW}")
    assert visitor.answer.status_code == 403


MAY_MOVE = {"zh": "放假通知更新中，期限可能变动", "en": "A notice is being applied; it may still move"}
WHY = {
    "zh": "一份放假通知已生效，正在更新本日历下的期限",
    "en": "A holiday notice is in force and is being applied to this calendar",
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_end_that_a_notice_may_still_move_says_so_wherever_it_stands(timed: Timed, language: str) -> None:  # noqa: F811
    case = await timed.service.as_("applicant@demo").file("guangzhou")
    pool = timed.service.app.state.runtime.pool
    number = case["case_number"]
    places = {
        ("/my", "applicant@demo"): MAY_MOVE,
        (f"/cases/{number}", "applicant@demo"): WHY,
        ("/desk", "reviewer@guangzhou.transport"): MAY_MOVE,
        (f"/desk/{number}/provider_review.1", "reviewer@guangzhou.transport"): WHY,
    }
    for is_listed in (False, True):
        if is_listed:
            await pool.execute(
                "insert into notices_moving (position, account, published_at, listed_at) "
                "select max(position), 'acc_admin', now(), now() from calendar_notices on conflict do nothing"
            )
            await pool.execute(
                "insert into cases_to_move (case_id, position, ends_at) "
                "select $1, max(position), now() from notices_moving",
                case["case_id"],
            )
        for (path, login), words in places.items():
            visitor = await timed.visit(path, login, language)
            assert (words[language] in visitor.text()) == is_listed, path
