"""Feedback: what people tell those who open data, who reads and answers it, and that it lies sealed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import httpx
import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.gate import opened
from models.gate import Question, Reason
from rules.deadlines import SHANGHAI
from tests.api.calling import Caller, Service
from tests.api.gate import put_grant
from tests.api.supervising import set_to
from tests.api.test_own_data import archive, read
from tests.api.test_ratings import rated
from tests.driving import ShiftedClock

TEXT = "Please open the timetable of the ferries too"
OPERATOR, PROVIDER = "reviewer@lianyungang.operator", "reviewer@lianyungang.transport"
DATASET = "lianyungang-transport-bus-lines"
CONDITIONAL = "lianyungang-transport-vessel-calls"


async def tell(caller: Caller, key: str | None = None, **more: Any) -> httpx.Response:
    body = {"city": "lianyungang", "kind": "suggestion", "text": TEXT, **more}
    return await caller.post("/v1/feedback", body, key or str(uuid.uuid4()))


async def given(caller: Caller, **more: Any) -> Any:
    answer = await tell(caller, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def at(day: int) -> datetime:
    """Noon of a day of December 2026, when answers are counted."""
    return datetime(2026, 12, day, 12, tzinfo=SHANGHAI)


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


@pytest.mark.duty("LYG-18", "LYG-25b")
async def test_lianyungangs_users_find_ask_for_get_and_rate_data_and_tell_what_they_think(
    service: Service, gate_url: str, pool: Pool
) -> None:
    user = service.as_("applicant@demo")
    # Found, and fetched by download or interface where a request asks for it.
    found = (await service.nobody().read("/v1/datasets", city="lianyungang", q="bus"))["items"]
    assert DATASET in {each["dataset_id"] for each in found}
    modes = (await user.read("/v1/rules/lianyungang", procedure="access_request"))["rules"]["choices"]["access_mode"]
    assert {"download", "api"} <= {each["value"] for each in modes}
    asked = await user.file("lianyungang", dataset_id=CONDITIONAL, data_items=None, access_mode="api")
    assert asked["procedure"] == "access_request"
    party = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    case_id, _ = await put_grant(pool, CONDITIONAL, party=party, access_modes=["download", "api"])
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        for mode in ("download", "api"):
            assert await gate.ask(Question(CONDITIONAL, (), mode, None, digest)) is Reason.GRANTED
            assert await gate.ask(Question(DATASET, (), mode)) is Reason.UNCONDITIONAL
    # Article 18 asks nobody whether he obtained the data that he rates.
    assert (await rated(user, CONDITIONAL, accuracy=2))["items"][0]["counts"]
    # Needs, opinions and suggestions reach those who open the data, who answer.
    path = ""
    for kind in ("need", "opinion", "suggestion"):
        told = await given(user, kind=kind, dataset_id=DATASET)
        path = f"/v1/feedback/{told['feedback_id']}"
        assert (told["kind"], told["text"], told["rule"]["article"]) == (kind, TEXT, "18.1")
        for login in (OPERATOR, PROVIDER):
            officer = service.as_(login)
            (news,) = (
                each for each in (await officer.read("/v1/messages"))["items"] if told["feedback_id"] in each["link"]
            )
            assert news["kind"] == "feedback_received"
            assert (await officer.read(path))["text"] == TEXT
    answered = await service.as_(PROVIDER).post(f"{path}/answer", {"text": "It is being prepared"})
    assert answered.status_code == 200, answered.text
    assert (await user.read(path))["answer"] == "It is being prepared"
    messages = (await user.read("/v1/messages"))["items"]
    assert messages[0]["kind"] == "feedback_answered"
    assert messages[0]["link"].endswith(path.removeprefix("/v1"))


@pytest.mark.duty("GZ-14a", "GZ-17b")
async def test_guangzhous_users_get_data_and_its_operator_has_log_and_feedback(
    service: Service, gate_url: str, pool: Pool
) -> None:
    user, nobody, operator = service.as_("applicant@demo"), service.nobody(), service.as_("reviewer@guangzhou.operator")
    # The catalogue is published, and searched by anybody.
    listed = (await nobody.read("/v1/datasets", city="guangzhou", limit=50))["items"]
    by_class = {each["openness"]: each["dataset_id"] for each in listed}
    found = (await nobody.read("/v1/datasets", city="guangzhou", q="metro"))["items"]
    assert 0 < len(found) < len(listed)
    # Open data is had by download and interface, conditional data by what was granted.
    party = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    case_id, _ = await put_grant(pool, by_class["conditional"], party=party, access_modes=["api"])
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        for mode in ("download", "api"):
            assert await gate.ask(Question(by_class["unconditional"], (), mode)) is Reason.UNCONDITIONAL
        assert await gate.ask(Question(by_class["conditional"], (), "api", None, digest)) is Reason.GRANTED
    # Each access is logged, and counted by day; everybody reads the figures of the city.
    (logged,) = (await operator.read("/v1/accesses"))["items"]
    assert (logged["dataset_id"], logged["grantee"]) == (by_class["conditional"], "applicant@demo")
    assert sum(each["allowed"] for each in (await operator.read("/v1/accesses/days"))["items"]) == 3
    assert (await nobody.get("/v1/figures", city="guangzhou")).status_code == 200
    # What users tell of data and platform reaches the operator.
    for kind in ("platform", "data", "suggestion"):
        told = await given(user, city="guangzhou", kind=kind)
        assert (told["rule"]["article"], (await operator.read(f"/v1/feedback/{told['feedback_id']}"))["text"]) == (
            "14",
            TEXT,
        )


@pytest.mark.duty("GZ-5b")
async def test_a_problem_told_to_guangzhous_provider_is_unanswered_until_it_is_answered(
    stopped: Service, clock: ShiftedClock
) -> None:
    user, provider = stopped.as_("applicant@demo"), stopped.as_("reviewer@guangzhou.transport")
    await set_to(stopped, clock, at(2))
    told = await given(user, city="guangzhou", kind="data", dataset_id="guangzhou-transport-metro-stations")
    path = f"/v1/feedback/{told['feedback_id']}"

    async def seen() -> tuple[str, bool, bool]:
        (listed,) = (await provider.read("/v1/feedback"))["items"]
        assert (await user.read(path))["is_overdue"] is listed["is_overdue"]
        return listed["answer_due_on"], listed["is_overdue"], listed["answered_at"] is not None

    assert await seen() == ("2026-12-17", False, False)
    await set_to(stopped, clock, at(17))
    assert await seen() == ("2026-12-17", False, False)
    await set_to(stopped, clock, at(18))
    assert await seen() == ("2026-12-17", True, False)

    answered = await provider.post(f"{path}/answer", {"text": "It is corrected"})
    assert answered.status_code == 200
    assert await seen() == ("2026-12-17", False, True)
    elsewhere = await given(user)
    assert (elsewhere["answer_due_on"], elsewhere["is_overdue"]) == (None, False)


@pytest.mark.duty("GZ-5b")
async def test_what_was_told_before_we_counted_is_never_overdue(stopped: Service, clock: ShiftedClock) -> None:
    await set_to(stopped, clock, datetime(2026, 11, 30, 12, tzinfo=SHANGHAI))
    told = await given(stopped.as_("applicant@demo"), city="guangzhou", kind="platform", dataset_id=None)
    await set_to(stopped, clock, at(31))
    (seen,) = (await stopped.as_("reviewer@guangzhou.operator").read("/v1/feedback"))["items"]
    assert seen["feedback_id"] == told["feedback_id"]
    assert (seen["answer_due_on"], seen["is_overdue"]) == (None, False)


async def test_feedback_is_answered_once_by_a_body_that_it_reaches_and_by_nobody_else(service: Service) -> None:
    user = service.as_("applicant@demo")
    told = await given(user, dataset_id=DATASET)
    path = f"/v1/feedback/{told['feedback_id']}"
    said = {"text": "Thank you"}
    for login in ("reviewer@lianyungang.health", "reviewer@yulin.operator", "reviewer@lianyungang.authority"):
        assert (await service.as_(login).post(f"{path}/answer", said)).status_code == 404, login
    assert (await user.post(f"{path}/answer", said)).status_code == 403
    assert (await service.as_("applicant2@demo").get(path)).status_code == 404
    operator = service.as_(OPERATOR)
    assert (await operator.read(path))["may_answer"]
    for _ in range(2):
        assert (await operator.post(f"{path}/answer", said)).status_code == 200
    for login in (OPERATOR, PROVIDER):
        again = await service.as_(login).post(f"{path}/answer", {"text": "Another"})
        assert (again.status_code, again.json()["type"]) == (409, "urn:kaifang:problem:feedback-answered")
    assert (await user.read(path))["answered_body"] == "lianyungang.operator"


async def test_feedback_about_no_dataset_reaches_the_operator_alone(service: Service) -> None:
    told = await given(service.as_("applicant@demo"))
    assert [each["feedback_id"] for each in (await service.as_(OPERATOR).read("/v1/feedback"))["items"]] == [
        told["feedback_id"]
    ]
    assert (await service.as_(PROVIDER).read("/v1/feedback"))["items"] == []
    assert (await service.as_("supervisor@lianyungang.authority").get("/v1/feedback")).status_code == 403


async def test_what_somebody_told_lies_sealed_and_who_read_it_is_on_record(service: Service, pool: Pool) -> None:
    user = service.as_("applicant@demo")
    told = await given(user, dataset_id=DATASET)
    path = f"/v1/feedback/{told['feedback_id']}"
    listed = await service.as_(PROVIDER).read("/v1/feedback")
    assert TEXT not in str(listed)
    assert (await user.read("/v1/readings"))["items"] == []
    await service.as_(PROVIDER).read(path)
    await service.as_(PROVIDER).post(f"{path}/answer", {"text": "A secret answer"})
    row = await pool.fetchval("select feedback::text from feedback")
    assert TEXT not in row
    assert "A secret answer" not in row
    (reading,) = (await user.read("/v1/readings"))["items"]
    assert (reading["part"], reading["case_id"], reading["case_number"]) == ("feedback", told["feedback_id"], None)
    assert reading["read_by"] == PROVIDER
    (held,) = read(await archive(user), "feedback.json")
    assert (held["text"], held["answer"]) == (TEXT, "A secret answer")
    assert read(await archive(service.as_("applicant2@demo")), "feedback.json") == []


async def test_the_same_key_is_the_same_feedback_and_another_text_with_it_is_refused(
    service: Service, pool: Pool
) -> None:
    user = service.as_("applicant@demo")
    first, again = await tell(user, "once"), await tell(user, "once")
    assert (first.status_code, again.json()) == (201, first.json())
    other = await tell(user, "once", text="Something else")
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")
    assert await pool.fetchval("select count(*) from feedback") == 1


async def test_guangzhous_users_say_how_platform_and_data_are_and_the_operator_answers(
    service: Service,
) -> None:
    user, operator = service.as_("applicant@demo"), service.as_("reviewer@guangzhou.operator")
    told = await given(user, city="guangzhou", kind="platform")
    assert told["rule"]["article"] == "14"
    path = f"/v1/feedback/{told['feedback_id']}"
    assert (await operator.read(path))["text"] == TEXT
    assert (await operator.post(f"{path}/answer", {"text": "It is mended"})).status_code == 200
    assert (await user.read(path))["answer"] == "It is mended"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "praise"}, ("kind", "feedback_kind")),
        ({"text": "  "}, ("text", "string_pattern_mismatch")),
        ({"dataset_id": "lianyungang-nothing"}, ("dataset_id", "dataset_unknown")),
        ({"city": "nanning"}, ("city", "no_feedback")),
        ({"city": "atlantis"}, ("city", "city_unknown")),
    ],
)
async def test_what_is_wrong_with_feedback_is_named_and_nothing_is_written(
    service: Service, pool: Pool, change: dict[str, Any], error: tuple[str, str]
) -> None:
    answer = await tell(service.as_("applicant@demo"), **change)
    assert (answer.status_code, wrong(answer)) == (422, [error])
    assert await pool.fetchval("select count(*) from feedback") == 0
