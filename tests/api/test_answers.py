"""How the service answers: problems in two languages, acts not yet worked off, health, figures, OpenAPI."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from temporalio.client import Client

from activities.database import Pool
from activities.settings import Settings
from api.app import create_app
from api.http import problems
from api.http.language import preferred
from api.http.tokens import issue, signing_key
from models.refusals import REFUSALS
from reading.words.texts import texts
from rules.loading import cities, load_pack
from rules.pinned import Label
from rules.resolving import resolve
from tests.api.calling import Caller, Service, open_stages, open_task, serving
from worker import build_worker

SOON = timedelta(seconds=1)


async def test_an_act_that_no_worker_has_worked_off_is_answered_202_and_its_result_later(
    settings: Settings, temporal: Client, pool: Pool
) -> None:
    async with serving(create_app(settings, patience=SOON), settings) as service:
        task = open_task(await service.as_("applicant@demo").file("nanning"), "formal_review")
        operator, key = service.as_("reviewer@nanning.operator"), str(uuid.uuid4())
        path = f"/v1/tasks/{task['task_id']}/decision"

        received = await operator.post(path, {"outcome": "pass"}, key)
        waiting = await operator.read(received.headers["location"])
        async with build_worker(temporal, pool, settings.task_queue):
            while (await operator.post(path, {"outcome": "pass"}, key)).status_code == 202:
                pass
        told = await operator.read(received.headers["location"])

    assert (received.status_code, received.headers["retry-after"]) == (202, "1")
    assert received.headers["location"] == f"/v1/acts/{received.json()['act_id']}"
    assert waiting["state"] == "received"
    assert told["state"] == "accepted"
    assert told["received_at"] == received.json()["received_at"]
    assert open_stages(told["case"]) == ["provider_review"]


async def test_a_refused_act_is_told_with_its_problem(working: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    operator = working.as_("reviewer@nanning.operator")

    refused = await operator.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "return"})
    told = await operator.read(f"/v1/acts/{refused.json()['act_id']}")

    assert told["state"] == "refused"
    assert told["problem"]["type"] == refused.json()["type"] == "urn:kaifang:problem:requirement-missing"
    assert told["problem"]["errors"] == refused.json()["errors"]


class LaterBy:
    """The present of PostgreSQL, and so much more."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def at(self, database_now: datetime) -> datetime:
        return database_now + self.shift


async def test_a_task_is_overdue_though_no_worker_runs_until_an_act_received_in_time_waits(
    settings: Settings,
) -> None:
    clock = LaterBy()
    async with serving(create_app(settings, clock=clock, patience=SOON), settings) as service:
        applicant = service.as_("applicant@demo")
        late, in_time = await applicant.file("nanning"), await applicant.file("nanning")
        operator = service.as_("reviewer@nanning.operator")
        task = open_task(in_time, "formal_review")
        assert (await operator.read("/v1/tasks", overdue=True))["items"] == []
        await operator.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})

        clock.shift = timedelta(days=30)

        overdue = (await operator.read("/v1/tasks", overdue=True))["items"]
        others = (await operator.read("/v1/tasks", overdue=False))["items"]
        figures = await service.figures()
    assert [(each["case_id"], each["clock"]["overdue"]) for each in overdue] == [(late["case_id"], True)]
    assert [(each["case_id"], each["clock"]["overdue"]) for each in others] == [(in_time["case_id"], False)]
    assert 'kaifang_overdue_tasks{city="nanning",procedure="access_request"} 1.0' in figures
    assert "kaifang_open_tasks 2.0" in figures


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_has_its_status_and_its_texts(code: str) -> None:
    assert code in texts().problems
    assert 400 <= problems.STATUS[code] < 500


def test_every_problem_has_a_status_and_every_status_its_problem() -> None:
    assert set(texts().problems) == set(problems.STATUS)


def test_every_code_of_admissibility_has_its_text() -> None:
    choices = set()
    for city in cities():
        pack = load_pack(city)
        choices |= set(resolve(pack, "access_request", pack.in_force_from).choices)
    codes = {"closed", "not_conditional", "field_required", "item_unknown"}
    codes |= {f"{choice}_{what}" for choice in choices for what in ("unknown", "not_on_request")}

    assert codes <= set(texts().errors)


