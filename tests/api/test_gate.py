"""The gate over HTTP: yes, no with a reason, cannot know; by query and by header, any method, any path below."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psutil
import pytest

from activities.database import Pool
from activities.settings import Settings
from api.app import create_app
from api.gate import ANSWERS, EXCHANGE, PATH
from models.gate import ALLOWING, NOT_KNOWING, Reason
from reading.words.texts import texts
from stack.postgres import Postgres
from tests.api.calling import Service, serving
from tests.api.gate import CLOSED, CONDITIONAL, UNCONDITIONAL, lift, put_grant, restrict
from tests.api.test_database_away import own_postgres, own_settings
from tests.driving import ShiftedClock
from tests.filling import nothing_grows
from tests.owning import by_owner, owner_of

__all__ = ["own_postgres", "own_settings"]

GATE = "/v1/gate"
DOWNLOAD = {"dataset_id": CONDITIONAL, "mode": "download"}


@pytest.fixture
def settings(tmp_path: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """No engine: the gate needs none."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def service(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Service]:
    async with serving(create_app(settings, clock=clock), settings) as running:
        yield running


async def ask(service: Service, key: str | None = None, method: str = "GET", **facts: str) -> httpx.Response:
    return await service.http.request(method, GATE, params=facts, headers={"X-Access-Key": key} if key else {})


def said(answer: httpx.Response) -> str:
    """`yes`, or the reason."""
    if answer.is_success:
        assert answer.status_code == (204 if answer.request.url.path == GATE else 200)
        assert answer.content == b""
        return "yes"
    reason = answer.headers["x-kaifang-reason"]
    assert answer.status_code == (503 if reason in NOT_KNOWING else 403), answer.text
    return str(reason)


async def test_a_grant_opens_what_it_covers_and_nothing_else(service: Service, pool: Pool) -> None:
    _, key = await put_grant(pool)
    _, other = await put_grant(pool, "yulin-transport-bus-positions")
    answer = await ask(service, key, **DOWNLOAD)
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (204, b"", "no-store")
    assert said(await ask(service, None, **DOWNLOAD)) == "key_missing"
    assert said(await ask(service, key[:-1] + ("a" if key[-1] != "a" else "b"), **DOWNLOAD)) == "key_unknown"
    assert said(await ask(service, "kf_x", **DOWNLOAD)) == "malformed_key"
    assert said(await ask(service, other, **DOWNLOAD)) == "grant_of_another_dataset"
    assert said(await ask(service, key, dataset_id=CONDITIONAL, mode="api")) == "mode_not_granted"
    assert said(await ask(service, key, dataset_id=CONDITIONAL)) == "mode_missing"
    assert said(await ask(service, key, items="position,speed_kmh", **DOWNLOAD)) == "yes"
    assert said(await ask(service, key, items="position,heading", **DOWNLOAD)) == "unknown_item"
    assert said(await ask(service, key, dataset_id="nanning-transport-unheard-of")) == "unknown_dataset"
    assert said(await ask(service, key, dataset_id=CLOSED)) == "closed"


async def test_unconditional_data_needs_no_key_and_obeys_suspensions(service: Service, pool: Pool) -> None:
    assert said(await ask(service, dataset_id=UNCONDITIONAL)) == "yes"
    assert said(await ask(service, "kf_" + "x" * 43, dataset_id=UNCONDITIONAL)) == "yes"
    case_id = await restrict(pool, "suspension", "line_name", dataset_id=UNCONDITIONAL)
    assert said(await ask(service, dataset_id=UNCONDITIONAL)) == "suspended"
    assert said(await ask(service, dataset_id=UNCONDITIONAL, items="line_code")) == "yes"
    assert said(await ask(service, dataset_id=UNCONDITIONAL, items="line_code,line_name")) == "suspended"
    await lift(pool, case_id)
    assert said(await ask(service, dataset_id=UNCONDITIONAL)) == "yes"


async def test_data_is_served_again_only_when_no_case_restricts_it(service: Service, pool: Pool) -> None:
    _, key = await put_grant(pool)
    hold, suspension, withdrawal = [await restrict(pool, kind) for kind in ("hold", "suspension", "withdrawal")]
    told = [said(await ask(service, key, **DOWNLOAD))]
    for case_id in (withdrawal, suspension, hold):
        await lift(pool, case_id)
        told.append(said(await ask(service, key, **DOWNLOAD)))
    assert told == ["withdrawn", "suspended", "held", "yes"]


