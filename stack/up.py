"""The whole system on one machine: PostgreSQL, Temporal, the worker and the API, in the foreground."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from activities.engine.keys import is_there_from_now_on
from activities.settings import ENGINE_KEYS, HEADS_KEY
from api.http.tokens import signing_key
from stack.home import HomeInUseError, announced, end_leftovers, exclusive
from stack.ports import RememberedPorts, listen
from stack.postgres import VARIABLES, Login, Postgres
from stack.programs import API, MIGRATION, PAGES, WORKER, Api, Pages, PythonProgram
from stack.service import Service, ServiceError
from stack.supervisor import StopRequestedError, StopSignals, Supervisor
from stack.temporal import NAMESPACE, TemporalServer

DEFAULT_PORT = 8000
DEFAULT_PAGES_PORT = 8080

TEMPORAL_CHOICES = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")
"""Variables of the SDK that say where Temporal is: one of them, and ours is not started."""

OWNER = "KAIFANG_DATABASE_OWNER_URL"

Row = tuple[str, str]


@dataclass(frozen=True)
class Programs:
    """What runs beside the servers, as arguments of the Python interpreter."""

    migration: Sequence[str] = MIGRATION
    worker: Sequence[str] = WORKER
    api: Sequence[str] = API
    pages: Sequence[str] = PAGES


@dataclass
class Stack:
    """One stack: what the environment asks for, and the services made of it."""

    home: Path
    environment: Mapping[str, str]
    """The caller's environment, which decides what is embedded and which port is wanted."""
    programs: Programs = field(default_factory=Programs)
    postgres: Postgres | None = None
    temporal: TemporalServer | None = None

    def __post_init__(self) -> None:
        self.home = self.home.resolve()
        if not self.environment.get("KAIFANG_DATABASE_URL"):
            self.postgres = Postgres(self.home)
        if not any(self.environment.get(name) for name in TEMPORAL_CHOICES):
            self.temporal = TemporalServer(self.home)

    def servers(self) -> list[Service]:
        """The embedded servers; those which the environment replaces are left out."""
        return [server for server in (self.postgres, self.temporal) if server is not None]

    def connections(self, port: int, pages_port: int) -> dict[str, str]:
        """The variables by which our programs, and commands in other terminals, reach this stack."""
        variables = {"KAIFANG_HOME": str(self.home), "KAIFANG_PORT": str(port), "KAIFANG_PAGES_PORT": str(pages_port)}
        if self.postgres is None:
            variables |= {name: self.environment[name] for name in VARIABLES if self.environment.get(name)}
        else:
            variables |= self.postgres.variables()
        if self.temporal is None:
            variables |= {name: value for name, value in self.environment.items() if name.startswith("TEMPORAL_")}
        else:
            variables["TEMPORAL_ADDRESS"] = self.temporal.address
            variables["TEMPORAL_NAMESPACE"] = NAMESPACE
            # The caller's own configuration file speaks of another server, perhaps with a key for it.
            variables["TEMPORAL_CONFIG_FILE"] = os.devnull
        return variables

    def owner(self) -> dict[str, str]:
        """The variable by which the migration comes in, and none of the others."""
        if self.postgres is None:
            return {name: self.environment[name] for name in (OWNER,) if self.environment.get(name)}
        return {OWNER: self.postgres.dsn(login=Login.OWNER)}

    def rows(self, api: Api, pages: Pages) -> list[Row]:
        """What runs where, for the table."""
        logs = self.home / "logs"
        rows = [
            ("pages", pages.url),
            ("", f"log {pages.log}"),
            ("API", api.url),
            ("", f"{api.url}/docs"),
            ("", f"log {api.log}"),
            ("worker", f"log {logs / 'worker.log'}"),
        ]
        if self.temporal is None:
            rows.append(("Temporal", f"not ours: {self.environment.get('TEMPORAL_ADDRESS', 'as configured')}"))
        else:
            rows += [
                ("Temporal", f"{self.temporal.address}, namespace {NAMESPACE}"),
                ("", f"web UI {self.temporal.ui_url}"),
                ("", f"log {self.temporal.log}"),
            ]
        if self.postgres is None:
            rows.append(("PostgreSQL", f"not ours: {without_password(self.environment['KAIFANG_DATABASE_URL'])}"))
        else:
            url = without_password(self.postgres.dsn(login=Login.WRITER))
            rows += [
                ("PostgreSQL", f"{url} (the password is in {self.home}/stack.env)"),
                ("", f"data {self.postgres.data}"),
                ("", f"log {self.postgres.log}"),
            ]
        return [*rows, ("data folder", str(self.home))]


