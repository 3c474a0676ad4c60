"""Lists as tables: the same rows as in JSON, in both languages, and no cell that a program takes for a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task

READ_BY: dict[str, tuple[str | None, dict[str, str]]] = {
    "/v1/cases": ("applicant@demo", {}),
    "/v1/tasks": ("reviewer@nanning.operator", {}),
    "/v1/datasets": (None, {"city": "nanning"}),
    "/v1/holders": (None, {"city": "guangzhou"}),
}
HEADINGS = {
    "/v1/cases": ("案件编号", "Case number"),
    "/v1/tasks": ("案件编号", "Case number"),
    "/v1/datasets": ("数据集标识", "Dataset id"),
    "/v1/holders": ("数据使用主体", "Holder"),
}


async def table(caller: Caller, path: str, language: str = "en", **query: Any) -> list[dict[str, str]]:
    answer = await caller.get(path, {"Accept": "text/csv", "Accept-Language": language}, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("path", READ_BY)
async def test_a_list_is_a_table_with_headings_in_the_language_asked_for(service: Service, path: str) -> None:
    login, query = READ_BY[path]
    caller = service.as_(login) if login else service.nobody()
    for language, heading in zip(("zh", "en"), HEADINGS[path], strict=True):
        answer = await caller.get(path, {"Accept": "text/csv", "Accept-Language": language}, **query)
        assert answer.status_code == 200, answer.text
        assert answer.text.lstrip("\ufeff").startswith(heading)
        assert "Accept" in answer.headers["vary"]


async def test_a_table_of_tasks_has_what_the_list_has(service: Service) -> None:
    task = open_task(await service.as_("applicant@demo").file("nanning"), "formal_review")
    officer = service.as_("reviewer@nanning.operator")
    listed = (await officer.read("/v1/tasks"))["items"]
    rows = await table(officer, "/v1/tasks")
    assert [row["Case number"] for row in rows] == [each["case_number"] for each in listed]
    (row,) = [each for each in rows if each["Case number"] == task["case_number"]]
    assert (row["Stage"], row["Last day"], row["Overdue"]) == (task["label"], task["clock"]["last_day"], "no")
    assert (await table(officer, "/v1/tasks", procedure="objection")) == []


async def test_a_table_of_cases_has_those_that_the_caller_may_know_of(service: Service) -> None:
    mine = await service.as_("applicant@demo").file("nanning")
    await service.as_("applicant2@demo").file("nanning")
    (row,) = await table(service.as_("applicant@demo"), "/v1/cases", "zh")
    assert (row["案件编号"], row["程序"], row["环节"]) == (mine["case_number"], "有条件开放数据申请", "规范性审查")
    assert row["期限届满日"] == mine["tasks"][0]["clock"]["last_day"]


async def test_a_title_that_begins_a_formula_is_a_text_in_the_table(service: Service) -> None:
    dataset = "nanning-transport-bus-positions"
    title = """{"zh": "=1+1", "en": "@SUM(1)"}"""
    pool = service.app.state.runtime.pool
    query = "update datasets set entry = jsonb_set(entry, '{title}', $2::jsonb) where dataset_id = $1"
    before = await pool.fetchval("select entry ->> 'title' from datasets where dataset_id = $1", dataset)
    try:
        await pool.execute(query, dataset, title)
        for language, heading, said in (("zh", "数据集", "'=1+1"), ("en", "Dataset", "'@SUM(1)")):
            rows = await table(service.nobody(), "/v1/datasets", language, city="nanning")
            assert said in [row[heading] for row in rows]
    finally:
        await pool.execute(query, dataset, before)


async def test_all_datasets_stand_in_the_table_once(service: Service) -> None:
    rows = await table(service.nobody(), "/v1/datasets", city="nanning")
    found, cursor = [], None
    while True:
        page = await service.nobody().read(
            "/v1/datasets", city="nanning", limit=7, **({"cursor": cursor} if cursor else {})
        )
        found += [each["dataset_id"] for each in page["items"]]
        if not (cursor := page["next"]):
            break
    assert [row["Dataset id"] for row in rows] == found
