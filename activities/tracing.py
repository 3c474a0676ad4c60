"""Traces by OpenTelemetry: from a call through the engine's update to each statement. Off unless a collector is named.

A span says what was done, for how long, and to which opaque id: of statements the text, which is ours, and never what
they were given; of errors the kind, and never the message, which may quote what somebody wrote.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncpg
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

    from activities.settings import Settings

SERVICE = "kaifang"
LONGEST_STATEMENT = 2000
"""Characters of it in a span."""


class TracingImpossible(RuntimeError):
    """A collector is named, and what sends spans to it is not installed."""


class Traces:
    """What makes spans, and where they go."""

    def __init__(self, exporter: SpanExporter, *, at_once: bool = False) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        out = without_texts(exporter)
        processor: SpanProcessor = SimpleSpanProcessor(out) if at_once else BatchSpanProcessor(out)
        self._provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
        self._provider.add_span_processor(processor)
        self.tracer = self._provider.get_tracer(SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    def watch(self, connection: asyncpg.Connection[Any]) -> None:
        """Each statement of the connection is a span from now on."""
        connection.add_query_logger(self._ran)

    def _ran(self, query: Any) -> None:
        from opentelemetry.trace import SpanKind, StatusCode

        ended = time.time_ns()
        text = " ".join(query.query.split())[:LONGEST_STATEMENT]
        span = self.tracer.start_span(
            f"SQL {text.partition(' ')[0]}",
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.query.text": text},
            start_time=ended - int(query.elapsed * 1e9),
        )
        if query.exception is not None:
            span.set_attribute("error.type", type(query.exception).__name__)
            span.set_status(StatusCode.ERROR)
        span.end(ended)

    @contextmanager
    def call(self, method: str, headers: Mapping[str, str]) -> Iterator[Any]:
        """A span around a call, which goes on where its caller's trace is."""
        from opentelemetry.trace import SpanKind

        began = self._propagator.extract(headers)
        with self.tracer.start_as_current_span(method, began, kind=SpanKind.SERVER, record_exception=False) as span:
            yield span

    def end(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()


class Current:
    """The traces of this process, if there are any."""

    traces: Traces | None = None


def without_texts(exporter: SpanExporter) -> SpanExporter:
    """The exporter, to which no message of an error comes."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Status

    def plain(span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=span.attributes,
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    class WithoutTexts(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return exporter.export([plain(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    return WithoutTexts()


def begin(settings: Settings) -> None:
    """Spans go to the collector that the settings name; without one, there are none. Raises TracingImpossible."""
    if settings.traces_url is None or Current.traces is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as missing:
        raise TracingImpossible("traces need OpenTelemetry: pip install 'kaifang[tracing]'") from missing
    Current.traces = Traces(OTLPSpanExporter(endpoint=settings.traces_url))


async def watch(connection: asyncpg.Connection[Any]) -> None:
    """As `Traces.watch`; nothing where there are no traces."""
    if Current.traces:
        Current.traces.watch(connection)
