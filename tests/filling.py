"""A disk that is full for some processes of PostgreSQL: a limit on the size of files, which needs no rights."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil

from stack.postgres import Postgres

UNLIMITED = "unlimited"


def may_write_as_far_as(server: Postgres, pids: Iterable[int], room: int | str) -> None:
    """These processes, and those that come of them, make no file longer than so many bytes from now on."""
    uid, gid = server.account()
    for pid in pids:
        limit = [shutil.which("prlimit") or "", "--pid", str(pid), f"--fsize={room}:"]
        done = subprocess.run(limit, user=uid, group=gid, extra_groups=[], check=False, capture_output=True)
        assert done.returncode == 0 or not psutil.pid_exists(pid), done.stderr.decode()


@contextmanager
def nothing_grows(server: Postgres, *pids: int) -> Iterator[None]:
    """Meanwhile no file becomes longer by these processes: what has room in its pages still has it."""
    may_write_as_far_as(server, pids, 0)
    try:
        yield
    finally:
        may_write_as_far_as(server, pids, UNLIMITED)
