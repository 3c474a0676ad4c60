"""What else runs in a cluster: hosts of Temporal, balancers, and our own programs as the compose file starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from deploy.cluster.programs import ROOT, Programs
from stack.service import Pause, Service, ServiceError, private_folder

FRONTEND_PORT = 7233


def answers(address: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


class TemporalHost(Service):
    """A host with all four roles of the official server, configured by the environment alone, as the image is."""

    ready_within = 120.0
    stops_within = 20.0
    tries = 3
    """Of two hosts that both begin a cluster one may fail; a container is then started again."""

    def __init__(
        self,
        name: str,
        home: Path,
        address: str,
        programs: Programs,
        environment: Mapping[str, str],
        inside: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.home = home / name
        super().__init__(home / "logs" / f"{name}.log")
        self.address = address
        self.programs = programs
        """Of which version it is from its next start on."""
        self._environment = environment
        self._inside = inside

    def prepare(self, pause: Pause) -> None:
        """The folder that the compose file mounts, where the image has its working directory."""
        mounted = self.home / "config" / "dynamicconfig"
        mounted.parent.mkdir(parents=True, exist_ok=True)
        if not mounted.exists():
            mounted.symlink_to(ROOT / "deploy" / "dynamicconfig")

    def command(self) -> Sequence[str | Path]:
        return [*self._inside, self.programs.program("temporal-server")]

    def environment(self) -> Mapping[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.home), **self._environment}

    def folder(self) -> Path:
        return self.home

    def is_ready(self) -> bool:
        """What the health check of the compose file asks."""
        return answers(self.address, FRONTEND_PORT)


class Balancer(Service):
    """Passes connections on from one address to several, in turn, or to whichever answers."""

    def __init__(self, name: str, home: Path, address: str, port: int, programs: Programs) -> None:
        self.name = name
        super().__init__(home / "logs" / f"{name}.log")
        self.address = address
        self.port = port
        self._targets = home / f"{name}.targets"
        self._programs = programs

    def leads_to(self, *addresses: str) -> None:
        """From now on new connections go there."""
        unfinished = self._targets.with_suffix(".new")
        unfinished.write_text("".join(f"{address}:{self.port}\n" for address in addresses))
        unfinished.replace(self._targets)

    def command(self) -> Sequence[str | Path]:
        return [self._programs.program("balancer"), f"{self.address}:{self.port}", self._targets]

    def is_ready(self) -> bool:
        return answers(self.address, self.port)


class Ours(Service):
    """A program of ours, with command and variables of the compose file; ready when its health check says so."""

    stops_within = 40.0

    def __init__(
        self,
        name: str,
        home: Path,
        command: Sequence[str],
        environment: Mapping[str, str],
        ready_url: str | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        self.name = name
        super().__init__(home / "logs" / f"{name}.log")
        self._command = command
        self._environment = environment
        self._ready_url = ready_url
        self._inside = inside

    def command(self) -> Sequence[str | Path]:
        return [*self._inside, sys.executable, *self._command[1:]]

    def environment(self) -> Mapping[str, str]:
        return {**as_in_an_image(), **self._environment}

    def folder(self) -> Path:
        return ROOT

    def is_ready(self) -> bool:
        if self._ready_url is None:
            return self.is_running()
        try:
            return httpx.get(self._ready_url, trust_env=False, timeout=2).is_success
        except httpx.TransportError:
            return False


def as_in_an_image() -> dict[str, str]:
    """An environment in which nothing of the caller's says where PostgreSQL and Temporal are."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1", "TEMPORAL_CONFIG_FILE": os.devnull}


def run_job(name: str, home: Path, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
    """Runs what the compose file runs once, to its end. Raises ServiceError; what it printed is in its log."""
    log = home / "logs" / f"{name}.log"
    private_folder(log.parent)
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode != 0:
        raise ServiceError(f"{name} failed (exit {done.returncode}); its log: {log}")


FREEZES, GOES_ON = signal.SIGSTOP, signal.SIGCONT
