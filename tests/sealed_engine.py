"""One key for a whole run of tests, which every process of it has by its environment; and histories opened by it."""

from __future__ import annotations

import base64
import os
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory

from activities.engine.keys import KeyRing
from activities.engine.payloads import PACKED, SEALED, Codec, converter

KEY = bytes(range(32))
RING = KeyRing(lambda: [KEY])
CONVERTER = converter(RING)
OURS = {base64.b64encode(encoding).decode() for encoding in (PACKED, SEALED)}


def for_every_process() -> None:
    """Clients, workers and programs that the tests start from now on seal by the one key."""
    os.environ["KAIFANG_ENGINE_KEY"] = base64.b64encode(KEY).decode()


async def opened(history: WorkflowHistory, keys: KeyRing = RING) -> dict[str, Any]:
    """A history as JSON, with its payloads as they were before they were sealed."""
    kept: dict[str, Any] = await _opened(history.to_json_dict(), Codec(keys))
    return kept


async def _opened(part: Any, codec: Codec) -> Any:
    if isinstance(part, dict):
        if part.get("metadata", {}).get("encoding") in OURS:
            metadata = {name: base64.b64decode(value) for name, value in part["metadata"].items()}
            (payload,) = await codec.decode([Payload(metadata=metadata, data=base64.b64decode(part["data"]))])
            plain = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
            return {"metadata": plain, "data": base64.b64encode(payload.data).decode()}
        return {name: await _opened(inner, codec) for name, inner in part.items()}
    return [await _opened(inner, codec) for inner in part] if isinstance(part, list) else part
