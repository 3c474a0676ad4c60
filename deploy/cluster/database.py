"""PostgreSQL on a host of the cluster: the primary as the compose file starts it, or a standby that has all it has."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack import backups
from stack.postgres import Postgres
from stack.service import Pause, Service, ServiceError, private_folder

PORT = 5432
SUPERUSER = "postgres"
STANDBY = "standby"
"""By which name a standby tells the primary who it is."""
OWN_NETWORKS = "".join(
    f"host {of} all {network} scram-sha-256\n"
    for network in ("127.0.0.0/8", "198.18.0.0/15")
    for of in ("all", "replication")
)
"""What `network` and `cables` give addresses of."""


class DatabaseHost(Service):
    """A PostgreSQL server at an address of its own. `command_line` is what the compose file starts it with.

    `settings` come after those of the compose file, and after them what is said while it runs (`alter system`). The
    data of a first start is made by `create` or `follow`.
    """

    stop_signal = signal.SIGINT

    def __init__(
        self,
        name: str,
        home: Path,
        address: str,
        password: str,
        command_line: Sequence[str],
    ) -> None:
        self.name = name
        self.home = home / name
        super().__init__(home / "logs" / f"{name}.log")
        self.address = address
        self.settings: dict[str, str] = {}
        self._password = password
        self._options = command_line[1:]
        self._wheel = Postgres(self.home)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def dsn(self, database: str = SUPERUSER) -> str:
        """The URL by which the superuser comes in."""
        return f"postgresql://{SUPERUSER}:{self._password}@{self.address}:{PORT}/{database}"

    def account(self) -> tuple[int, int]:
        return self._wheel.account()

    def folder(self) -> Path:
        return self.data

    def environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def command(self) -> Sequence[str | Path]:
        settings = [part for item in self.settings.items() for part in ("-c", "=".join(item))]
        place = ("-D", self.data, "-h", self.address, "-p", str(PORT))
        return [self.program("postgres"), *place, "-c", "unix_socket_directories=", *self._options, *settings]

    def prepare(self, pause: Pause) -> None:
        """What a server that was killed left behind names a process that may be somebody else's by now."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """PostgreSQL's own word on whether it takes connections."""
        asked = [str(self.program("pg_isready")), "--quiet", "--host", self.address, "--port", str(PORT)]
        return subprocess.run(asked, env=self.environment(), check=False).returncode == 0

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs."""
        return self._wheel.program(name)

    def create(self) -> None:
        """A cluster of databases as the official image makes it, with a superuser who has a password."""
        self._place()
        password = self.home / "initial-password"
        password.touch(mode=0o600)
        password.write_text(self._password)
        self._give(password)
        checked = ("--auth", "scram-sha-256", "--pwfile", password, "--encoding", "UTF8", "--locale", "C.UTF-8")
        self.run("initdb", "--pgdata", self.data, "--username", SUPERUSER, *checked)
        password.unlink()
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write(OWN_NETWORKS)

    def follow(self, primary: DatabaseHost) -> None:
        """The data of the primary as it stands, and a standby that goes on reading its log from there."""
        self._place()
        source = f"host={primary.address} port={PORT} user={SUPERUSER} application_name={STANDBY} dbname=postgres"
        self.run(
            "pg_basebackup", "--pgdata", self.data, "--dbname", source, "--write-recovery-conf", "--checkpoint=fast"
        )

    def rejoin(self, primary: DatabaseHost, archive: Path) -> None:
        """A primary that fell gives up what the new one does not have, and follows it. Its own log is looked for in the
        archive too: while it recovers from its fall it lets go of what was archived. Raises ServiceError."""
        backups.configure(self.data, {"restore_command": backups.from_archive(archive)})
        source = f"host={primary.address} port={PORT} user={SUPERUSER} dbname=postgres"
        wanted = ("--restore-target-wal", "--write-recovery-conf")
        self.run("pg_rewind", "--target-pgdata", self.data, "--source-server", source, *wanted)
        backups.configure(
            self.data, {"primary_conninfo": f"{source} password={self._password} application_name={STANDBY}"}
        )

    def archives_into(self, folder: Path) -> None:
        """Each finished part of the log is copied there; the server takes it back when it is set back."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._give(folder)
        self.settings |= backups.archiving(folder)

    def back_up(self, folder: Path) -> None:
        """A base backup while everybody works. Raises ServiceError."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        self._give(folder)
        source = f"host={self.address} port={PORT} user={SUPERUSER} dbname=postgres"
        self.run("pg_basebackup", "--pgdata", folder, "--dbname", source, "--checkpoint=fast")

    def set_back(self, backup: Path, archive: Path, instant: str) -> None:
        """Its data is what it was at that instant, once it is started. Raises ServiceError."""
        shutil.rmtree(self.data)
        backups.set_back(backup, self.data, archive, instant, self.program("pg_verifybackup").parent)

    def takes_writes(self) -> bool:
        """Whether it is a primary, and no server that still reads a log."""
        asked = ["--no-psqlrc", "--tuples-only", "--no-align", "--dbname", self.dsn()]
        said = subprocess.run(
            [str(self.program("psql")), *asked, "--command", "select pg_is_in_recovery()"],
            env=dict(self.environment()),
            capture_output=True,
            text=True,
            check=False,
        )
        return said.stdout.strip() == "f"

    def promote(self) -> None:
        """From now on it is the primary. Returns when it takes writes."""
        self.run("pg_ctl", "promote", "--pgdata", self.data, "--wait")

    def forget_the_instant(self) -> None:
        """What said up to where it recovers is gone: a standby that copied it would make itself a primary there."""
        self._say(*backups.FORGET)

    def commits_wait_for(self, standby: str) -> None:
        """From now on a commit counts when that standby has it too."""
        self._say(f"alter system set synchronous_standby_names = 'ANY 1 ({standby})'", "select pg_reload_conf()")

    def commits_wait_for_nobody(self) -> None:
        """From now on a commit counts that no other host has, and a primary that falls may take it along."""
        self._say("alter system set synchronous_standby_names = ''", "select pg_reload_conf()")

    def run(self, program: str, *arguments: str | Path) -> None:
        """Runs one of PostgreSQL's programs. Raises ServiceError; what it printed is in the log."""
        private_folder(self.log.parent)
        uid, gid = self.account()
        with self.log.open("ab") as log:
            done = subprocess.run(
                [self.program(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                env={**self.environment(), "PGPASSWORD": self._password},
                user=uid if os.geteuid() == 0 else None,
                group=gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
                check=False,
            )
        if done.returncode != 0:
            raise ServiceError(f"{program} of {self.name} failed (exit {done.returncode}); its log: {self.log}")

    def _place(self) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._give(self.home)
        self._give(self.data)

    def _say(self, *statements: str) -> None:
        for statement in statements:
            said = ("--no-psqlrc", "--quiet", "--dbname", self.dsn(), "--command", statement)
            self.run("psql", "--set", "ON_ERROR_STOP=1", *said)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, *self.account())


def new_password() -> str:
    """Letters and digits alone: it becomes part of URLs, of SQL and of connection strings."""
    return secrets.token_hex(16)
