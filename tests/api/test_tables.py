"""Lists as tables: the same rows as in JSON, in both languages, and no cell that a program takes for a formula."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task
from tests.api.test_five_cities import granted

OF_NANNING = {"city": "nanning"}
SUPERVISOR = "supervisor@nanning.authority"
READ_BY: dict[str, tuple[str | None, dict[str, str]]] = {
    "/v1/cases": ("applicant@demo", {}),
    "/v1/cases/{case_id}/events": ("applicant@demo", {}),
    "/v1/tasks": ("reviewer@nanning.operator", {}),
    "/v1/grants": ("applicant@demo", {}),
    "/v1/datasets": (None, OF_NANNING),
    "/v1/datasets/{dataset_id}/versions": (None, {}),
    "/v1/cities": (None, {}),
    "/v1/bodies": (None, OF_NANNING),
    "/v1/calendar/notices": (None, {}),
    "/v1/messages": ("applicant@demo", {}),
    "/v1/readings": ("applicant@demo", {}),
    "/v1/supervision/readings": (SUPERVISOR, {}),
    "/v1/ratings": ("reviewer@nanning.transport", {}),
    "/v1/accesses": ("applicant@demo", {}),
    "/v1/feedback": ("applicant@demo", {}),
    "/v1/holders": (None, {"city": "guangzhou"}),
    "/v1/directory": (SUPERVISOR, {}),
    "/v1/accounts": ("admin@kaifang", {}),
    "/v1/absences": (SUPERVISOR, {}),
    "/v1/supervision/overdue": (SUPERVISOR, {}),
    "/v1/supervision/due-soon": (SUPERVISOR, {}),
    "/v1/supervision/promptly": (SUPERVISOR, {}),
    "/v1/supervision/waiting-acts": (SUPERVISOR, {}),
    "/v1/supervision/rectification-proposals": (SUPERVISOR, {}),
}
HEADINGS = {
    "/v1/cases": ("案件编号", "Case number"),
    "/v1/cases/{case_id}/events": ("序号", "Number"),
    "/v1/tasks": ("案件编号", "Case number"),
    "/v1/grants": ("案件编号", "Case number"),
    "/v1/datasets": ("数据集标识", "Dataset id"),
    "/v1/datasets/{dataset_id}/versions": ("版本", "Version"),
    "/v1/cities": ("城市", "City"),
    "/v1/bodies": ("办理机构", "Body"),
    "/v1/calendar/notices": ("文件名称或者文号", "Document"),
    "/v1/messages": ("告知时间", "Told"),
    "/v1/readings": ("查阅日期", "Read on"),
    "/v1/supervision/readings": ("查阅日期", "Read on"),
    "/v1/ratings": ("评价时间", "Rated"),
    "/v1/accesses": ("时间", "At"),
    "/v1/feedback": ("收到时间", "Received"),
    "/v1/holders": ("数据使用主体", "Holder"),
    "/v1/directory": ("办理机构", "Body"),
    "/v1/accounts": ("账号", "Account"),
    "/v1/absences": ("办理机构", "Body"),
    "/v1/supervision/overdue": ("案件编号", "Case number"),
    "/v1/supervision/due-soon": ("案件编号", "Case number"),
    "/v1/supervision/promptly": ("案件编号", "Case number"),
    "/v1/supervision/waiting-acts": ("案件编号", "Case number"),
    "/v1/supervision/rectification-proposals": ("案件编号", "Case number"),
}
NO_TABLE = {
    "/v1/account-record": "its network addresses are forgotten after six months, and in a table they would not be",
    "/v1/role-proposals": "what waits is there to be decided within seven days, and no list to keep",
    "/v1/cases/{case_id}/trace": "its answer says in which spans accesses may be missing, and no row could",
    "/v1/accesses/minutes": "minutes of one dataset are looked at; what a dataset was used is a table by month",
    "/v1/delegations": "few are let use many grants of others, and each is read with its grant",
    "/v1/grants/{case_id}/delegations": "a grant has a few at most, and one answer has them all",
    "/v1/published-measures": "each stands with its article and its correction, which a row would part from it",
    "/v1/published-results": "each has the words of its own procedure, and no two of these the same columns",
    "/v1/circulated-results": "as what is published",
    "/v1/declarations": "each kind asks what its pack names, and no two have the same columns",
    "/v1/openings-elsewhere": "few are opened outside the platform, and each is read with why and where",
    "/v1/heads": "a statement is verified letter by letter as it was signed",
}
"""Lists that are no table, and why."""


def lists_of(document: dict[str, Any]) -> set[str]:
    """The calls that answer a part of a list, by the contract: those with `items` and `next`."""
    schemas = document["components"]["schemas"]

    def is_part_of_a_list(call: dict[str, Any]) -> bool:
        answer = call["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        shape = schemas.get(answer.get("$ref", "").rpartition("/")[2], {})
        return {"items", "next"} <= set(shape.get("properties", ()))

    return {path for path, calls in document["paths"].items() if "get" in calls and is_part_of_a_list(calls["get"])}


async def test_every_list_answers_a_table_but_those_of_which_it_is_said_why_not(service: Service) -> None:
    found = lists_of((await service.nobody().get("/openapi.json")).json())
    assert found - NO_TABLE.keys() == READ_BY.keys()
    assert NO_TABLE.keys() <= found


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
    if "{" in path:
        case = await service.as_("applicant@demo").file("nanning")
        path, key = path.format(case_id=case["case_id"], dataset_id=case["dataset_id"]), path
    else:
        key = path
    for language, heading in zip(("zh", "en"), HEADINGS[key], strict=True):
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


async def test_a_table_of_grants_names_dataset_and_how_each_ended(working: Service, applicant: Caller) -> None:
    case = await granted(working, applicant, "guangzhou")
    (grant,) = (await applicant.read("/v1/grants"))["items"]
    (row,) = await table(applicant, "/v1/grants")
    assert (row["Case number"], row["Dataset id"]) == (grant["case_number"], case["dataset_id"])
    assert (row["Has a key"], row["Outcome"]) == ("no", "")
    await applicant.do(f"/v1/grants/{grant['case_id']}/renunciation")
    (row,) = await table(applicant, "/v1/grants", "zh")
    assert row["处理结果"] == "使用主体放弃授权"


async def test_a_table_of_messages_says_what_the_caller_alone_was_told(service: Service) -> None:
    await service.as_("applicant@demo").file("nanning")
    told = (await service.as_("applicant@demo").read("/v1/messages"))["items"]
    rows = await table(service.as_("applicant@demo"), "/v1/messages")
    assert [(row["Subject"], row["Text"]) for row in rows] == [(each["subject"], each["text"]) for each in told]
    assert await table(service.as_("applicant2@demo"), "/v1/messages") == []


async def test_a_table_of_notices_has_the_record_with_its_days_off(service: Service) -> None:
    listed = (await service.nobody().read("/v1/calendar/notices", limit=200))["items"]
    rows = await table(service.nobody(), "/v1/calendar/notices")
    assert [row["Document"] for row in rows] == [each["document"] for each in listed]
    for row, each in zip(rows, listed, strict=True):
        assert [span.partition("/")[0] for span in row["Days off"].split("; ") if span] == [
            first for first, _ in each["days_off"]
        ]
    refused = await service.nobody().get("/v1/calendar/notices", {"Accept": "text/csv"}, calendar="XX")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "calendar")


async def test_a_table_of_the_directory_has_a_row_for_each_post(service: Service) -> None:
    supervisor = service.as_(SUPERVISOR)
    bodies = (await supervisor.read("/v1/directory"))["items"]
    rows = await table(supervisor, "/v1/directory")
    assert [(row["Body id"], row["Post"]) for row in rows] == [
        (body["body"], post["label"]) for body in bodies for post in body["posts"]
    ]


async def test_a_table_of_absences_says_the_last_day_and_not_the_one_after(service: Service) -> None:
    officer = service.as_("reviewer@nanning.operator")
    away = {"substitute": "reviewer2@nanning.operator", "from_on": "2099-01-05", "until_on": "2099-01-08"}
    assert (await officer.post("/v1/absences", away)).status_code == 201
    (row,) = await table(officer, "/v1/absences")
    assert (row["First day"], row["Last day"]) == ("2099-01-05", "2099-01-07")
    assert row["Body"] != "nanning.operator"


async def test_a_table_of_a_log_has_each_event_that_the_caller_reads(service: Service) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    log = f"/v1/cases/{case['case_id']}/events"
    listed = (await service.as_("applicant@demo").read(log))["items"]
    rows = await table(service.as_("applicant@demo"), log)
    assert [(int(row["Number"]), row["Event"]) for row in rows] == [(each["number"], each["type"]) for each in listed]
    assert json.loads(rows[0]["Facts"])["dataset_id"] == case["dataset_id"]
    hidden = await service.as_("applicant2@demo").get(log, {"Accept": "text/csv"})
    assert hidden.status_code == 404
