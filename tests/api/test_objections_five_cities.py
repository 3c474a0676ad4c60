"""Each city's objection by its own law: from the filing to each of its endings, with the answer to who objected."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from tests.api.calling import Service, open_stages, open_task
from tests.api.objecting import STATEMENT, TOLD, Decision, decided, filed, restricted

ANSWER: dict[str, Any] = {"answer": TOLD}
WHY = {"reason": "Nothing personal in it"}
PROCESSED = {"processing": "Names removed"}
DONE = {"measure": "Users were told to delete it"}

SUSPEND: Decision = ("suspension", "suspend", {})
KEEP_OPEN: Decision = ("suspension", "keep_open", WHY)
BOTH_WITHDRAW: list[Decision] = [("provider_withdrawal", "withdraw", {}), ("authority_withdrawal", "withdraw", {})]
BOTH_TRACED: list[Decision] = [("tracing", "traced", DONE), ("authority_tracing", "traced", DONE)]
REOPEN: Decision = ("assessment", "reopen", PROCESSED | {"need": "Ambulances"})
FORWARDED: Decision = ("forwarding", "forward", {})

VERIFIED = {
    "withdraw": ([SUSPEND, ("verification", "withdraw", ANSWER)], "data_withdrawn", True),
    "restore": ([KEEP_OPEN, ("verification", "restore", ANSWER)], "restored", False),
    "restore_what_is_held": ([("verification", "restore", ANSWER)], "restored", False),
    "process": (
        [SUSPEND, ("verification", "process", {}), ("processing", "reopen", ANSWER | PROCESSED)],
        "reopened",
        True,
    ),
    "give_up_processing": (
        [("verification", "process", {}), ("processing", "withdraw", ANSWER)],
        "data_withdrawn",
        True,
    ),
}
"""Nanning 22 and Yulin 17: the provider suspends if necessary, verifies, and withdraws, restores, or processes."""
GUANGZHOU = {
    "withdraw": ([SUSPEND, ("verification", "withdraw", ANSWER)], "data_withdrawn", True),
    "process": ([SUSPEND, ("verification", "process_and_reopen", ANSWER | PROCESSED)], "reopened", True),
    "keep_open": ([KEEP_OPEN, ("verification", "keep_open", ANSWER)], "kept_open", False),
    "other": ([("verification", "other_measure", ANSWER | DONE)], "other_measure", True),
    "unfinished": (
        [("verification", "withdraw_until_processed", ANSWER), ("reopening", "reopen", PROCESSED)],
        "reopened",
        True,
    ),
    "never_finished": (
        [("verification", "withdraw_until_processed", ANSWER), ("reopening", "stay_withdrawn", {})],
        "data_withdrawn",
        True,
    ),
}
LIANYUNGANG = {
    "leak_stays": (
        [*BOTH_WITHDRAW, *BOTH_TRACED, ("assessment", "stay_withdrawn", ANSWER)],
        "data_withdrawn",
        True,
    ),
    "leak_reopened": ([*BOTH_WITHDRAW, *BOTH_TRACED, REOPEN, ("agreement", "agree", ANSWER)], "reopened", True),
    "authority_disagrees": (
        [*BOTH_WITHDRAW, *BOTH_TRACED, REOPEN, ("agreement", "disagree", ANSWER | WHY)],
        "data_withdrawn",
        True,
    ),
    "neither_finds_a_leak": (
        [
            ("provider_withdrawal", "no_leak", WHY),
            ("authority_withdrawal", "no_leak", WHY),
            ("telling", "tell", ANSWER),
        ],
        "restored",
        False,
    ),
    "they_differ": (
        [
            ("provider_withdrawal", "no_leak", WHY),
            ("authority_withdrawal", "withdraw", {}),
            ("joint_assessment", "no_leak", ANSWER | WHY),
        ],
        "restored",
        False,
    ),
}
OF_ERRORS = {
    "correct": ("lianyungang", [FORWARDED, ("handling", "correct", ANSWER)], "corrected", True),
    "not_correct": ("lianyungang", [FORWARDED, ("handling", "not_correct", ANSWER)], "not_corrected", False),
    "withdraw": ("lianyungang", [FORWARDED, ("handling", "withdraw", ANSWER)], "data_withdrawn", True),
    "leak_found": (
        "lianyungang",
        [
            FORWARDED,
            ("handling", "leak_found", WHY),
            *BOTH_WITHDRAW,
            *BOTH_TRACED,
            REOPEN,
            ("agreement", "agree", ANSWER),
        ],
        "reopened",
        True,
    ),
    "own_scope": (
        "nanjing",
        [
            ("marking", "mark", {}),
            ("forwarding", "own_scope", {}),
            ("own_decision", "correct", ANSWER),
            ("own_correction", "correct", PROCESSED),
        ],
        "corrected",
        True,
    ),
    "forwarded_later": (
        "nanjing",
        [
            ("own_decision", "forward", WHY),
            ("department_review", "not_correct", WHY),
            ("telling_refusal", "tell", ANSWER),
        ],
        "not_corrected",
        False,
    ),
    "own_refusal": ("nanjing", [("own_decision", "not_correct", ANSWER | WHY)], "not_corrected", False),
}
NANJING = {
    "department_corrects": (
        [
            FORWARDED,
            KEEP_OPEN,
            ("department_review", "correct", {}),
            ("telling_correction", "tell", ANSWER),
            ("correction", "correct", PROCESSED),
        ],
        "corrected",
        True,
    ),
    "department_refuses": (
        [FORWARDED, ("department_review", "not_correct", WHY), ("telling_refusal", "tell", ANSWER)],
        "not_corrected",
        False,
    ),
    "department_withdraws": (
        [FORWARDED, SUSPEND, ("department_review", "withdraw", {}), ("telling_withdrawal", "tell", ANSWER)],
        "data_withdrawn",
        True,
    ),
    "centre_withdraws": ([("own_decision", "withdraw", ANSWER)], "data_withdrawn", True),
}
ON_PRIVACY = [
    pytest.param(city, *way, id=f"{city}-{name}")
    for city, ways in (
        ("nanning", VERIFIED),
        ("yulin", VERIFIED),
        ("guangzhou", GUANGZHOU),
        ("lianyungang", LIANYUNGANG),
        ("nanjing", NANJING),
    )
    for name, way in ways.items()
]
ON_ERROR = [pytest.param(*way, id=f"{way[0]}-{name}") for name, way in OF_ERRORS.items()]


@pytest.mark.duty("NN-22a", "NN-22b", "YL-17a", "YL-17b", "GZ-29b", "LYG-26", "NJ-35c", "NJ-35d", "NJ-35e")
@pytest.mark.parametrize(("city", "decisions", "ending", "upheld"), ON_PRIVACY)
async def test_an_objection_on_privacy_comes_to_each_of_its_endings_with_one_answer(
    working: Service, pool: Pool, city: str, decisions: list[Decision], ending: str, upheld: bool
) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, city)
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]
    assert (case["data"]["restriction"], case["objection"]["statement"]) == ("hold", STATEMENT)

    await decided(working, case, decisions)

    seen = await objector.read(f"/v1/cases/{case['case_id']}")
    assert (seen["status"], seen["outcome"]) == ("closed", ending)
    assert seen["answer"]["text"] == TOLD
    log = (await objector.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert [event["type"] for event in log].count("ObjectorAnswered") == 1
    kept_back: list[tuple[str, list[str]]] = [("withdrawal", [])] if ending == "data_withdrawn" else []
    assert await restricted(pool, case["dataset_id"]) == kept_back
    assert await pool.fetchval("select upheld from objections where case_id = $1", case["case_id"]) is upheld


@pytest.mark.duty("LYG-20", "NJ-35a", "NJ-35b")
@pytest.mark.parametrize(("city", "decisions", "ending", "upheld"), ON_ERROR)
async def test_an_objection_to_errors_comes_to_each_of_its_endings_with_one_answer(
    working: Service, pool: Pool, city: str, decisions: list[Decision], ending: str, upheld: bool
) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, city, ground="error")
    assert await restricted(pool, case["dataset_id"]) == []

    await decided(working, case, decisions)

    seen = await objector.read(f"/v1/cases/{case['case_id']}")
    assert (seen["status"], seen["outcome"], seen["answer"]["text"]) == ("closed", ending, TOLD)
    assert await pool.fetchval("select upheld from objections where case_id = $1", case["case_id"]) is upheld


async def test_the_engine_learns_of_what_a_receipt_judged(working: Service, pool: Pool) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")

    case = await decided(working, case, VERIFIED["withdraw"][0])

    await working.app.state.runtime.courier.finish()
    row = await pool.fetchrow("select number, engine_number from cases where case_id = $1", case["case_id"])
    assert row
    assert row["number"] == row["engine_number"] == case["events_count"]
    assert await pool.fetchval("select count(*) from acts where delivered_at is null") == 0


@pytest.mark.duty("GZ-29b")
async def test_guangzhou_ends_no_case_before_its_leak_is_remedied(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "guangzhou", leak="reported")
    task = open_task(case, "verification")
    path = f"/v1/tasks/{task['task_id']}/decision"
    provider = working.as_("reviewer@guangzhou.transport")

    early = await provider.post(path, {"outcome": "keep_open", **ANSWER})
    chinese = await provider.post(path, {"outcome": "keep_open", **ANSWER}, headers={"Accept-Language": "zh-CN"})
    case = await decided(working, case, [("leak_remedy", "remedied", DONE), ("verification", "keep_open", ANSWER)])

    assert (early.status_code, early.json()["type"]) == (409, "urn:kaifang:problem:another-task-first")
    assert early.json()["detail"] == "The case cannot go on while this is open: Remedy of a leak."
    assert "泄露补救" in chinese.json()["detail"]
    assert (case["outcome"], case["objection"]["leak"]) == ("kept_open", "reported")


async def test_guangzhous_provider_finds_a_leak_that_nobody_reported(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "guangzhou", ground="error")

    case = await decided(working, case, [("suspension", "leak_found", {})])

    assert open_stages(case) == ["leak_remedy_found", "verification"]
    assert case["data"]["restriction"] == "suspension"


@pytest.mark.duty("LYG-26")
async def test_lianyungang_reopens_a_withdrawn_dataset_only_as_needed_and_masked_since(
    working: Service, pool: Pool
) -> None:
    objector = working.as_("objector@demo")
    dataset = await objector.conditional_dataset("lianyungang")
    case = await filed(objector, "lianyungang", data_items=[dataset["items"][0]["item"]])
    assert await restricted(pool, case["dataset_id"]) == [("hold", [dataset["items"][0]["item"]])]
    case = await decided(working, case, BOTH_WITHDRAW)
    assert await restricted(pool, case["dataset_id"]) == [("withdrawal", [])]
    path = f"/v1/tasks/{open_task(case, 'assessment')['task_id']}/decision"
    provider = working.as_("reviewer@lianyungang.transport")
    reopening = {"outcome": "reopen", **PROCESSED, "need": "Ambulances"}
    since = case["data"]["since"][:10]

    untraced = await provider.post(path, {**reopening, "processed_on": since})
    case = await decided(working, case, BOTH_TRACED[:1])
    half_traced = await provider.post(path, {**reopening, "processed_on": since})
    case = await decided(working, case, BOTH_TRACED[1:])
    unneeded = await provider.post(path, {"outcome": "reopen", "need": " "})
    to_come = await provider.post(path, {**reopening, "processed_on": "2199-01-01"})
    before = await provider.post(path, {**reopening, "processed_on": "2020-01-01"})

    for too_early in (untraced, half_traced):
        assert (too_early.status_code, too_early.json()["type"]) == (409, "urn:kaifang:problem:another-task-first")
    assert {error["field"] for error in unneeded.json()["errors"]} == {"need", "processing", "processed_on"}
    assert (to_come.status_code, to_come.json()["type"]) == (422, "urn:kaifang:problem:processing-not-done")
    assert [error["field"] for error in to_come.json()["errors"]] == ["processed_on"]
    assert (before.status_code, before.json()["type"]) == (
        422,
        "urn:kaifang:problem:processed-before-the-restriction",
    )
    assert await restricted(pool, case["dataset_id"]) == [("withdrawal", [])]


@pytest.mark.duty("NJ-35d")
@pytest.mark.parametrize(
    ("decisions", "correction"),
    [
        ([("own_decision", "correct", ANSWER)], "own_correction"),
        ([FORWARDED, ("department_review", "correct", {}), ("telling_correction", "tell", ANSWER)], "correction"),
    ],
)
async def test_nanjing_serves_what_was_held_once_its_correction_is_recorded(
    working: Service, pool: Pool, decisions: list[Decision], correction: str
) -> None:
    case = await filed(working.as_("objector@demo"), "nanjing")
    case = await decided(working, case, [("marking", "mark", {}), *decisions])
    assert (case["status"], open_stages(case)) == ("open", [correction])
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]

    case = await decided(working, case, [(correction, "correct", PROCESSED)])

    assert (case["status"], case["outcome"]) == ("closed", "corrected")
    assert await restricted(pool, case["dataset_id"]) == []


@pytest.mark.duty("NJ-35a", "NJ-35e")
async def test_nanjings_mark_is_shown_wherever_the_dataset_is_until_it_is_corrected(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanjing", ground="error")
    periods = {task["stage"]: task["clock"]["period"] for task in case["tasks"]}
    dataset, path = case["dataset_id"], f"/v1/datasets/{case['dataset_id']}"

    async def marked() -> list[bool]:
        listed = (await working.nobody().read("/v1/datasets", city="nanjing"))["items"]
        in_list = next(each["disputed"] for each in listed if each["dataset_id"] == dataset)
        case_now = await objector.read(f"/v1/cases/{case['case_id']}")
        return [(await working.nobody().read(path))["disputed"], in_list, case_now["disputed"]]

    assert await marked() == [False, False, False]
    now = await decided(working, case, [("marking", "mark", {})])
    assert await marked() == [True, True, True]
    now = await decided(working, now, [FORWARDED, ("department_review", "correct", {})])
    assert await marked() == [True, True, True]
    now = await decided(working, now, [("telling_correction", "tell", ANSWER)])
    assert await marked() == [True, True, True]
    await decided(working, now, [("correction", "correct", PROCESSED)])

    assert await marked() == [False, False, False]
    assert periods == {"marking": "1wd", "forwarding": "2wd", "own_decision": "5wd"}


async def test_an_objection_answered_before_an_upgrade_bears_its_mark_until_it_is_closed(
    working: Service, pool: Pool
) -> None:
    """Programs of the release before took the mark from its row with the answer; the log alone says whether it is
    there, also where they have left it in the row of a case that is closed."""
    case = await filed(working.as_("objector@demo"), "nanjing", ground="error")
    told: list[Decision] = [("department_review", "correct", {}), ("telling_correction", "tell", ANSWER)]
    case = await decided(working, case, [("marking", "mark", {}), FORWARDED, *told])

    async def marked() -> bool:
        shown = await working.nobody().read(f"/v1/datasets/{case['dataset_id']}")
        return bool(shown["disputed"])

    await pool.execute("update objections set disputed = false")
    assert await marked()
    case = await decided(working, case, [("correction", "correct", PROCESSED)])
    await pool.execute("update objections set disputed = true")
    assert (case["status"], await marked()) == ("closed", False)
