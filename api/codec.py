"""What the engine keeps, opened for Temporal's own UI: a server of its own, for whoever has its address.

The address holds a token that is made anew at each start. Payloads are opened and nothing is sealed.
"""

from __future__ import annotations

import secrets

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads

from activities.engine.keys import KeyIsMissing, KeyRing
from activities.engine.payloads import Codec, WasChanged

LARGEST = 8_000_000
"""Bytes of what is to be opened at once."""


def codec_app(keys: KeyRing, token: str, ui: str) -> Starlette:
    """The server, for pages of the origin `ui`."""
    codec = Codec(keys)

    async def decode(request: Request) -> Response:
        """What Temporal's UI sends and takes back: https://docs.temporal.io/codec-server."""
        if not secrets.compare_digest(request.path_params["token"].encode(), token.encode()):
            return Response(status_code=404)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                return Response(status_code=413)
        try:
            sealed = Parse(bytes(body), Payloads())
            opened = Payloads(payloads=await codec.decode(sealed.payloads))
        except (ParseError, UnicodeDecodeError, KeyIsMissing, WasChanged):
            return Response(status_code=400)
        return JSONResponse(MessageToDict(opened), headers={"Cache-Control": "no-store"})

    of_the_ui = Middleware(
        CORSMiddleware, allow_origins=[ui], allow_methods=["POST"], allow_headers=["content-type", "x-namespace"]
    )
    return Starlette(routes=[Route("/{token}/decode", decode, methods=["POST"])], middleware=[of_the_ui])
