"""The figures that operators watch, for Prometheus."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.service import RPCError

from activities.database import AWAY, present
from activities.engine import keeping
from activities.engine.keeping import JobFigures
from activities.gate.log import GateLog
from activities.notices import moving
from activities.outbox import figures as outbox_figures
from activities.outbox.figures import OutboxFigures
from activities.proof import stamping
from activities.proof.refused import REFUSED
from activities.rates import shared
from activities.record import failing, inbox_figures
from activities.record.failing import Why
from activities.record.inbox_figures import InboxFigures
from api.runtime import Runtime
from models.gate import ALLOWING, NOT_KNOWING, Reason
from reading.slices import Slice
from reading.supervision import questions as supervision
from reading.supervision.sight import Seen
from rules.loading import cities

LOG = logging.getLogger("kaifang.api")

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Seconds."""
FAILING = (
    "ExecutionStatus = 'Running' AND "
    "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)
"""The engine names a workflow's problem itself, after a few failures one after the other, and takes it back when a task
is completed; the attribute is indexed."""
ENGINE_ANSWERS_WITHIN = timedelta(seconds=1)
ENGINE_ASKED_EVERY = 30.0
"""Seconds between questions to the engine, however often somebody looks."""


class Metrics:
    """Figures of one application; each has its own registry, so that several can live in one process."""

    def __init__(self) -> None:
        self.process = CollectorRegistry()
        """What this process does: it may be added up."""
        self.installation = CollectorRegistry()
        """What PostgreSQL and the engine say of all: every process says the same."""
        self.requests = Histogram(
            "kaifang_request_seconds",
            "Duration of requests",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self.process,
        )
        self._database_up = Gauge("kaifang_database_up", "Whether PostgreSQL answers", registry=self.installation)
        self._refused_rewritings = Gauge(
            "kaifang_refused_rewritings",
            "Attempts to change or delete what is on record, which PostgreSQL refused, since the database was made",
            registry=self.installation,
        )
        self._undelivered = Gauge(
            "kaifang_undelivered_acts", "Acts that the engine has not worked off", registry=self.installation
        )
        self._oldest = Gauge(
            "kaifang_undelivered_acts_oldest_seconds", "Age of the oldest of them", registry=self.installation
        )
        self._to_move = Gauge(
            "kaifang_cases_to_move",
            "Cases that a notice on record has not come to yet",
            registry=self.installation,
        )
        self._open = Gauge("kaifang_open_tasks", "Tasks that await a decision", registry=self.installation)
        self._overdue = Gauge(
            "kaifang_overdue_tasks",
            "Open tasks whose due instant has passed",
            ["city", "procedure"],
            registry=self.installation,
        )
        self._older = Gauge(
            "kaifang_undelivered_acts_older_than",
            "Acts that the engine has not worked off for longer than that",
            ["seconds"],
            registry=self.installation,
        )
        self._engine_up = Gauge("kaifang_engine_up", "Whether Temporal answers", registry=self.installation)
        self._failing = Gauge(
            "kaifang_failing_workflow_tasks", "Cases whose workflow task keeps failing", registry=self.installation
        )
        self._failing_acts = Gauge(
            "kaifang_failing_acts",
            "Acts, and what time brings about, that were tried in vain and not because something was away",
            ["why"],
            registry=self.installation,
        )
        self._engine_asked = float("-inf")
        self._messages = Gauge(
            "kaifang_messages_waiting",
            "Messages on their way to a channel: handed_out, or not yet",
            ["state"],
            registry=self.installation,
        )
        self._oldest_message = Gauge(
            "kaifang_messages_waiting_oldest_seconds", "Age of the oldest of them", registry=self.installation
        )
        self._channels_failing = Gauge(
            "kaifang_channels_failing", "Channels on which the last attempt failed", registry=self.installation
        )
        self._given_up = Gauge(
            "kaifang_messages_given_up", "Messages that a channel did not take in time", registry=self.installation
        )
        self._jobs = Gauge(
            "kaifang_worker_jobs", "Workers that run a job beside their cases", ["job"], registry=self.installation
        )
        self._job_ends = Gauge(
            "kaifang_worker_jobs_ended",
            "How often a job has ended unasked, in any worker",
            ["job"],
            registry=self.installation,
        )
        self._unstamped = Gauge(
            "kaifang_signed_days_unstamped", "Signed days that no authority has stamped", registry=self.installation
        )
        self._one_too_many = Gauge(
            "kaifang_refused_calls",
            "Calls that were one too many, in all processes, by the limit",
            ["limit"],
            registry=self.installation,
        )

        answers = Counter(
            "kaifang_gate_answers",
            "Answers of the gate: yes, no, unknown",
            ["answer", "reason"],
            registry=self.process,
        )
        self.gate_answers = {reason: answers.labels(_answer_of(reason), reason.value) for reason in Reason}
        """Bound to their labels once: the gate is too fast to look them up each time."""
        self._gate_backlog = Gauge(
            "kaifang_gate_log_backlog", "Decisions of the gate that are not written yet", registry=self.process
        )
        self._gate_lost = Gauge(
            "kaifang_gate_log_lost", "Decisions of the gate that found no room since the start", registry=self.process
        )

    def look_at_process(self, gate_log: GateLog) -> None:
        """Brings the figures of this process up to date."""
        self._gate_backlog.set(gate_log.backlog)
        self._gate_lost.set(gate_log.lost)

    async def look_at_installation(self, runtime: Runtime) -> None:
        """Brings the figures of all up to date. While the database is away the last ones of acts and tasks stay."""
        await self._look_at_engine(runtime)
        try:
            await self._look_at_database(runtime)
        except (*AWAY, SQLAlchemyError) as away:
            LOG.info("figures without the database: %r", away)
            self._database_up.set(0)
        else:
            self._database_up.set(1)

    async def _look_at_database(self, runtime: Runtime) -> None:
        now = (await runtime.present()).now
        async with runtime.store_a_little_behind() as store:
            is_open = await supervision.count_open(store, now)
            overdue = await supervision.count_overdue(store, Seen(tuple(cities())), now)
        async with runtime.pool.acquire() as connection:
            inbox = await inbox_figures.figures(connection, now)
            outbox = await outbox_figures.figures(connection)
            failures = await failing.failing(connection)
            one_too_many = await shared.refusals(connection)
            jobs = await keeping.figures(connection, await present(connection))
            unstamped = await stamping.unstamped(connection)
            refused = await connection.fetchval(REFUSED)
            to_move = await moving.cases_to_move(connection)
        self._refused_rewritings.set(refused)
        self._open.set(is_open)
        self._to_move.set(to_move)
        self._set_overdue(overdue)
        self._set_inbox(inbox, failures, now)
        self._set_outbox(outbox, now)
        self._set_jobs(jobs)
        self._unstamped.set(unstamped)
        for limit, calls in one_too_many.items():
            self._one_too_many.labels(limit.value).set(calls)

    def _set_overdue(self, overdue: Mapping[Slice, int]) -> None:
        # A slice without overdue tasks has no series.
        self._overdue.clear()
        for each, tasks in overdue.items():
            self._overdue.labels(each.city, each.procedure).inc(tasks)

    def _set_inbox(self, inbox: InboxFigures, failures: Mapping[Why, int], now: datetime) -> None:
        self._undelivered.set(inbox.undelivered)
        self._oldest.set((now - inbox.oldest).total_seconds() if inbox.oldest else 0)
        for seconds, acts in inbox.older_than.items():
            self._older.labels(str(seconds)).set(acts)
        for why, acts in failures.items():
            self._failing_acts.labels(why.value).set(acts)

    def _set_outbox(self, outbox: OutboxFigures, now: datetime) -> None:
        self._messages.labels("handed_out").set(outbox.waiting)
        self._messages.labels("not_yet").set(outbox.not_handed_out)
        self._oldest_message.set((now - outbox.oldest).total_seconds() if outbox.oldest else 0)
        self._channels_failing.set(outbox.failing)
        self._given_up.set(outbox.given_up)

    def _set_jobs(self, jobs: Mapping[str, JobFigures]) -> None:
        for job, of_it in jobs.items():
            self._jobs.labels(job).set(of_it.workers)
            self._job_ends.labels(job).set(of_it.ended)

    async def _look_at_engine(self, runtime: Runtime) -> None:
        """Asks the engine for its own figures; the last ones stay while it is away."""
        if time.monotonic() < self._engine_asked + ENGINE_ASKED_EVERY:
            return
        self._engine_asked = time.monotonic()
        try:
            counted = await asyncio.wait_for(
                runtime.temporal.count_workflows(FAILING, rpc_timeout=ENGINE_ANSWERS_WITHIN),
                ENGINE_ANSWERS_WITHIN.total_seconds(),
            )
        except (RPCError, RuntimeError, TimeoutError):  # a client that cannot connect raises RuntimeError
            self._engine_up.set(0)
        else:
            self._engine_up.set(1)
            self._failing.set(counted.count)


def _answer_of(reason: Reason) -> str:
    if reason in ALLOWING:
        return "yes"
    return "unknown" if reason in NOT_KNOWING else "no"


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
