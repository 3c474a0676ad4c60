"""Messages, and the channels on which they go out, as their owner sees them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reading.shape import Instant, Page, Shape

Kind = Literal["mail", "wecom", "dingtalk", "webhook", "apprise"]


class MessageShown(Shape):
    """What the caller was told of one event. `text` is all of it; `due` is the due day, `law` the article that it is
    about, `link` the page of it; each null where there is none. `read_at` is since when the caller has it as read."""

    message_id: str
    kind: str
    case_id: str | None
    case_number: str | None
    task_id: str | None
    city: str | None
    created_at: Instant
    read_at: Instant | None
    subject: str
    text: str
    law: str | None
    due: str | None
    link: str | None


class Messages(Page[MessageShown]):
    """Part of what the caller was told. `unread` of all that it was told are not read yet, counted up to 1000."""

    unread: int


class Unread(Shape):
    """How many messages are not read yet, counted up to 1000."""

    unread: int


class ChannelShown(Shape):
    """A channel of the caller. `receiver` is as much of the address as is shown. `failures` in a row, since something
    was last sent; `waiting` messages are tried again, `given_up` are not: after three days."""

    channel_id: str
    kind: Kind
    receiver: str
    language: Literal["zh", "en"]
    created_at: Instant
    last_sent_at: Instant | None
    last_error: str | None
    last_failed_at: Instant | None
    failures: int
    waiting: int
    given_up: int


class ChannelOpened(ChannelShown):
    """A channel that is open. With `secret` the messages of a webhook are signed, as Standard Webhooks says."""

    secret: Annotated[
        str | None, Field(description="of a webhook, shown this once; null where a call is repeated, or there is none")
    ]


class Channels(Shape):
    """The caller's open channels."""

    items: list[ChannelShown]
