"""A call that is repeated with its Idempotency-Key is the same call: its id, and how its body is known again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

NAMESPACE = uuid.UUID("6f1b9a4e-7f0c-5d53-9d0e-6b61696661ce")


class IdempotencyKeyReused(Exception):
    """The same key came before with another body: nothing was received."""


def id_from_key(account: str, path: str, key: str) -> str:
    """The id that a call with this Idempotency-Key gets, the same each time; unique per account and path."""
    return str(uuid.uuid5(NAMESPACE, json.dumps([account, path, key])))


def digest(body: Mapping[str, Any]) -> str:
    """By which the same body is known again."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