async def test_a_grant_counts_from_its_instant_until_its_end_by_the_clock_of_postgresql(
    service: Service, pool: Pool, clock: ShiftedClock
) -> None:
    now = await pool.fetchval("select clock_timestamp()")
    _, key = await put_grant(pool, granted_at=now + timedelta(hours=1), valid_until=now + timedelta(hours=2))
    assert said(await ask(service, key, **DOWNLOAD)) == "grant_not_yet_valid"
    clock.shift = timedelta(hours=1, minutes=1)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    clock.shift = timedelta(hours=2)
    assert said(await ask(service, key, **DOWNLOAD)) == "grant_expired"


async def test_an_ended_grant_opens_nothing(service: Service, pool: Pool) -> None:
    _, key = await put_grant(pool, ended="revoked")
    assert said(await ask(service, key, **DOWNLOAD)) == "grant_ended"


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
PATHS = (GATE, f"{GATE}/", f"{GATE}/data/some/file.csv", f"{GATE}/..%2fcases")


async def test_every_method_and_every_path_below_is_the_gate(service: Service) -> None:
    for method, path in itertools.product(METHODS, PATHS):
        allowed = await service.http.request(method, path, headers={"X-Dataset-Id": UNCONDITIONAL})
        refused = await service.http.request(method, path, headers={"X-Dataset-Id": CONDITIONAL})
        assert (said(allowed), said(refused)) == ("yes", "key_missing")
    assert (await service.http.get("/v1/gateway")).status_code == 404


async def test_facts_by_header_are_as_good_as_by_query_and_the_two_may_not_disagree(
    service: Service, pool: Pool
) -> None:
    _, key = await put_grant(pool, data_items=["position"], use="research")
    headers = {
        "X-Access-Key": key,
        "X-Dataset-Id": CONDITIONAL,
        "X-Data-Items": "position",
        "X-Access-Mode": "download",
        "X-Data-Use": "research",
    }
    alike = {"dataset_id": CONDITIONAL, "items": "position", "mode": "download", "use": "research"}
    assert said(await service.http.get(GATE, headers=headers)) == "yes"
    assert said(await service.http.get(GATE, params=alike, headers=headers)) == "yes"
    assert said(await service.http.get(GATE, params={"items": "position"}, headers=headers)) == "facts_disagree"
    assert said(await service.http.get(GATE, headers=headers | {"X-Data-Use": "commercial"})) == "use_not_granted"
    assert said(await service.http.get(GATE, headers=headers | {"X-Data-Items": ""})) == "item_not_granted"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "dataset_missing"),
        ("dataset_id=a&dataset_id=b", "parameter_repeated"),
        (f"dataset_id={UNCONDITIONAL}&items=line_code&items=", "parameter_repeated"),
        ("dataset_id=%00", "malformed_value"),
        ("dataset_id=%ff", "malformed_value"),
        ("dataset_id=%ed%a0%80", "malformed_value"),
        ("dataset_id=x&items=a,", "malformed_value"),
        (f"dataset_id={UNCONDITIONAL}' or 1=1 --", "unknown_dataset"),
        (f"dataset_id={UNCONDITIONAL}%20", "unknown_dataset"),
        (f"dataset_id={UNCONDITIONAL}&items=line_code;items=line_name", "unknown_item"),
        ("dataset_id=" + "x" * 70_000, "malformed_value"),
    ],
)
async def test_a_hostile_call_is_refused_and_named(service: Service, query: str, reason: str) -> None:
    scope = {"type": "http", "path": GATE, "query_string": query.encode(), "headers": []}
    assert await raw(service, scope) == reason


async def raw(service: Service, scope: dict[str, Any]) -> str:
    """The gate's answer to a call as a server hands it over, which no client would send."""
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the gate reads no body")

    async def send(message: Any) -> None:
        sent.append(message)

    await service.app(scope, receive, send)
    reason: bytes = dict(sent[0]["headers"]).get(b"x-kaifang-reason", b"yes")
    return reason.decode()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([(b"x-access-key", b"kf_" + b"x" * 43)] * 2, "parameter_repeated"),
        ([(b"x-dataset-id", b"a"), (b"x-dataset-id", b"a")], "parameter_repeated"),
        ([(b"x-dataset-id", b"\xff")], "malformed_value"),
        ([(b"x-access-key", b"\xff")], "malformed_value"),
        ([(b"x-access-key", b"")], "yes"),
    ],
)
async def test_hostile_headers_are_refused_and_named(
    service: Service, headers: list[tuple[bytes, bytes]], reason: str
) -> None:
    query = f"dataset_id={UNCONDITIONAL}".encode()
    assert await raw(service, {"type": "http", "path": GATE, "query_string": query, "headers": headers}) == reason


