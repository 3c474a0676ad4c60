"""The keys that seal what the engine keeps: one a line in base64, in a file of its owner alone or the environment."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from activities.settings import SettingsError

if TYPE_CHECKING:
    from activities.settings import Settings

KEY_BYTES = 32


class KeyIsMissing(RuntimeError):
    """A payload was sealed by a key that this process has not. The message names the key, by its id."""


class KeyRing:
    """The keys that `read` gives, the first of which seals; all of them open. None at all: payloads are packed alone.

    Read again when a payload names a key that is not among them: one that another process was given meanwhile.
    """

    def __init__(self, read: Callable[[], Sequence[bytes]]) -> None:
        self._read = read
        self._ciphers: dict[str, AESGCM] = {}
        self._read_again()

    @property
    def seals_by(self) -> str | None:
        """The id of the key that seals, if there is one."""
        return next(iter(self._ciphers), None)

    def cipher(self, key_id: str) -> AESGCM:
        """Raises KeyIsMissing."""
        if key_id not in self._ciphers:
            self._read_again()
        try:
            return self._ciphers[key_id]
        except KeyError:
            raise KeyIsMissing(f"the engine holds what key {key_id} sealed, which is not here") from None

    def _read_again(self) -> None:
        self._ciphers = {id_of(key): AESGCM(key) for key in self._read()}


def key_ring(settings: Settings) -> KeyRing:
    """The keys that the environment names, else those of the file. Raises SettingsError where one is none."""
    if (given := settings.engine_key) is not None:
        keys = parsed("KAIFANG_ENGINE_KEY", given.get_secret_value())
        return KeyRing(lambda: keys)
    file = settings.engine_keys_file
    return KeyRing(lambda: kept_in(file))


def a_new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def a_ring_of_its_own() -> KeyRing:
    """One new key that is kept nowhere, for servers that end with this process."""
    key = a_new_key()
    return KeyRing(lambda: [key])


def id_of(key: bytes) -> str:
    """By which a key is known: the same wherever it is kept, and says nothing of it."""
    return hashlib.sha256(b"kaifang engine key " + key).hexdigest()[:16]


def kept_in(file: Path) -> list[bytes]:
    """The keys of a file, none where there is no file. Raises SettingsError."""
    try:
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    return parsed(str(file), text)


def parsed(where: str, text: str) -> list[bytes]:
    """The keys of a text, one a line, in base64. Raises SettingsError, which says where and shows none of them."""
    keys = []
    for number, line in enumerate(text.split(), start=1):
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise SettingsError(f"{where}: key {number} is not base64 of {KEY_BYTES} bytes")
        keys.append(key)
    return keys


def put_first(file: Path, key: bytes) -> None:
    """The key seals from now on; those that the file has stay behind it. Nobody but the file's owner may read it."""
    lines = [base64.b64encode(each).decode() for each in (key, *kept_in(file))]
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    with unfinished.open("w", encoding="ascii") as written:
        written.write("".join(f"{line}\n" for line in lines))
        written.flush()
        os.fsync(written.fileno())
    unfinished.replace(file)


def is_there_from_now_on(file: Path) -> None:
    """A first key, where the file has none."""
    if not kept_in(file):
        put_first(file, a_new_key())
