"""HTTP as programs rely on it: addresses, HEAD, methods, offsets in queries, the page of the contract."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from activities.settings import Settings
from api.app import create_app
from api.http.tokens import ALGORITHM, LEEWAY, issue, signing_key
from tests.api.calling import PUBLIC, Caller, Service, serving

ANYBODY_READS = ("/v1/datasets", "/v1/catalogue.jsonld", "/v1/calendar/notices", "/healthz", "/docs", "/openapi.json")
AT_ONCE = timedelta(milliseconds=100)


async def test_no_answer_speaks_of_the_host_that_a_caller_names(service: Service) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in (*ANYBODY_READS, "/v1/cases/", "/v1/nothing", "//evil.example/v1/cases/"):
        answer = await service.http.get(f"http://kaifang.test{path}", headers=forged)
        address = answer.headers.get("location", "")
        assert answer.status_code < 500
        assert not re.match(r"(https?:)?//(?!open\.example/)", address)
        assert "evil.example" not in answer.text.replace(path, "")


async def test_a_slash_too_many_leads_to_the_public_address_with_method_and_query(service: Service) -> None:
    answer = await service.http.post("/v1/access-requests/", params={"a": "ü b"}, json={})
    assert (answer.status_code, answer.headers["location"]) == (308, f"{PUBLIC}/v1/access-requests?a=%C3%BC+b")


async def test_no_address_leads_to_itself(service: Service) -> None:
    for path in ("/%2F", "//", "/v1/cases/%2F", "/v1/cases%2F%2f/"):
        answer = await service.http.get(f"http://kaifang.test{path}")
        if "location" in answer.headers:
            assert answer.headers["location"] == f"{PUBLIC}/v1/cases"


@pytest.mark.parametrize("since", ["Mon, 01 Jan 2020 00:00:00 +99999999999999999999", "Mon, 01 Jan 99999 00:00:00 GMT"])
async def test_a_date_that_there_is_not_is_as_if_it_had_not_been_sent(service: Service, since: str) -> None:
    answer = await service.nobody().get("/v1/catalogue.jsonld", {"If-Modified-Since": since}, limit=1)
    assert answer.status_code == 200


async def test_where_the_service_lies_below_a_path_every_address_does(settings: Settings) -> None:
    below = settings.model_copy(update={"public_url": "https://city.example/open/"})
    async with serving(create_app(below, patience=AT_ONCE), below) as service:
        filed = await service.as_("applicant@demo").post(
            "/v1/access-requests", await service.as_("applicant@demo").form("nanning"), "once"
        )
        led = await service.http.get("/v1/cases/")
        page = (await service.http.get("/v1/catalogue.jsonld", params={"limit": 1})).json()
    assert filed.headers["location"] == f"/open/v1/cases/{filed.json()['case_id']}"
    assert led.headers["location"] == "https://city.example/open/v1/cases"
    assert page["view"]["next"].startswith("https://city.example/open/v1/catalogue.jsonld?")
    assert page["dataset"][0]["@id"].startswith("https://city.example/open/v1/datasets/")


def test_the_contract_is_the_same_however_often_it_is_asked_for(service: Service) -> None:
    first = json.dumps(service.app.openapi())
    assert json.dumps(service.app.openapi()) == first


async def test_head_answers_as_get_without_the_content(service: Service) -> None:
    for path in (*ANYBODY_READS, "/v1/nothing", "/v1/cases"):
        got = await service.http.get(path)
        headed = await service.http.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b""), path
        assert headed.headers.get("content-type") == got.headers.get("content-type")
        assert headed.headers.get("content-length") == got.headers.get("content-length")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/v1/cases", "GET, HEAD"),
        ("GET", "/v1/access-requests", "POST"),
        ("PUT", "/v1/calendar/notices", "GET, HEAD, POST"),
        ("POST", "/v1/supervision/feeds/some-feed", "DELETE"),
    ],
)
async def test_the_answer_to_an_unknown_method_names_those_that_the_path_has(
    service: Service, method: str, path: str, allowed: str
) -> None:
    answer = await service.http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("offset", ["%2B08:00", "+08:00", "+0800", "Z"])
async def test_an_offset_is_understood_as_people_write_it_into_an_address(service: Service, offset: str) -> None:
    applicant = service.as_("applicant@demo")
    moment = f"2026-01-01T00:00:00{offset}"
    answer = await applicant.get(f"/v1/cases?received_from={moment}&received_until={moment}")
    assert answer.status_code == 200, answer.text


def instants(document: Any) -> list[tuple[str, str]]:
    """The query parameters of all calls that are instants."""
    return [
        (path, parameter["name"])
        for path, calls in document["paths"].items()
        for call in calls.values()
        for parameter in call.get("parameters", ())
        if parameter["in"] == "query" and "date-time" in str(parameter["schema"])
    ]


async def test_every_instant_in_a_query_may_have_its_plus_as_people_write_it(service: Service) -> None:
    found = instants((await service.http.get("/openapi.json")).json())
    assert len(found) >= 3
    for path, name in found:
        answer = await service.as_("admin@kaifang").get(f"{path}?{name}=2026-01-01T00:00:00+08:00")
        assert not any(each["field"] == name for each in answer.json().get("errors", ())), answer.text


NAMED = {"city", "body", "provider", "procedure", "stage", "outcome", "dataset_id", "officer", "calendar"}
"""Parameters that name what exists or does not."""
NO_LISTS = {"/v1/gate", "/v1/exchange-gate", "/v1/deadlines", "/v1/rules/{city}"}
"""What answers one question each, and tells its faults in its own way."""
CALLERS = {
    "/v1/cases": "applicant@demo",
    "/v1/grants": "applicant@demo",
    "/v1/tasks": "reviewer@nanning.operator",
    "/v1/supervision/rectification-proposals": "admin@kaifang",
    "/v1/directory": "admin@kaifang",
    "/v1/accounts": "admin@kaifang",
}
"""Who may read a list that not everybody may, where a supervisor is not who reads it."""


def filters(document: Any) -> list[tuple[str, str]]:
    """Each list, of a city where it has to be one's, with each parameter that narrows it to what bears a name."""
    return [
        (
            f"{path}?city=nanning" if needs_a_city(calls["get"]) and parameter["name"] != "city" else path,
            parameter["name"],
        )
        for path, calls in document["paths"].items()
        if path not in NO_LISTS
        for parameter in calls.get("get", {}).get("parameters", ())
        if parameter["in"] == "query" and parameter["name"] in NAMED
    ]


