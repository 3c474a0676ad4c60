"""A production of two hosts each on one machine, started from the compose file and the scripts beside it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from deploy.cluster.compose import Compose, Places
from deploy.cluster.database import PORT, STANDBY, DatabaseHost, new_password
from deploy.cluster.hosts import FRONTEND_PORT, Balancer, Ours, TemporalHost, as_in_an_image, run_job
from deploy.cluster.network import Network
from deploy.cluster.programs import Programs
from stack.programs import Api, Pages
from stack.service import Service, ServiceError, private_folder
from stack.supervisor import Supervisor

PASSWORDS = (
    *("POSTGRES_PASSWORD", "KAIFANG_DB_OWNER_PASSWORD", "KAIFANG_DB_PASSWORD"),
    *("KAIFANG_DB_GATE_PASSWORD", "KAIFANG_DB_READER_PASSWORD", "TEMPORAL_DB_PASSWORD"),
)
FOR_SEVERAL_HOSTS = {"SQL_MAX_CONNS": "8", "SQL_VIS_MAX_CONNS": "3"}
"""Connections of each role of each host of Temporal. With the usual 20 and 10 two hosts ask for 240 of the 200 that the
compose file's PostgreSQL has."""
FIRST_API = 31
FIRST_WORKER = 41
"""The last number of its address; the second's is the next."""
SCRIPTS = sysconfig.get_path("scripts")
SCHEMA_TOOL = "temporal-sql-tool"


