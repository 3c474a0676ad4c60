"""What somebody wrote with an act, as the inbox keeps it: sealed under the key of its case, on the way in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.sealing.inventory import is_sealed_in_content
from activities.sealing.seals import Seals, keyed

if TYPE_CHECKING:
    from activities.database import Connection


class Kept(NamedTuple):
    """What goes into the row of an act, and the key of its case."""

    content: str | None
    request_digest: str
    key_id: str | None = None


def kept(
    seals: Seals | None, key_id: str | None, act_id: str, content: Mapping[str, Any] | None, request_digest: str
) -> Kept:
    """The content as JSON and the digest of the call, sealed under the key of that id where it can be used, or under a
    new one; as they are where nothing in them is personal, or without seals. Raises WrappingKeyMissing."""
    if content is None:
        return Kept(None, request_digest, key_id)
    if seals is None or not any(is_sealed_in_content(name, value) for name, value in content.items()):
        return Kept(json.dumps(dict(content), ensure_ascii=False, default=str), request_digest, key_id)
    key = seals.key_for(key_id)
    sealed = json.dumps(seals.content(key, act_id, content), ensure_ascii=False, default=str)
    return Kept(sealed, keyed(key, request_digest), key.key_id)


async def keep_key(connection: Connection, case_id: str, before: str | None, kept: Kept) -> None:
    """The case names the key under which something in it is sealed, in the caller's transaction, which has its row."""
    if kept.key_id != before:
        await connection.execute("update cases set key_id = $2 where case_id = $1", case_id, kept.key_id)
