"""What our processes write into their log files: what went wrong and where, and nothing that people wrote.

The message of an exception can quote a row, a value or a whole form. So its type is logged, the places that it came
through, and its message only where whoever raised it writes none of that.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from logging import _SysExcInfoType

LOG = logging.getLogger("kaifang")
WITH_ITS_OFFSET = "%Y-%m-%dT%H:%M:%S%z"
"""The machine's zone is not the system's."""
OURS = frozenset({"rules", "models", "workflows", "activities", "reading", "api", "pages", "migrations", "worker"})
OF_THE_WEB_SERVER = ("uvicorn", "uvicorn.error")
OF_EACH_CALL = "uvicorn.access"
"""Would write the address of each call, and people search by addresses and name their files in them."""


class WithoutTexts(logging.Formatter):
    """A record in one line, and below it an exception without its texts."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s %(levelname)s %(message)s", WITH_ITS_OFFSET)

    def formatException(self, ei: _SysExcInfoType) -> str:  # noqa: N802 - the library's name
        return "".join(lines(ei[1])).rstrip("\n") if ei[1] else ""


def keep_texts_out(level: int) -> None:
    """All that this process logs from now on goes to its standard error so, the web server's too, and what ends it."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutTexts())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in OF_THE_WEB_SERVER:
        of_the_server = logging.getLogger(name)
        of_the_server.handlers.clear()
        of_the_server.propagate = True
    logging.getLogger(OF_EACH_CALL).handlers.clear()
    logging.getLogger(OF_EACH_CALL).propagate = False
    sys.excepthook = _ended


def lines(error: BaseException, known: frozenset[int] = frozenset()) -> Iterator[str]:
    """The exception with those that led to it, the first of them first, and those that it is made of."""
    known |= {id(error)}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in known:
        yield from lines(before, known)
        yield "which led to:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}{said_of(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in known:
                yield "which holds:\n"
                yield from lines(each, known)


def said_of(error: BaseException) -> str:
    """What of an exception can hold no text of a person's."""
    if isinstance(error, asyncpg.PostgresError):
        names = (error.sqlstate, error.table_name, error.column_name, error.constraint_name)
        return f": {' '.join(name for name in names if name)}"
    is_plain = type(error).__module__.partition(".")[0] in OURS or isinstance(error, OSError | ImportError)
    return f": {error}" if is_plain else ""


def _ended(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    LOG.critical("the process ends", exc_info=(kind, error, where))
