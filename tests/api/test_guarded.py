"""What every answer tells a browser, whatever is asked; and how large the head of a request may be."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from activities.settings import Settings
from api import gate
from api.app import create_app, methods_by_path
from api.http.guarding import OF_THE_API, Guarding
from api.http.protocol import LARGEST_HEAD, LONGEST_ADDRESS, MOST_HEADERS
from api.http.tokens import SecretUnusable, secret_in
from tests.api.calling import Service, serving
from tests.serving import listening

IN_EVERY_ANSWER = ("content-security-policy", "x-content-type-options", "cache-control")
"""Of the gate too, which no browser calls."""
BESIDE_ROUTES = (
    "/",
    "/nowhere",
    "/openapi.json",
    "/docs",
    "/docs/assets/swagger-ui.css",
    "/docs/assets/none",
    "/v1/cases/",
)


def every_call() -> list[tuple[str, str]]:
    """Each route with its methods; every part of an address is `x`."""
    calls = [
        (method, re.sub(r"{[^}]*}", "x", path)) for path, _, methods in methods_by_path() for method in sorted(methods)
    ]
    return [*calls, ("TRACE", "/v1/cases"), *(("GET", path) for path in BESIDE_ROUTES)]


async def test_every_answer_says_what_a_browser_may_do_with_it(service: Service) -> None:
    statuses = set()
    for method, path in every_call():
        answer = await service.http.request(method, path)
        statuses.add(answer.status_code)
        for name in OF_THE_API:
            assert name in answer.headers, (method, path, name)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"], (method, path)
        assert "max-age=63072000" in answer.headers["strict-transport-security"], path
    assert {200, 308, 401, 404, 405, 422} <= statuses


async def test_the_gates_answers_are_guarded_too(service: Service) -> None:
    for path in (gate.PATH, f"{gate.BELOW}anything"):
        answer = await service.http.get(path, params={"dataset_id": "nowhere"})
        assert all(name in answer.headers for name in IN_EVERY_ANSWER)
    assert gate.YES[0]["headers"]
    assert all(name.encode() in dict(gate.YES[0]["headers"]) for name in IN_EVERY_ANSWER)


async def test_what_belongs_to_a_caller_is_kept_by_nobody(service: Service) -> None:
    for path in ("/v1/cases", "/v1/messages", "/v1/datasets"):
        answer = await service.as_("applicant@demo").get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    public = await service.http.get("/v1/catalogue.jsonld")
    assert public.headers["cache-control"] == "no-cache"


async def test_what_nobody_foresaw_is_guarded_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(settings)

    @app.get("/fails")
    async def fails() -> None:
        raise ZeroDivisionError

    async with serving(app, settings) as service:
        answer = await service.http.get("/fails")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_only_an_address_that_is_reached_by_tls_demands_it(settings: Settings) -> None:
    plain = settings.model_copy(update={"public_url": "http://open.example"})
    async with serving(create_app(plain), plain) as service:
        assert "strict-transport-security" not in (await service.http.get("/healthz")).headers


async def test_the_page_of_the_contract_runs_no_script_but_its_own(service: Service) -> None:
    page = await service.http.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy.partition("style-src")[0]
    assert page.text.count("<script>") == policy.count("'sha256-")


async def test_figures_are_for_who_has_the_secret_of_the_file(service: Service) -> None:
    for sent in ({}, {"Authorization": "Bearer nonsense"}, service.as_("applicant@demo").headers()):
        answer = await service.http.get("/metrics", headers=sent)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "kaifang_" not in answer.text
    assert "kaifang_database_up 1.0" in await service.figures()
    file = service.settings.metrics_secret_file
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("short")
    with pytest.raises(SecretUnusable, match=str(file)):
        secret_in(file)


@pytest.fixture(scope="module")
async def bounded() -> AsyncIterator[int]:
    """The port of a program of ours that answers how many headers it was sent."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        count = str(len(scope["headers"])).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(count))]})
        await send({"type": "http.response.body", "body": count})

    app = Guarding(told, OF_THE_API, over_tls=False)
    async with listening(app) as port:
        yield port


async def said(port: int, sent: bytes) -> tuple[httpx.Headers, int, bytes]:
    """What is answered until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return httpx.Headers(dict(line.split(": ", 1) for line in lines)), int(first.split()[1]), body


ASKED = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Language: en\r\n"
TOO_MUCH = {
    "one long header": (431, ASKED + b"a: " + b"a" * LARGEST_HEAD + b"\r\n\r\n"),
    "many headers": (431, ASKED + b"a: b\r\n" * MOST_HEADERS + b"\r\n"),
    "a long address": (414, b"GET /?" + b"a" * LONGEST_ADDRESS + ASKED[5:] + b"\r\n"),
    "a longer address": (414, b"GET /" + b"a" * 70_000 + ASKED[5:] + b"\r\n"),
    "a header that does not end": (431, (ASKED + b"a: " + b"a" * 100_000)[: LARGEST_HEAD + LONGEST_ADDRESS + 1]),
    "no HTTP": (400, b"nothing that is HTTP\r\n\r\n"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
async def test_a_head_that_is_too_large_is_refused_with_a_document(bounded: int, what: str) -> None:
    status, sent = TOO_MUCH[what]
    headers, answered, body = await said(bounded, sent)
    assert answered == status == json.loads(body)["status"]
    assert headers["content-type"] == "application/problem+json"
    assert (headers["x-content-type-options"], headers["connection"]) == ("nosniff", "close")
    assert "server" not in headers


async def test_a_head_within_its_bounds_is_taken(bounded: int) -> None:
    as_many = ASKED + b"a: b\r\n" * (MOST_HEADERS - 3) + b"\r\n"
    assert (await said(bounded, as_many))[1:] == (200, str(MOST_HEADERS).encode())
    as_large = ASKED + b"a: " + b"a" * (LARGEST_HEAD - 100) + b"\r\n\r\n"
    assert (await said(bounded, as_large))[1] == 200
    as_long = b"GET /?" + b"a" * (LONGEST_ADDRESS - 2) + ASKED[5:] + b"\r\n"
    assert (await said(bounded, as_long))[1] == 200
