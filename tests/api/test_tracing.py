"""One trace goes from a call through the engine's update to the statements that it comes to, and quotes nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client

from activities.database import open_pool
from activities.engine.payloads import interceptors
from activities.settings import Settings
from activities.tracing import Current, Traces
from api.app import create_app
from stack.temporal import NAMESPACE, TemporalServer
from tests.api.calling import serving
from tests.sealed_engine import CONVERTER
from worker import build_worker

NOBODYS = "a purpose that no span quotes"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(Current, "traces", Traces(exporter, at_once=True))
    return exporter


async def test_from_a_call_one_comes_to_its_update_and_to_sql(
    spans: InMemorySpanExporter, settings: Settings, temporal_server: TemporalServer
) -> None:
    assert Current.traces
    traced = settings.model_copy(update={"traces_url": "http://127.0.0.1:1/v1/traces"})
    client = await Client.connect(
        temporal_server.address,
        namespace=NAMESPACE,
        data_converter=CONVERTER,
        interceptors=interceptors(),
    )
    async with (
        await open_pool(settings.database_url) as pool,
        build_worker(client, pool, settings.task_queue),
        serving(create_app(traced), traced) as service,
    ):
        case = await service.as_("applicant@demo").file("nanning", purpose=NOBODYS)
        before = spans.get_finished_spans()
        spans.clear()
        await service.decide(case, "formal_review", "pass")
    found = spans.get_finished_spans()
    (call,) = [each for each in found if each.name.startswith("POST ")]
    started = named(found, "StartWorkflowUpdate:act")
    assert trace_of(started) == trace_of(call)
    handled, appended = named(found, "HandleUpdate:act"), named(found, "RunActivity:append")
    # The engine goes on in the trace of the case, whose filing began it, and names the call by a link.
    assert [link.context.span_id for link in handled.links] == [started.context.span_id]
    assert trace_of(handled) == trace_of(appended)
    below = [each for each in found if each.parent and each.parent.span_id == appended.context.span_id]
    assert any("insert into events" in str((each.attributes or {}).get("db.query.text")) for each in below)
    assert NOBODYS not in "".join(each.to_json() for each in (*before, *found))


async def test_no_error_is_quoted_and_a_trace_goes_on_where_its_caller_is(spans: InMemorySpanExporter) -> None:
    assert Current.traces
    outside = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with pytest.raises(ValueError, match=NOBODYS), Current.traces.call("GET", outside):
        raise ValueError(NOBODYS)
    (span,) = spans.get_finished_spans()
    assert f"{trace_of(span):032x}" in outside["traceparent"]
    assert not span.status.is_ok
    assert NOBODYS not in span.to_json()


def test_without_a_collector_there_are_no_spans_and_nothing_is_loaded() -> None:
    loaded = "import sys, worker, api.app, pages.app; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
    assert Current.traces is None


def named(found: Sequence[ReadableSpan], name: str) -> Any:
    return next(each for each in found if each.name == name)


def trace_of(span: Any) -> int:
    return int(span.context.trace_id)
