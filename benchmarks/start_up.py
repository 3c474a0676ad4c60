"""The whole stack as `kaifang up` runs it: how long until a case can be filed, and the memory that it then takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from benchmarks.figures import Aim, Figure
from benchmarks.servers import scratch_home
from stack.ports import free_port

BENCH = "start-up"
UP = (sys.executable, "-c", "from cli.main import app; app()", "up")
READY = Aim(15)
FULL, QUICK = 3, 1
"""Fresh data folders, each started twice."""

PROCESSES = {"postgres": "PostgreSQL", "temporal": "Temporal", "worker.py": "worker", "api.http.process": "API"}
"""A word of the command line to what the process is."""


def run(folders: int) -> list[Figure]:
    """Seconds to the line `ready` in a fresh data folder and at the next start, and the memory of each program."""
    first: list[float] = []
    second: list[float] = []
    memory: list[dict[str, float]] = []
    for _ in range(folders):
        with scratch_home() as home:
            first.append(_started(home)[0])
            seconds, held = _started(home)
            second.append(seconds)
            memory.append(held)
    figures = [
        Figure(
            BENCH,
            "ready, fresh data folder",
            median(first),
            "s",
            f"from `kaifang up` to its line `ready`, cluster and schema made on the way; median of {folders}",
            aim=READY,
        ),
        Figure(
            BENCH,
            "ready, next start",
            median(second),
            "s",
            f"the same with the data of an earlier start; median of {folders}",
        ),
    ]
    for program in memory[0]:
        method = "resident memory when ready, shared pages divided among those that share them (PSS; RSS elsewhere)"
        figures.append(Figure(BENCH, f"memory, {program}", median(each[program] for each in memory), "MiB", method))
    total = median(sum(each.values()) for each in memory)
    return [*figures, Figure(BENCH, "memory, whole stack", total, "MiB", "the sum of these")]


def _started(home: Path) -> tuple[float, dict[str, float]]:
    """Starts the stack, looks, and stops it again."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KAIFANG_", "TEMPORAL_"))}
    environment = {**inherited, "KAIFANG_HOME": str(home), "KAIFANG_PORT": str(free_port())}
    started = perf_counter()
    stack = subprocess.Popen(UP, env=environment, stdout=subprocess.PIPE, text=True)
    assert stack.stdout
    try:
        lines = []
        for line in stack.stdout:
            lines.append(line)
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError(f"the stack did not become ready: {''.join(lines[-5:])}")
        return perf_counter() - started, _memory(psutil.Process(stack.pid))
    finally:
        stack.send_signal(signal.SIGTERM)
        stack.communicate(timeout=60)


def _memory(supervisor: psutil.Process) -> dict[str, float]:
    """MiB of each program, with the processes that it started."""
    held = {"supervisor": _mebibytes(supervisor)}
    for child in supervisor.children():
        words = " ".join(Path(word).name for word in child.cmdline())
        name = next((name for word, name in PROCESSES.items() if word in words), "other")
        held[name] = held.get(name, 0) + sum(_mebibytes(each) for each in [child, *child.children(recursive=True)])
    return held


def _mebibytes(process: psutil.Process) -> float:
    info = process.memory_full_info()
    return float(getattr(info, "pss", info.rss)) / 2**20
