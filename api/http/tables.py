"""Lists as tables: asked for by `Accept: text/csv`, and sent a part at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.http.files import file_headers
from reading.sheet import CSV
from reading.words.language import Language


def wants_table(request: Request, response: Response) -> bool:
    """Whether all of the list is wanted as a table; the answer depends on it either way."""
    response.headers["Vary"] = "Accept, Accept-Language"
    return "text/csv" in request.headers.get("accept", "")


async def as_table(name: str, language: Language, parts: AsyncIterator[str]) -> StreamingResponse:
    """The table as an answer; what fails before its first rows are there is answered as a problem."""
    begun = await anext(parts) + await anext(parts, "")

    async def whole() -> AsyncIterator[str]:
        yield begun
        async for part in parts:
            yield part

    return StreamingResponse(whole(), media_type=CSV, headers=file_headers(name, "csv", language))
