"""Composition root of the Temporal side: registers workflows and activities, tunes, runs, sweeps, drains."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial

import uvloop
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities import tracing
from activities.calendar.record import RecordOfNotices
from activities.clock import Clock, DatabaseClock
from activities.database import Pool, open_pool
from activities.directory.sealing_anew import SealingAnew
from activities.engine.draining import Draining
from activities.engine.figures import WorkerFigures
from activities.engine.handing_over import Engine
from activities.engine.keeping import (
    ARCHIVES,
    DECLARATIONS,
    HEADS,
    LAPSES,
    MAILBOXES,
    MONTHS,
    NOTICES,
    RECUSALS,
    REMINDERS,
    REVIEWS,
    SCANS,
    SEALING,
    SENDER,
    STAMPS,
    SWEEPER,
    VERSIONS,
    Job,
    Keeper,
)
from activities.engine.keys import key_ring
from activities.engine.leaving import leave
from activities.engine.payloads import client
from activities.engine.sweeping import Sweeper
from activities.engine.taking_over import be_the_first, take_over
from activities.engine.versions import Versions, build_of, versioned
from activities.evidence.scanning import Scanning
from activities.evidence.store import EvidenceStore
from activities.filing.reviewing import Reviewing, keep_schedule
from activities.gate.months import Months
from activities.logs import keep_texts_out
from activities.notices.moving import Moving, Steps
from activities.outbox.letting_go import Kept, LettingGo
from activities.proof.chain import Algorithm, Chain
from activities.proof.days import Signing
from activities.proof.stamping import Stamping
from activities.proof.stamps import Authority, roots_in
from activities.proof.statements import private_key
from activities.record.append import Append
from activities.record.archiving import Archiving
from activities.record.claims import Lapsing
from activities.record.entrusting import Entrusting
from activities.record.inbox import Inbox
from activities.record.log import Log
from activities.sealing.seals import Seals
from activities.settings import Settings
from activities.telling.declarations_owed import DeclarationsOwed
from activities.telling.reminding import Reminding
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from rules.seed_notices import read_scopes
from workflows.case import Case
from workflows.procedures import WORKFLOWS
from workflows.reviews_due import ReviewsDue

LOG = logging.getLogger("kaifang.worker")

DRAIN = timedelta(seconds=10)
"""How long running activities may take to end after SIGTERM; none of ours takes more than one try of `append`."""
ACTS_AT_ONCE = 10
"""Local activities, each of which has a connection while it runs."""
OTHER_ACTIVITIES = 4
"""Ordinary ones at once: what was tried in vain as a local one, and the rounds."""
FOR_LOOPS = 6
"""Connections of what runs beside the cases: a loop never waits for acts, nor acts for it."""
EVERY_CONNECTION_ATTEMPT = 1.0
"""Seconds."""

# `models` and `rules` are pure, and importing Pydantic models anew for each case would cost 16 ms of it.
SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("models", "rules", "workflows", "pydantic")
)


def build_worker(
    temporal: Client,
    pool: Pool,
    task_queue: str,
    clock: Clock | None = None,
    chain: Chain | None = None,
    seals: Seals | None = None,
    version: WorkerDeploymentConfig | None = None,
    workflows: Sequence[type[Case]] = WORKFLOWS,
) -> Worker:
    """A worker that runs every procedure and writes to that database; the caller runs it. One of a version gets work
    once its version is routed to."""
    log, clock = Log(RecordOfNotices(read_scopes()), chain=chain, seals=seals), clock or DatabaseClock()
    reviewing = Reviewing(pool, Inbox(pool, log, clock), clock)
    return worker_of(temporal, task_queue, Append(pool, log, clock), reviewing, version, workflows)


def worker_of(
    temporal: Client,
    task_queue: str,
    append: Append,
    reviewing: Reviewing | None = None,
    version: WorkerDeploymentConfig | None = None,
    workflows: Sequence[type[Case]] = WORKFLOWS,
) -> Worker:
    """A worker that writes to the log by this activity; without `reviewing` it does not run the round of reviews.

    It has no more activities at once than its pool has connections: none waits for one, and no try is over before it
    has begun.
    """
    return Worker(
        temporal,
        task_queue=task_queue,
        workflows=[*workflows, *([ReviewsDue] if reviewing else [])],
        activities=[append.append, *([reviewing.file_reviews_due] if reviewing else [])],
        workflow_runner=SANDBOX,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        max_concurrent_local_activities=max(1, append.most_at_once - OTHER_ACTIVITIES),
        max_concurrent_activities=OTHER_ACTIVITIES,
        graceful_shutdown_timeout=DRAIN,
        deployment_config=version,
    )


def runtime_of(settings: Settings) -> Runtime:
    """The engine's library, which serves its figures and ours where the settings say."""
    if settings.worker_metrics is None:
        return Runtime(telemetry=TelemetryConfig())
    served = PrometheusConfig(
        bind_address=settings.worker_metrics, counters_total_suffix=True, durations_as_seconds=True
    )
    return Runtime(telemetry=TelemetryConfig(metrics=served))


