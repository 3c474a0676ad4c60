"""What somebody was told, the latest first; and the channels on which it goes out, each with how it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from activities.outbox.message_texts import Message, Said, citation_of, link_to, say
from activities.outbox.outbox import messages_to, unread_messages_of, unread_messages_to
from activities.outbox.read_marks import MOST_COUNTED, count_unread
from activities.telling.channels import Channel, open_channels
from reading.messages.shapes import ChannelOpened, Channels, ChannelShown, Messages, MessageShown
from reading.paging import CursorUnusable, cursor, place_of
from reading.store import Archive, Store
from reading.words.language import Language
from rules.pinned import Basis

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from activities.database import Connection
    from activities.outbox.outbox import RulesOf
    from activities.sealing.seals import Seals

    Question = Callable[[Connection, RulesOf, Seals | None, str, int, int], Awaitable[list[Message]]]

LATEST = 2**62
"""Beyond the number of any message."""
Wanted = Literal["unread", "all"]


@dataclass(frozen=True)
class Slice:
    """Part of what somebody was told; `next` is the cursor of the part that follows."""

    items: list[Letter]
    next: str | None


@dataclass(frozen=True)
class Letter:
    """A message as a page shows it: what it says, and beside that the day, the law and where the link leads."""

    message: Message
    said: Said

    @property
    def due_on(self) -> date | None:
        """The last day of a period in days."""
        return date.fromisoformat(str(self.message.facts["due_on"])) if "due_on" in self.message.facts else None

    @property
    def due_at(self) -> datetime | None:
        """The instant at which a period in hours ends."""
        if self.due_on is not None or "due_at" not in self.message.facts:
            return None
        return datetime.fromisoformat(str(self.message.facts["due_at"]))

    @property
    def is_by_service_rule(self) -> bool:
        """Whether the message is about a service rule."""
        rules = self.message.rules
        citation = citation_of(self.message, rules) if rules else None
        return citation is not None and citation.basis is Basis.SERVICE


async def messages(
    store: Store, account_id: str, language: Language, pages_url: str, after: str | None, limit: int
) -> Messages:
    """One page of what an account was told, in this language, with links that begin with `pages_url`. Raises
    CursorUnusable."""
    found = await _letters(store, messages_to, account_id, language, pages_url, after, limit)
    unread = await count_unread(store.pool, account_id)
    return Messages(items=[_shown(each) for each in found.items], next=found.next, unread=unread)


async def letters(
    store: Store, account_id: str, language: Language, after: str | None, limit: int, *, of: Wanted
) -> Slice:
    """Like `messages`, all or those that are not read yet, with links from the root of the pages. Raises
    CursorUnusable."""
    question = unread_messages_to if of == "unread" else messages_to
    return await _letters(store, question, account_id, language, "", after, limit)


async def _letters(
    store: Store,
    question: Question,
    account_id: str,
    language: Language,
    pages_url: str,
    after: str | None,
    limit: int,
) -> Slice:
    before = LATEST if after is None else _number_in(after)
    async with store.pool.acquire() as connection:
        found = await question(connection, store.rules, store.archive.seals, account_id, before, limit + 1)
    more = cursor(str(found[limit - 1].number)) if len(found) > limit else None
    return Slice([Letter(each, say(each, language, pages_url)) for each in found[:limit]], more)


async def unread_that_lead_to(store: Store, account_id: str, of: str, path: str) -> list[str]:
    """The messages not read yet of a case by its number, or of a dataset, whose link leads to that page; the path is
    without the prefix of a language."""
    async with store.pool.acquire() as connection:
        found = await unread_messages_of(connection, store.rules, store.archive.seals, account_id, of, MOST_COUNTED)
    return [each.message_id for each in found if link_to(each, "zh", "") == path]


async def channels(archive: Archive, account_id: str) -> Channels:
    """The open channels of an account."""
    async with archive.pool.acquire() as connection:
        found = await open_channels(connection, account_id, archive.seals)
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


def _shown(letter: Letter) -> MessageShown:
    message, said = letter.message, letter.said
    return MessageShown(
        message_id=message.message_id,
        kind=message.kind,
        case_id=message.case_id,
        case_number=message.case_number,
        task_id=message.task_id,
        city=message.city,
        created_at=message.created_at,
        read_at=message.read_at,
        subject=said.subject,
        text=said.text,
        law=said.law,
        due=said.due,
        link=said.link,
    )
