"""The real Temporal, with the login, the scripts and the variables that the compose files give it: as no superuser, by
TLS for those who show a certificate, and by TLS to a PostgreSQL whose name it checks."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stack.postgres import Postgres
from tests.stack.running import ROOT
from tests.tls import Authority, kept

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kaifang" / "temporal"
"""Where `make cluster-test` keeps what it has built."""
PLAIN: Any = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
WITH_TLS: Any = YAML(typ="safe").load(ROOT / "deploy" / "compose.tls.yml")["services"]
ADDRESS = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"
"""Of this run alone, for its ports are Temporal's usual ones."""
FEW_CONNECTIONS = {"NUM_HISTORY_SHARDS": "4", "SQL_MAX_CONNS": "4", "SQL_VIS_MAX_CONNS": "2"}
"""The test's PostgreSQL is shared."""


def built() -> Path | None:
    """The folder of the real server of the compose file's version, if it has been built."""
    version = re.search(r"temporalio/server:([\d.]+)", PLAIN["temporal"]["image"])
    assert version is not None
    return next((found.parent for found in CACHE.glob(f"{version[1]}-*/temporal-server")), None)


pytestmark = pytest.mark.skipif(built() is None, reason="the real Temporal is not built: it needs Go 1.26")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What every command here is told: nothing of this machine but where programs are."""
    found = built()
    assert found is not None
    return {"PATH": f"{found}:{sysconfig.get_path('scripts')}:{os.defpath}", "HOME": str(tmp_path)}


@pytest.fixture
def of_the_test(postgres_server: Postgres, environment: dict[str, str]) -> Iterator[None]:
    """Temporal's login and databases as the compose file makes them, twice; gone afterwards."""
    psql = [postgres_server.program("psql"), "--no-psqlrc", "--quiet", postgres_server.dsn("postgres")]
    # As many as a PostgreSQL takes by itself: Temporal turns away one that says fewer, and that of the tests does.
    said = {"TEMPORAL_DB_PASSWORD": "secret", "PGOPTIONS": "-c scram_iterations=4096"}
    for _ in range(2):
        run([*psql, f"--file={ROOT / 'deploy' / 'temporal-databases.sql'}"], environment, **said)
    yield
    for statement in ("drop database temporal", "drop database temporal_visibility", "drop role temporal"):
        run([*psql, "--command", statement], environment)


def run(command: list[Any], environment: dict[str, str], **more: str) -> None:
    done = subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(["temporal-server"], env=environment, stdout=output, stderr=output)
        try:
            yield
        finally:
            server.terminate()
            server.wait()


@pytest.mark.usefixtures("of_the_test")
async def test_temporal_serves_those_who_show_a_certificate_and_checks_its_postgresql(
    postgres_server: Postgres, environment: dict[str, str], tmp_path: Path
) -> None:
    authority, stranger = Authority.made_in(tmp_path, "ca"), Authority.made_in(tmp_path, "another")
    for name in ("temporal", "client"):
        authority.context(tmp_path, name)  # key and certificate in one file
    files = {"/tls/ca.pem": str(authority.file)}
    for name in ("temporal", "client"):
        files |= {f"/tls/{name}.{kind}": str(tmp_path / f"{name}.server.pem") for kind in ("pem", "key")}
    others = files | {"/tls/ca.pem": str(stranger.file)}

    def with_tls(service: str, files: dict[str, str] = files) -> dict[str, str]:
        said = {name: value for name, value in WITH_TLS[service]["environment"].items() if "KAIFANG" not in name}
        at = {"TEMPORAL_ADDRESS": f"{ADDRESS}:7233", "TEMPORAL_NAMESPACE": "default"}
        return environment | at | {name: files.get(value, value) for name, value in said.items()}

    def tried(port: int) -> None:
        database = {"POSTGRES_SEEDS": "127.0.0.1", "DB_PORT": str(port), "POSTGRES_USER": "temporal"}
        schema = ["sh", ROOT / "deploy" / "temporal-schema.sh"]
        for wrong in (with_tls("temporal-schema", others), environment):
            with pytest.raises(AssertionError):
                run(schema, wrong | database, SQL_PASSWORD="secret")
        for _ in range(2):
            run(schema, with_tls("temporal-schema") | database, SQL_PASSWORD="secret")
        where = {
            "DB": PLAIN["temporal"]["environment"]["DB"],
            "BIND_ON_IP": ADDRESS,
            "TEMPORAL_BROADCAST_ADDRESS": ADDRESS,
            "DYNAMIC_CONFIG_FILE_PATH": str(ROOT / "deploy" / "dynamicconfig" / "production.yaml"),
            "POSTGRES_PWD": "secret",
        }
        with serving(with_tls("temporal") | database | where | FEW_CONNECTIONS, tmp_path / "server.log"):
            run(["sh", ROOT / "deploy" / "temporal-set-up.sh"], with_tls("temporal-set-up"))
            health = ["temporal", "operator", "cluster", "health"]
            run(health, with_tls("api"))
            nameless = {name: value for name, value in with_tls("api").items() if "CLIENT" not in name}
            plain = environment | {"TEMPORAL_ADDRESS": f"{ADDRESS}:7233"}
            for caller in (nameless, plain):
                assert subprocess.run(health, env=caller, capture_output=True, check=False).returncode != 0

    assert postgres_server.port
    async with kept(postgres_server.port, authority.context(tmp_path, "postgres", "127.0.0.1")) as door:
        await asyncio.to_thread(tried, door.port)
    assert door.turned_away, "who asks for no TLS is not let in"
    assert door.let_in
