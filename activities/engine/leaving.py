"""The end of a process that talked to the engine."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn


def leave(status: int = 0) -> NoReturn:
    """Ends the process with that exit status once all that it said is written, and takes nothing of Python down.

    Threads of the engine's client outlive the event loop. One that still calls back into an interpreter which is being
    taken down ends the process by SIGABRT, however well it had done its work (temporalio/sdk-python#300).
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
