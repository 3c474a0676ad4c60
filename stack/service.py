"""One process of the stack: started, awaited until it is ready, stopped, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Pause = Callable[[float], object]
"""Waits for so many seconds; a supervisor's pause raises when the stack is told to stop."""

LAUNCH = Path(__file__).with_name("launch.py")

# "Parent" means, to the kernel, the thread that forked: a child forked by a short-lived thread would be told to end as
# soon as that thread has ended. This one lives as long as the process.
_forking_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fork")


class ServiceError(RuntimeError):
    """A service did not become ready, or did not stay. The message is one line and names the log to read."""


def private_folder(path: Path) -> Path:
    """The folder, made if it is missing, which nobody else may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


class Service(ABC):
    """A program with a log file. Knows how to start it, when it is ready and which signal stops it cleanly."""

    name: str
    stop_signal: signal.Signals = signal.SIGTERM
    ready_within: float = 60.0
    """Seconds."""
    stops_within: float = 30.0
    """Seconds after which a stop turns into a kill."""
    tries: int = 1
    """How often it is started before an end that comes before it is ready is taken for a failure."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program, as an absolute path, and its arguments."""

    def environment(self) -> Mapping[str, str]:
        """The whole environment of the program."""
        return os.environ

    def folder(self) -> Path:
        """The folder in which the program runs."""
        return Path("/")

    def account(self) -> tuple[int, int]:
        """The user and the group as which the program runs."""
        return os.geteuid(), os.getegid()

    def descriptors(self) -> Sequence[int]:
        """The open files that the program is given besides the standard three."""
        return ()

    def prepare(self, pause: Pause) -> None:  # noqa: B027  most services need no preparation
        """Does what must be done before each start."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether the running program does its work."""

    def start(self, pause: Pause = time.sleep) -> None:
        """Starts the program and returns when it is ready. Raises ServiceError, and then nothing of it runs."""
        self.launch(pause)
        self.await_ready(pause)

    def launch(self, pause: Pause = time.sleep) -> None:
        """Starts the program and does not wait for it; `await_ready` does."""
        if self.is_running():
            return
        self.prepare(pause)
        private_folder(self.log.parent)
        uid, gid = self.account()
        launcher = [sys.executable, "-I", "-S", LAUNCH, os.getpid(), int(self.stop_signal), uid, gid]
        with self.log.open("ab") as log:
            self.process = _forking_thread.submit(
                subprocess.Popen,
                [str(part) for part in (*launcher, *self.command())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder(),
                env=dict(self.environment()),
                pass_fds=self.descriptors(),
                start_new_session=True,  # Ctrl-C at the terminal is for the supervisor, which stops us in order
            ).result()

    def await_ready(self, pause: Pause = time.sleep) -> None:
        """Returns when the launched program is ready. Raises ServiceError, and then nothing of it runs."""
        deadline = time.monotonic() + self.ready_within
        tried = 1
        while not self.is_ready():
            if not self.is_running():
                if tried < self.tries:
                    tried += 1
                    self.launch(pause)
                    continue
                raise ServiceError(f"{self.name} ended ({self.exit_text()}) before it was ready; its log: {self.log}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServiceError(f"{self.name} was not ready within {self.ready_within:.0f} s; its log: {self.log}")
            pause(0.05)

    def is_running(self) -> bool:
        """Whether the program that was started last is still there."""
        return self.process is not None and self.process.poll() is None

    def exit_text(self) -> str:
        """How the program ended, for a message."""
        code = self.process.poll() if self.process else None
        if code is None:
            return "running"
        return f"exit {code}" if code >= 0 else signal.Signals(-code).name

    def stop(self, signal_number: signal.Signals | None = None) -> None:
        """Stops the program, cleanly unless another signal is given; kills it when it takes too long."""
        if self.process is None or not self.is_running():
            return
        self.process.send_signal(signal_number or self.stop_signal)
        try:
            self.process.wait(self.stops_within)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the program as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
