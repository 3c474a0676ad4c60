"""C1: production starts from the compose file and the scripts beside it, and what is started again changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import httpx
import pytest

from deploy.cluster.cluster import FOR_SEVERAL_HOSTS, SCRIPTS, Cluster
from stack.temporal import RETENTION
from tests.cluster.judging import connected, reconciled
from workflows.search_attributes import TYPES

ROLES = 4
"""Frontend, history, matching, worker."""
JOBS = ("databases", "temporal-schema", "temporal-set-up", "migrate")


def temporal(cluster: Cluster, *arguments: str) -> Any:
    """What Temporal's command line says of the cluster."""
    said = subprocess.run(
        ["temporal", *arguments, "--address", f"{cluster.temporal.address}:7233", "--output", "json"],
        env={"PATH": f"{SCRIPTS}:{os.defpath}", "HOME": str(cluster.home), "TEMPORAL_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


async def made(cluster: Cluster) -> dict[str, Any]:
    """What the jobs of the compose file make: logins, databases, versions of schemas, the namespace."""
    connection = await connected(cluster)
    try:
        roles = await connection.fetch(
            "select rolname, rolsuper, rolcanlogin from pg_roles where rolname like 'kaifang%'"
        )
        databases = await connection.fetch("select datname, datdba::regrole::text from pg_database order by 1")
        ours = await connection.fetchval("select version_num from alembic_version")
        tables = await connection.fetchval("select count(*) from pg_class where relnamespace = 'public'::regnamespace")
    finally:
        await connection.close()
    described = temporal(cluster, "operator", "namespace", "describe", "--namespace", "default")
    attributes = temporal(cluster, "operator", "search-attribute", "list", "--namespace", "default")
    return {
        "roles": sorted(map(tuple, roles)),
        "databases": list(map(tuple, databases)),
        "ours": (ours, tables),
        "retention": described["config"]["workflowExecutionRetentionTtl"],
        "attributes": {name: kind for name, kind in attributes["customAttributes"].items() if name in TYPES},
    }


async def test_every_process_has_the_variables_of_the_compose_file(cluster: Cluster) -> None:
    services = cluster.compose.services
    for host in cluster.temporal_hosts:
        given = services["temporal"]["environment"].keys() | FOR_SEVERAL_HOSTS.keys()
        assert host.environment().keys() - {"PATH", "HOME"} == given
    for program, service in [
        *((each, "api") for each in cluster.apis),
        *((each, "worker") for each in cluster.workers),
    ]:
        named = {name for name in program.environment() if name.startswith(("KAIFANG_", "TEMPORAL_"))}
        said = services[service]["environment"]
        passed_on = {name for name, value in said.items() if value is not None}  # the others an `.env` may give
        assert named - {"TEMPORAL_CONFIG_FILE"} == passed_on


async def test_two_hosts_are_one_cluster_with_every_role_on_both(cluster: Cluster) -> None:
    connection = await connected(cluster, "temporal")
    try:
        rows = await connection.fetch("select role, rpc_address from cluster_membership where record_expiry > now()")
    finally:
        await connection.close()
    members = {
        role: {row["rpc_address"] for row in rows if row["role"] == role} for role in {row["role"] for row in rows}
    }
    assert len(members) == ROLES
    assert all(hosts == {host.address for host in cluster.temporal_hosts} for hosts in members.values())


async def test_every_job_run_again_changes_nothing(cluster: Cluster) -> None:
    before = await made(cluster)
    assert before["retention"] == f"{RETENTION.total_seconds():.0f}s"
    assert before["attributes"].keys() == TYPES.keys()
    cluster.run_jobs(*JOBS)
    assert await made(cluster) == before


async def test_a_commit_waits_for_the_standby(cluster: Cluster) -> None:
    connection = await connected(cluster)
    try:
        row = await connection.fetchrow("select application_name, state, sync_state from pg_stat_replication")
    finally:
        await connection.close()
    assert row is not None
    assert tuple(row) == ("standby", "streaming", "quorum")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_apis_and_the_pages_are_ready(cluster: Cluster, path: str) -> None:
    for url in cluster.api_urls:
        assert httpx.get(f"{url}{path}", trust_env=False).status_code == httpx.codes.OK
    assert httpx.get(f"{cluster.pages_url}/ready", trust_env=False).status_code == httpx.codes.OK


async def test_a_new_installation_agrees_with_itself(cluster: Cluster) -> None:
    await reconciled(cluster)
