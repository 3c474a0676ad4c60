"""A network in which some hosts hang on a cable of their own: network namespaces and a bridge, as loopback addresses
cannot be cut off. Linux as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.cluster.network import Network, network
from stack.service import ServiceError

HOSTS = range(1, 64)
NOBODY = "02:00:00:00:00:01"
"""A hardware address that no host of the network has: what is sent there is lost without a word."""


class CablesAreNotPermitted(ServiceError):
    """This machine gives us no namespaces, bridges or pairs of interfaces. The message is one line."""


@dataclass(frozen=True)
class Cables(Network):
    """A network 198.18.K.0/24, which is set aside for tests of networks (RFC 2544); `apart` are the hosts, by their
    last number, that have a namespace and a cable. All others are in the namespace of whoever runs them."""

    apart: tuple[int, ...]

    def host(self, last: int) -> str:
        return f"198.18.{self.number}.{last}"

    def inside(self, last: int) -> Sequence[str]:
        return [_ip(), "netns", "exec", self.cable(last)] if last in self.apart else []

    @property
    def bridge(self) -> str:
        return f"kf{self.number}"

    def cable(self, last: int) -> str:
        """The name of the namespace, and of the interface on our side."""
        return f"kf{self.number}-{last}"

    def pull(self, last: int) -> None:
        """Nothing reaches the host, and nothing from it reaches anybody; nobody is told."""
        run("link", "set", self.cable(last), "down")

    def plug_in(self, last: int) -> None:
        """The host is reached again."""
        run("link", "set", self.cable(last), "up")

    def lose_what_it_sends(self, last: int, to: Iterable[int]) -> None:
        """What the host sends to those is lost, also on connections that are open; all others hear it."""
        for other in to:
            way = ("lladdr", NOBODY, "nud", "permanent", "dev", "eth0")
            run("-n", self.cable(last), "neigh", "replace", self.host(other), *way)

    def deliver_again(self, last: int, to: Iterable[int]) -> None:
        """What the host sends arrives again."""
        for other in to:
            run("-n", self.cable(last), "neigh", "del", self.host(other), "dev", "eth0")

    def lay(self) -> None:
        """Bridge, namespaces and cables are there. Raises CablesAreNotPermitted."""
        own = [last for last in HOSTS if last not in self.apart]
        run("link", "add", self.bridge, "type", "bridge")
        run("link", "set", self.bridge, "up")
        for last in own:
            run("address", "add", f"{self.host(last)}/24", "dev", self.bridge)
        for last in self.apart:
            name = self.cable(last)
            run("netns", "add", name)
            run("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            run("link", "set", name, "master", self.bridge, "up")
            run("-n", name, "link", "set", "lo", "up")
            run("-n", name, "address", "add", f"{self.host(last)}/24", "dev", "eth0")
            run("-n", name, "link", "set", "eth0", "up")

    def take_up(self) -> None:
        """Nothing of it is left, of an earlier process that was killed either."""
        for last in self.apart:
            _try("netns", "delete", self.cable(last))
            _try("link", "delete", self.cable(last))
        _try("link", "delete", self.bridge)


@contextmanager
def cables(*apart: int) -> Iterator[Cables]:
    """Such a network until the end of the block; its number is claimed as that of every other. Raises
    CablesAreNotPermitted."""
    with network() as claimed:
        found = Cables(claimed.number, apart)
        found.take_up()
        try:
            found.lay()
            yield found
        finally:
            found.take_up()


def run(*arguments: str) -> None:
    """Has `ip` do it. Raises CablesAreNotPermitted."""
    done = _try(*arguments)
    if done.returncode != 0:
        raise CablesAreNotPermitted(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _try(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([_ip(), *arguments], capture_output=True, text=True, check=False)


def _ip() -> str:
    found = shutil.which("ip", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin{os.pathsep}/sbin")
    if found is None:
        raise CablesAreNotPermitted("there is no program `ip` here (Debian: iproute2)")
    return found
