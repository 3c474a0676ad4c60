"""What the directory keeps of a person, sealed under a key of the account: what it is called, for whom it comes, where
it is reached, and what the issuer said at a login.

A login is no such thing: it names an account, stands wherever somebody acts, and accounts are found and sorted by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from activities.database import Connection
    from activities.sealing.ring import DataKey
    from activities.sealing.seals import Seals

KEY_OF = "select key_id from accounts where account_id = $1 for no key update"
HAS_KEY = "update accounts set key_id = $2 where account_id = $1"
MAILBOX = "invitations\nemail"
"""The place of the one value that is found by its index and kept in no other form."""


def place_in_account(account_id: str, column: str) -> str:
    return f"accounts\n{account_id}\n{column}"


def place_in_channel(channel_id: str, column: str) -> str:
    return f"channels\n{channel_id}\n{column}"


def place_in_session(digest: str) -> str:
    return f"sessions\n{digest}\nid_token"


@dataclass(frozen=True)
class KeyOfAccount:
    """What seals for one account; without seals everything stays as it is."""

    account_id: str
    seals: Seals | None
    key: DataKey | None

    @property
    def key_id(self) -> str | None:
        return self.key.key_id if self.key else None

    def name(self, name: Mapping[str, str]) -> str:
        """What the account is called in each language, as JSON for its column."""
        kept: Mapping[str, str] = name
        if self.seals is not None and self.key is not None:
            kept = self.seals.value(self.key, place_in_account(self.account_id, "name"), dict(name))
        return json.dumps(dict(kept), ensure_ascii=False)

    def said(self, column: str, text: str | None) -> str | None:
        """What else the account says of a person, for that column."""
        return self.text(place_in_account(self.account_id, column), text)

    def text(self, place: str, text: str | None) -> str | None:
        """A text for its place; nothing stays nothing."""
        if text is None or self.seals is None or self.key is None:
            return text
        return self.seals.text(self.key, place, text)


def new_key(seals: Seals | None, account_id: str) -> KeyOfAccount:
    """For an account that is not there yet. Raises WrappingKeyMissing, KeyServiceAway."""
    return KeyOfAccount(account_id, seals, seals.ring.take() if seals else None)


async def key_of(connection: Connection, seals: Seals | None, account_id: str) -> KeyOfAccount:
    """For an account that is there, which has the key from now on, in the caller's transaction. Raises
    WrappingKeyMissing, KeyServiceAway."""
    if seals is None:
        return KeyOfAccount(account_id, None, None)
    before = await connection.fetchval(KEY_OF, account_id)
    key = seals.key_for(before)
    if key.key_id != before:
        await connection.execute(HAS_KEY, account_id, key.key_id)
    return KeyOfAccount(account_id, seals, key)


def opened_name(seals: Seals | None, account_id: str, kept: Mapping[str, str]) -> dict[str, str]:
    """What the account is called, or in both languages the sentence that says why it is not known. Raises
    KeyServiceAway."""
    if seals is None:
        return dict(kept)
    name = seals.opened_value(place_in_account(account_id, "name"), dict(kept))
    return name if isinstance(name, dict) else {"zh": name, "en": name}


def opened(seals: Seals | None, place: str, kept: str | None) -> str | None:
    """A text of that place, or the sentence that says why it cannot be read. Raises KeyServiceAway."""
    return kept if seals is None or kept is None else seals.opened_text(place, kept)


def index_of_mailbox(seals: Seals | None, mailbox: str | None) -> str | None:
    """By which an invitation is found by a mailbox. Raises WrappingKeyMissing, KeyServiceAway."""
    return mailbox if seals is None or mailbox is None else seals.index(MAILBOX, mailbox)
