"""The API over a socket, for programs that are no part of the tests' process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from stack.ports import free_port, listen
from stack.postgres import VARIABLES
from stack.programs import Api


@contextmanager
def serving_api(home: Path, database_url: str, log: Path) -> Iterator[Api]:
    """The API in a process of its own, with no engine behind it: it receives, and nothing is worked off."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "KAIFANG_"))},
        **{name: value for name, value in os.environ.items() if name in VARIABLES},
        "KAIFANG_HOME": str(home),
        "KAIFANG_DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }
    with closing(listen(free_port())) as listener:
        running = Api(listener, log, environment)
        try:
            running.start()
            yield running
        finally:
            running.stop()
