"""What somebody was told, the latest first; and the channels on which it goes out, each with how it is doing."""

from __future__ import annotations

from activities.outbox.message_texts import Message, say
from activities.outbox.outbox import messages_to
from activities.telling.channels import Channel, open_channels
from reading.messages.shapes import ChannelOpened, Channels, ChannelShown, MessageShown
from reading.paging import CursorUnusable, cursor, place_of
from reading.shape import Page
from reading.store import Archive, Store
from reading.words.language import Language

LATEST = 2**62
"""Beyond the number of any message."""


async def messages(
    store: Store, account_id: str, language: Language, base_url: str, after: str | None, limit: int
) -> Page[MessageShown]:
    """One page of what an account was told, in this language, with links that begin with `base_url`. Raises
    CursorUnusable."""
    before = LATEST if after is None else _number_in(after)
    async with store.pool.acquire() as connection:
        found = await messages_to(connection, store.rules, account_id, before, limit + 1)
    more = cursor(str(found[limit - 1].number)) if len(found) > limit else None
    return Page(items=[_message(each, language, base_url) for each in found[:limit]], next=more)


async def channels(archive: Archive, account_id: str) -> Channels:
    """The open channels of an account."""
    async with archive.pool.acquire() as connection:
        found = await open_channels(connection, account_id)
    return Channels(items=[ChannelShown.model_validate(channel, from_attributes=True) for channel in found])


def opened(channel: Channel, secret: str | None) -> ChannelOpened:
    """A channel that is open, to whoever opened it; the secret, where it has one, this once."""
    shown = ChannelShown.model_validate(channel, from_attributes=True)
    return ChannelOpened(**shown.model_dump(), secret=secret)


def _number_in(after: str) -> int:
    """The number that a cursor names. Raises CursorUnusable."""
    (number,) = place_of(after, 1)
    if not isinstance(number, str) or not number.isascii() or not number.isdecimal() or int(number) > LATEST:
        raise CursorUnusable
    return int(number)


def _message(message: Message, language: Language, base_url: str) -> MessageShown:
    said = say(message, language, base_url)
    return MessageShown(
        message_id=message.message_id,
        kind=message.kind,
        case_id=message.case_id,
        case_number=message.case_number,
        task_id=message.task_id,
        city=message.city,
        created_at=message.created_at,
        subject=said.subject,
        text=said.text,
        law=said.law,
        due=said.due,
        link=said.link,
    )
