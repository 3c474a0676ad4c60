"""Where pages end: forms that are too large, an engine that never answers, a gateway that nobody named."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from datetime import timedelta

import pytest

from activities.settings import Settings
from pages.app import create_app
from pages.limits import FILES, TABLE, USUAL, limit_of
from tests.pages.test_cases import requested
from tests.pages.visiting import Front, pages_open, parse, text_of

A_WHILE = 20
OBJECTION = "/datasets/nanning-transport-bus-lines/objection"


async def pieces(size: int) -> AsyncIterator[bytes]:
    """A body that announces no length."""
    for _ in range(0, size, 100_000):
        yield b"a" * 100_000


@pytest.mark.parametrize(("language", "heading"), [("zh", "请求内容过大"), ("en", "The body is too large")])
async def test_a_form_that_is_too_large_is_a_page_that_says_so(front: Front, language: str, heading: str) -> None:
    visitor = await front.logged_in("applicant@demo", language)
    path = "/en/my/settings/channels" if language == "en" else "/my/settings/channels"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    for content in (b"a" * (USUAL.largest + 1), pieces(USUAL.largest + 100_000)):
        answer = await visitor.http.post(path, content=content, headers=headers)
        assert answer.status_code == 413
        assert text_of(next(parse(answer.text).iter("h1"))) == heading


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (OBJECTION, FILES),
        (f"/en{OBJECTION}", FILES),
        ("/cases/NN-AR-2026-000001", FILES),
        ("/en/catalogue/import", TABLE),
        ("/cases/NN-AR-2026-000001/supplement", USUAL),
        ("/messages/read", USUAL),
    ],
)
def test_a_page_takes_as_much_as_the_call_that_does_the_same(path: str, limit: object) -> None:
    assert limit_of(path) == limit


@pytest.fixture
def silent_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{listener.getsockname()[1]}")
        yield


async def test_pages_without_patience_end_though_the_engine_is_silent(settings: Settings, silent_engine: None) -> None:
    impatient = settings.model_copy(update={"patience": 0})
    async with asyncio.timeout(A_WHILE):
        async with pages_open(create_app(impatient), impatient) as front:
            visitor = await front.logged_in("applicant@demo")
            assert await requested(visitor, "nanning")


async def test_a_grant_shows_the_call_at_the_gateway_that_the_settings_name(
    settings: Settings, names: Mapping[str, str]
) -> None:
    named = "https://data.example/nn"
    for data_url, begins in ((None, "https://<the address of the data gateway>/data/"), (named, f"{named}/data/")):
        chosen = settings.model_copy(update={"data_url": data_url})
        async with pages_open(create_app(chosen, patience=timedelta(seconds=1)), chosen) as front:
            visitor = await front.logged_in("applicant@demo")
            await visitor.visit(f"/en/my/grants/{names['grant']}")
            assert f'"{begins}' in visitor.text()
