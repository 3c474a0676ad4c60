"""Ports of the embedded servers: free when chosen, and the same at the next start if they are still free then."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"

# Below the range from which the kernel takes ports for outgoing connections: a client that keeps trying to reach a
# server which is down would otherwise, sooner or later, be given the server's own port and connect to itself.
CHOICE = range(20000, 32768)


class NoFreePortError(RuntimeError):
    """A hundred ports tried at random were all taken."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def listen(port: int) -> socket.socket:
    """A socket that listens on the port from now on, for a server to be. Raises OSError when the port is taken."""
    listener = socket.create_server((LOOPBACK, port))
    # What is accepted inherits it: an answer in two parts does not wait for the receipt of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def free_port() -> int:
    """A port on which a server could listen now. Raises NoFreePortError."""
    for port in random.sample(CHOICE, 100):
        if is_free(port):
            return port
    raise NoFreePortError("no free port among a hundred between 20000 and 32767")


class RememberedPorts:
    """The ports of one data folder by name, kept in its file `ports.json`."""

    def __init__(self, home: Path) -> None:
        self._file = home / "ports.json"

    def choose(self, name: str) -> int:
        """The port that the name had before if it is still free, else a free one, remembered from now on."""
        known: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}
        port = known.get(name)
        if port is None or not is_free(port):
            port = free_port()
            self._file.write_text(json.dumps(known | {name: port}, indent=2) + "\n")
        return port
