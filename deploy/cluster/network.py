"""Addresses of a cluster of its own: a network 127.K.0.0/24 of this machine that no other cluster has."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from stack.ports import is_free
from stack.service import ServiceError

CLAIM = 20199
"""Whoever has this port of a network's first address has the network, as long as its process lives."""
KNOWN_PORTS = (5432, 7233, 7234, 7235, 7239, 7243, 6933, 6934, 6935, 6939, 8000, 8080)
"""What the servers listen on in production."""


@dataclass(frozen=True)
class Network:
    """Hosts by their last number, as the plan of a data center would have them."""

    number: int

    def host(self, last: int) -> str:
        return f"127.{self.number}.0.{last}"

    def inside(self, last: int) -> Sequence[str]:
        """What a command of that host begins with, so that it runs there: nothing, where one machine is all hosts."""
        return []

    @property
    def temporal(self) -> str:
        """The balancer before the frontends."""
        return self.host(10)

    @property
    def postgres(self) -> str:
        """The address that moves with the primary."""
        return self.host(20)


@contextmanager
def network() -> Iterator[Network]:
    """A network until the end of the block. Raises ServiceError where a port of production is taken on all of them."""
    for number in random.sample(range(16, 240), 40):
        found = Network(number)
        with socket.socket() as claim:
            try:
                claim.bind((found.host(1), CLAIM))
            except OSError:
                continue
            taken = [port for port in KNOWN_PORTS if not is_free(port, found.host(11))]
            if not taken:
                yield found
                return
    raise ServiceError(
        "no network of its own is to be had for a cluster: something listens on every address of this machine"
    )
