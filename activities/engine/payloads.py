"""What the engine keeps of a case is packed and encrypted before it leaves the process: inputs, results, failures with
their messages and traces, summaries beside timers.

Plain stay what the engine itself goes by: ids of workflows and updates, search attributes, names of types, the codes of
refusals. A payload of another encoding passes unchanged, so that histories from before are read as they are.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from activities.engine.keys import KeyRing, key_ring

if TYPE_CHECKING:
    from activities.settings import Settings

PACKED = b"binary/kaifang-packed"
SEALED = b"binary/kaifang-sealed"
KEY = "kaifang-key"
"""The metadata that says which key sealed a payload."""
NONCE_BYTES = 12
LEVEL = 3
"""Of zlib: within a tenth of the smallest that it makes of a start, in a quarter of the time."""


class WasChanged(RuntimeError):
    """A payload does not open by the key that it names."""


class Codec(PayloadCodec):
    """Packs by zlib and seals by AES-256-GCM; what it did not make it leaves as it is."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._closed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _closed(self, payload: Payload) -> Payload:
        packed = zlib.compress(payload.SerializeToString(), LEVEL)
        key_id = self._keys.seals_by
        if key_id is None:
            return Payload(metadata={"encoding": PACKED}, data=packed)
        named, nonce = key_id.encode(), secrets.token_bytes(NONCE_BYTES)
        sealed = self._keys.cipher(key_id).encrypt(nonce, packed, SEALED + named)
        return Payload(metadata={"encoding": SEALED, KEY: named}, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        encoding, packed = payload.metadata.get("encoding"), payload.data
        if encoding == SEALED:
            named = payload.metadata.get(KEY, b"")
            nonce, sealed = packed[:NONCE_BYTES], packed[NONCE_BYTES:]
            try:
                packed = self._keys.cipher(named.decode()).decrypt(nonce, sealed, SEALED + named)
            except InvalidTag:
                raise WasChanged("what the engine holds was changed after it was sealed") from None
        elif encoding != PACKED:
            return payload
        return Payload.FromString(zlib.decompress(packed))


def converter(keys: KeyRing) -> DataConverter:
    """The one converter of every client, worker and replay."""
    return DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=Codec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def client(settings: Settings, *, lazy: bool = False) -> Client:
    """A client of the engine that the settings name. Raises RuntimeError where there is none and it is not lazy."""
    return await Client.connect(**settings.temporal(), data_converter=converter(key_ring(settings)), lazy=lazy)
