"""What an address of a channel may be, and where it may lead."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from activities.settings import Settings
from activities.telling import ways
from activities.telling.receivers import ReceiverPrivate, address_of, is_public
from activities.telling.ways import Outgoing
from reading.messages.shapes import Kind
from tests.receiving import HttpReceiver


def test_whoever_is_told_of_a_channel_knows_the_kinds_that_there_are() -> None:
    assert get_args(Kind) == ways.KINDS


@pytest.mark.parametrize(
    "address",
    [
        *("::7f00:1", "::ffff:127.0.0.1", "::ffff:0:7f00:1", "fec0::1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2001:0:7f00:1::1", "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1"),
        *("100.64.0.1", "169.254.169.254", "0.0.0.1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "198.18.0.1"),
        *("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", "192.88.99.1", "168.63.129.16"),
        *("fe80::1%eth0", "fc00::1", "ff02::1", "5f00::1", "100::1"),
    ],
)
def test_an_address_that_is_nobodys_or_holds_a_private_one_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


NEVER_PUBLIC = [
    *("localhost", "localhost.", "LocalHost.LocalDomain", "x.localhost", "printer.local", "metadata.google.internal"),
    *("intranet", "2130706433", "db.home.arpa", "1.0.0.127.in-addr.arpa", "hidden.onion", "[::1]", "[::ffff:10.0.0.1]"),
    *("192.0.2.7", "127.0.0.1", "127.1", "0x7f.1"),
]


@pytest.mark.parametrize("host", NEVER_PUBLIC)
async def test_a_webhook_that_can_lead_to_nobody_of_the_internet_is_refused_at_once(tmp_path: Path, host: str) -> None:
    with pytest.raises(ways.AddressRefused, match="receiver_private"):
        await ways.usable("webhook", f"https://{host}/x", Settings(home=tmp_path, database_url="postgresql://"))


@dataclass
class Names:
    """A resolver of our own: each look at a name gives the next of its addresses, and the last for good."""

    addresses: list[str]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return [self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]]


def outgoing(kind: str, address: str) -> Outgoing:
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    return Outgoing("msg", kind, address, secret, "subject", "text", {}, datetime(2026, 1, 1, tzinfo=UTC))


async def test_a_name_that_turns_to_a_private_address_is_called_no_more(tmp_path: Path) -> None:
    names = Names(["8.8.8.8", "127.0.0.1"])
    settings = Settings(home=tmp_path, database_url="postgresql://")
    assert await address_of("hooks.example.org", 443, resolve=names) == "8.8.8.8"
    async with ways.Ways(settings, resolve=names) as opened:
        for _ in range(2):
            with pytest.raises(ways.NotSent, match="private network"):
                await opened.send(outgoing("webhook", "https://hooks.example.org/x"))
    assert names.asked == ["hooks.example.org"] * 3


async def test_one_private_address_among_public_ones_is_one_too_many() -> None:
    def several(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(ReceiverPrivate):
        await address_of("hooks.example.org", 443, resolve=several)


async def test_a_webhook_goes_to_the_address_that_was_checked_under_its_own_name(tmp_path: Path) -> None:
    names = Names(["127.0.0.1", "127.0.0.2"])
    settings = Settings(home=tmp_path, database_url="postgresql://", private_receivers=True)
    receiver = HttpReceiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, ways.Ways(settings, resolve=names) as opened:
        await opened.send(outgoing("webhook", f"http://hooks.example.org:{port}/x"))
    assert names.asked == ["hooks.example.org"]
    assert [request.headers["host"] for request in receiver.taken] == [f"hooks.example.org:{port}"]


async def test_over_tls_the_receivers_own_name_is_asked_for(tmp_path: Path) -> None:
    asked: list[str | None] = []

    def named(_: ssl.SSLObject | ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> int:
        asked.append(name)
        return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = named
    settings = Settings(home=tmp_path, database_url="postgresql://", private_receivers=True)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, ways.Ways(settings, resolve=Names(["127.0.0.1"])) as opened:
        with pytest.raises(ways.NotSent):
            await opened.send(outgoing("webhook", f"https://hooks.example.org:{port}/x"))
    assert asked == ["hooks.example.org"]


async def test_the_library_connects_to_no_address_that_was_not_checked(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://")
    names = Names(["8.8.8.8", "127.0.0.1"])
    async with ways.Ways(settings, resolve=names) as opened:
        with pytest.raises(ways.NotSent, match="private network"):
            await opened.send(outgoing("apprise", "json://hooks.example.org:1/x"))
    assert names.asked == ["hooks.example.org"] * 2


def test_no_service_of_the_library_follows_a_redirect_though_its_address_asks_for_it() -> None:
    plugin = ways.instantiate("json://example.org/x?redirect=yes")
    assert plugin and not plugin.redirects


@pytest.mark.parametrize(
    "address",
    ["https://xn--a/", "https://xn--/x", "https://example.org:0/", "https://example.org:99999/", "https://[::1/"],
)
async def test_a_webhook_whose_host_or_port_cannot_be_one_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ways.AddressRefused, match="address_unusable"):
        await ways.usable("webhook", address, Settings(home=tmp_path, database_url="postgresql://"))
