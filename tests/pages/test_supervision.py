"""The board of who supervises, its lists, and urging from them."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from reading.board.questions import AHEAD
from tests.api.objecting import filed
from tests.api.supervising import set_to
from tests.pages.supervising import SUPERVISOR, Timed, at_work, timed  # noqa: F401 - fixtures, by their names
from tests.pages.visiting import Visitor, text_of

ENGLISH_AND_CHINESE = pytest.mark.parametrize("language", ["zh", "en"])


def numbers(visitor: Visitor) -> list[str]:
    """The three numbers at the top of the board."""
    return [text_of(each) for each in visitor.document.iter("span") if "figure" in each.get("class", "")]


@ENGLISH_AND_CHINESE
async def test_a_board_of_nothing_says_that_nothing_is_wrong(timed: Timed, language: str) -> None:  # noqa: F811
    visitor = await timed.visit("/supervision", language=language)
    assert numbers(visitor) == ["0", "0", "0"]
    assert ("没有逾期的任务" if language == "zh" else "Nothing is overdue") in visitor.text()


@ENGLISH_AND_CHINESE
async def test_each_number_of_the_board_leads_to_what_it_counts(timed: Timed, language: str) -> None:  # noqa: F811
    late = await timed.late_task()
    await filed(timed.service.as_("objector@demo"), "nanning", ground="other_right")
    soon = (await timed.service.as_("applicant@demo").file("nanning"))["tasks"][0]
    await timed.service.as_("reviewer@nanning.operator").post(f"/v1/tasks/{late['task_id']}/claim")

    board = await timed.visit("/supervision", language=language)
    shown = numbers(board)
    assert shown[0] == "1"
    for number, name in zip(shown, ("overdue", "promptly", f"within={AHEAD}"), strict=True):
        link = next(each for each in board.links() if name in each.get("href", "") and number in text_of(each))
        there = await timed.front.logged_in(SUPERVISOR, language)
        await there.visit(link.get("href", ""))
        assert len(there.form("urgings").options("task")) == int(number)
    cells = [each for each in board.links() if each.get("href", "").count("body=nanning")]
    assert cells
    for cell in cells:
        there = await timed.front.logged_in(SUPERVISOR, language)
        await there.visit(cell.get("href", ""))
        assert len(there.form("urgings").options("task")) == int(text_of(cell)), cell.get("href")
    assert "reviewer@nanning.operator" in board.text()
    assert soon["case_number"] not in board.text()


@ENGLISH_AND_CHINESE
async def test_overdue_work_is_urged_at_once_and_seen_as_urged(timed: Timed, language: str) -> None:  # noqa: F811
    tasks = [await timed.late_task(), await timed.late_task()]
    board = await timed.visit("/supervision", language=language)
    chosen = board.form("urgings").options("task")
    assert set(chosen) == {task["task_id"] for task in tasks}

    await board.send("urgings", task=chosen, addition="Two people wait.")

    assert board.text().count("南宁" if language == "zh" else "Nanning article") >= 2
    assert ("2件已催办" if language == "zh" else "2 of 2 were urged") in board.text()
    assert board.text().count("Two people wait.") == 2
    await board.follow("返回列表" if language == "zh" else "Back to the list")
    assert ("1次，最近" if language == "zh" else "Urged 1×, last") in board.text()
    case = await timed.service.as_(SUPERVISOR).read(f"/v1/cases/{tasks[0]['case_id']}/events")
    (urged,) = [each for each in case["items"] if each["type"] == "TaskUrged"]
    assert tasks[0]["clock"]["last_day"][:4] in urged["text"]["text"]


async def test_the_same_form_sent_twice_urges_once(timed: Timed) -> None:  # noqa: F811
    task = await timed.late_task()
    board = await timed.visit("/supervision")
    form = board.form("urgings")
    await board.send("urgings", task=task["task_id"])
    values = [(name, value) for name, value in form.values() if name != "task"] + [("task", task["task_id"])]
    again = await board.http.post(
        "/en/supervision/urgings", data=dict(values), headers={"Origin": "http://127.0.0.1:8080"}
    )
    assert again.status_code == 303
    assert (await timed.service.as_(SUPERVISOR).read(f"/v1/tasks/{task['task_id']}"))["urgings"] == 1


@ENGLISH_AND_CHINESE
async def test_what_became_of_an_urging_is_shown_also_after_its_task_was_decided(
    at_work: Timed,  # noqa: F811
    language: str,
) -> None:
    case = await at_work.service.as_("applicant@demo").file("nanning")
    board = await at_work.visit("/supervision/due-soon", language=language)
    await board.send("urgings", task=case["tasks"][0]["task_id"], addition="Two people wait.")
    address = str(board.answer.request.url)
    await at_work.service.decide(case, case["tasks"][0]["stage"], "pass")
    await board.visit(address)
    assert board.answer.status_code == 200
    assert "Two people wait." in board.text()


async def test_whoever_chooses_nothing_is_told_so(timed: Timed) -> None:  # noqa: F811
    await timed.late_task()
    board = await timed.visit("/supervision")
    await board.send("urgings")
    assert "Nothing was chosen" in board.text()


@ENGLISH_AND_CHINESE
async def test_a_text_that_is_too_long_is_asked_for_again(timed: Timed, language: str) -> None:  # noqa: F811
    task = await timed.late_task()
    board = await timed.visit("/supervision", language=language)
    await board.send("urgings", task=task["task_id"], addition="x" * 30_000)
    assert board.answer.status_code == 422
    assert "x" * 30_000 in board.answer.text
    await board.send("urgings", addition="shorter")
    assert "shorter" in board.text()


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang", "nanjing"])
async def test_a_supervisor_sees_the_late_work_of_its_own_city(timed: Timed, city: str) -> None:  # noqa: F811
    task, path = await timed.late_task(city), "/supervision/overdue"
    if not task["clock"]["due_at"]:
        task, path = await filed(timed.service.as_("objector@demo"), city), "/supervision/promptly"
    own = await timed.visit(path, f"supervisor@{city}.authority")
    assert task["case_number"] in own.text()
    other = "yulin" if city != "yulin" else "nanning"
    strange = await timed.visit(path, f"supervisor@{other}.authority", "zh")
    assert task["case_number"] not in strange.text()


async def test_an_administrator_sees_every_city_and_urges_nobody(timed: Timed) -> None:  # noqa: F811
    for city in ("nanning", "guangzhou"):
        await timed.late_task(city)
    visitor = await timed.visit("/supervision", "admin@kaifang")
    assert numbers(visitor)[0] == "2"
    assert not [form for form in visitor.forms() if "urgings" in form.address]
    await visitor.visit("/en/supervision/overdue?city=guangzhou")
    assert "GZ" in visitor.text()
    assert "NN" not in visitor.text()


@ENGLISH_AND_CHINESE
async def test_a_board_of_many_bodies_begins_with_the_worst_of_them(
    timed: Timed,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr("pages.routes.supervision.MOST_BODIES", 1)
    for city in ("nanning", "guangzhou"):
        await timed.late_task(city)
    board = await timed.visit("/supervision", "admin@kaifang", language)
    assert len(by_body(board)) == 1
    await board.follow("显示全部机构" if language == "zh" else "Show all bodies")
    assert len(by_body(board)) == 2
    await board.follow("广州" if language == "zh" else "Guangzhou")
    (row,) = by_body(board)
    assert ("广州" if language == "zh" else "Guangzhou") in row


def by_body(board: Visitor) -> list[str]:
    """The bodies of the table of how long what they have may still take."""
    table = next(each for each in board.document.iter("div") if each.get("aria-labelledby") == "heat")
    return [text_of(each) for each in table.iter("th") if each.get("scope") == "row"]


async def test_an_applicant_has_no_board(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit("/supervision", "applicant@demo")
    assert visitor.answer.status_code == 403


@pytest.mark.parametrize("path", ["overdue", "due-soon", "promptly", "waiting"])
@ENGLISH_AND_CHINESE
async def test_a_list_goes_page_by_page_and_is_a_table_too(
    timed: Timed,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    language: str,
) -> None:
    monkeypatch.setattr("pages.routes.supervision.A_PAGE", 1)
    objector, applicant = timed.service.as_("objector@demo"), timed.service.as_("applicant@demo")
    if path == "overdue":
        for _ in range(2):
            await timed.late_task()
    elif path == "due-soon":
        for _ in range(2):
            await applicant.file("nanning")
    elif path == "promptly":
        for _ in range(2):
            await filed(objector, "nanning", ground="other_right")
    else:
        for _ in range(2):
            case = await applicant.file("nanning")
            await timed.service.as_("reviewer@nanning.operator").post(
                f"/v1/tasks/{case['tasks'][0]['task_id']}/decision", {"outcome": "pass"}
            )
        timed.clock.shift += timedelta(minutes=5)
    visitor = await timed.visit(f"/supervision/{path}", language=language)
    first = visitor.text()
    await visitor.follow("下一页" if language == "zh" else "Next page")
    assert visitor.text() != first
    await visitor.follow("回到第一页" if language == "zh" else "Back to the first page")
    assert visitor.text() == first
    link = next(each for each in visitor.links() if "CSV" in text_of(each))
    answer = await visitor.http.get(link.get("href", ""))
    assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) >= 3


async def test_a_list_is_narrowed_by_its_address_and_the_form_keeps_it(timed: Timed) -> None:  # noqa: F811
    task = await timed.late_task()
    visitor = await timed.visit("/supervision/overdue")
    await visitor.send("overdue", body=task["body"], procedure="access_request")
    await visitor.send("overdue", stage=task["stage"])
    assert dict(visitor.form("overdue").values())["stage"] == task["stage"]
    assert task["case_number"] in visitor.text()
    await visitor.send("overdue", body="nanning.health")
    assert "Nothing fits" in visitor.text()
    await visitor.visit("/en/supervision/overdue?body=nowhere.nobody")
    assert visitor.answer.status_code == 422


async def test_what_is_due_today_is_counted_under_today_alone(timed: Timed) -> None:  # noqa: F811
    task = (await timed.service.as_("applicant@demo").file("nanning"))["tasks"][0]
    due = await timed.service.as_(SUPERVISOR).read(f"/v1/tasks/{task['task_id']}")
    last = due["clock"]["last_day"]
    await set_to(timed.service, timed.clock, datetime.fromisoformat(f"{last}T00:30:00+08:00"))
    visitor = await timed.visit("/supervision")
    assert [each for each in visitor.links() if "within=0" in each.get("href", "")]
    await visitor.visit("/en/supervision/due-soon?within=2&beyond=0")
    assert task["case_number"] not in visitor.text()
    await visitor.visit("/en/supervision/due-soon?within=0")
    assert task["case_number"] in visitor.text()
