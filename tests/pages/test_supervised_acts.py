"""What who supervises puts on record: rectifications, posts, absences, feeds, interruptions; and administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.supervising import SUPERVISOR
from tests.pages.supervising import Timed, at_work, timed  # noqa: F401 - fixtures, by their names
from tests.pages.visiting import text_of

ADMIN = "admin@kaifang"
A_DAY = timedelta(days=1)
BOTH = pytest.mark.parametrize("language", ["zh", "en"])
ORDERED_BY = {"nanning": "government", "yulin": "government", "guangzhou": "government"}


@pytest.mark.parametrize(
    ("city", "language"),
    [("nanning", "zh"), ("yulin", "en"), ("guangzhou", "zh"), ("lianyungang", "en"), ("nanjing", "zh")],
)
async def test_a_breach_is_recorded_ordered_and_seen_as_remedied(
    at_work: Timed,  # noqa: F811
    city: str,
    language: str,
) -> None:
    visitor = await at_work.visit("/supervision/rectifications", f"supervisor@{city}.authority", language)
    await visitor.follow("记录一项违规" if language == "zh" else "Put a breach on record")
    await visitor.send(None, statement="")
    assert visitor.answer.status_code == 422
    breach = visitor.form("breach").options("breach")
    await visitor.send(
        None, body=f"{city}.transport", breach=next(each for each in breach if each), statement="left undone"
    )
    assert ("已记录，案件编号" if language == "zh" else "On record as case") in visitor.text()
    listed = (await at_work.service.as_(ADMIN).read("/v1/cases", procedure="rectification"))["items"]
    assert listed[0]["case_number"] in visitor.text()

    case = await at_work.service.as_(ADMIN).read(f"/v1/cases/{listed[0]['case_id']}")
    case = await at_work.service.decide(case, "order", "order", time_limit="10wd")
    await visitor.follow("整改" if language == "zh" else "Rectification")
    remedy = next(task for task in case["tasks"] if task["stage"] == "remedy")
    assert remedy["label"] in visitor.text() or language == "zh"
    case = await at_work.service.decide(case, "remedy", "report", measure="done")
    case = await at_work.service.decide(case, "acceptance", "accept")
    await visitor.follow("整改" if language == "zh" else "Rectification")
    assert [each for each in visitor.document.iter("span") if each.get("class") == "tag good"]


@BOTH
async def test_what_is_overdue_beyond_the_grace_is_proposed_with_its_task(timed: Timed, language: str) -> None:  # noqa: F811
    task = await timed.late_task("nanning", days=60)
    visitor = await timed.visit("/supervision/rectifications", SUPERVISOR, language)
    assert task["case_number"] in visitor.text()
    await visitor.follow("记录这项" if language == "zh" else "Put this on record")
    values = dict(visitor.form("statement").values())
    assert values["task_id"] == task["task_id"]
    assert task["case_number"] in values["statement"]
    assert values["body"] == task["body"]
    breach = next(each for each in visitor.form("breach").options("breach") if each)
    await visitor.send("statement", breach=breach)
    assert task["case_number"] not in text_of(visitor.document.find(".//section[@aria-labelledby='proposed']"))  # type: ignore[arg-type]


@BOTH
async def test_an_administrator_chooses_a_city_and_records_nothing(timed: Timed, language: str) -> None:  # noqa: F811
    nanjing = "南京" if language == "zh" else "Nanjing"
    directory = await timed.visit("/supervision/directory", ADMIN, language)
    await directory.follow(nanjing)
    visitor = await timed.visit("/supervision/rectifications", ADMIN, language)
    await visitor.follow(nanjing)
    assert ("没有建议" if language == "zh" else "Nothing is proposed") in visitor.text()
    await visitor.visit("/en/supervision/rectifications/new")
    assert visitor.answer.status_code == 403


@BOTH
async def test_a_post_that_nobody_holds_is_filed_and_vacated(timed: Timed, language: str) -> None:  # noqa: F811
    await timed.service.app.state.runtime.pool.execute("delete from posts where body = 'nanning.transport'")
    visitor = await timed.visit("/supervision/directory", SUPERVISOR, language)
    assert ("空缺" if language == "zh" else "Nobody") in visitor.text()
    link = next(each for each in visitor.links() if "/nanning.transport/leader" in each.get("href", ""))
    await visitor.visit(link.get("href", ""))
    await visitor.send("/leader")
    assert visitor.answer.status_code == 422
    await visitor.send("account", account="reviewer@nanning.transport")
    assert "reviewer@nanning.transport" in visitor.text()
    await visitor.visit(link.get("href", ""))
    await visitor.send("vacancy")
    assert ("已改为空缺" if language == "zh" else "Vacant now") in visitor.text()


async def test_a_supervisor_of_another_city_files_nobody(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit("/supervision/directory/nanning.transport/leader", "supervisor@yulin.authority")
    assert visitor.answer.status_code == 403
    await visitor.visit("/en/supervision/directory/nanning.nobody/leader")
    assert visitor.answer.status_code == 404
    admin = await timed.visit("/supervision/directory", ADMIN)
    await admin.follow("Guangzhou")
    assert "Nanning" not in admin.text()


@BOTH
async def test_an_absence_is_filed_through_its_last_day_and_ended(timed: Timed, language: str) -> None:  # noqa: F811
    today = await timed.today()
    visitor = await timed.visit("/supervision/absences", "reviewer@nanning.transport", language)
    officers = [each for each in visitor.form("substitute").options("substitute") if each]
    other = next((each for each in officers if each != "reviewer@nanning.transport"), "reviewer@nanning.transport")
    await visitor.send("substitute", substitute=other, from_on=f"{today}", until_on=f"{today - A_DAY}")
    assert visitor.answer.status_code == 422
    if other == "reviewer@nanning.transport":
        return
    await visitor.send("substitute", substitute=other, from_on=f"{today}", until_on=f"{today}")
    assert other in visitor.text()
    (kept,) = (await timed.service.as_("reviewer@nanning.transport").read("/v1/absences"))["items"]
    assert kept["until_on"] == f"{today + A_DAY}"
    await visitor.send("/end")
    assert ("没有人缺勤" if language == "zh" else "Nobody is away") in visitor.text()


@BOTH
async def test_the_address_of_a_feed_is_shown_once(timed: Timed, language: str) -> None:  # noqa: F811
    visitor = await timed.visit("/supervision/feeds", SUPERVISOR, language)
    await visitor.send("lists", name="", lists=["overdue"])
    assert visitor.answer.status_code == 422
    await visitor.send("lists", name="Mine", lists=["overdue"], within="5")
    assert "kfs_" in visitor.text()
    assert visitor.answer.headers["cache-control"] == "no-store"
    address = next(text_of(each) for each in visitor.document.iter("dd") if text_of(each).endswith(".csv"))
    fetched = await timed.service.http.get(address[address.index("/v1") :])
    assert fetched.status_code == 200
    await visitor.visit("/supervision/feeds" if language == "zh" else "/en/supervision/feeds")
    assert "Mine" in visitor.text()
    assert "kfs_" not in visitor.answer.text
    await visitor.send("revocation")
    assert ("已撤销" if language == "zh" else "Revoked") in visitor.text()
    assert (await timed.service.http.get(address[address.index("/v1") :])).status_code == 404


@pytest.mark.parametrize(("city", "language"), [("nanning", "zh"), ("yulin", "en"), ("guangzhou", "en")])
async def test_an_interruption_is_announced_by_the_law_of_the_city_and_cancelled(
    timed: Timed,  # noqa: F811
    city: str,
    language: str,
) -> None:
    today = await timed.today()
    operator = f"reviewer@{city}.operator"
    visitor = await timed.visit(f"/{city}/maintenance/new", operator, language)
    await visitor.send("starts_at", what="", starts_at="", ends_at="")
    assert visitor.answer.status_code == 422
    saturday = today + (40 - today.weekday() + 5) * A_DAY
    begins: dict[str, Any] = {"starts_at": f"{saturday}T10:00", "ends_at": f"{saturday}T12:00"}
    await visitor.send("starts_at", what="the gate", reason="a new machine", **begins)
    assert "the gate" in visitor.text()
    known = (await timed.service.nobody().read("/v1/maintenance-notices", city=city))["items"]
    assert known[0]["starts_at"] == f"{saturday}T10:00:00+08:00"
    await visitor.send("cancellation")
    assert ("已取消" if language == "zh" else "Cancelled") in visitor.text()


async def test_nobody_announces_for_another_city(timed: Timed) -> None:  # noqa: F811
    visitor = await timed.visit("/yulin/maintenance/new", "reviewer@nanning.operator")
    assert visitor.answer.status_code == 403
    await visitor.visit("/en/nanning/maintenance/new")
    assert visitor.answer.status_code == 200
    other = await timed.visit("/nanning/maintenance/new", "reviewer@nanning.transport")
    assert other.answer.status_code == 403


@BOTH
async def test_an_administrator_reads_how_the_system_stands(timed: Timed, language: str) -> None:  # noqa: F811
    await timed.late_task()
    visitor = await timed.visit("/admin", ADMIN, language)
    assert "kaifang reconcile" in visitor.text()
    await visitor.follow("账号" if language == "zh" else "Accounts")
    await visitor.send("accounts", city="nanning", role="supervisor")
    assert "supervisor@nanning.authority" in visitor.text()
    assert "reviewer@nanning.transport" not in visitor.text()
    await visitor.visit("/admin/packs?city=nanning" if language == "zh" else "/en/admin/packs?city=nanning")
    kept = await timed.service.app.state.runtime.pool.fetchval("select digest from pinned_rules")
    assert kept[:16] in visitor.text()


async def test_accounts_are_read_page_by_page(timed: Timed, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("pages.routes.administration.A_PAGE", 40)
    visitor = await timed.visit("/admin/accounts", ADMIN)
    seen = visitor.text()
    while [link for link in visitor.links() if link.get("rel") == "next"]:
        await visitor.follow("Next page")
        seen += visitor.text()
    count = await timed.service.app.state.runtime.pool.fetchval("select count(*) from accounts")
    logins = await timed.service.app.state.runtime.pool.fetch("select login from accounts")
    assert sum(row["login"] in seen for row in logins) == count


@pytest.mark.parametrize("path", ["/admin", "/admin/accounts", "/admin/packs"])
async def test_administration_is_for_administrators(timed: Timed, path: str) -> None:  # noqa: F811
    visitor = await timed.visit(path)
    assert visitor.answer.status_code == 403
