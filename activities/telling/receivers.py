"""Which receivers the service may call: what somebody types as an address must not reach what only the service can."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import Executor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is given out; beyond it lie site-local addresses, and such as hold one of IPv4."""
TUNNELS = (IPv6Network("2002::/16"),)
"""Addresses in it that hold another, which may be private."""


class ReceiverPrivate(Exception):
    """The name leads into a private network, or to this machine."""


class ReceiverUnknown(Exception):
    """The name leads nowhere."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    it: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(it, IPv6Address):
        if it.ipv4_mapped:
            it = it.ipv4_mapped
        elif it not in UNICAST or any(it in network for network in TUNNELS):
            return False
    return it.is_global and not it.is_multicast


async def address_of(host: str, port: int, threads: Executor | None = None, *, may_be_private: bool = False) -> str:
    """An address of the host, to be called as it is: a second look at the name could lead elsewhere.

    Raises ReceiverUnknown; ReceiverPrivate if any address of the name is not public, unless it may be.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        raise ReceiverUnknown from error
    addresses = [str(each[4][0]) for each in found]
    if not may_be_private and not all(map(is_public, addresses)):
        raise ReceiverPrivate
    return addresses[0]