def test_every_text_is_there_in_both_languages_and_speaks_of_the_same() -> None:
    def spoken_of(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    known = texts()
    details = [problem.detail for problem in known.problems.values()]
    for text in (*details, *known.errors.values(), *known.shapes.values(), *known.fields.values()):
        assert text.zh
        assert text.en
        assert spoken_of(text.zh) - {"message"} == spoken_of(text.en) - {"message"}


@pytest.mark.parametrize(("noun", "spoken"), [("Refusal", "a refusal"), ("Approval", "an approval")])
def test_a_problem_speaks_of_an_outcome_as_of_any_such_decision(noun: str, spoken: str) -> None:
    assert problems.a_or_an(Label(zh="决定", en=noun)) == Label(zh="决定", en=spoken)


@pytest.mark.parametrize(
    ("demanded", "verb"),
    [
        ([("reason",), ("basis",)], "说明"),
        ([("reason", "reference")], "载明"),
        ([("tender_reference",)], "载明"),
        ([("purpose",), ("safeguards",)], "载明"),
    ],
)
def test_in_chinese_reasons_are_given_and_whatever_else_is_demanded_is_stated(
    demanded: list[tuple[str, ...]], verb: str
) -> None:
    assert problems.stating(demanded) == Label(zh=verb, en="states")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.5", "en"),
        ("en;q=0", "zh"),
        ("en;q=0.3, zh;q=0.7", "zh"),
        ("nonsense;;;", "zh"),
    ],
)
def test_the_language_is_chinese_unless_the_caller_prefers_english(header: str, language: str) -> None:
    assert preferred(header) == language


async def test_labels_are_in_the_language_of_the_answer(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    chinese = await applicant.get(f"/v1/cases/{case['case_id']}", headers={"Accept-Language": "zh"})

    assert case["tasks"][0]["label"] == "Formal review"
    assert chinese.json()["tasks"][0]["label"] == "规范性审查"
    assert chinese.headers["content-language"] == "zh-CN"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/cases/no-such-case", "/v1/cases/a%00b", "/v1/acts/x"])
async def test_what_is_not_there_is_a_problem_document(applicant: Caller, path: str) -> None:
    answer = await applicant.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kaifang:problem:not-found"
    assert answer.json()["instance"]


async def test_a_method_that_a_resource_does_not_take_is_a_problem_document(applicant: Caller) -> None:
    answer = await applicant.http.delete("/v1/cases", headers=applicant.headers())

    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:kaifang:problem:method-not-allowed"
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("body", ["{", "[]", '"text"', ""])
async def test_a_body_that_is_no_json_object_is_a_problem_document(applicant: Caller, body: str) -> None:
    headers = applicant.headers({"Idempotency-Key": "k", "Content-Type": "application/json"})

    answer = await applicant.http.post("/v1/access-requests", content=body, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:kaifang:problem:request-invalid")
    assert answer.json()["errors"][0]["detail"]


async def test_a_body_that_is_too_large_is_a_problem_document_whether_it_says_so_or_not(applicant: Caller) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    headers = applicant.headers({"Idempotency-Key": "k", "Content-Type": "application/json"})
    announced = await applicant.http.post("/v1/access-requests", content=b" " * 2_000_000, headers=headers)
    streamed = await applicant.http.post("/v1/access-requests", content=unannounced(), headers=headers)

    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:kaifang:problem:body-too-large")


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WyJhIiwgImIiXQ", "W251bGwsIG51bGwsIG51bGxd"])
@pytest.mark.parametrize("path", ["/v1/cases", "/v1/tasks", "/v1/grants"])
async def test_a_cursor_that_is_none_of_ours_is_a_problem_on_it(applicant: Caller, path: str, cursor: str) -> None:
    answer = await applicant.get(path, cursor=cursor)

    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


async def test_a_call_without_a_valid_token_is_unauthenticated(
    service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    foreign = issue(signing_key(tmp_path_factory.mktemp("foreign") / "key.pem"), "acc_x", timedelta(days=1))
    own = signing_key(service.settings.signing_key_file)
    expired, unknown = issue(own, "acc_x", timedelta(days=-1)), issue(own, "acc_nobody", timedelta(days=1))

    for token in (None, "nonsense", foreign, expired, unknown):
        answer = await Caller(service.http, token).get("/v1/cases")
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:kaifang:problem:unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_service_lives_and_is_ready_and_counts_requests(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    nobody = service.nobody()

    assert (await nobody.get("/healthz")).status_code == 200
    assert (await nobody.read("/readyz")) == {"database": "up", "engine": "up"}
    figures = await service.figures()
    assert 'route="/v1/access-requests",status="201"' in figures
    assert case["case_id"] not in figures


async def test_openapi_describes_every_call_with_its_problems(service: Service) -> None:
    document = (await service.nobody().get("/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert "ProblemDocument" in document["components"]["schemas"]
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call["summary"], f"{method} {path}"
            assert "HTTPValidationError" not in str(call)
            if path.startswith("/v1/"):
                assert {"application/problem+json"} == {
                    kind
                    for status, answer in call["responses"].items()
                    if int(status) >= 400
                    for kind in answer["content"]
                }, f"{method} {path}"
