"""Lists as tables that are saved from a page."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response

from api.http import tables
from pages.calls import Call


async def as_table(call: Call, name: str, parts: AsyncIterator[str]) -> Response:
    """A table as a file; what fails before its first part is there is a page."""
    await call.store.release()
    return await tables.as_table(name, call.language, parts)
