"""What takes messages, for the tests of sending."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.receiving import HttpReceiver, Mailbox, http_receiver, smtp_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    async with http_receiver() as taking:
        yield taking


@pytest.fixture
async def another() -> AsyncIterator[HttpReceiver]:
    async with http_receiver() as taking:
        yield taking


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_receiver() as taking:
        yield taking
