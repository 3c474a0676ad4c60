"""Wrapping keys in an HSM, over PKCS#11: they are made in a token of it and never leave it, and data keys go in to be
wrapped and unwrapped.

A token is of one installation alone, for whoever changes keys removes the old ones. A module that has lost its token
may answer with an error, or as if the token were empty: neither is believed before a new session says the same.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, cast

import pkcs11
from cryptography.exceptions import InvalidTag
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass, PKCS11Error

from activities.sealing.key_files import KEY_BYTES, NONCE_BYTES
from activities.sealing.key_service import KeyServiceAway, WrappingKeyMissing
from activities.settings import SettingsError

if TYPE_CHECKING:
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.sealing")

Answer = TypeVar("Answer")

NAME = re.compile(r"kaifang-kek-(\d{4,})-[0-9a-f]{8}")
"""A number and a chance: PKCS#11 keeps no two processes from giving one name twice."""
PAUSE = 3.0
"""Seconds after which an HSM that was away is asked again; meanwhile nobody waits for it."""
PIN_REFUSED = (
    *(pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked, pkcs11.PinExpired),
    pkcs11.UserPinNotInitialized,
)
IN_TURN = threading.Lock()
"""A process has one login to a token, and a session does one thing at a time."""


class Cipher(Protocol):
    """A key as the library makes it of what the token says that the key may do."""

    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...
    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...


class HsmKeys:
    """Keys in the token of that label, none of which can be read; a PKCS#11 module leads to it. The PIN is in a file of
    its owner alone."""

    def __init__(self, module: Path, token: str, pin_file: Path) -> None:
        self._module, self._token, self._pin_file = module, token, pin_file
        self._session: pkcs11.Session | None = None
        self._keys: dict[str, Cipher] = {}
        self._anew = False
        self._not_before = 0.0
        self._why = ""
        self._refused: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The HSM that the settings name; it is not asked for anything yet. Raises SettingsError."""
        module, token, pin_file = settings.hsm_module, settings.hsm_token, settings.hsm_pin_file
        if module is None or token is None or pin_file is None:
            raise SettingsError("KAIFANG_HSM_MODULE: no HSM is named")
        if not module.is_file():
            raise SettingsError(f"KAIFANG_HSM_MODULE: there is no file {module}")
        try:
            pin_in(pin_file)
        except (OSError, ValueError) as fault:
            raise SettingsError(f"KAIFANG_HSM_PIN_FILE: {fault}") from fault
        return cls(module, token, pin_file)

    def names(self) -> Sequence[str]:
        return self._asked(_names)

    def make(self) -> str:
        return self._asked(_make)

    def make_the_first(self) -> None:
        self._asked(lambda session: _names(session) or _make(session))

    def remove(self, name: str) -> None:
        def removed(session: pkcs11.Session) -> None:
            self._keys.pop(name, None)
            for key in session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: name}):
                key.destroy()

        self._asked(removed)

    def current(self) -> str:
        def last(session: pkcs11.Session) -> str:
            if not (names := _names(session)):
                raise WrappingKeyMissing(f"the token {self._token} has none; `kaifang keys rotate` makes one")
            return names[-1]

        return self._asked(last)

    def wrap(self, name: str, data_key: bytes, key_id: str) -> bytes:
        return self._asked(lambda session: _wrap(self._key(session, name), data_key, key_id))

    def unwrap(self, name: str, wrapped: bytes, key_id: str) -> bytes:
        def unwrapped(session: pkcs11.Session) -> bytes:
            key = self._key(session, name)
            try:
                return _unwrap(key, wrapped, key_id)
            except PKCS11Error:
                # Modules say the same of bytes that were changed and of a token that is gone: the key is tried.
                _unwrap(key, _wrap(key, bytes(KEY_BYTES), key_id), key_id)
                raise InvalidTag from None

        return self._asked(unwrapped)

    def _key(self, session: pkcs11.Session, name: str) -> Cipher:
        if name not in self._keys:
            try:
                found = session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=name)
            except pkcs11.NoSuchKey:
                raise WrappingKeyMissing(f"{name}, in the token {self._token}") from None
            self._keys[name] = cast(Cipher, found)
        return self._keys[name]

    def _asked(self, ask: Callable[[pkcs11.Session], Answer]) -> Answer:
        """What the token answers. Raises KeyServiceAway, and what `ask` raises once a new session has said it too."""
        with IN_TURN:
            if self._session is not None:
                try:
                    return ask(self._session)
                except (PKCS11Error, WrappingKeyMissing) as doubt:
                    LOG.info("the token %s is asked anew: %s", self._token, type(doubt).__name__)
            self._session = None
            self._keys.clear()
            if monotonic() < self._not_before:
                raise KeyServiceAway(self._why)
            try:
                self._session = self._opened()
                return ask(self._session)
            except (PKCS11Error, OSError, ValueError) as fault:
                self._session = None
                self._why = f"the token {self._token} cannot be used: {type(fault).__name__}"
                self._not_before = monotonic() + PAUSE
                raise KeyServiceAway(self._why) from fault

    def _opened(self) -> pkcs11.Session:
        pin = pin_in(self._pin_file)
        if pin == self._refused:
            # After a few wrong PINs a token locks itself.
            raise ValueError("the PIN was refused before")
        library = pkcs11.lib(str(self._module))
        if self._anew:
            library.reinitialize()
        self._anew = True
        token = library.get_token(token_label=self._token)
        try:
            return token.open(rw=True, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open(rw=True)
        except PIN_REFUSED:
            self._refused = pin
            LOG.error("the token %s refuses the PIN, which is tried no more until the file has another", self._token)
            raise


def pin_in(file: Path) -> str:
    """The PIN in a file that its owner alone may read, or the group of this process too, which is how a cluster gives a
    secret to a pod. Raises OSError, ValueError; neither shows it."""
    found = file.stat()
    ours = stat.S_IRGRP if found.st_gid == os.getegid() else 0
    if stat.S_IMODE(found.st_mode) & 0o077 & ~ours:
        raise ValueError(f"{file} can be read by others than its owner and our group (chmod 600)")
    try:
        pin = file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError(f"{file} holds no text") from None
    if not pin:
        raise ValueError(f"{file} holds no PIN")
    return pin


def _names(session: pkcs11.Session) -> list[str]:
    found = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES})
    ours = (match for key in found if (match := NAME.fullmatch(str(key[Attribute.LABEL]))))
    return [match[0] for match in sorted(ours, key=lambda match: (int(match[1]), match[0]))]


def _make(session: pkcs11.Session) -> str:
    last = NAME.fullmatch(names[-1]) if (names := _names(session)) else None
    name = f"kaifang-kek-{int(last[1]) + 1 if last else 1:04}-{secrets.token_hex(4)}"
    session.generate_key(
        KeyType.AES,
        KEY_BYTES * 8,
        label=name,
        store=True,
        capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
        template={Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )
    return name


def _wrap(key: Cipher, data_key: bytes, key_id: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    bound = GCMParams(nonce, key_id.encode())
    return nonce + key.encrypt(data_key, mechanism=Mechanism.AES_GCM, mechanism_param=bound)


def _unwrap(key: Cipher, wrapped: bytes, key_id: str) -> bytes:
    if len(wrapped) <= NONCE_BYTES:
        raise InvalidTag
    bound = GCMParams(wrapped[:NONCE_BYTES], key_id.encode())
    return key.decrypt(wrapped[NONCE_BYTES:], mechanism=Mechanism.AES_GCM, mechanism_param=bound)
