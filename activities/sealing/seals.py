"""What people wrote is sealed on its way into PostgreSQL and opened on its way out: AES-256-GCM under a data key of the
case or file, bound to the place where it stands, so that nothing sealed can be moved elsewhere unseen.

Models, workflows and pages see plain values. What is erased is read as the sentence that says so, in both languages.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from activities.sealing.inventory import is_sealed_in_content
from activities.sealing.key_files import NONCE_BYTES, KeyFiles
from activities.sealing.ring import DataKey, KeyDestroyed, KeyUnusable, Ring
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    from activities.sealing.key_service import KeyService
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.sealing")

FORM = "kaifang-sealed/1"
SEALED = "sealed"
"""The one field of a document that stands in the place of a value."""
MARK = f"{FORM}:"
"""How a sealed text begins where a column holds nothing but text."""
TAG_BYTES = 16
BEYOND = NONCE_BYTES + TAG_BYTES
"""Bytes by which something sealed is longer."""
UNREADABLE = "（密钥缺失，无法读取 · cannot be read: its key is missing）"
KEYED = "keyed:"
INDEX = "blind-index"
"""The id of the key by which values are found again that are kept nowhere."""


class Unreadable(Exception):
    """What is sealed cannot be opened: its key was destroyed or is missing, or it was changed."""


def said_of_erased(at: datetime) -> str:
    """What stands where something was erased."""
    on = to_shanghai(at)
    return f"（已于{on.year}年{on.month}月{on.day}日删除 · erased on {on.day} {on:%B %Y}）"


def seal(key: bytes, place: str, plain: bytes) -> bytes:
    """The bytes, sealed for that place."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, f"{FORM}\n{place}".encode())


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    """What was sealed for that place. Raises InvalidTag for anything else."""
    if len(sealed) < BEYOND:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{FORM}\n{place}".encode())


def key_service(settings: Settings) -> KeyService:
    """Who wraps data keys: the HSM that the settings name, otherwise files in the folder of keys. Raises
    SettingsError."""
    if settings.hsm_module is None:
        return KeyFiles(settings.keys_apart)
    # Not at the top: who has no HSM loads no library for one.
    from activities.sealing.hsm import HsmKeys

    return HsmKeys.of(settings)


