"""Keeps services running: starts them in order, restarts what crashes, stops them in the opposite order."""

from __future__ import annotations

import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from stack.home import record_processes
from stack.service import Service, ServiceError

MAX_CRASHES = 5
WITHIN = 60.0
"""Seconds in which so many crashes of one service end the stack."""
FIRST_DELAY = 0.25
"""Seconds before the first restart; doubled for each further crash."""


class StopRequestedError(Exception):
    """Someone asked the stack to stop: Ctrl-C, SIGTERM, or the terminal is gone."""


class StopSignals:
    """Turns SIGINT, SIGTERM and SIGHUP into an end at the next pause, so that no step is cut in two."""

    def __init__(self) -> None:
        self._asked = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """While it lasts the signals do nothing but ask."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [signal.signal(number, self._ask) for number in signals]
        try:
            yield
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)

    def pause(self, seconds: float) -> None:
        """Waits. Raises StopRequestedError when someone has asked."""
        if not self._asked:
            time.sleep(seconds)
        if self._asked:
            raise StopRequestedError

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True


class Supervisor:
    """Runs services of one data folder. `report` is told, in one line each, what a person should know."""

    def __init__(self, home: Path, pause: Callable[[float], object], report: Callable[[str], object]) -> None:
        self._home = home
        self._pause = pause
        self._report = report
        self._started: list[Service] = []
        self._crashes: dict[Service, list[float]] = defaultdict(list)
        self._restart_at: dict[Service, float] = {}

    def start(self, services: Sequence[Service]) -> None:
        """Starts the services side by side and returns when all are ready. Raises ServiceError."""
        for service in services:
            self._started.append(service)
            service.launch(self._pause)
            record_processes(self._home, self._started)
        for service in services:
            service.await_ready(self._pause)

    def watch(self) -> NoReturn:
        """Restarts what crashes, until the pause raises. Raises ServiceError when a service keeps crashing."""
        while True:
            for service in self._started:
                if not service.is_running():
                    self._look_after(service)
            self._pause(0.1)

    def stop(self) -> None:
        """Stops everything, the last started first."""
        for service in reversed(self._started):
            service.stop()
        record_processes(self._home, [])

    def _look_after(self, service: Service) -> None:
        now = time.monotonic()
        if service not in self._restart_at:
            self._note_crash(service, f"{service.name} ended ({service.exit_text()})")
        elif now >= self._restart_at[service]:
            del self._restart_at[service]
            try:
                service.launch(self._pause)
            except ServiceError as error:
                self._note_crash(service, str(error))
            record_processes(self._home, self._started)

    def _note_crash(self, service: Service, what: str) -> None:
        now = time.monotonic()
        recent = [moment for moment in self._crashes[service] if moment > now - WITHIN] + [now]
        self._crashes[service] = recent
        if len(recent) >= MAX_CRASHES:
            raise ServiceError(
                f"{service.name} ended {len(recent)} times within {WITHIN:.0f} s; its log: {service.log}"
            )
        delay = FIRST_DELAY * 2 ** (len(recent) - 1)
        self._restart_at[service] = now + delay
        self._report(f"{what}; starting it again in {delay:g} s; its log: {service.log}")