async def test_a_refusal_is_a_problem_document_in_the_callers_language(service: Service, pool: Pool) -> None:
    await restrict(pool, "suspension")
    english = await service.http.get(GATE, params=DOWNLOAD, headers={"Accept-Language": "en"})
    chinese = await service.http.get(GATE, params=DOWNLOAD)
    for answer, language in ((english, "en"), (chinese, "zh-CN")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        document = answer.json()
        assert (document["type"], document["status"]) == ("urn:kaifang:problem:access-refused", 403)
        assert document["reason"] == answer.headers["x-kaifang-reason"] == "suspended"
    assert english.json()["detail"] == texts().gate["suspended"].en
    assert chinese.json()["detail"] == texts().gate["suspended"].zh


def test_every_reason_has_its_texts_and_every_text_its_reason() -> None:
    assert set(texts().gate) == {reason.value for reason in Reason}
    refusals = set(Reason) - ALLOWING
    assert {(door, reason) for door, reason, _ in ANSWERS} == {
        (door, no) for door in (PATH, EXCHANGE) for no in refusals
    }


async def test_the_gate_stands_in_the_openapi_document(service: Service) -> None:
    document = (await service.http.get("/openapi.json")).json()
    assert set(document["paths"][GATE]["get"]["responses"]) == {"204", "403", "429", "503"}
    assert "GateAnswer" in document["components"]["schemas"]


async def test_a_quota_lets_exactly_so_many_calls_through_however_many_come_at_once(
    service: Service, settings: Settings, pool: Pool
) -> None:
    case_id, key = await put_grant(pool, daily_calls=25)
    async with serving(create_app(settings), settings) as another:
        told = await asyncio.gather(*[ask(where, key, **DOWNLOAD) for where in (service, another) for _ in range(40)])
    assert sorted({said(answer) for answer in told}) == ["quota_exhausted", "yes"]
    assert sum(said(answer) == "yes" for answer in told) == 25
    assert await pool.fetchval("select calls from gate_calls where case_id = $1", case_id) == 25


async def test_a_call_that_cannot_be_counted_is_no_yes_and_the_next_one_is(
    service: Service, pool: Pool, postgres_server: Postgres
) -> None:
    case_id, key = await put_grant(pool, daily_calls=5)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    await by_owner(pool, "truncate gate_calls")
    gates = await pool.fetch(
        "select pid from pg_stat_activity where application_name = 'kaifang gate' and datname = current_database()"
    )
    with nothing_grows(postgres_server, *(row["pid"] for row in gates)):
        assert said(await ask(service, key, **DOWNLOAD)) == "database_away"
        assert await pool.fetchval("select count(*) from gate_calls") == 0
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    assert await pool.fetchval("select calls from gate_calls where case_id = $1", case_id) == 1


async def test_only_an_allowed_call_counts_and_each_day_of_shanghai_begins_anew(
    service: Service, pool: Pool, clock: ShiftedClock
) -> None:
    case_id, key = await put_grant(pool, daily_calls=1)
    await by_owner(pool, "update grants set valid_until = clock_timestamp() + interval '9 days'")
    await ask(service, key, dataset_id=CONDITIONAL, mode="api")
    assert await pool.fetchval("select count(*) from gate_calls") == 0
    told = [said(await ask(service, key, **DOWNLOAD)) for _ in range(2)]
    now = await pool.fetchval("select date_trunc('day', clock_timestamp() at time zone 'Asia/Shanghai')")
    midnight = await pool.fetchval("select $1::timestamp at time zone 'Asia/Shanghai'", now + timedelta(days=1))
    clock.shift = midnight - await pool.fetchval("select clock_timestamp()") + timedelta(milliseconds=1)
    told += [said(await ask(service, key, **DOWNLOAD)) for _ in range(2)]
    assert told == ["yes", "quota_exhausted", "yes", "quota_exhausted"]
    counted = await pool.fetch('select "on", calls from gate_calls where case_id = $1 order by 1', case_id)
    assert [tuple(row) for row in counted] == [(now.date() + timedelta(days=day), 1) for day in (0, 1)]


async def test_concurrent_calls_are_each_answered_for_themselves(service: Service, pool: Pool) -> None:
    granted = [await put_grant(pool, data_items=[item]) for item in ("position", "speed_kmh", "line_code")]
    told = await asyncio.gather(
        *[
            ask(service, key, items=item, **DOWNLOAD)
            for _ in range(20)
            for _, key in granted
            for item in ("position", "speed_kmh", "line_code")
        ]
    )
    one_round = [said(answer) for answer in told[:9]]
    assert [place for place, reason in enumerate(one_round) if reason == "yes"] == [0, 4, 8]
    assert [said(answer) for answer in told] == one_round * 20


async def test_a_restriction_committed_before_the_call_is_obeyed_whatever_happens(service: Service, pool: Pool) -> None:
    _, key = await put_grant(pool)
    restricted = asyncio.Event()

    async def calling() -> set[str]:
        told: set[str] = set()
        while not restricted.is_set() or not told:
            told.add(said(await ask(service, key, **DOWNLOAD)))
        return told

    async with asyncio.TaskGroup() as group:
        callers = [group.create_task(calling()) for _ in range(8)]
        for _ in range(10):
            case_id = await restrict(pool, "hold")
            at_once = await asyncio.gather(*[ask(service, key, **DOWNLOAD) for _ in range(5)])
            assert {said(answer) for answer in at_once} == {"held"}
            await lift(pool, case_id)
            assert said(await ask(service, key, **DOWNLOAD)) == "yes"
        restricted.set()
    assert set.union(*(caller.result() for caller in callers)) <= {"yes", "held"}


async def test_a_clock_that_was_set_back_is_never_a_yes(
    service: Service, pool: Pool, clock: ShiftedClock, caplog: pytest.LogCaptureFixture
) -> None:
    _, key = await put_grant(pool)
    clock.shift = timedelta(minutes=10)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    clock.shift -= timedelta(seconds=1)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    clock.shift = timedelta()
    with caplog.at_level(logging.ERROR, "kaifang.gate"):
        answers = [await ask(service, key, **DOWNLOAD) for _ in range(3)]
        answers.append(await ask(service, dataset_id=UNCONDITIONAL))
    assert {said(answer) for answer in answers} == {"clock_jumped"}
    assert all(answer.headers["retry-after"] for answer in answers)
    assert len([record for record in caplog.records if "clock" in record.message]) == 1
    clock.shift = timedelta(minutes=11)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"


async def test_a_new_run_remembers_how_far_the_clock_was(settings: Settings, pool: Pool) -> None:
    _, key = await put_grant(pool)
    ahead = ShiftedClock(timedelta(minutes=10))
    async with serving(create_app(settings, clock=ahead), settings) as service:
        assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    async with serving(create_app(settings), settings) as service:
        assert said(await ask(service, key, **DOWNLOAD)) == "clock_jumped"


async def test_an_error_that_nobody_foresaw_is_never_a_yes(service: Service, pool: Pool) -> None:
    _, key = await put_grant(pool)
    await by_owner(pool, "alter table restrictions rename to elsewhere")
    assert said(await ask(service, key, **DOWNLOAD)) == "unexpected"
    await by_owner(pool, "alter table elsewhere rename to restrictions")
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"


@pytest.mark.usefixtures("gate_as_it_is")
async def test_who_waits_for_a_lock_is_told_within_a_second_that_the_gate_cannot_know(
    service: Service, pool: Pool
) -> None:
    _, key = await put_grant(pool)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    async with owner_of(pool) as connection, connection.transaction():
        await connection.execute("lock table grants in access exclusive mode")
        loop = asyncio.get_running_loop()
        started = loop.time()
        told = await asyncio.gather(*[ask(service, key, **DOWNLOAD) for _ in range(20)])
        assert loop.time() - started < 10
    assert {said(answer) for answer in told} == {"database_away"}
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"


@pytest.mark.usefixtures("gate_as_it_is")
async def test_while_postgresql_is_away_or_frozen_the_gate_cannot_know(
    own_postgres: Postgres, own_settings: Settings
) -> None:
    async with serving(create_app(own_settings), own_settings) as service:
        before = await ask(service, dataset_id=UNCONDITIONAL)
        own_postgres.stop()
        away = await ask(service, dataset_id=UNCONDITIONAL)
        own_postgres.start()
        back = await ask(service, dataset_id=UNCONDITIONAL)
        with_backends = [
            process for process in psutil.process_iter(["name", "cwd"]) if process.info["cwd"] == str(own_postgres.data)
        ]
        for process in with_backends:
            process.send_signal(signal.SIGSTOP)
        frozen = await ask(service, dataset_id=UNCONDITIONAL)
        for process in with_backends:
            process.send_signal(signal.SIGCONT)
        thawed = await ask(service, dataset_id=UNCONDITIONAL)
    told = [said(answer) for answer in (before, away, back, frozen, thawed)]
    assert told == ["yes", "database_away", "yes", "database_away", "yes"]
    assert int(away.headers["retry-after"]) > 0


async def test_figures_tell_the_answers_and_how_the_log_stands(service: Service) -> None:
    await ask(service, dataset_id=UNCONDITIONAL)
    await ask(service, **DOWNLOAD)
    figures = await service.figures()
    assert 'kaifang_gate_answers_total{answer="yes",reason="unconditional"} 1.0' in figures
    assert 'kaifang_gate_answers_total{answer="no",reason="key_missing"} 1.0' in figures
    assert "kaifang_gate_log_backlog" in figures
    assert "kaifang_gate_log_lost 0.0" in figures