async def connect(settings: Settings) -> Client:
    """A client of the engine that the environment names; waits while there is none."""
    while True:
        try:
            return await client(settings)
        except RuntimeError as away:
            LOG.warning("Temporal is away: %s", away)
            await asyncio.sleep(EVERY_CONNECTION_ATTEMPT)


async def until(told_to_stop: asyncio.Event, keeper: Keeper) -> None:
    """Returns when the worker is to stop and what the keeper keeps has ended. Raises whatever ends the keeper before:
    then the process ends, and the supervisor starts another."""
    stopping, keeping = asyncio.create_task(told_to_stop.wait()), asyncio.create_task(keeper.run())
    await asyncio.wait({stopping, keeping}, return_when=asyncio.FIRST_COMPLETED)
    if keeping.done():
        stopping.cancel()
        keeping.result()
        raise RuntimeError("the keeper has ended unasked")
    keeping.cancel()
    await asyncio.wait({keeping})


def stamping_authority(settings: Settings) -> Authority | None:
    """The authority that stamps signed days, if there is one. Raises RootsUnusable, OSError."""
    if settings.stamp_url is None or settings.stamp_roots is None:
        return None
    return Authority(settings.stamp_url, roots_in(settings.stamp_roots))


def routing(
    settings: Settings, temporal: Client, engine: Engine, build: str
) -> Callable[[], Coroutine[object, object, None]]:
    """What the worker does about the versions, by the settings."""
    versions = Versions(temporal, settings.task_queue)
    if settings.upgrades == "by_hand":
        return partial(be_the_first, versions, build)
    return partial(take_over, versions, Draining(versions, engine), build)


async def run(settings: Settings, workflows: Sequence[type[Case]] = WORKFLOWS) -> None:
    """Runs the worker and the jobs beside it until SIGTERM or SIGINT, then drains."""
    told_to_stop = asyncio.Event()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop_signal, told_to_stop.set)
    pool = await open_pool(settings.database_url, size=ACTS_AT_ONCE + OTHER_ACTIVITIES)
    loops = await open_pool(settings.database_url, size=FOR_LOOPS)
    if key_ring(settings).seals_by is None:
        LOG.warning("no key seals what the engine keeps (kaifang engine-keys add)")
    temporal = await connect(settings)
    engine = Engine(loops, temporal, settings.task_queue)
    figures = WorkerFigures(Runtime.default().metric_meter)
    sweeper = Sweeper(loops, engine, figures=figures)
    watching = asyncio.create_task(figures.watch({"acts": pool, "loops": loops}))
    reminding = Reminding(loops, RecordOfNotices(read_scopes()), DatabaseClock())
    algorithm = Algorithm(settings.chain_algorithm)
    chain = Chain(algorithm)
    seals = Seals.open(settings)
    log = Log(RecordOfNotices(read_scopes()), chain=chain, seals=seals)
    inbox = Inbox(loops, log, DatabaseClock())
    key = private_key(settings.heads_key_file) if settings.heads_key_file.exists() else None
    signing = Signing(loops, DatabaseClock(), key, settings.heads_apart, algorithm)
    build = build_of(settings)
    version = versioned(settings.task_queue, build)
    worker = build_worker(temporal, pool, settings.task_queue, None, chain, seals, version, workflows)
    async with pool, loops, Ways(settings) as ways, worker:
        LOG.info("worker of version %s runs on task queue %s", build, settings.task_queue)
        keeper = Keeper(
            loops,
            [
                Job(SWEEPER, sweeper.run),
                Job(NOTICES, Moving(loops, Steps(log, DatabaseClock())).run),
                Job(SENDER, Sender(loops, ways, settings.pages_url, seals).run),
                Job(REMINDERS, reminding.run),
                Job(LAPSES, Lapsing(loops, inbox).run),
                Job(RECUSALS, Entrusting(loops, inbox).run),
                Job(HEADS, signing.run),
                Job(STAMPS, Stamping(loops, stamping_authority(settings), settings.heads_apart).run),
                Job(SCANS, Scanning(loops, EvidenceStore.open(settings, seals)).run),
                Job(MONTHS, Months(loops, DatabaseClock()).run),
                Job(ARCHIVES, Archiving(loops, DatabaseClock(), timedelta(days=settings.archive_after)).run),
                Job(MAILBOXES, LettingGo(loops, DatabaseClock(), Kept.of(settings)).run),
                Job(DECLARATIONS, DeclarationsOwed(loops, DatabaseClock()).run),
                Job(SEALING, SealingAnew(loops, seals).run),
                Job(VERSIONS, routing(settings, temporal, engine, build)),
                Job(REVIEWS, partial(keep_schedule, temporal, settings.task_queue)),
            ],
        )
        try:
            await until(told_to_stop, keeper)
        finally:
            watching.cancel()
    LOG.info("worker stopped")


def main(workflows: Sequence[type[Case]] = WORKFLOWS) -> None:
    """The process of a worker of those procedures."""
    keep_texts_out(logging.INFO)
    settings = Settings.load()
    Runtime.set_default(runtime_of(settings))
    tracing.begin(settings)
    # A workflow that a long garbage collection hits would be taken for one that does not yield.
    gc.collect()
    gc.freeze()
    uvloop.run(run(settings, workflows))


if __name__ == "__main__":
    main()
    leave()
