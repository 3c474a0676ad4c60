"""A call that is one too many is refused, by address and by account, and says when to call again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.types import Scope

from activities.rates.buckets import Limit
from activities.settings import Settings
from api.app import ROUTERS, create_app, methods_by_path
from api.http.calling import calls_from
from api.http.rating import Weight
from api.weights import OF_THE_API
from reading.cases.shapes import CaseShown, RequestFiled
from tests.api.calling import Caller, serving
from tests.api.gate import CONDITIONAL, put_grant

FEW: dict[str, Any] = {f"rate_{limit}": "1000/600" for limit in Limit}


@pytest.fixture
def settings(tmp_path: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """No engine: what is refused comes to none. Each test says which rate is small."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    return Settings(home=tmp_path, database_url=database_url, rates_times=1, trusted_proxies="10.0.0.0/8", **FEW)


class Strictly:
    """The service with some rates of their own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def serving(self, **rates: str) -> Any:
        settings = self._settings.model_copy(update={f"rate_{name}": rate for name, rate in rates.items()})
        return serving(create_app(settings), settings)


@pytest.fixture
async def strictly(settings: Settings) -> AsyncIterator[Strictly]:
    yield Strictly(settings)


def is_too_many(answer: httpx.Response) -> bool:
    """Whether an answer is the refusal, whole."""
    if answer.status_code != 429:
        return False
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kaifang:problem:too-many-calls"
    assert answer.headers["retry-after"] in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    return True


async def test_an_address_may_ask_for_so_much_and_no_more(strictly: Strictly) -> None:
    async with strictly.serving(addresses="12/600") as service:
        nobody = service.nobody()
        assert [(await nobody.get("/v1/cities")).status_code for _ in range(12)] == [200] * 12
        refused = await nobody.get("/v1/cities")
        in_chinese = await service.http.get("/v1/nowhere", headers={"Accept-Language": "zh"})
        assert (await nobody.get("/healthz")).status_code == 200
    assert is_too_many(refused)
    assert "Try again in" in refused.json()["detail"]
    assert is_too_many(in_chinese)
    assert "秒后再试" in in_chinese.json()["detail"]


async def test_what_is_dear_takes_more(strictly: Strictly) -> None:
    async with strictly.serving(addresses="12/600") as service:
        assert (await service.nobody().get("/v1/figures")).status_code == 422
        assert is_too_many(await service.nobody().get("/v1/catalogue.jsonld"))
        assert (await service.nobody().get("/v1/cities")).status_code == 200


async def test_an_account_is_one_caller_wherever_it_calls_from(strictly: Strictly) -> None:
    async with strictly.serving(accounts="2/600") as service:
        applicant, other = service.as_("applicant@demo"), service.as_("applicant2@demo")
        assert [(await applicant.get("/v1/cases")).status_code for _ in range(3)] == [200, 200, 429]
        assert (await other.get("/v1/cases")).status_code == 200


async def test_filings_and_uploads_are_limited_harder(strictly: Strictly) -> None:
    async with strictly.serving(filings="1/600", uploads="1/600") as service:
        applicant = service.as_("applicant@demo")
        for path in ("/v1/access-requests", "/v1/evidence"):
            first = await applicant.post(path, {})
            assert first.status_code in (400, 422), path
            assert is_too_many(await applicant.post(path, {})), path
        assert (await applicant.get("/v1/cases")).status_code == 200


async def test_guessed_tokens_are_refused_before_they_are_looked_at(strictly: Strictly) -> None:
    async with strictly.serving(tokens="3/600") as service:
        guessing = Caller(service.http, "guessed")
        assert [(await guessing.get("/v1/cases")).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        assert is_too_many(await guessing.get("/metrics"))
        assert is_too_many(await service.as_("applicant@demo").get("/v1/cases"))
        assert (await service.nobody().get("/v1/cities")).status_code == 200


async def test_refused_calls_are_counted_for_all_processes(strictly: Strictly) -> None:
    async with strictly.serving(accounts="1/600") as service:
        for _ in range(3):
            await service.as_("applicant@demo").get("/v1/cases")
        await service.app.state.runtime.rates.share()
        figures = await service.figures()
    assert 'kaifang_refused_calls{limit="accounts"} 2.0' in figures
    assert 'kaifang_refused_calls{limit="keys"} 0.0' in figures


GUESS = {"dataset_id": CONDITIONAL, "mode": "download"}


def guessed(number: int, **headers: str) -> dict[str, str]:
    return {"X-Access-Key": f"kf_{number:043d}", "Accept-Language": "en", **headers}


async def test_whoever_guesses_keys_hears_no_more_whether_they_open_anything(strictly: Strictly) -> None:
    async with strictly.serving(keys="3/600") as service:
        answers = [await service.http.get("/v1/gate", params=GUESS, headers=guessed(n)) for n in range(6)]
        unconditional = await service.http.get("/v1/gate", params={"dataset_id": CONDITIONAL})
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429, 429, 429]
    assert is_too_many(answers[-1])
    assert answers[-1].headers["x-kaifang-reason"] == answers[-1].json()["reason"] == "too_many_keys"
    assert unconditional.status_code == 403


async def test_a_gateway_that_names_nobody_keeps_serving_who_has_a_key(strictly: Strictly, pool: Any) -> None:
    _, key = await put_grant(pool)
    async with strictly.serving(keys="1/600") as service:
        for number in range(3):
            await service.http.get("/v1/gate", params=GUESS, headers=guessed(number))
        assert (await service.http.get("/v1/gate", params=GUESS, headers=guessed(9))).status_code == 429
        served = await service.http.get("/v1/gate", params=GUESS, headers={"X-Access-Key": key})
    assert served.status_code == 204


async def test_a_reader_whom_a_gateway_names_is_refused_alone(settings: Settings, strictly: Strictly) -> None:
    async with strictly.serving(keys="1/600") as service:
        transport = httpx.ASGITransport(app=service.app, client=("10.0.0.5", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as gateway:
            first, other = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
            statuses = [
                (await gateway.get("/v1/gate", params=GUESS, headers=guessed(number, **reader))).status_code
                for number, reader in enumerate([first, first, first, other])
            ]
        await service.app.state.runtime.rates.share()
        assert 'kaifang_refused_calls{limit="keys"} 2.0' in await service.figures()
    assert statuses == [403, 429, 429, 403]


def called_by(client: str, *forwarded: str) -> Scope:
    return {"client": (client, 1), "headers": [(b"x-forwarded-for", each.encode()) for each in forwarded]}


@pytest.mark.parametrize(
    ("scope", "address", "is_named"),
    [
        (called_by("203.0.113.7", "198.51.100.1"), "203.0.113.7", False),
        (called_by("10.0.0.5", "198.51.100.1"), "198.51.100.1", True),
        (called_by("10.0.0.5", "192.0.2.9, 198.51.100.1, 10.0.0.6"), "198.51.100.1", True),
        (called_by("10.0.0.5", "192.0.2.9", "198.51.100.1"), "198.51.100.1", True),
        (called_by("10.0.0.5", "198.51.100.1, nonsense"), "10.0.0.5", False),
        (called_by("10.0.0.5"), "10.0.0.5", False),
        ({"client": None, "headers": []}, "nobody", False),
    ],
)
def test_who_calls_is_believed_of_our_own_proxies_alone(
    settings: Settings, scope: Scope, address: str, is_named: bool
) -> None:
    assert calls_from(scope, settings.proxies) == (address, is_named)
    assert calls_from(scope, ())[1] is False


def test_each_weight_is_of_a_call_that_there_is() -> None:
    calls = [(method, re.sub(r"{[^}]*}", "x", path)) for path, _, methods in methods_by_path() for method in methods]
    used: set[Weight] = {OF_THE_API.weight(*call) for call in [*calls, ("GET", "/docs/assets/x")]}
    assert set(OF_THE_API.of) <= used


def test_every_call_that_begins_a_procedure_meets_the_limit_of_filings() -> None:
    begin = {
        re.sub(r"{[^}]*}", "x", route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and route.status_code == 201
        and route.response_model in (CaseShown, RequestFiled)
    }
    assert len(begin) > 15
    assert {path: OF_THE_API.weight("POST", path).limit for path in begin} == dict.fromkeys(begin, Limit.FILINGS)
