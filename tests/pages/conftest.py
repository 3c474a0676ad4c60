"""The pages as they run: real PostgreSQL, real Temporal, and visitors without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
from temporalio.worker import Worker

from activities.settings import Settings
from api.app import create_app as create_api
from pages.app import create_app
from stack.temporal import TemporalServer
from tests.api.calling import Service, serving
from tests.api.conftest import BEFORE_202
from tests.api.conftest import settings as settings_of_the_api  # noqa: F401 - a fixture, by its name
from tests.pages.everywhere import everything_filed
from tests.pages.visiting import Front, pages_open


@pytest.fixture
def settings(settings_of_the_api: Settings) -> Settings:  # noqa: F811 - that fixture
    return settings_of_the_api.model_copy(update={"login": "demo", "public_url": None})


@pytest.fixture
async def front(settings: Settings) -> AsyncIterator[Front]:
    """The pages, whatever runs behind them."""
    async with pages_open(create_app(settings, patience=BEFORE_202), settings) as running:
        yield running


@pytest.fixture
async def working(worker: Worker, front: Front) -> Front:
    """The pages with a worker behind them."""
    return front


@pytest.fixture
async def service(settings: Settings, front: Front) -> AsyncIterator[Service]:
    """The API beside the pages, on the same database."""
    async with serving(create_api(settings, patience=BEFORE_202), settings) as running:
        yield running


@pytest.fixture
async def names(settings: Settings, temporal_server: TemporalServer) -> Mapping[str, str]:
    """The parts of addresses, of what was filed and decided so that every page has something to show."""
    return await everything_filed(settings, temporal_server)
