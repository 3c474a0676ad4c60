"""The figures that operators watch, for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import func
from sqlmodel import col, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.reading import overdue
from api.runtime import Runtime
from models.gate import ALLOWING, NOT_KNOWING, Reason
from models.tables import ActRow, TaskRow

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Seconds."""


class Metrics:
    """Figures of one application; each has its own registry, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "kaifang_request_seconds",
            "Duration of requests",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._database_up = Gauge("kaifang_database_up", "Whether PostgreSQL answers", registry=self.registry)
        self._undelivered = Gauge(
            "kaifang_undelivered_acts", "Acts that the engine has not worked off", registry=self.registry
        )
        self._oldest = Gauge(
            "kaifang_undelivered_acts_oldest_seconds", "Age of the oldest of them", registry=self.registry
        )
        self._open = Gauge("kaifang_open_tasks", "Tasks that await a decision", registry=self.registry)
        self._overdue = Gauge(
            "kaifang_overdue_tasks", "Open tasks whose due instant has passed", registry=self.registry
        )

        answers = Counter(
            "kaifang_gate_answers",
            "Answers of the gate: yes, no, unknown",
            ["answer", "reason"],
            registry=self.registry,
        )
        self.gate_answers = {reason: answers.labels(_answer_of(reason), reason.value) for reason in Reason}
        """Bound to their labels once: the gate is too fast to look them up each time."""
        self._gate_backlog = Gauge(
            "kaifang_gate_log_backlog", "Decisions of the gate that are not written yet", registry=self.registry
        )
        self._gate_lost = Gauge(
            "kaifang_gate_log_lost", "Decisions of the gate that found no room since the start", registry=self.registry
        )

    async def look(self, runtime: Runtime) -> None:
        """Brings the figures up to date, the database's last. Raises what the database raises while it is away."""
        self._gate_backlog.set(runtime.gate_log.backlog)
        self._gate_lost.set(runtime.gate_log.lost)
        now = (await runtime.present()).now
        async with runtime.session() as session:
            count, oldest = (
                await session.exec(
                    select(func.count(), func.min(col(ActRow.received_at))).where(col(ActRow.delivered_at).is_(None))
                )
            ).one()
            is_open = col(TaskRow.ended_at).is_(None)
            self._open.set((await session.exec(select(func.count(col(TaskRow.task_id))).where(is_open))).one())
            late = select(func.count(col(TaskRow.task_id))).where(overdue(now))
            self._overdue.set((await session.exec(late)).one())
        self._undelivered.set(count)
        self._oldest.set((now - oldest).total_seconds() if oldest else 0)
        self._database_up.set(1)

    def database_away(self) -> None:
        """Nothing can be said of acts and tasks; what was said last stays."""
        self._database_up.set(0)


def _answer_of(reason: Reason) -> str:
    return "yes" if reason in ALLOWING else "unknown" if reason in NOT_KNOWING else "no"


class Measuring:
    """Measures each request under the pattern of its route, so that ids make no series of their own."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            duration = time.perf_counter() - started
            self._metrics.requests.labels(scope["method"], route, str(status)).observe(duration)
