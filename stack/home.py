"""The data folder: one stack at a time, and nothing left running of a stack that was killed."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from activities.settings import STACK_ENV
from stack.service import Pause, Service

LEFTOVERS_END_WITHIN = 15.0
"""Seconds."""


class HomeInUseError(RuntimeError):
    """Another stack runs with this data folder. The message is one line."""


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Keeps the data folder for this process until it ends, however it ends. Raises HomeInUseError."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise HomeInUseError(
                f"a stack already runs with the data folder {home} (process {holder}); "
                "stop it, or set KAIFANG_HOME to another folder"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def record_processes(home: Path, services: Iterable[Service]) -> None:
    """Notes what runs, for `end_leftovers` of a later start. A pid alone is no name: it may be given away again."""
    entries = []
    for service in services:
        with suppress(psutil.NoSuchProcess):
            if service.process is not None and service.is_running():
                created = psutil.Process(service.process.pid).create_time()
                entries.append({"pid": service.process.pid, "created": created, "signal": int(service.stop_signal)})
    unfinished = home / "processes.json.new"
    unfinished.write_text(json.dumps(entries))
    unfinished.replace(home / "processes.json")


def end_leftovers(home: Path, pause: Pause) -> None:
    """Ends what an earlier stack of this data folder left running, cleanly where there is time for it."""
    with suppress(FileNotFoundError):
        leftovers = []
        for entry in json.loads((home / "processes.json").read_text()):
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(entry["pid"])
                if process.create_time() == entry["created"]:
                    process.send_signal(signal.Signals(entry["signal"]))
                    leftovers.append(process)
        deadline = time.monotonic() + LEFTOVERS_END_WITHIN
        while leftovers := [process for process in leftovers if not _has_ended(process)]:
            if time.monotonic() > deadline:
                for process in leftovers:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
            pause(0.05)
        (home / "processes.json").unlink()


def _has_ended(process: psutil.Process) -> bool:
    """A zombie has: nobody may ever collect it where the first process of a container does not care."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE) or not process.is_running()
    except psutil.NoSuchProcess:
        return True


@contextmanager
def announced(home: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Tells commands in other terminals, through `stack.env`, how to reach what runs here."""
    file = home / STACK_ENV
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    quoted = {name: value.replace("'", "\\'") for name, value in environment.items()}
    file.write_text("".join(f"{name}='{value}'\n" for name, value in quoted.items()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
