"""Style sheet, script and pictures: read once, named by their content, and kept by a browser for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files

from rcssmin import cssmin
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOR_GOOD = "public, max-age=31536000, immutable"
WORTH_PACKING = 1000
"""Bytes."""


@dataclass(frozen=True)
class Static:
    """A file as it is sent."""

    content: bytes
    packed: bytes | None
    media_type: str


class Statics:
    """The files by the names that their contents give them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._files: dict[str, Static] = {}
        for file in files("pages").joinpath("static").iterdir():
            if not file.is_file():
                continue
            content = file.read_bytes()
            if file.name.endswith(".css"):
                content = bytes(cssmin(content))
            stem, _, ending = file.name.rpartition(".")
            name = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
            media_type = mimetypes.types_map.get(f".{ending}", "application/octet-stream")
            if media_type.startswith("text/"):
                media_type += "; charset=utf-8"
            packed = gzip.compress(content, 9, mtime=0) if len(content) > WORTH_PACKING else None
            self._names[file.name] = name
            self._files[name] = Static(content, packed, media_type)

    def address(self, name: str) -> str:
        """Where a file is. Raises KeyError for one that is not there."""
        return f"/static/{self._names[name]}"

    def content_of(self, name: str) -> bytes:
        """A file as it is sent where nothing is packed. Raises KeyError for one that is not there."""
        return self._files[self._names[name]].content

    async def answer(self, request: Request) -> Response:
        """A file, packed where the browser can unpack it."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
        if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.content, media_type=found.media_type, headers=headers)

    def route(self) -> Route:
        return Route("/static/{name}", self.answer, name="static")
