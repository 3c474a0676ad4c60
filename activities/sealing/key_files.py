"""Keys that wrap keys, in files: the key service that every machine has."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from activities.sealing.key_service import WrappingKeyMissing

KEY_BYTES, NONCE_BYTES = 32, 12
"""AES-256 in Galois/Counter Mode."""
NAME = re.compile(r"kek-(\d{4,})\.key")
OWNER_ALONE = 0o600


class KeyFiles:
    """Keys in files of one folder, `kek-0001.key` and so on, which their owner alone reads; the last wraps what is
    new."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, AESGCM] = {}

    def names(self) -> Sequence[str]:
        found = (NAME.fullmatch(file.name) for file in self._folder.glob("kek-*.key"))
        return [f"kek-{number:04}" for number in sorted(int(each[1]) for each in found if each)]

    def make(self) -> str:
        while True:
            number = int(names[-1].removeprefix("kek-")) if (names := self.names()) else 0
            name = f"kek-{number + 1:04}"
            with suppress(FileExistsError):
                _write_new(self._file(name), secrets.token_hex(KEY_BYTES))
                return name

    def make_the_first(self) -> None:
        with suppress(FileExistsError):
            _write_new(self._file("kek-0001"), secrets.token_hex(KEY_BYTES))

    def remove(self, name: str) -> None:
        self._known.pop(name, None)
        self._file(name).unlink(missing_ok=True)

    def current(self) -> str:
        if not (names := self.names()):
            raise WrappingKeyMissing(str(self._folder))
        return names[-1]

    def wrap(self, name: str, data_key: bytes, key_id: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._key(name).encrypt(nonce, data_key, key_id.encode())

    def unwrap(self, name: str, wrapped: bytes, key_id: str) -> bytes:
        if len(wrapped) <= NONCE_BYTES:
            raise InvalidTag
        return self._key(name).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.encode())

    def _key(self, name: str) -> AESGCM:
        if name not in self._known:
            try:
                self._known[name] = AESGCM(bytes.fromhex(self._file(name).read_text("ascii").strip()))
            except (OSError, ValueError) as fault:
                raise WrappingKeyMissing(f"{self._file(name)}: {fault}") from fault
        return self._known[name]

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.key"


def _write_new(file: Path, content: str) -> None:
    """The file, whole and on disk, or FileExistsError: whoever reads it never sees a part of it."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE), "w") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        os.link(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
