"""`python -m api.http.process APP …`: uvicorn by its own command line, in a process that leaves as those do that talked
to the engine.

Uvicorn sends itself the signal by which it was stopped. Where that kills nobody, at SIGINT and in a container whose
first process it is, Python would be taken down with threads of the engine's client in it.
"""

from __future__ import annotations

from typing import NoReturn

from uvicorn.main import main

from activities.engine.leaving import leave


def run() -> NoReturn:
    """Serves until it is told to stop; the exit status is uvicorn's."""
    try:
        main()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else int(end.code is not None))
    leave()


if __name__ == "__main__":
    run()
