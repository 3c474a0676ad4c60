"""The versions of the worker as the engine knows them: which begins new cases, which a part of them, and how many cases
each still has.

All workers of one task queue are one deployment of Temporal's Worker Versioning; a version of it is a build of the code
that a worker runs. Cases are pinned to the version that runs them, and go on in a new run at another when the engine
means another for them (`workflows/case_log.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import TaskQueueType, VersionDrainageStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from workflows import search_attributes
from workflows.case import Case

if TYPE_CHECKING:
    from activities.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
RUN_BY_A_WORKER = ("activities", "models", "rules", "workflows")
"""The rooms whose code decides what a worker does, beside `worker.py`."""
ONE_CALL = timedelta(seconds=10)
REFUSED = {RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.NOT_FOUND}
GONE_AFTER = timedelta(seconds=90)
"""A worker asks for work once a minute even where there is none; one that has not asked for so long when another does
has ended."""
VERSION = "TemporalWorkerDeploymentVersion"
"""The engine's own search attribute: the version that a running workflow is on."""


class VersionRefused(Exception):
    """The engine does not route to a version, as one that it does not know or of which no worker runs. The message is
    the engine's."""


@dataclass(frozen=True)
class Version:
    """One build, as it stands; the number of cases is a moment behind."""

    build: str
    since: datetime
    cases: int
    is_current: bool
    ramps: float
    """Of a hundred cases, how many it gets of those that go to no other version."""
    polled: bool
    """Whether a worker of it has asked for work lately, as measured by the one that asked last."""
    was_routed_to: bool
    """Whether cases ever went to it."""
    drained: bool
    """Whether the engine says that no workflow is on it and none can come to it."""

    @property
    def is_empty(self) -> bool:
        """Whether its workers may be stopped: no case is on it, and the engine says so too, which looks from time to
        time, or never sent it one."""
        return not self.cases and (self.drained or not self.was_routed_to) and not (self.is_current or self.ramps)


@dataclass(frozen=True)
class Standing:
    """All versions, the newest first, and how many running cases no version has run yet."""

    versions: tuple[Version, ...]
    unversioned: int

    @property
    def current(self) -> Version | None:
        return next((each for each in self.versions if each.is_current), None)

    def of(self, build: str) -> Version | None:
        return next((each for each in self.versions if each.build == build), None)


def build_of(settings: Settings) -> str:
    """The build that this process is of: what the release says, or else a digest of the code itself."""
    return settings.build_id or build_of_code()


def build_of_code() -> str:
    """A name that the same code has everywhere and other code does not have."""
    digest = hashlib.sha256()
    files = [ROOT / "worker.py", *(file for room in RUN_BY_A_WORKER for file in (ROOT / room).rglob("*.py"))]
    for file in sorted(files, key=lambda each: each.relative_to(ROOT).as_posix()):
        digest.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(file.read_bytes() + b"\0")
    return f"code-{digest.hexdigest()[:12]}"


def deployment_of(task_queue: str) -> str:
    """The deployment that the workers of a task queue are; a name of one has no point."""
    return task_queue.replace(".", "-")