def needs_a_city(call: Any) -> bool:
    return any(each["name"] == "city" and each.get("required") for each in call.get("parameters", ()))


async def test_a_filter_by_what_does_not_exist_is_a_problem_that_names_it(service: Service) -> None:
    found = filters((await service.http.get("/openapi.json")).json())
    assert len(found) >= 40
    for path, field in found:
        caller = service.as_(CALLERS.get(path, "supervisor@nanning.authority"))
        narrowed = f"{path}{'&' if '?' in path else '?'}{field}=banana"
        for language in ("en", "zh-CN"):
            answer = await caller.get(narrowed, {"Accept-Language": language})
            assert answer.status_code == 422, (path, field, answer.text)
            (error,) = answer.json()["errors"]
            assert error["field"] == field
            assert "banana" in error["detail"]


async def test_a_filter_by_what_exists_is_none(service: Service) -> None:
    admin = service.as_("admin@kaifang")
    for path, asked in (
        ("/v1/cases", {"city": "yulin", "procedure": "access", "outcome": "expired", "provider": "yulin.health"}),
        ("/v1/cases", {"dataset_id": "nanning-transport-bus-lines", "outcome": "granted"}),
        ("/v1/tasks", {"city": "nanjing", "body": "nanjing.operator"}),
        ("/v1/supervision/overdue", {"stage": "provider_review", "procedure": "access_request", "city": "nanning"}),
    ):
        answer = await admin.get(f"{path}?{urlencode(asked)}")
        assert answer.status_code == 200, answer.text


async def test_the_page_of_the_contract_needs_nothing_from_outside(service: Service) -> None:
    page = await service.http.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    needed = re.findall(r"""(?:src|href|url)[=:]\s*["']([^"']+)["']""", page.text)
    assert len(needed) >= 4
    for address in needed:
        assert not address.startswith(("http", "//")), address
        assert (await service.http.get(f"/{address}")).status_code == 200


@pytest.fixture
async def applicant_at(service: Service) -> AsyncIterator[Any]:
    """The applicant with a token whose issuer's clock is ahead by so many seconds."""

    def made(ahead: float, **claims: Any) -> Caller:
        key = signing_key(service.settings.signing_key_file)
        known = service.as_("applicant@demo").token
        assert known
        stated = jwt.decode(known, options={"verify_signature": False})
        stated |= {name: stated[name] + int(ahead) for name in ("iat", "exp")} | claims
        return Caller(service.http, jwt.encode(stated, key, algorithm=ALGORITHM))

    yield made


async def test_an_issuers_clock_may_differ_by_seconds_and_by_no_more(service: Service, applicant_at: Any) -> None:
    within, beyond = LEEWAY.total_seconds() - 10, LEEWAY.total_seconds() + 10
    assert (await applicant_at(within).get("/v1/cases")).status_code == 200
    assert (await applicant_at(beyond).get("/v1/cases")).status_code == 401
    lived = issue(signing_key(service.settings.signing_key_file), "x", timedelta(0))
    life = jwt.decode(lived, options={"verify_signature": False})
    gone = life["exp"] - jwt.decode(applicant_at(0).token, options={"verify_signature": False})["exp"]
    assert (await applicant_at(gone - within + 5).get("/v1/cases")).status_code == 200
    assert (await applicant_at(gone - beyond).get("/v1/cases")).status_code == 401


@pytest.mark.parametrize("subject", ["a\x00b", "", "ü", "x" * 201, "a b"])
async def test_a_token_for_what_no_account_can_be_called_is_refused(applicant_at: Any, subject: str) -> None:
    assert (await applicant_at(0, sub=subject).get("/v1/cases")).status_code == 401


async def test_a_browser_that_opens_the_api_is_led_to_the_pages_and_nobody_else_is(
    service: Service, settings: Settings
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    led = await service.http.get("/", headers=browser)
    assert (led.status_code, led.headers["location"]) == (303, f"{settings.pages_url}/")
    assert (await service.http.head("/", headers=browser)).status_code == 303
    for answer in (
        await service.http.get("/"),
        await service.http.get("/", headers={"Accept": "application/json"}),
        await service.http.post("/", headers=browser),
        await service.http.get("/nowhere", headers=browser),
        await service.http.get("/", headers={**browser, "Host": "open.example"}),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
