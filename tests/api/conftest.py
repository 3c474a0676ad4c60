"""The service as it runs: real PostgreSQL, real Temporal, a real worker, and callers with tokens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.worker import Worker

from activities.gate import gate
from activities.settings import Settings
from api.app import create_app
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.resolving import NotInForce, resolve
from stack.temporal import NAMESPACE, TemporalServer
from tests.api.calling import PUBLIC, Caller, Service, serving
from tests.api.supervising import without_engine
from tests.clocks import START
from tests.driving import ShiftedClock

HERE = Path(__file__).parent
BEFORE_202 = timedelta(seconds=20)
"""So long that a slow machine does not turn an answer into 202."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a day on which a city has no law its tests are skipped: nothing can be filed there."""
    if not START:
        return
    on = to_shanghai(datetime.fromisoformat(START)).date()
    without_law = [city for city in cities() if not has_law(city, on)]
    for item in items:
        for city in without_law:
            if HERE in item.path.parents and city in item.name:
                item.add_marker(pytest.mark.skip(reason=f"on {on} no law of {city} is in force"))


def has_law(city: str, on: date) -> bool:
    try:
        resolve(load_pack(city), "access_request", on)
    except NotInForce:
        return False
    return True


@pytest.fixture(autouse=True)
def patient_gate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has much else to do is no reason for the gate not to know. Where its bound is tried, a test asks
    for `gate_as_it_is`."""
    if "gate_as_it_is" not in request.fixturenames:
        monkeypatch.setattr(gate, "ANSWERS_WITHIN", 30.0)
        monkeypatch.setitem(gate.SETTINGS, "statement_timeout", "30000")


@pytest.fixture
def gate_as_it_is() -> None:
    """The gate keeps the bound of production."""


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, task_queue: str, temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    return Settings(home=tmp_path, database_url=database_url, task_queue=task_queue, public_url=PUBLIC)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    """The service, whatever runs behind it: a test that needs the engine's answers asks for `worker` too."""
    async with serving(create_app(settings, patience=BEFORE_202), settings) as running:
        yield running


@pytest.fixture
async def working(worker: Worker, service: Service) -> Service:
    """The service with a worker behind it, which is there until the service has ended what it began."""
    return service


@pytest.fixture
def clock() -> ShiftedClock:
    """The clock of the services that go by one which is set."""
    return ShiftedClock()


@pytest.fixture
async def stopped(settings: Settings, clock: ShiftedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """The service by that clock, with no worker, and no engine either."""
    async with without_engine(settings, clock, monkeypatch) as running:
        yield running


@pytest.fixture
def applicant(service: Service) -> Caller:
    return service.as_("applicant@demo")


@pytest.fixture
def objector(service: Service) -> Caller:
    return service.as_("objector@demo")
