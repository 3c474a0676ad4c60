"""What the engine keeps of a case is packed and encrypted before it leaves the process: inputs, results, failures with
their messages and traces, summaries beside timers. It is bound to namespace and workflow, and opens in no other.

Plain stay what the engine itself goes by: ids of workflows and updates, search attributes, names of types, the codes of
refusals. A payload of another encoding passes unchanged, so that histories from before are read as they are.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from activities.engine.keys import KeyRing, key_ring
from activities.engine.shared_rules import SharingRules
from activities.tracing import Current

if TYPE_CHECKING:
    from activities.settings import Settings

PACKED = b"binary/kaifang-packed"
SEALED = b"binary/kaifang-sealed"
KEY = "kaifang-key"
"""The metadata that says which key sealed a payload."""
OF = "kaifang-of"
"""The metadata that says to what a payload is bound, and by which version: `2`, the namespace, the id of the workflow,
each on a line of its own. Without it a payload is of the first version, or was sealed where the SDK names no
workflow, and is bound to nothing."""
NONCE_BYTES = 12
LEVEL = 3
"""Of zlib: within a tenth of the smallest that it makes of a start, in a quarter of the time."""


class WasChanged(RuntimeError):
    """A payload does not open by the key that it names."""


class OfAnother(WasChanged):
    """A payload was sealed for another workflow than the one in which it stands."""


class Codec(PayloadCodec, WithSerializationContext):
    """Packs by zlib and seals by AES-256-GCM, for the workflow of its context; what it did not make it leaves as it is.

    Without a context it opens whatever its keys open, as for Temporal's UI, and seals for no workflow."""

    def __init__(self, keys: KeyRing, of: bytes | None = None) -> None:
        self._keys = keys
        self._of = of

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for payloads of one workflow, or for those of none."""
        return type(self)(self._keys, bound_to(context))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._closed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises KeyIsMissing, WasChanged, OfAnother."""
        return [self._opened(payload) for payload in payloads]

    def _closed(self, payload: Payload) -> Payload:
        packed = zlib.compress(payload.SerializeToString(), LEVEL)
        key_id = self._keys.seals_by
        if key_id is None:
            return Payload(metadata={"encoding": PACKED}, data=packed)
        named, nonce = key_id.encode(), secrets.token_bytes(NONCE_BYTES)
        sealed = self._keys.cipher(key_id).encrypt(nonce, packed, associated(named, self._of))
        metadata = {"encoding": SEALED, KEY: named}
        if self._of is not None:
            metadata[OF] = self._of
        return Payload(metadata=metadata, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        encoding, packed = payload.metadata.get("encoding"), payload.data
        if encoding == SEALED:
            packed = self._unsealed(payload)
        elif encoding != PACKED:
            return payload
        return Payload.FromString(zlib.decompress(packed))

    def _unsealed(self, payload: Payload) -> bytes:
        named, of = payload.metadata.get(KEY, b""), payload.metadata.get(OF)
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            packed = self._keys.cipher(named.decode()).decrypt(nonce, sealed, associated(named, of))
        except InvalidTag:
            raise WasChanged("what the engine holds was changed after it was sealed") from None
        if None not in (of, self._of) and of != self._of:
            raise OfAnother("what the engine holds of this workflow was sealed for another")
        return packed


def bound_to(context: SerializationContext) -> bytes | None:
    """To what payloads of this context are bound; None where no workflow is known."""
    match context:
        case WorkflowSerializationContext() | ActivitySerializationContext() if context.workflow_id:
            return f"2\n{context.namespace}\n{context.workflow_id}".encode()
        case _:
            return None


def associated(key_id: bytes, of: bytes | None) -> bytes:
    """What the tag of a payload covers beside its content; the first version covered the key alone."""
    return SEALED + key_id if of is None else SEALED + key_id + b"\n" + of


class OneOfTheProcess(CompositePayloadConverter):
    """Turns values into JSON and back; one for the whole process, so that what reads each type is made once, and rules
    are there once."""

    def __new__(cls) -> OneOfTheProcess:
        return _the_one(cls)

    def __init__(self) -> None:
        """The one has been made by then."""


@cache
def _the_one(of: type[OneOfTheProcess]) -> OneOfTheProcess:
    one = object.__new__(of)
    sharing = SharingRules()
    CompositePayloadConverter.__init__(
        one,
        *(
            sharing if isinstance(each, JSONPlainPayloadConverter) else each
            for each in DefaultPayloadConverter.default_encoding_payload_converters
        ),
    )
    return one


class OfWorkflows(DataConverter):
    """The SDK's, but for a workflow only what is bound to it is made anew, and not what turns values into JSON: the SDK
    asks for it with each payload."""

    def with_context(self, context: SerializationContext) -> Self:
        """The converter for payloads of one workflow, or for those of none."""
        codec = self.payload_codec
        assert isinstance(codec, Codec), "no other part of it knows a workflow"
        own = copy(self)
        object.__setattr__(own, "payload_codec", codec.with_context(context))  # the SDK's class is frozen
        return own


def converter(keys: KeyRing) -> DataConverter:
    """The one converter of every client, worker and replay."""
    return OfWorkflows(
        payload_converter_class=OneOfTheProcess,
        payload_codec=Codec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def interceptors() -> Sequence[Interceptor]:
    """By which a client of the engine, and the worker of that client, carry a trace on, where there are traces."""
    if Current.traces is None:
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor

    return (TracingInterceptor(Current.traces.tracer),)


async def client(settings: Settings, *, lazy: bool = False) -> Client:
    """A client of the engine that the settings name. Raises RuntimeError where there is none and it is not lazy."""
    return await Client.connect(
        **settings.temporal(),
        data_converter=converter(key_ring(settings)),
        interceptors=interceptors(),
        lazy=lazy,
    )
