"""What production is made of says the same as the code: images, variables, commands, search attributes, retention."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from activities.settings import Settings
from rules import strict_yaml
from stack.postgres import PASSWORDS, SETTINGS, VARIABLES, Login, Postgres
from stack.programs import API, MIGRATION, PAGES, WORKER, Pages
from stack.temporal import DYNAMIC_CONFIG, RETENTION, TemporalServer
from tests.stack.running import ROOT
from workflows.search_attributes import TYPES

SCRIPTS = Path(sysconfig.get_path("scripts"))
OURS = ("migrate", "worker", "api", "pages")
NEVER_IN_PRODUCTION = {"KAIFANG_LOGIN", "KAIFANG_SAMPLES"}
"""Demo accounts and how they log in."""
TLS = ROOT / "deploy" / "compose.tls.yml"
OF_THE_ENGINE = {
    "TEMPORAL_ADDRESS",
    "TEMPORAL_NAMESPACE",
    "TEMPORAL_API_KEY",
    "TEMPORAL_TLS",
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
    "TEMPORAL_TLS_SERVER_NAME",
}
"""What its SDK reads by itself and an installation may need; a test shows that it does."""


def yaml(path: str) -> Any:
    return strict_yaml.load(ROOT / path, path)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml("docker-compose.yml")["services"]
    return found


def output(*command: str | Path, **environment: str) -> str:
    """What the command prints; fails when the command does."""
    return subprocess.run(
        command, check=True, text=True, stdout=subprocess.PIPE, env={"PATH": f"{SCRIPTS}:{os.defpath}", **environment}
    ).stdout


def test_the_compose_files_obey_the_schema_of_the_compose_specification() -> None:
    output("check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml", TLS)


def test_every_image_is_pinned_to_the_version_that_the_embedded_stack_runs(services: dict[str, Any]) -> None:
    images = {re.sub(r"^\$\{[A-Z_]+_IMAGE:-(.+)\}$", r"\1", service["image"]) for service in services.values()}
    bundled = re.search(r"Server ([\d.]+), UI ([\d.]+)", output("temporal", "--version"))
    assert bundled is not None
    server, ui = bundled.groups()
    (postgres,) = (image for image in images if image.startswith("postgres:"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert images == {
        postgres,
        f"temporalio/server:{server}",
        f"temporalio/admin-tools:{server}",
        f"temporalio/ui:{ui}",
        f"kaifang:{version}",
    }
    assert postgres.startswith("postgres:18.")


def test_each_image_is_pinned_by_digest_in_one_variable_that_the_example_names(services: dict[str, Any]) -> None:
    found = {tuple(re.findall(r"^\$\{([A-Z_]+_IMAGE):-(.+)\}$", each["image"])) for each in services.values()}
    named = [one for each in found for one in each]
    assert all(len(each) == 1 for each in found), "an image is named by its variable and by nothing else"
    assert len({variable for variable, _ in named}) == len({image for _, image in named}) == len(named)
    example = dict(re.findall(r"^# ([A-Z_]+_IMAGE)=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert dict(named).items() <= example.items()


def test_every_setting_can_be_given_in_production(services: dict[str, Any]) -> None:
    given = {variable for name in OURS for variable in services[name]["environment"]}
    given |= set(re.findall(r"^ENV (KAIFANG_\w+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE))
    settings = {f"KAIFANG_{field.upper()}" for field in Settings.model_fields}
    assert given == settings - NEVER_IN_PRODUCTION | OF_THE_ENGINE


def test_a_setting_that_is_given_to_one_of_our_services_alone_has_a_reason(services: dict[str, Any]) -> None:
    everywhere = set.intersection(*(set(services[name]["environment"]) for name in OURS))
    apart = {name: {v for v in services[name]["environment"] if v not in everywhere} for name in OURS}
    where_it_listens = {"API": {"KAIFANG_HOST", "KAIFANG_PORT"}, "pages": {"KAIFANG_PAGES_HOST", "KAIFANG_PAGES_PORT"}}
    gate = "KAIFANG_DATABASE_GATE_URL"
    reads = {"KAIFANG_DATABASE_READER_URL", "KAIFANG_READING_URL", "KAIFANG_READING_LAG"}
    signs = {"KAIFANG_HEADS_KEY", "KAIFANG_HEADS_FOLDER", "KAIFANG_HEADS_PUBLIC_KEYS"}
    signs |= {"KAIFANG_STAMP_URL", "KAIFANG_STAMP_ROOTS"}
    keeps = {"KAIFANG_ARCHIVE_AFTER", "KAIFANG_MESSAGES_KEPT_YEARS", "KAIFANG_MESSAGES_KEPT_BY"}
    reasons = {
        "migrate": {"KAIFANG_DATABASE_OWNER_URL", "KAIFANG_MIGRATION_LOCK_TIMEOUT", "KAIFANG_MIGRATION_PATIENCE"},
        "worker": {*signs, *keeps, "KAIFANG_MAIL_URL", "KAIFANG_UPGRADES", "KAIFANG_WORKER_METRICS"},
        "api": {*where_it_listens["API"], gate, *reads, "KAIFANG_MAIL_URL"},
        "pages": {*where_it_listens["pages"], *reads, "KAIFANG_MAIL_URL", "KAIFANG_OIDC_CLIENT_SECRET_FILE"},
    }
    assert all(apart[name] <= reasons[name] for name in OURS)
    assert "KAIFANG_MAIL_URL" in apart["worker"] & apart["api"] & apart["pages"]


def test_our_services_get_only_variables_that_they_read(services: dict[str, Any]) -> None:
    read = {f"KAIFANG_{field.upper()}" for field in Settings.model_fields} | OF_THE_ENGINE
    for name in OURS:
        environment = services[name]["environment"]
        assert environment.keys() <= read
        assert environment["KAIFANG_TASK_QUEUE"] == Settings.model_fields["task_queue"].default


def test_our_services_run_the_programs_of_the_embedded_stack(services: dict[str, Any]) -> None:
    def listens(port: str) -> list[str]:
        return ["--host", "0.0.0.0", "--port", port]  # noqa: S104  inside a container

    assert {name: services[name]["command"] for name in OURS} == {
        "migrate": ["python", *MIGRATION],
        "worker": ["python", *WORKER],
        "api": ["python", *API, *listens("8000")],
        "pages": ["python", *PAGES, *listens("8080")],
    }
    assert services["api"]["environment"]["KAIFANG_PORT"] == str(Settings.model_fields["port"].default) == "8000"
    assert services["api"]["ports"] == ["${KAIFANG_PUBLISH:-127.0.0.1:8000}:8000"]
    port = str(Settings.model_fields["pages_port"].default)
    assert services["pages"]["environment"]["KAIFANG_PAGES_PORT"] == port == "8080"
    assert services["pages"]["ports"] == ["${KAIFANG_PAGES_PUBLISH:-127.0.0.1:8080}:8080"]
    assert all(Pages.ready_path in part for part in services["pages"]["healthcheck"]["test"][-1:])


def test_the_database_sees_that_a_machine_is_gone_as_the_embedded_one_does(services: dict[str, Any]) -> None:
    command = services["postgres"]["command"]
    given = dict(each.split("=", 1) for flag, each in pairwise(command) if flag == "-c")
    of_gone_machines = ("tcp_", "client_connection_")
    assert {name: given[name] for name in given if name.startswith(of_gone_machines)} == {
        name: value for name, value in SETTINGS.items() if name.startswith(of_gone_machines)
    }


def test_the_worker_alone_has_the_key_of_the_days_and_their_folder(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "secrets" in service] == ["worker"]
    (folder,) = [mount for name in OURS for mount in services[name]["volumes"] if mount.startswith("heads:")]
    assert folder == f"heads:{services['worker']['environment']['KAIFANG_HEADS_FOLDER']}"
    assert folder.partition(":")[2] in (ROOT / "deploy" / "Dockerfile").read_text()


def test_whatever_seals_has_the_same_keys_and_the_same_key_service(services: dict[str, Any]) -> None:
    named = {"KAIFANG_KEYS_FOLDER", *(f"KAIFANG_{each.upper()}" for each in Settings.model_fields if "hsm_" in each)}
    assert len(named) == 4
    for name in OURS:
        passed_on = {each: services[name]["environment"].get(each) for each in named}
        assert passed_on == {each: f"${{{each}:-}}" for each in named}, name


def test_whatever_may_open_the_store_of_evidence_gets_what_the_store_needs(
    services: dict[str, Any],
) -> None:
    for name in OURS:
        assert services[name]["env_file"] == [{"path": ".env.s3", "required": False}], name
        assert services[name]["environment"]["KAIFANG_EVIDENCE_URL"] == "${KAIFANG_EVIDENCE_URL:-}"
        assert "kaifang-home:/var/lib/kaifang" in services[name]["volumes"], "where files lie without S3"


def test_no_two_services_are_published_at_one_port(services: dict[str, Any]) -> None:
    published = [port.partition("}")[0] for service in services.values() for port in service.get("ports", [])]
    assert len({each.rpartition(":")[2] for each in published}) == len(published)


def test_nobody_is_a_demo_account_in_production(services: dict[str, Any]) -> None:
    assert not any("KAIFANG_LOGIN" in services[name]["environment"] for name in OURS)


def test_every_variable_of_the_compose_file_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text() + TLS.read_text()))
    asked |= {name for each in yaml("docker-compose.yml")["services"].values() for name in passed_through(each)}
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == explained


def test_every_service_has_a_bound_of_memory_and_every_server_says_how_it_is(services: dict[str, Any]) -> None:
    for name, service in services.items():
        limits = service["deploy"]["resources"]["limits"]
        assert limits.keys() == {"memory", "pids"}, name
    asks_nobody = {name for name, service in services.items() if "healthcheck" not in service}
    jobs = {name for name, service in services.items() if service["restart"].startswith("on-failure")}
    # The worker listens nowhere (`kaifang_worker_jobs` tells of it), and the image of the UI has nothing to ask with.
    assert asks_nobody == jobs | {"worker", "temporal-ui"}


def test_with_tls_every_connection_checks_whom_it_calls(services: dict[str, Any]) -> None:
    inside = yaml("deploy/compose.tls.yml")["services"]
    assert inside.keys() == services.keys()
    for name in OURS:
        environment = inside[name]["environment"]
        urls = {each for each in services[name]["environment"] if each.startswith("KAIFANG_DATABASE")}
        assert urls == {each for each in environment if each.startswith("KAIFANG_DATABASE")}
        for each in urls:
            plain = services[name]["environment"][each]
            assert environment[each] == f"{plain}?sslmode=verify-full&sslrootcert=/tls/ca.pem"
        assert environment["TEMPORAL_TLS"] == "true"
        assert environment.keys() <= OF_THE_ENGINE | urls
    assert inside["temporal"]["environment"]["TEMPORAL_TLS_REQUIRE_CLIENT_AUTH"] == "true"
    assert inside["temporal"]["environment"]["SQL_HOST_VERIFICATION"] == "true"
    assert "command" not in inside["postgres"], "the one of the other file stands"
    assert '"$@" -c ssl=on' in (ROOT / "deploy" / "postgres-tls.sh").read_text()
    allowed = [
        line.split() for line in (ROOT / "deploy" / "pg_hba.conf").read_text().splitlines() if line[:4] == "host"
    ]
    assert {(way, where) for way, _, _, where, _ in allowed if way != "hostssl"} == {("host", "127.0.0.1/32")}


def passed_through(service: dict[str, Any]) -> set[str]:
    """Variables that a service has from .env as they are, or not at all."""
    return {name for name, value in service.get("environment", {}).items() if value is None}


def test_what_a_service_waits_for_exists_and_jobs_are_awaited_to_their_end(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            is_job = services[name]["restart"].startswith("on-failure")
            assert wait["condition"] == ("service_completed_successfully" if is_job else "service_healthy")
            assert is_job or "healthcheck" in services[name]


def test_files_that_are_mounted_exist(services: dict[str, Any]) -> None:
    both = [*services.values(), *yaml("deploy/compose.tls.yml")["services"].values()]
    mounted = {mount.split(":")[0] for service in both for mount in service.get("volumes", [])}
    assert all((ROOT / path).exists() for path in mounted if path.startswith("./"))


def test_the_server_gets_the_dynamic_configuration_of_the_embedded_one() -> None:
    production = yaml("deploy/dynamicconfig/production.yaml")
    assert {name: str(entries[0]["value"]).lower() for name, entries in production.items()} == DYNAMIC_CONFIG


def test_the_image_holds_every_package_of_the_project() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted([*copied, "worker.py"]) == sorted(packages["packages"])
    assert {f"!{name}" for name in copied} <= set((ROOT / ".dockerignore").read_text().split())


def test_setting_up_temporal_twice_gives_retention_and_search_attributes_once(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    script = ROOT / "deploy" / "temporal-set-up.sh"
    for _ in range(2):
        output(
            *("sh", script),
            TEMPORAL_ADDRESS=temporal_server.address,
            TEMPORAL_NAMESPACE="production",
            HOME=str(tmp_path),
        )
    base = f"http://127.0.0.1:{temporal_server.ports.http}/cluster/namespaces/production"
    assert httpx.get(base).json()["config"]["workflowExecutionRetentionTtl"] == f"{RETENTION.total_seconds():.0f}s"
    registered = httpx.get(f"{base}/search-attributes").json()["customAttributes"]
    spelled = {name: kind.removeprefix("INDEXED_VALUE_TYPE_").replace("_", "") for name, kind in registered.items()}
    assert spelled == {name: kind.upper() for name, kind in TYPES.items()}


@pytest.fixture
def role_script(tmp_path: Path) -> Path:
    """The script for the role and the database, under names that the test server does not know yet."""
    script = tmp_path / "databases.sql"
    script.write_text((ROOT / "stack" / "databases.sql").read_text().replace("kaifang", "kaifang_production"))
    return script


async def test_the_logins_are_no_superusers_and_the_owner_has_what_an_earlier_version_made(
    postgres_server: Postgres, role_script: Path
) -> None:
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute("create role kaifang_production login password 'before'")
    await server.execute("create database kaifang_production owner kaifang_production")
    await server.close()
    before = await asyncpg.connect(of_production(postgres_server, "kaifang_production", "before"))
    await before.execute("create table kept (number int generated always as identity); insert into kept default values")
    await before.execute("create function made() returns int language sql as 'select 1'; create sequence counted")
    await before.close()

    psql = postgres_server.program("psql")
    for passwords in ("first", "second"):
        output(
            *(psql, "--no-psqlrc", "--quiet", f"--file={role_script}", postgres_server.dsn("postgres")),
            **{name: f"{passwords}_{login}" for name, login in PASSWORDS.items()},
        )
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(of_production(postgres_server, "kaifang_production", "before"))
    for login in PASSWORDS.values():
        name = login.replace("kaifang", "kaifang_production")
        connection = await asyncpg.connect(of_production(postgres_server, name, f"second_{login}"))
        assert not await connection.fetchval(
            "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"
        )
        if login is Login.OWNER:
            await connection.execute("alter table kept add column more int; drop sequence counted; drop function made")
            await connection.execute("insert into kept default values")
            assert await connection.fetchval("select max(number) from kept") == 2
        else:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("select from kept")
        await connection.close()


def of_production(server: Postgres, login: str, password: str) -> str:
    parts = urlsplit(server.dsn("kaifang_production"))
    return urlunsplit(parts._replace(netloc=f"{login}:{password}@127.0.0.1:{server.port}"))


def test_only_the_migration_comes_in_as_the_owner_and_only_the_api_as_the_gate(services: dict[str, Any]) -> None:
    comes_in = {
        name: sorted(each for each in services[name]["environment"] if each.startswith("KAIFANG_DATABASE"))
        for name in OURS
    }
    assert comes_in == {
        "migrate": ["KAIFANG_DATABASE_OWNER_URL", "KAIFANG_DATABASE_URL"],
        "worker": ["KAIFANG_DATABASE_URL"],
        "api": ["KAIFANG_DATABASE_GATE_URL", "KAIFANG_DATABASE_READER_URL", "KAIFANG_DATABASE_URL"],
        "pages": ["KAIFANG_DATABASE_READER_URL", "KAIFANG_DATABASE_URL"],
    }
    for name in OURS:
        for variable, login in {**VARIABLES, "KAIFANG_DATABASE_OWNER_URL": Login.OWNER}.items():
            url = services[name]["environment"].get(variable, f"//{login}:")
            assert f"//{login}:" in url
