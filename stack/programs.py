"""Our own programs as services: the migration, the worker and the API, each started as in production."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from stack.service import Pause, Service, ServiceError

ROOT = Path(__file__).resolve().parent.parent

MIGRATION = ("-m", "migrations")
WORKER = ("worker.py",)
UNDER_UVICORN = (
    *("--factory", "--no-access-log", "--timeout-graceful-shutdown", "10"),
    *("--http", "api.http.protocol:Bounded", "--no-server-header", "--no-proxy-headers"),
)
"""With bounds for the heads of requests. Nothing says which program this is, and who calls is not what a header says:
`KAIFANG_TRUSTED_PROXIES` decides whom to believe."""
API = ("-m", "api.http.process", "api.app:serve", *UNDER_UVICORN)
PAGES = ("-m", "api.http.process", "pages.app:serve", *UNDER_UVICORN)


class PythonProgram(Service):
    """A program of ours under the interpreter that runs us. Ready as soon as it runs."""

    stops_within = 40.0

    def __init__(self, name: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        super().__init__(log)
        self.name = name
        self._arguments = arguments
        self._environment = environment

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, *self._arguments]

    def environment(self) -> Mapping[str, str]:
        return self._environment

    def folder(self) -> Path:
        return ROOT

    def is_ready(self) -> bool:
        return self.is_running()

    def run_to_end(self, pause: Pause = time.sleep) -> None:
        """Starts the program and waits for its end. Raises ServiceError if that is not exit 0."""
        self.launch(pause)
        while self.is_running():
            pause(0.05)
        if self.process is None or self.process.returncode != 0:
            raise ServiceError(f"{self.name} failed ({self.exit_text()}); its log: {self.log}")


class HttpProgram(PythonProgram):
    """A program of ours behind a listening socket. Ready when it answers 200 where it says whether it is.

    The socket is the supervisor's: nobody else can take the port between two starts, and who calls while the program
    is started again waits instead of being turned away.
    """

    ready_path: str

    def __init__(
        self, name: str, listener: socket.socket, log: Path, environment: Mapping[str, str], arguments: Sequence[str]
    ) -> None:
        super().__init__(name, (*arguments, "--fd", str(listener.fileno())), log, environment)
        self._listener = listener

    @property
    def url(self) -> str:
        """The base URL."""
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def descriptors(self) -> Sequence[int]:
        return [self._listener.fileno()]

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}{self.ready_path}", trust_env=False, timeout=1).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


class Api(HttpProgram):
    """The API. Ready when a case can be filed."""

    ready_path = "/readyz"

    def __init__(
        self, listener: socket.socket, log: Path, environment: Mapping[str, str], arguments: Sequence[str] = API
    ) -> None:
        super().__init__("API", listener, log, environment, arguments)


class Pages(HttpProgram):
    """The pages. Ready when the first of them is there."""

    ready_path = "/ready"

    def __init__(
        self, listener: socket.socket, log: Path, environment: Mapping[str, str], arguments: Sequence[str] = PAGES
    ) -> None:
        super().__init__("pages", listener, log, environment, arguments)