class Cluster:
    """Two hosts of Temporal, PostgreSQL and a synchronous standby, balancers before both, two APIs, two workers, pages.

    `variables` are what an `.env` would say besides the passwords; `extra` what an override of the compose file would
    give our programs. All data lies in `home`; who starts it there a second time finds it as it was left.

    Each API has a data folder of its own, as on a host of its own: keys and secrets that all need are named by
    settings, and files of evidence lie where all reach them.
    """

    def __init__(
        self,
        home: Path,
        network: Network,
        programs: Programs,
        variables: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.network = network
        self.programs = programs
        self._extra = dict(extra or {})
        self._secrets = self._kept_secrets()
        self.compose = Compose.read({**self._secrets, **self._shared_files(), **(variables or {})})
        self.primary, self.standby = self._database("postgres-1", 21), self._database("postgres-2", 22)
        self.postgres = Balancer("postgres", self.home, network.postgres, PORT, programs)
        self.temporal = Balancer("temporal", self.home, network.temporal, FRONTEND_PORT, programs)
        self.temporal_hosts = [self._temporal_host(f"temporal-{number}", 10 + number) for number in (1, 2)]
        self.apis = [self._http("api", f"api-{number}", FIRST_API - 1 + number, Api.ready_path) for number in (1, 2)]
        self.workers = [self._worker_of_its_host(f"worker-{number}", FIRST_WORKER - 1 + number) for number in (1, 2)]
        self.pages = self._http("pages", "pages", 51, Pages.ready_path)

    @property
    def data_folder(self) -> Path:
        """What is a volume in the compose file, which all our programs but the APIs share here."""
        return self.home / "kaifang"

    @property
    def api_folders(self) -> list[Path]:
        """The data folder of each API."""
        return [self.home / f"kaifang-{number}" for number in (1, 2)]

    @property
    def api_urls(self) -> list[str]:
        return [f"http://{self.network.host(FIRST_API - 1 + number)}:8000" for number in (1, 2)]

    @property
    def pages_url(self) -> str:
        return f"http://{self.network.host(51)}:8080"

    @property
    def engine_keys_file(self) -> Path:
        """The keys by which all seal what the engine keeps."""
        return self.data_folder / "engine-keys"

    @property
    def signing_key_file(self) -> Path:
        """The issuer's private key, which no API has."""
        return self.data_folder / "signing-key.pem"

    @property
    def issuer_public_key(self) -> Path:
        """By which every API checks tokens."""
        return self.data_folder / "issuer.pem"

    @property
    def services(self) -> list[Service]:
        """Everything that runs, in the order in which it starts."""
        servers = [self.primary, self.standby, self.postgres, *self.temporal_hosts, self.temporal]
        return [*servers, *self.workers, *self.apis, self.pages]

    def start(self, supervisor: Supervisor) -> None:
        """Starts everything in the order of the compose file. Raises ServiceError."""
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (self.data_folder, self.home / "heads"):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in self.api_folders:
            folder.mkdir(mode=0o700, exist_ok=True)
            evidence = folder / "evidence"
            if not evidence.is_symlink():
                evidence.symlink_to(private_folder(self.data_folder / "evidence"))
        if not self.issuer_public_key.exists():
            self._make_issuer()
        self.start_databases(supervisor)
        self.run_jobs("databases", "temporal-schema")
        self.temporal.leads_to(*(host.address for host in self.temporal_hosts))
        supervisor.start([*self.temporal_hosts, self.temporal])
        self.run_jobs("temporal-set-up", "migrate")
        if not self.engine_keys_file.exists():
            self.kaifang("engine-keys", "add")
        supervisor.start([*self.workers, *self.apis, self.pages])

    def start_databases(self, supervisor: Supervisor) -> None:
        """The primary, the standby that keeps what it has, and the address at which they are found."""
        is_new = not self.primary.data.exists()
        for host in (self.primary, self.standby):
            host.archives_into(self.archive)
        if is_new:
            self.primary.create()
        supervisor.start([self.primary])
        if is_new:
            self.standby.follow(self.primary)
        self.postgres.leads_to(self.primary.address)
        supervisor.start([self.standby, self.postgres])
        if is_new:
            self.primary.commits_wait_for(STANDBY)

    def fail_over(self) -> None:
        """The standby takes the place of a primary that has fallen: commits then wait for nobody."""
        self.standby.promote()
        self.standby.commits_wait_for_nobody()
        self.postgres.leads_to(self.standby.address)
        self.primary, self.standby = self.standby, self.primary

    def start_the_engine_again(self) -> None:
        """What its hosts and the workers remember of a database that has gone back a little is forgotten."""
        for service in (*self.workers, *self.temporal_hosts):
            service.stop()
        for service in (*self.temporal_hosts, *self.workers):
            service.start()

    def upgrade_the_schemas(self, programs: Programs) -> None:
        """The engine's databases are as its next version wants them, while hosts of the version before run. Raises
        ServiceError."""
        self.programs = programs
        self.run_jobs("temporal-schema")

    def take_back(self) -> None:
        """A primary that fell becomes the standby, for which every commit waits again."""
        self.standby.rejoin(self.primary, self.archive)
        self.standby.start()
        self.primary.commits_wait_for(STANDBY)

    @property
    def archive(self) -> Path:
        """Where the log of PostgreSQL is kept, apart from its hosts."""
        return self.home / "archive"

    def archived(self) -> None:
        """Returns when every finished part of the log is in the archive. Raises ServiceError."""
        deadline = time.monotonic() + 60
        waiting = self.primary.data / "pg_wal" / "archive_status"
        while list(waiting.glob("*.ready")):
            if time.monotonic() > deadline:
                raise ServiceError("the log was not archived within a minute")
            time.sleep(0.1)

    def set_back(self, backup: Path, instant: str) -> None:
        """The databases are what they were at that instant, on new data, and everything is started again. The engine's
        lie in the same server, so that all are of one instant. Raises ServiceError."""
        servers = [self.postgres, self.standby, self.primary]
        for service in [self.pages, *self.apis, *self.workers, *self.temporal_hosts, *servers]:
            service.kill()
        self.primary.set_back(backup, self.archive, instant)
        self.primary.start()
        while not self.primary.takes_writes():
            time.sleep(0.1)
        self.primary.forget_the_instant()
        self.standby.follow(self.primary)
        for service in (self.standby, self.postgres, *self.temporal_hosts, *self.workers, *self.apis, self.pages):
            service.start()

    def run_jobs(self, *services: str) -> None:
        """Runs these services of the compose file to their end, one after the other. Raises ServiceError."""
        for service in services:
            program, *arguments = self._command(service)
            environment = {**as_in_an_image(), **self.environment(service)}
            environment["PATH"] = os.pathsep.join([str(self._tools()), SCRIPTS, os.defpath])
            found = shutil.which(program, path=environment["PATH"]) or program
            run_job(service, self.home, [found, *arguments], environment)

    def kaifang(self, *arguments: str, **variables: str) -> None:
        """Runs the command `kaifang` as in the container for commands. Raises ServiceError."""
        environment = {**as_in_an_image(), **self.environment("migrate"), **variables}
        run_job("kaifang", self.home, [Path(SCRIPTS) / "kaifang", *arguments], environment)

    def seed_samples(self) -> None:
        """The sample catalogue and the demo accounts, which nobody has in production."""
        environment = {**as_in_an_image(), **self.environment("migrate"), "KAIFANG_SAMPLES": "true"}
        run_job("samples", self.home, [sys.executable, *self._command("migrate")[1:]], environment)

    def environment(self, service: str, last: int = 1) -> dict[str, str]:
        """The variables of the service at that address of the network."""
        hosts = {"temporal": self.network.temporal, "postgres": self.network.postgres}
        ours = "KAIFANG_DATABASE_URL" in self.compose.services[service]["environment"]
        if ours:
            hosts["postgres"] = f"{self.primary.address}:{PORT},{self.standby.address}"
        home = self.api_folders[last - FIRST_API] if service == "api" else self.data_folder
        folders = {"/var/lib/kaifang": home, "/var/lib/kaifang-heads": self.home / "heads"}
        found = self.compose.environment(service, Places(hosts, self.network.host(last), folders))
        for name, value in found.items():
            if name.startswith("KAIFANG_DATABASE"):
                found[name] = f"{value}?target_session_attrs=read-write"
        return {**found, **self._extra} if ours else found

    def worker(self, name: str, program: Sequence[str] = (), **variables: str) -> Ours:
        """A worker with these variables besides; it runs another program where one is named."""
        command = self._command("worker")
        environment = {**self.environment("worker"), **variables}
        return Ours(name, self.home, [command[0], *(program or command[1:])], environment)

    def _make_issuer(self) -> None:
        key = Ed25519PrivateKey.generate()
        self.signing_key_file.touch(mode=0o600)
        self.signing_key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.issuer_public_key.write_bytes(public)

    def _shared_files(self) -> dict[str, str]:
        """What processes of several hosts are given alike."""
        return {
            "KAIFANG_ENGINE_KEYS": str(self.engine_keys_file),
            "KAIFANG_KEYS_FOLDER": str(self.data_folder / "keys"),
            "KAIFANG_ISSUER_PUBLIC_KEY": str(self.issuer_public_key),
            "KAIFANG_METRICS_TOKEN_FILE": str(self.data_folder / "metrics-token"),
        }

    def _command(self, service: str, last: int = 1) -> list[str]:
        return self.compose.command(service, Places({}, self.network.host(last), {}))

    def _database(self, name: str, last: int) -> DatabaseHost:
        password = self.compose.variables["POSTGRES_PASSWORD"]
        return DatabaseHost(name, self.home, self.network.host(last), password, self._command("postgres"))

    def _temporal_host(self, name: str, last: int) -> TemporalHost:
        environment = {**self.environment("temporal", last), **FOR_SEVERAL_HOSTS}
        address, inside = self.network.host(last), self.network.inside(last)
        return TemporalHost(name, self.home, address, self.programs, environment, inside)

    def _worker_of_its_host(self, name: str, last: int) -> Ours:
        inside = self.network.inside(last)
        return Ours(name, self.home, self._command("worker"), self.environment("worker"), inside=inside)

    def _http(self, service: str, name: str, last: int, ready_path: str) -> Ours:
        environment, command = self.environment(service, last), self._command(service, last)
        url = f"http://{self.network.host(last)}:{command[command.index('--port') + 1]}{ready_path}"
        return Ours(name, self.home, command, environment, url)

    def _tools(self) -> Path:
        """A folder with the tools of the images under the names that they have there."""
        tools = self.home / "tools"
        tools.mkdir(exist_ok=True)
        for name, program in (
            (SCHEMA_TOOL, self.programs.program(SCHEMA_TOOL)),
            ("psql", self.primary.program("psql")),
        ):
            (tools / name).unlink(missing_ok=True)
            (tools / name).symlink_to(program)
        return tools

    def _kept_secrets(self) -> dict[str, str]:
        file = self.home / "secrets.json"
        if not file.exists():
            self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(json.dumps({name: new_password() for name in PASSWORDS}))
        found: dict[str, str] = json.loads(file.read_text())
        return found
