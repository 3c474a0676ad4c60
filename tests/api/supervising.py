"""What tests of supervision share: the service at another instant, where nothing is worked off, and its lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.settings import Settings
from api.app import create_app
from reading.directory import questions as directory
from reading.sight import Caller as Reader
from reading.store import Store
from reading.supervision.lists import Asking
from reading.supervision.sight import Narrowing, must_supervise
from rules.deadlines import to_shanghai
from rules.sample_accounts import account_id_of
from tests.api.calling import Caller, Service, serving
from tests.driving import ShiftedClock

SUPERVISOR = "supervisor@nanning.authority"
OVERDUE, DUE_SOON = "/v1/supervision/overdue", "/v1/supervision/due-soon"
SOON = timedelta(milliseconds=100)
"""So short that nobody waits for an engine that does not answer."""


@asynccontextmanager
async def without_engine(
    settings: Settings, clock: ShiftedClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """The service with no worker, and no engine either."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with serving(create_app(settings, clock=clock, patience=SOON), settings) as service:
        yield service


async def present(service: Service, clock: ShiftedClock) -> datetime:
    """The instant by the service's clock."""
    return clock.at(await service.app.state.runtime.pool.fetchval("select clock_timestamp()"))


async def set_to(service: Service, clock: ShiftedClock, instant: datetime) -> None:
    """Sets the service's clock to an instant."""
    clock.shift += instant - await present(service, clock)


async def set_after_due(service: Service, clock: ShiftedClock, task: Any, **more: float) -> None:
    """Sets the clock to so much after the task's due instant."""
    await set_to(service, clock, datetime.fromisoformat(task["clock"]["due_at"]) + timedelta(**more))


@asynccontextmanager
async def asking(service: Service, login: str, stage: str | None = None) -> AsyncIterator[tuple[Store, Reader, Asking]]:
    """Where, who and what somebody asks who looks at the pages of supervision, narrowed to a stage where one is
    named."""
    async with service.app.state.runtime.store() as store:
        reader, present = await directory.caller(store, account_id_of(login)), await store.present()
        assert reader
        sight = must_supervise(reader, to_shanghai(present.now).date())
        yield store, reader, Asking(sight, Narrowing(stage=stage), present, "en")


def ids(page: Any) -> list[str]:
    """The tasks of a page."""
    return [each["task_id"] for each in page["items"]]


async def page_by_page(caller: Caller, path: str, limit: int, **narrowing: str) -> list[str]:
    """The tasks of a list, read in pages of so many."""
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = await caller.read(path, limit=limit, **narrowing, **more)
        found += ids(page)
        if page["next"] is None:
            return found
        more = {"cursor": page["next"]}
