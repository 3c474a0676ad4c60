"""What SQLAlchemy has compiled serves every application of a run of tests, as it serves a process in production.

Each test has an application of its own, with an engine of its own. With a cache of its own besides, a fifth of what
the test costs would be the same statements, compiled anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


class Compiled(dict[Any, Any]):
    """Statements by what they are, whichever engine asks: the first part of a key is the engine's dialect, of which
    those of the applications differ in nothing."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


COMPILED = Compiled()


def share(patch: pytest.MonkeyPatch) -> None:
    """Every engine of an application from now on compiles into the one cache."""
    from api import runtime  # most tests need no application

    made = runtime.reading_from

    def sharing(url: str) -> AsyncEngine:
        engine = made(url)
        engine.sync_engine._compiled_cache = COMPILED
        return engine

    patch.setattr(runtime, "reading_from", sharing)
