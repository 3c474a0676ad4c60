"""Who wraps data keys: a key service by its interface, and how the keys of one move to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class WrappingKeyMissing(Exception):
    """The key service does not have the key that a data key is wrapped with; the message names it."""


class KeyServiceAway(ConnectionError):
    """The key service cannot be asked now: nothing was recorded, and the same may work later. Whatever waits for an
    absent server waits for this one too."""


class KeyService(Protocol):
    """Who wraps data keys. What it wraps is bound to the id of the data key. Each call raises KeyServiceAway."""

    def names(self) -> Sequence[str]:
        """The keys that are there, oldest first; the last wraps what is new."""

    def make(self) -> str:
        """A further key, which wraps what is new from now on; its name. Nobody else's key is replaced."""

    def make_the_first(self) -> None:
        """The first key, where nobody has made it yet."""

    def remove(self, name: str) -> None:
        """The key is gone, and with it whatever is wrapped by it alone."""

    def current(self) -> str:
        """The name of the key that wraps what is new. Raises WrappingKeyMissing where there is none."""

    def wrap(self, name: str, data_key: bytes, key_id: str) -> bytes:
        """The data key of this id, wrapped by the key of that name. Raises WrappingKeyMissing."""

    def unwrap(self, name: str, wrapped: bytes, key_id: str) -> bytes:
        """The data key of this id. Raises WrappingKeyMissing, InvalidTag."""


class Moving:
    """The way from one key service to another: what is new is of the second, and both unwrap."""

    def __init__(self, before: KeyService, after: KeyService) -> None:
        self._before, self._after = before, after
        self._old = frozenset(before.names())

    def names(self) -> Sequence[str]:
        return [*self._before.names(), *self._after.names()]

    def make(self) -> str:
        return self._after.make()

    def make_the_first(self) -> None:
        self._after.make_the_first()

    def remove(self, name: str) -> None:
        self._of(name).remove(name)

    def current(self) -> str:
        """As the service to which keys move has it; as the other, as long as nothing has moved."""
        try:
            return self._after.current()
        except WrappingKeyMissing:
            return self._before.current()

    def wrap(self, name: str, data_key: bytes, key_id: str) -> bytes:
        return self._of(name).wrap(name, data_key, key_id)

    def unwrap(self, name: str, wrapped: bytes, key_id: str) -> bytes:
        return self._of(name).unwrap(name, wrapped, key_id)

    def _of(self, name: str) -> KeyService:
        return self._before if name in self._old else self._after
