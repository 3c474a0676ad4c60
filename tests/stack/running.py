"""A stack in a process of its own, as a test sees it: its lines, its processes, its signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import psutil

SMALL_STACK = Path(__file__).with_name("small_stack.py")
ROOT = SMALL_STACK.parents[2]


T = TypeVar("T")


def until(condition: Callable[[], T | None], within: float = 30.0) -> T:
    """The first true value of the condition; fails when there is none in so many seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
    return value


class RunningStack:
    """`small_stack.py`, or another `program`, with a data folder. `crashing` names programs that end at once."""

    def __init__(
        self,
        home: Path,
        crashing: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        interpreter: str | Path = sys.executable,
        account: tuple[int, int] | None = None,
        program: Sequence[str | Path] = (SMALL_STACK,),
    ) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        self.process = subprocess.Popen(
            [interpreter, *program, *crashing],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd="/",
            env={**inherited, "PYTHONPATH": str(ROOT), "KAIFANG_HOME": str(home), **(environment or {})},
            start_new_session=True,
            user=account and account[0],
            group=account and account[1],
            extra_groups=account and [],
        )
        self.lines: list[str] = []

    def line(self, beginning: str) -> str:
        """Reads on to the next line that begins so; fails when the stack ends without one."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self.lines.append(text.rstrip("\n"))
            if text.startswith(beginning):
                return self.lines[-1]
        raise AssertionError(f"no line {beginning!r} in {self.lines}")

    def ready(self) -> str:
        """Reads on to the line `ready` and returns the base URL in it."""
        return self.line("ready ").removeprefix("ready ")

    def processes(self) -> list[psutil.Process]:
        """Everything that runs below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, mark: str) -> psutil.Process:
        """The child in whose command line the mark stands."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if mark in " ".join(child.cmdline()))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal, waits for the end and returns the exit status."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Waits for the end and returns the exit status; what it printed meanwhile is in `lines`."""
        rest, _ = self.process.communicate(timeout=60)
        self.lines += rest.splitlines()
        return self.process.returncode