class Seals:
    """Seals and opens with the keys of one ring."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """With the ring and the key service of these settings; the ring is made where there is none. Raises
        WrappingKeyMissing, SettingsError, and KeyServiceAway where a ring has to be made."""
        return cls(Ring.open(settings.keys_apart, key_service(settings)))

    def key_for(self, key_id: str | None) -> DataKey:
        """The key of that id, as long as it can be used; otherwise a new one. Raises KeyServiceAway."""
        if key_id is not None:
            try:
                return DataKey(key_id, self.ring.key(key_id))
            except (KeyDestroyed, KeyUnusable) as fact:
                LOG.info("a new key takes the place of %s: %r", key_id, fact)
        return self.ring.take()

    def content(self, key: DataKey, act_id: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What was written with an act, as the inbox keeps it: each personal field sealed for its place, the others as
        they are."""
        return {
            name: _enveloped(key, f"acts\n{act_id}\n{name}", value) if is_sealed_in_content(name, value) else value
            for name, value in content.items()
        }

    def opened(self, act_id: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What was written with an act; see `opened_field`."""
        return {name: self.opened_field(act_id, name, value) for name, value in content.items()}

    def opened_field(self, act_id: str, name: str, value: Any) -> Any:
        """One field of what was written with an act: as it was written, or the sentence that says why it is not. Raises
        KeyServiceAway."""
        if not is_enveloped(value):
            return value
        return self._opened(str(value[SEALED]), f"acts\n{act_id}\n{name}")

    def value(self, key: DataKey, place: str, value: Any) -> dict[str, str]:
        """A value for a column that holds a document, sealed as a whole for its place."""
        return _enveloped(key, place, value)

    def opened_value(self, place: str, kept: Any) -> Any:
        """The value of such a column; the sentence that says why it is not to be had. Raises KeyServiceAway."""
        return self._opened(str(kept[SEALED]), place) if is_enveloped(kept) else kept

    def text(self, key: DataKey, place: str, text: str) -> str:
        """A text for a column that holds nothing but text, sealed for its place."""
        return MARK + _enveloped(key, place, text)[SEALED]

    def exact_text(self, place: str, kept: str) -> str:
        """The text of such a column, for whoever acts by it. Raises Unreadable, KeyServiceAway."""
        if not kept.startswith(MARK):
            return kept
        try:
            return str(self._unsealed(kept.removeprefix(MARK), place))
        except (KeyDestroyed, KeyUnusable, InvalidTag, ValueError) as fault:
            raise Unreadable(place.replace("\n", " ")) from fault

    def opened_text(self, place: str, kept: str) -> str:
        """The text of such a column."""
        return str(self._opened(kept.removeprefix(MARK), place)) if kept.startswith(MARK) else kept

    def _opened(self, sealed: str, place: str) -> Any:
        try:
            return self._unsealed(sealed, place)
        except KeyDestroyed as fact:
            return said_of_erased(fact.at)
        except (KeyUnusable, InvalidTag, ValueError) as fault:
            # What was changed by hand `kaifang verify` finds; here nobody may take it for what was written.
            LOG.error("what is sealed for %s cannot be read: %s", place.replace("\n", " "), type(fault).__name__)
            return UNREADABLE

    def _unsealed(self, sealed: str, place: str) -> Any:
        key_id, _, packed = sealed.partition(".")
        return json.loads(unseal(self.ring.key(key_id), place, base64.b64decode(packed)))

    def index(self, place: str, value: str) -> str:
        """By which a value of that place is found again, and not guessed by whoever lacks the ring: the same for every
        process. Raises KeyServiceAway, WrappingKeyMissing."""
        return keyed(self.ring.named(INDEX), f"{place}\n{value}")

    def is_erased(self, key_id: str | None) -> bool:
        """Whether the key of that id was destroyed, and with it what it sealed."""
        return key_id is not None and self.ring.destroyed_at(key_id) is not None


def has_personal(content: Mapping[str, Any]) -> bool:
    """Whether something of what was written with an act is personal, as it was written, sealed or erased."""
    return any(is_sealed_in_content(name, value) for name, value in content.items())


def taken_out(content: Mapping[str, Any], key_id: str) -> dict[str, Any]:
    """The content with nothing in the place of what is personal and was never sealed, which is read as erased when the
    key of that id was destroyed."""
    return {
        name: value if is_enveloped(value) or not is_sealed_in_content(name, value) else {SEALED: f"{key_id}."}
        for name, value in content.items()
    }


def is_taken_out(content: Mapping[str, Any]) -> bool:
    """Whether nothing personal is left of what was written with an act, neither plain nor sealed."""
    return all(
        is_enveloped(value) and str(value[SEALED]).endswith(".")
        for name, value in content.items()
        if is_sealed_in_content(name, value)
    )


def keys_of(content: Mapping[str, Any]) -> set[str]:
    """The ids of the keys under which something of it is sealed."""
    return {str(value[SEALED]).partition(".")[0] for value in content.values() if is_enveloped(value)}


def is_enveloped(value: Any) -> bool:
    """Whether a value stands sealed."""
    return isinstance(value, dict) and value.keys() == {SEALED}


def keyed(key: DataKey, digest: str) -> str:
    """By which the same call is known again, and nothing guessed by whoever has not the key."""
    return KEYED + hmac.new(key.key, digest.encode(), "sha256").hexdigest()


def is_same_call(seals: Seals | None, key_id: str | None, kept: str, digest: str) -> bool:
    """Whether a call with this digest is the one that was received; never where its key was destroyed."""
    if not kept.startswith(KEYED):
        return hmac.compare_digest(kept, digest)
    if seals is None or key_id is None:
        return False
    try:
        key = DataKey(key_id, seals.ring.key(key_id))
    except (KeyDestroyed, KeyUnusable):
        return False
    return hmac.compare_digest(kept, keyed(key, digest))


def _enveloped(key: DataKey, place: str, value: Any) -> dict[str, str]:
    plain = json.dumps(value, ensure_ascii=False, default=str).encode()
    return {SEALED: f"{key.key_id}.{base64.b64encode(seal(key.key, place, plain)).decode()}"}
