"""Receivers of messages: an HTTP server and an SMTP server of this process, which take what is sent to them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Request:
    """What came by HTTP; the names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class HttpReceiver:
    """Takes requests, answers each with a status, or with nothing at all while `hangs`."""

    port: int = 0
    taken: list[Request] = field(default_factory=list)
    status: Callable[[Request], int] = lambda _: 204
    hangs: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=secret-in-the-address"

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.taken]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
            body = (await reader.readexactly(int(headers["content-length"]))).decode()
            request = Request(first.split(" ")[1], headers, body)
            self.taken.append(request)
            self.arrived.set()
            if self.hangs:
                await reader.read()  # until the sender hangs up
                return
            writer.write(
                f"HTTP/1.1 {self.status(request)} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def http_receiver() -> AsyncIterator[HttpReceiver]:
    """A receiver on a free port."""
    receiver = HttpReceiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@dataclass
class Mailbox:
    """Takes mails; `port` is that of the server."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        return "250 OK"


@contextmanager
def smtp_receiver() -> Iterator[Mailbox]:
    """A server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailbox = Mailbox(port)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
