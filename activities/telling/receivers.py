"""Which receivers the service may call: what somebody types as an address must not reach what only the service can.

A name is resolved and checked at every send, and the connection goes to the address that was checked: a name that leads
elsewhere a moment later leads nobody there. Redirects are not followed at all.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import local
from typing import Any

UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is given out; beyond it lie site-local addresses, and those of NAT64 and others that hold one of
IPv4."""
NOT_FOR_RECEIVERS: Sequence[IPv4Network | IPv6Network] = (
    IPv4Network("168.63.129.16/32"),  # a public address by which one cloud serves its own machines
    IPv4Network("192.31.196.0/24"),  # sinks of the DNS, and relays that stopped
    IPv4Network("192.52.193.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.175.48.0/24"),
    IPv6Network("2001::/23"),  # assignments of protocols: Teredo, which holds another address, and the like
    IPv6Network("2002::/16"),  # 6to4, which holds another address
    IPv6Network("2620:4f:8000::/48"),
    IPv6Network("3fff::/20"),  # documentation, which older libraries do not know
)
"""What the library takes for public, and nobody listens at who receives something."""
ISATAP = 0x5EFE
"""Between the prefix and an address of IPv4 that the interface holds."""
NEVER_PUBLIC = frozenset(
    {"localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "onion", "arpa"}
)
"""Last parts of names that the internet does not have, or has for its own machinery."""

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. Raises OSError, UnicodeError."""


class ReceiverPrivate(Exception):
    """The name leads into a private network, or to this machine."""


class ReceiverUnknown(Exception):
    """The name leads nowhere."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the machine finds them. Raises OSError, UnicodeError."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    it: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(it, IPv6Address):
        if it.ipv4_mapped:
            it = it.ipv4_mapped
        elif it not in UNICAST or (int(it) >> 32) & 0xFFFF == ISATAP:
            return False
    return it.is_global and not it.is_multicast and not any(it in network for network in NOT_FOR_RECEIVERS)


def may_be_public(host: str) -> bool:
    """Whether a host can be one of the internet, before anybody looks where it leads: a name of one word is none, and
    some words end no name there."""
    plain = host.rstrip(".").lower()
    try:
        return is_public(plain.strip("[]"))
    except ValueError:
        return "." in plain and plain.rpartition(".")[2] not in NEVER_PUBLIC


async def address_of(
    host: str,
    port: int,
    threads: Executor | None = None,
    *,
    may_be_private: bool = False,
    resolve: Resolve = resolved,
) -> str:
    """An address of the host, to be called as it is: a second look at the name could lead elsewhere.

    Raises ReceiverUnknown; ReceiverPrivate if any address of the name is not public, unless it may be.
    """
    if not may_be_private and not may_be_public(host):
        raise ReceiverPrivate
    loop = asyncio.get_running_loop()
    try:
        addresses = await loop.run_in_executor(threads, resolve, host, port)
    except (OSError, UnicodeError) as error:
        raise ReceiverUnknown from error
    if not addresses:
        raise ReceiverUnknown
    if not may_be_private and not all(map(is_public, addresses)):
        raise ReceiverPrivate
    return addresses[0]


_OF_THIS_THREAD = local()


@contextmanager
def connecting_to_the_public_alone(resolve: Resolve) -> Iterator[None]:
    """In this thread the library of notifications connects to addresses that were checked, and to no others: it looks
    at names by itself, a moment after us. Raises ReceiverPrivate from within the library where one is not public."""
    _watch_connections()
    _OF_THIS_THREAD.resolve = resolve
    try:
        yield
    finally:
        _OF_THIS_THREAD.resolve = None


@cache
def _watch_connections() -> None:
    # The library of HTTP that the notifications come with; loaded only where something is sent by it.
    from urllib3.util import connection

    connect = connection.create_connection

    def watched(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        resolve: Resolve | None = getattr(_OF_THIS_THREAD, "resolve", None)
        if resolve is None:
            return connect(address, *arguments, **options)
        found = resolve(address[0].strip("[]"), address[1])
        if not found or not all(map(is_public, found)):
            raise ReceiverPrivate
        return connect((found[0], address[1]), *arguments, **options)

    connection.create_connection = watched
