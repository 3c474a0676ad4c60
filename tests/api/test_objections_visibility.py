"""Who reads what of an objection: the objector, officers with a part in it, and the public."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Service, open_task
from tests.api.objecting import STATEMENT, TOLD, decided, filed
from tests.api.test_five_cities import granted
from tests.owning import by_owner

ANSWER: dict[str, Any] = {"answer": TOLD}
SECRET = "Their lawyer will sue; play for time"


async def test_an_objector_reads_the_answer_when_it_is_given_and_no_reason_before(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanjing", ground="error")
    path = f"/v1/cases/{case['case_id']}"
    said = {"reason": SECRET, "text": SECRET, "answer": SECRET}
    case = await decided(working, case, [("forwarding", "forward", said), ("department_review", "not_correct", said)])

    before, log_before = await objector.get(path), await objector.get(f"{path}/events")
    await decided(working, case, [("telling_refusal", "tell", ANSWER)])
    after = await objector.read(path)

    assert SECRET not in before.text + log_before.text
    assert before.json()["answer"] is None
    assert after["answer"]["text"] == TOLD
    assert SECRET in [reason["text"].get("reason") for reason in after["reasons"]]


async def test_an_answer_is_read_though_the_case_goes_on(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "guangzhou")

    await decided(working, case, [("verification", "withdraw_until_processed", ANSWER)])

    seen = await objector.read(f"/v1/cases/{case['case_id']}")
    assert (seen["status"], seen["answer"]["text"]) == ("open", TOLD)
    assert [reason["text"] for reason in seen["reasons"]] == [{"answer": TOLD}]


async def test_an_objector_reads_at_once_why_data_is_not_suspended(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanning")

    await decided(working, case, [("suspension", "keep_open", {"reason": "Nobody is named in it"})])

    seen = await objector.read(f"/v1/cases/{case['case_id']}")
    assert (seen["status"], seen["answer"]) == ("open", None)
    assert [reason["text"] for reason in seen["reasons"]] == [{"reason": "Nobody is named in it"}]


async def test_an_objection_is_known_to_its_objector_and_to_officers_as_any_case(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    path = f"/v1/cases/{case['case_id']}"

    for login, expected in (
        ("applicant@demo", 404),
        ("reviewer@nanning.health", 404),
        ("reviewer@yulin.operator", 404),
        ("reviewer@nanning.transport", 200),
        ("reviewer@nanning.operator", 200),
        ("supervisor@nanning.authority", 200),
    ):
        answer = await working.as_(login).get(path)
        assert answer.status_code == expected, login
        assert (STATEMENT in answer.text) is (expected == 200)


async def test_the_history_of_an_objector_is_for_officers_with_a_part_in_the_case(working: Service, pool: Pool) -> None:
    objector = working.as_("objector@demo")
    rejected = await decided(working, await filed(objector, "nanning"), [("verification", "restore", ANSWER)])
    await decided(working, await filed(objector, "yulin"), [("verification", "withdraw", ANSWER)])
    await filed(objector, "nanjing", ground="error")
    await filed(working.as_("applicant@demo"), "nanning")
    case = await filed(objector, "nanning")
    await filed(objector, "nanning", ground="other_right")

    path = f"/v1/cases/{case['case_id']}"
    provider = await working.as_("reviewer@nanning.transport").read(path)
    supervisor = await working.as_("supervisor@nanning.authority").read(path)
    operator = await working.as_("reviewer@nanning.operator").read(path)

    assert provider["objector_history"] == supervisor["objector_history"]
    assert provider["objector_history"] == {
        "upheld": 1,
        "not_upheld": 1,
        "open": 1,
        "same_dataset": [
            {"case_number": rejected["case_number"], "ground": "privacy", "outcome": "restored", "upheld": False}
        ],
    }
    assert operator["objector_history"] is None
    assert (await objector.read(path))["objector_history"] is None


async def test_the_catalogue_tells_nothing_of_who_objects_or_in_which_case(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanjing")
    await decided(working, case, [("marking", "mark", {})])

    answer = await working.nobody().get(f"/v1/datasets/{case['dataset_id']}")

    assert answer.json()["disputed"] is True
    for told in (case["case_id"], case["case_number"], "objector", STATEMENT):
        assert told not in answer.text


async def test_an_evidence_is_read_by_the_provider_of_the_case_and_by_no_other_applicant(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    path = f"/v1/evidence/{case['objection']['evidence'][0]['evidence_id']}"

    assert (await working.as_("reviewer@nanning.transport").get(path)).text == "they are named here"
    assert (await working.as_("applicant@demo").get(path)).status_code == 404


async def accessed(pool: Pool, dataset_id: str, grant: str | None, count: int) -> None:
    """The gate's log of so many decisions, a second apart and two at a time, the latest refused."""
    now = await pool.fetchval("select clock_timestamp()")
    await by_owner(
        pool, "insert into gate_sessions (session, started_at, written_until, lost) values ('s', $1, $1, 0)", now
    )
    for number in range(count):
        await by_owner(
            pool,
            "insert into gate_decisions (at, session, dataset_id, grant_case_id, data_items, access_mode, use, allowed,"
            " reason) values ($1, 's', $2, $3, '{}', 'api', 'general', $4, $5)",
            now + timedelta(seconds=number // 2),
            dataset_id,
            grant,
            number < count - 1,
            "granted" if number < count - 1 else "held",
        )


@pytest.mark.duty("LYG-26")
async def test_a_trace_lists_grants_accesses_latest_first_and_gaps_of_the_log(working: Service, pool: Pool) -> None:
    applicant = working.as_("applicant@demo")
    access = (await granted(working, applicant, "lianyungang"))["granted"]["access_case_id"]
    await working.as_("applicant@demo").do(f"/v1/grants/{access}/renunciation")
    second = (await granted(working, working.as_("applicant2@demo"), "lianyungang"))["granted"]["access_case_id"]
    case = await filed(working.as_("objector@demo"), "lianyungang")
    await accessed(pool, case["dataset_id"], second, 5)
    path, provider = f"/v1/cases/{case['case_id']}/trace", working.as_("reviewer@lianyungang.transport")

    whole = await provider.read(path)
    pages, cursor = [], None
    while True:
        page = await provider.read(path, limit=2, **({"cursor": cursor} if cursor else {}))
        pages.append(page["items"])
        if (cursor := page["next"]) is None:
            break
    first_grants = await provider.read(path, limit=1)
    more_grants = await provider.read(path, limit=1, grants_cursor=first_grants["grants_next"])

    assert [(each["grantee"], each["ended"]) for each in whole["grants"]] == [
        ("applicant2@demo", None),
        ("applicant@demo", "renounced"),
    ]
    assert [each["case_id"] for each in first_grants["grants"] + more_grants["grants"]] == [second, access]
    assert more_grants["grants_next"] is None
    assert [each["reason"] for each in whole["items"]] == ["held", "granted", "granted", "granted", "granted"]
    assert whole["items"][0]["grantee"] == "applicant2@demo"
    assert "precaution" in whole["items"][0]["text"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in page] == whole["items"]
    assert len(whole["gaps"]) >= 1


async def test_a_trace_is_for_officers_with_a_part_in_an_objection(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    request = await working.as_("applicant@demo").file("nanning")
    path = f"/v1/cases/{case['case_id']}/trace"

    for login, expected in (
        ("objector@demo", 403),
        ("applicant@demo", 404),
        ("reviewer@nanning.transport", 200),
        ("reviewer@nanning.operator", 403),
        ("supervisor@nanning.authority", 200),
        ("reviewer@nanning.health", 404),
    ):
        assert (await working.as_(login).get(path)).status_code == expected, login
    of_a_request = await working.as_("reviewer@nanning.operator").get(f"/v1/cases/{request['case_id']}/trace")
    assert of_a_request.status_code == 404


@pytest.mark.duty("LYG-26")
async def test_the_body_that_found_a_leak_reads_the_trace_and_withdraws_no_single_item(
    working: Service,
) -> None:
    for body in ("authority", "transport"):
        case = await filed(working.as_(f"reviewer@lianyungang.{body}"), "lianyungang", proven=False)
        path = f"/v1/cases/{case['case_id']}/trace"
        for other in ("authority", "transport"):
            assert (await working.as_(f"reviewer@lianyungang.{other}").get(path)).status_code == 200
        whole = await working.as_("reviewer2@lianyungang.authority").post(
            f"/v1/tasks/{open_task(case, 'authority_withdrawal')['task_id']}/decision",
            {"outcome": "withdraw", "data_items": [await an_item(working, case["dataset_id"])]},
        )
        assert (whole.status_code, whole.json()["type"]) == (422, "urn:kaifang:problem:takes-the-whole-dataset")
        (wrong,) = whole.json()["errors"]
        assert (wrong["field"], wrong["rule"]["article"]) == ("data_items", "26.2")


async def an_item(service: Service, dataset_id: str) -> str:
    return str((await service.nobody().read(f"/v1/datasets/{dataset_id}"))["items"][0]["item"])


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwieCJd"])
async def test_a_trace_refuses_a_cursor_of_another_list(working: Service, cursor: str) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    provider = working.as_("reviewer@nanning.transport")

    answer = await provider.get(f"/v1/cases/{case['case_id']}/trace", cursor=cursor)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_case_about_no_dataset_shows_none(working: Service) -> None:
    operator = working.as_("reviewer@nanjing.operator")
    body = {"city": "nanjing", "statement": "Accounts were read"}
    case = (await operator.post("/v1/leak-reports", body, str(uuid.uuid4()))).json()

    listed = (await operator.read("/v1/cases", city="nanjing"))["items"]
    tasks = (await operator.read("/v1/tasks"))["items"]

    assert {case["dataset_id"], listed[0]["dataset_id"], tasks[0]["dataset_id"]} == {None}
