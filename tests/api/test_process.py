"""The process under uvicorn: it ends with uvicorn's own status, and no thread of the engine's client meets the end of
Python."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from uvicorn.config import STARTUP_FAILURE

APP = """
import atexit

atexit.register(print, "Python was taken down")


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete" if scope["type"] == "lifespan" else "none"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
PROCESS = (sys.executable, "-m", "api.http.process", "--port", "0", "--lifespan", "on")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.py").write_text(APP)
    return tmp_path


def test_who_stops_it_by_the_keyboard_takes_no_python_down(folder: Path) -> None:
    with subprocess.Popen(
        [*PROCESS, "--app-dir", folder, "small:app"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "Uvicorn running" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)

    assert (process.returncode, out) == (0, "")


def test_what_cannot_be_served_says_so_and_has_the_status_of_uvicorn(folder: Path) -> None:
    ended = subprocess.run(
        [*PROCESS, "--app-dir", folder, "small:nothing"], capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == STARTUP_FAILURE
    assert 'Attribute "nothing" not found' in ended.stderr
    assert ended.stdout == ""