def versioned(task_queue: str, build: str) -> WorkerDeploymentConfig:
    """How a worker of that build takes part: its workflows are pinned to it unless they say otherwise themselves."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_of(task_queue), build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


class Versions:
    """The versions of the workers of one task queue. Raises RPCError where the engine is away."""

    def __init__(self, temporal: Client, task_queue: str, gone_after: timedelta = GONE_AFTER) -> None:
        self._temporal = temporal
        self._task_queue = task_queue
        self._gone_after = gone_after
        self._deployment = deployment_of(task_queue)

    async def standing(self) -> Standing:
        """How all versions stand."""
        described = await self._described()
        unversioned = await self._count(f"{VERSION} IS NULL")
        if described is None:
            return Standing((), unversioned)
        info, polled = described.worker_deployment_info, await self._polled()
        routing = info.routing_config
        versions = []
        for each in info.version_summaries:
            build = each.deployment_version.build_id
            ramps = routing.ramping_deployment_version.build_id == build
            versions.append(
                Version(
                    build=build,
                    since=each.create_time.ToDatetime(UTC),
                    cases=await self._count(self._on(build)),
                    is_current=routing.current_deployment_version.build_id == build,
                    ramps=routing.ramping_version_percentage if ramps else 0,
                    polled=build in polled,
                    was_routed_to=each.HasField("first_activation_time"),
                    drained=each.drainage_info.status == VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED,
                )
            )
        return Standing(tuple(sorted(versions, key=lambda each: each.since, reverse=True)), unversioned)

    async def current(self) -> str | None:
        """The build that begins new cases; None where no worker with a version has come, or none was made current."""
        described = await self._described()
        info = described.worker_deployment_info if described else None
        return (info.routing_config.current_deployment_version.build_id or None) if info else None

    async def make_current(self, build: str) -> None:
        """New cases begin at that version, and running ones go to it; it ramps no longer. Raises VersionRefused,
        LookupError."""
        described = await self._known(build)
        await self._route(
            self._temporal.workflow_service.set_worker_deployment_current_version(
                SetWorkerDeploymentCurrentVersionRequest(
                    namespace=self._temporal.namespace,
                    deployment_name=self._deployment,
                    build_id=build,
                    identity=self._temporal.identity,
                    conflict_token=described.conflict_token,
                ),
                timeout=ONE_CALL,
            )
        )

    async def ramp(self, build: str, percent: float) -> None:
        """Of a hundred cases that many go to that version, always the same ones. Raises VersionRefused, LookupError."""
        await self._set_ramp(build, percent, (await self._known(build)).conflict_token)

    async def end_ramp(self) -> None:
        """All cases go to the current version. Raises VersionRefused."""
        described = await self._described()
        await self._set_ramp("", 0, described.conflict_token if described else b"")

    async def _set_ramp(self, build: str, percent: float, conflict_token: bytes) -> None:
        await self._route(
            self._temporal.workflow_service.set_worker_deployment_ramping_version(
                SetWorkerDeploymentRampingVersionRequest(
                    namespace=self._temporal.namespace,
                    deployment_name=self._deployment,
                    build_id=build,
                    percentage=percent,
                    identity=self._temporal.identity,
                    conflict_token=conflict_token,
                ),
                timeout=ONE_CALL,
            )
        )

    async def cases_on(self, build: str) -> AsyncIterator[str]:
        """The ids of the cases that run on that version; a moment behind."""
        running = f"{search_attributes.running_on(self._task_queue)} AND {self._on(build)}"
        async for workflow in self._temporal.list_workflows(running):
            yield workflow.id

    async def is_on(self, case_id: str, build: str) -> bool:
        """Whether the case runs on that version now."""
        try:
            described = await self._temporal.get_workflow_handle(case_id).describe(rpc_timeout=ONE_CALL)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        info = described.raw_info.versioning_info
        return described.close_time is None and info.deployment_version.build_id == build

    async def wake(self, case_id: str) -> None:
        """The case looks whether another version is meant for it; one that is over is left alone."""
        try:
            await self._temporal.get_workflow_handle(case_id).signal(Case.look, rpc_timeout=ONE_CALL)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _described(self) -> DescribeWorkerDeploymentResponse | None:
        """None where no worker with a version has come yet."""
        request = DescribeWorkerDeploymentRequest(namespace=self._temporal.namespace, deployment_name=self._deployment)
        try:
            return await self._temporal.workflow_service.describe_worker_deployment(
                request, retry=True, timeout=ONE_CALL
            )
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def _known(self, build: str) -> DescribeWorkerDeploymentResponse:
        described = await self._described()
        versions = described.worker_deployment_info.version_summaries if described else ()
        if described is None or build not in {each.deployment_version.build_id for each in versions}:
            raise LookupError(build)
        return described

    @staticmethod
    async def _route(call: Awaitable[object]) -> None:
        try:
            await call
        except RPCError as failure:
            if failure.status not in REFUSED:
                raise
            raise VersionRefused(failure.message) from failure

    async def _polled(self) -> set[str]:
        described = await self._temporal.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=self._temporal.namespace,
                task_queue=TaskQueue(name=self._task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            ),
            retry=True,
            timeout=ONE_CALL,
        )
        # By the engine's clock alone: what asked last is the measure for the others.
        asked: dict[str, datetime] = {}
        for each in sorted(described.pollers, key=lambda each: each.last_access_time.ToNanoseconds()):
            asked[each.deployment_options.build_id] = each.last_access_time.ToDatetime(UTC)
        since = max(asked.values(), default=datetime.max.replace(tzinfo=UTC)) - self._gone_after
        return {build for build, at in asked.items() if at >= since}

    def _on(self, build: str) -> str:
        return f"{VERSION} = '{self._deployment}:{build}'"

    async def _count(self, those: str) -> int:
        running = f"{search_attributes.running_on(self._task_queue)} AND {those}"
        return (await self._temporal.count_workflows(running, rpc_timeout=ONE_CALL)).count
