"""HTTP as it is parsed: the head of a request has bounds, which the parser by itself does not set.

`httptools` takes a header of 20 MB and half a million of them; only an address of more than 65,535 bytes it takes for
no request at all. What arrives within one head is therefore counted here, whether the head ever ends or not.
"""

from __future__ import annotations

import json
from asyncio import AbstractEventLoop
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from api.http.problems import MEDIA_TYPE, STATUS, Problem

LONGEST_ADDRESS = 16_384
"""Bytes, query included; the longest that we ask for ourselves has some nine thousand: a file's name of a thousand
characters."""
MOST_HEADERS = 100
LARGEST_HEAD = 32_768
"""Bytes of all headers of a request, names and values."""
TOO_LARGE = "kaifang.too_large"
"""By this name the state of a call holds the problem of its head."""


class Bounded(HttpToolsProtocol):
    """Uvicorn's own protocol, with bounds. A call whose head is too large reaches the application with nothing of what
    is too much in it, and named so; a head that does not end is answered here, and the connection closed."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._arrived = 0
        """Bytes in pieces that held nothing but a part of one head."""
        self._begun = 0
        """Heads that began in the piece that is parsed."""
        self._in_head, self._in_message = False, False
        self._size = 0
        self._too_large: str | None = None

    def data_received(self, data: bytes) -> None:
        of_one_head = self._in_head or not self._in_message
        self._begun = int(self._in_head)
        super().data_received(data)
        if not self._in_head:
            return
        if of_one_head and self._begun == 1:
            self._arrived += len(data)
        if self._arrived > LARGEST_HEAD + LONGEST_ADDRESS and not self.transport.is_closing():
            self._refuse(Problem("HeadersTooLarge"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._in_message = True, True
        self._begun, self._arrived, self._size, self._too_large = self._begun + 1, 0, 0, None

    def on_message_complete(self) -> None:
        self._in_message = False
        super().on_message_complete()

    def on_url(self, url: bytes) -> None:
        if len(self.url) + len(url) > LONGEST_ADDRESS:
            self._too_large = "AddressTooLong"
        else:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        if self._size > LARGEST_HEAD or len(self.headers) >= MOST_HEADERS:
            self._too_large = self._too_large or "HeadersTooLarge"
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._too_large:
            self.url = self.url if self._too_large == "HeadersTooLarge" else b"/"
            self.scope["state"][TOO_LARGE] = self._too_large
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is refused as whatever else is wrong with a call."""
        self._refuse(Problem("NoHttp"))

    def _refuse(self, problem: Problem) -> None:
        """Says no without an application, in Chinese: nothing is known of who calls."""
        status = STATUS[problem.code]
        body = json.dumps(problem.document("zh", "/").model_dump(mode="json"), ensure_ascii=False).encode()
        head = {
            "content-type": MEDIA_TYPE,
            "content-language": "zh-CN",
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "connection": "close",
        }
        lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in head.items())
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self.transport.close()
