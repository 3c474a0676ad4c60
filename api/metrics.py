"""The figures that operators watch, for Prometheus."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.service import RPCError

from activities.database import present
from activities.engine.keeping import figures as job_figures
from activities.outbox.figures import figures as outbox_figures
from activities.record.failing import failing
from activities.tables.cases import ActRow, TaskRow
from api.runtime import Runtime
from models.gate import ALLOWING, NOT_KNOWING, Reason
from reading.due import lies_open
from reading.supervision import questions as supervision
from reading.supervision.questions import Filters
from rules.loading import cities

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Seconds."""
AGES = (60, 600, 3600, 86400)
"""Seconds: acts that wait longer are counted for each."""
FAILING = (
    "ExecutionStatus = 'Running' AND "
    "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)
"""The engine names a workflow's problem itself, after a few failures one after the other, and takes it back when a task
is completed; the attribute is indexed."""
ENGINE_ANSWERS_WITHIN = timedelta(seconds=1)
ENGINE_ASKED_EVERY = 30.0
"""Seconds: however often somebody looks, the engine is asked no oftener."""


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
            "kaifang_overdue_tasks",
            "Open tasks whose due instant has passed",
            ["city", "procedure"],
            registry=self.registry,
        )
        self._older = Gauge(
            "kaifang_undelivered_acts_older_than",
            "Acts that the engine has not worked off for longer than that",
            ["seconds"],
            registry=self.registry,
        )
        self._engine_up = Gauge("kaifang_engine_up", "Whether Temporal answers", registry=self.registry)
        self._failing = Gauge(
            "kaifang_failing_workflow_tasks", "Cases whose workflow task keeps failing", registry=self.registry
        )
        self._failing_acts = Gauge(
            "kaifang_failing_acts",
            "Acts, and what time brings about, that were tried in vain and not because something was away",
            ["why"],
            registry=self.registry,
        )
        self._engine_asked = float("-inf")
        self._messages = Gauge(
            "kaifang_messages_waiting",
            "Messages on their way to a channel: handed_out, or not yet",
            ["state"],
            registry=self.registry,
        )
        self._oldest_message = Gauge(
            "kaifang_messages_waiting_oldest_seconds", "Age of the oldest of them", registry=self.registry
        )
        self._channels_failing = Gauge(
            "kaifang_channels_failing", "Channels on which the last attempt failed", registry=self.registry
        )
        self._given_up = Gauge(
            "kaifang_messages_given_up", "Messages that a channel did not take in time", registry=self.registry
        )
        self._jobs = Gauge(
            "kaifang_worker_jobs", "Workers that run a job beside their cases", ["job"], registry=self.registry
        )
        self._job_ends = Gauge(
            "kaifang_worker_jobs_ended",
            "How often a job has ended unasked, in any worker",
            ["job"],
            registry=self.registry,
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
        await self._look_at_engine(runtime)
        self._gate_backlog.set(runtime.gate_log.backlog)
        self._gate_lost.set(runtime.gate_log.lost)
        now = (await runtime.present()).now
        async with runtime.store() as store:
            session = store.session
            count, oldest = (
                await session.exec(
                    select(func.count(), func.min(col(ActRow.received_at))).where(col(ActRow.delivered_at).is_(None))
                )
            ).one()
            is_open = lies_open(now)
            self._open.set((await session.exec(select(func.count(col(TaskRow.task_id))).where(is_open))).one())
            older = [
                func.count().filter(col(ActRow.received_at) < now - timedelta(seconds=seconds)) for seconds in AGES
            ]
            waiting = select_columns(*older).where(col(ActRow.delivered_at).is_(None))
            counted = (await (await session.connection()).execute(waiting)).one()
            late = await supervision.count_overdue(store, cities(), Filters(), now)
        for seconds, waiting_longer in zip(AGES, counted, strict=True):
            self._older.labels(str(seconds)).set(waiting_longer)
        # What is overdue no more has no series either.
        self._overdue.clear()
        for group, tasks in late.items():
            self._overdue.labels(group.city, group.procedure).inc(tasks)
        async with runtime.pool.acquire() as connection:
            outbox = await outbox_figures(connection)
            for why, count_of in (await failing(connection)).items():
                self._failing_acts.labels(why.value).set(count_of)
            jobs = await job_figures(connection, await present(connection))
        for job, of_it in jobs.items():
            self._jobs.labels(job).set(of_it.workers)
            self._job_ends.labels(job).set(of_it.ended)
        self._messages.labels("handed_out").set(outbox.waiting)
        self._messages.labels("not_yet").set(outbox.not_handed_out)
        self._oldest_message.set((now - outbox.oldest).total_seconds() if outbox.oldest else 0)
        self._channels_failing.set(outbox.failing)
        self._given_up.set(outbox.given_up)
        self._undelivered.set(count)
        self._oldest.set((now - oldest).total_seconds() if oldest else 0)
        self._database_up.set(1)

    async def _look_at_engine(self, runtime: Runtime) -> None:
        """What the engine says of itself; what it said last stays while it is away."""
        if time.monotonic() < self._engine_asked + ENGINE_ASKED_EVERY:
            return
        self._engine_asked = time.monotonic()
        try:
            failing = await asyncio.wait_for(
                runtime.temporal.count_workflows(FAILING, rpc_timeout=ENGINE_ANSWERS_WITHIN),
                ENGINE_ANSWERS_WITHIN.total_seconds(),
            )
        except (RPCError, RuntimeError, TimeoutError):  # a client that cannot connect raises RuntimeError
            self._engine_up.set(0)
        else:
            self._engine_up.set(1)
            self._failing.set(failing.count)

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
