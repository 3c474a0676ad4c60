"""Pages of supervision at another instant: a service that files, and the pages, by one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.settings import Settings
from api.app import create_app as create_api
from pages.app import create_app
from rules.deadlines import to_shanghai
from tests.api.calling import Service, serving
from tests.api.conftest import BEFORE_202
from tests.api.supervising import SOON, present, set_after_due
from tests.driving import ShiftedClock
from tests.pages.visiting import Front, Visitor, pages_open

SUPERVISOR = "supervisor@nanning.authority"


@dataclass
class Timed:
    """The pages and the service, by a clock that can be set."""

    front: Front
    service: Service
    clock: ShiftedClock

    async def late_task(self, city: str = "nanning", **late: float) -> Any:
        """A task of a request that has been overdue for so long; in Yulin no law says how long it has."""
        task = (await self.service.as_("applicant@demo").file(city))["tasks"][0]
        if task["clock"]["due_at"]:
            await set_after_due(self.service, self.clock, task, **(late or {"days": 3}))
        return task

    async def today(self) -> date:
        return to_shanghai(await present(self.service, self.clock)).date()

    async def visit(self, path: str, login: str = SUPERVISOR, language: str = "en") -> Visitor:
        """The page, as somebody who has logged in sees it."""
        visitor = await self.front.logged_in(login, language)
        return await visitor.visit(path if language == "zh" else f"/en{path}")


@pytest.fixture
async def timed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Timed]:
    """By a clock that is set, with no worker and no engine."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with opened(settings, SOON) as found:
        yield found


@pytest.fixture
async def at_work(settings: Settings, worker: Worker) -> AsyncIterator[Timed]:
    """With a worker behind both, whose clock is not set."""
    async with opened(settings, BEFORE_202) as found:
        yield found


@asynccontextmanager
async def opened(settings: Settings, patience: timedelta) -> AsyncIterator[Timed]:
    """The pages and the service, which wait so long for the engine."""
    clock = ShiftedClock()
    api = create_api(settings, clock=clock, patience=patience)
    pages = create_app(settings, clock=clock, patience=patience)
    async with serving(api, settings) as service, pages_open(pages, settings) as front:
        yield Timed(front, service, clock)
