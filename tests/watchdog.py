"""A run that hangs says where, and ends; a test that fails is told at once, although the run goes on.

pytest-timeout raises in the test, which is not enough: it stops counting when a test has failed, before what the test
used is taken down, and what it raises can be caught by any coroutine that happens to run. A while after its limit the
process ends, therefore, whatever it does; where there are several, the others do the rest.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from types import AsyncGeneratorType, CoroutineType, GeneratorType

import pytest

INNERMOST = 12
"""Frames of a thread that are told."""
A_WHILE = 60.0
"""Seconds between the limit of a test and the end of its process."""


class Watchdog:
    """Watches every test of a process, from its first fixture to the end of its last."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._heard = os.dup(2)
        """Standard error as long as pytest captures nothing."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        marker = item.get_closest_marker("timeout")
        seconds = A_WHILE + float(marker.args[0] if marker else self._config.getini("timeout"))
        timer = threading.Timer(seconds, end, (item.nodeid, seconds, self._heard))
        timer.daemon = True
        timer.start()
        try:
            return (yield)
        finally:
            timer.cancel()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Where one run is cut short by whoever asked for it, its summary is never seen."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal and not hasattr(self._config, "workerinput"):
            terminal.write_line("")
            terminal.write_line(f"{report.nodeid} failed in its {report.when}:\n{report.longreprtext}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Watchdog(config), "watchdog")


def end(nodeid: str, seconds: float, heard: int) -> None:
    """Tells what every thread and every coroutine waits for, and ends the process with all that it has started."""
    with os.fdopen(heard, "w") as out:
        print(f"\n{nodeid} has not ended within {seconds:.0f} s. What waits:", *stacks(), sep="\n", file=out)
    os._exit(1)


def stacks() -> Iterator[str]:
    """The stack of every thread, and then of every task that is not done."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        yield f"thread {names.get(ident, ident)}\n{''.join(traceback.format_stack(frame, INNERMOST))}"
    tasks = [each for each in gc.get_objects() if isinstance(each, asyncio.Task) and not each.done()]
    for task in sorted(tasks, key=asyncio.Task.get_name):  # the collector has them in no order
        yield "\n".join([f"task {task.get_name()}", *awaited(task.get_coro())])


def awaited(waiting: object) -> Iterator[str]:
    """Each coroutine or generator that waits for the next, the outermost first."""
    while waiting is not None:
        if isinstance(waiting, CoroutineType):
            frame, then = waiting.cr_frame, waiting.cr_await
        elif isinstance(waiting, AsyncGeneratorType):
            frame, then = waiting.ag_frame, waiting.ag_await
        elif isinstance(waiting, GeneratorType):
            frame, then = waiting.gi_frame, waiting.gi_yieldfrom
        else:
            # What is being asked of an asynchronous generator does not tell of which.
            generators = [each for each in gc.get_referents(waiting) if isinstance(each, AsyncGeneratorType)]
            if not generators:
                yield f"  {waiting!r}"
            waiting = next(iter(generators), None)
            continue
        if frame is not None:
            yield f'  File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_qualname}'
        waiting = then
