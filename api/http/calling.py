"""Who calls, by address: what the connection says, and a header only where a proxy of ours has written it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from starlette.types import Scope

from activities.rates.shared import network_of

Networks = Sequence[IPv4Network | IPv6Network]
NOBODY = "nobody"
"""Who calls over a socket that has no addresses."""


class CallsFrom(NamedTuple):
    """Whose call it is: of IPv6 the network. `is_named` says that a proxy of ours has named it."""

    address: str
    is_named: bool


def calls_from(scope: Scope, proxies: Networks) -> CallsFrom:
    """The nearest address that is no proxy of ours. What a stranger writes about himself counts for nothing."""
    client = scope.get("client")
    nearest = str(client[0]) if client else NOBODY
    if not proxies or not _is_ours(nearest, proxies):
        return CallsFrom(network_of(nearest), is_named=False)
    named = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    for each in reversed([each.strip() for each in named.split(",") if each.strip()]):
        if not _is_address(each):
            break
        if not _is_ours(each, proxies):
            return CallsFrom(network_of(each), is_named=True)
        nearest = each
    return CallsFrom(network_of(nearest), is_named=False)


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _is_ours(address: str, proxies: Networks) -> bool:
    try:
        it = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(it in network for network in proxies)