def without_password(url: str) -> str:
    """The URL of a database as it may be shown."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.username}@{parts.netloc.rpartition('@')[2]}{parts.path}"


def listener_for(what: str, variable: str, usual: int, stack: Stack, report: Callable[[str], object]) -> socket.socket:
    """Listens for a program: on the port that its variable names, else on the usual one, else on a free one. Raises
    ServiceError."""
    if wanted := stack.environment.get(variable):
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise ServiceError(f"{variable}: {wanted!r} is not a port")
        try:
            return listen(int(wanted))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise ServiceError(
                f"{variable}: port {wanted} cannot be used ({reason}); choose another, or leave it unset"
            ) from error
    try:
        return listen(usual)
    except OSError:
        port = RememberedPorts(stack.home).choose(what.lower())
        report(f"port {usual} is taken; the {what} uses {port}")
        return listen(port)


def up(
    home: Path,
    environment: Mapping[str, str],
    *,
    programs: Programs | None = None,
    accounts: Callable[[], Iterable[Row]] = tuple,
    report: Callable[[str], object] = print,
) -> int:
    """Runs the stack until someone stops it, and returns the exit status: 0 when it was stopped, 1 when it failed.

    `report` gets the lines for a person, the last of them `ready <base url>`; a failure is one line. `accounts` is
    asked once the database is migrated: the name of each demo account, and what it is for.
    """
    signals = StopSignals()
    try:
        with signals.caught(), exclusive(home.resolve()):
            _run(Stack(home, environment, programs or Programs()), signals, accounts, report)
    except StopRequestedError:
        report("stopped")
        return 0
    except (HomeInUseError, ServiceError) as error:
        report(f"error: {error}")
        return 1


def _run(
    stack: Stack, signals: StopSignals, accounts: Callable[[], Iterable[Row]], report: Callable[[str], object]
) -> NoReturn:
    """Raises what ended the stack, when everything has been stopped."""
    supervisor = Supervisor(stack.home, signals.pause, report)
    end_leftovers(stack.home, signals.pause)
    listener = listener_for("API", "KAIFANG_PORT", DEFAULT_PORT, stack, report)
    pages_listener = listener_for("pages", "KAIFANG_PAGES_PORT", DEFAULT_PAGES_PORT, stack, report)
    try:
        supervisor.start(stack.servers())
        connections = stack.connections(listener.getsockname()[1], pages_listener.getsockname()[1])
        inherited = {
            name: value
            for name, value in stack.environment.items()
            if not name.startswith("TEMPORAL_") and name not in (OWNER, *VARIABLES)
        }
        environment = {
            "KAIFANG_SAMPLES": "true",
            **({} if stack.environment.get("KAIFANG_OIDC_ISSUER") else {"KAIFANG_LOGIN": "demo"}),
            **inherited,
            **connections,
            "PYTHONUNBUFFERED": "1",
        }
        logs = stack.home / "logs"
        of_migration = {**environment, **stack.owner()}
        migration = PythonProgram("migration", stack.programs.migration, logs / "migration.log", of_migration)
        worker = PythonProgram("worker", stack.programs.worker, logs / "worker.log", environment)
        api = Api(listener, logs / "api.log", environment, stack.programs.api)
        pages = Pages(pages_listener, logs / "pages.log", environment, stack.programs.pages)
        if not stack.environment.get("KAIFANG_HEADS_KEY"):
            signing_key(stack.home / HEADS_KEY)
        if not any(stack.environment.get(name) for name in ("KAIFANG_ENGINE_KEYS", "KAIFANG_ENGINE_KEY")):
            is_there_from_now_on(stack.home / ENGINE_KEYS)
        with announced(stack.home, connections):
            try:
                migration.run_to_end(signals.pause)
            finally:
                migration.stop()
            supervisor.start([worker, api, pages])
            for line in _table(stack.rows(api, pages)):
                report(line)
            report("\ndemo accounts (`kaifang token ACCOUNT` prints a bearer token)")
            for line in _table(accounts()):
                report(line)
            report(f"ready {api.url}")
            supervisor.watch()
    finally:
        supervisor.stop()
        listener.close()
        pages_listener.close()


def _table(rows: Iterable[Row]) -> Iterable[str]:
    """The rows as lines of two columns."""
    listed = list(rows)
    width = max((len(left) for left, _ in listed), default=0)
    return [f"  {left:<{width}}  {right}" for left, right in listed]
