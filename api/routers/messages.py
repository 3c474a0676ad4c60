"""Messages: what somebody was told, with or without a channel; and the channels on which it goes out."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from activities.idempotency import id_from_key
from activities.outbox.message_texts import Message, say
from activities.outbox.outbox import messages_to
from activities.telling.channels import Channel, EnoughChannels, Wanted, end_own_channel, open_channel, open_channels
from activities.telling.ways import AddressRefused, shown, usable
from api.acting.forms.form import Form
from api.dependencies import ID, Calling, Cursor, IdempotencyKey, Limit, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.paging import CursorUnusable, cursor, place_of
from reading.shape import Instant, Page, Shape
from reading.words.language import Language

CHANNELS = "/v1/channels"
LATEST = 2**62
"""Beyond the number of any message."""

router = APIRouter(tags=["messages"])

ChannelId = Annotated[str, Path(pattern=ID)]
Kind = Literal["mail", "wecom", "dingtalk", "webhook", "apprise"]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[!-~]+$")]


class MessageShown(Shape):
    """What the caller was told of one event. `text` is all of it; `due` is the due day, `law` the article that it is
    about, `link` where to look; each null where there is none."""

    message_id: str
    kind: str
    case_id: str | None
    case_number: str | None
    task_id: str | None
    city: str | None
    created_at: Instant
    subject: str
    text: str
    law: str | None
    due: str | None
    link: str | None


class ChannelForm(Form):
    """A channel that the caller wants."""

    kind: Annotated[Kind, Field(description="`apprise`: another service, where this system allows its scheme")]
    address: Annotated[
        Address,
        Field(description="a mailbox, the address of a robot as its platform shows it, or an https URL; shown no more"),
    ]
    language: Literal["zh", "en"] = "zh"


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


@router.get("/v1/messages", response_model=Page[MessageShown], responses=problems(401, 422, 503), summary="Messages")
async def messages(
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[MessageShown]:
    """What the caller was told, the latest first, in the language asked for."""
    before = LATEST if after is None else number_in(after)
    async with runtime.pool.acquire() as connection:
        found = await messages_to(connection, store.rules, caller.account_id, before, limit + 1)
    base_url = runtime.settings.base_url
    more = cursor(str(found[limit - 1].number)) if len(found) > limit else None
    return Page(items=[message_shown(message, language, base_url) for message in found[:limit]], next=more)


@router.get(CHANNELS, response_model=Channels, responses=problems(401, 503), summary="Channels")
async def channels(caller: Calling, runtime: Running) -> Channels:
    """The caller's open channels, and how each is doing."""
    async with runtime.pool.acquire() as connection:
        found = await open_channels(connection, caller.account_id)
    return Channels(items=[ChannelShown(**fields_of(channel)) for channel in found])


@router.post(
    CHANNELS,
    status_code=201,
    response_model=ChannelOpened,
    responses=problems(401, 409, 422, 503),
    summary="Open a channel",
)
async def open_a_channel(
    form: ChannelForm, caller: Calling, runtime: Running, key: IdempotencyKey = None
) -> ChannelOpened:
    """What the caller is told from now on goes out on it, at least once and for each case in order. A repeat has the
    same `webhook-id`, `X-Kaifang-Message` or number in its last line."""
    try:
        address = await usable(form.kind, form.address, runtime.settings)
    except AddressRefused as refused:
        raise invalid("address", refused.code) from refused
    channel_id = id_from_key(caller.account_id, CHANNELS, key) if key else str(uuid.uuid4())
    wanted = Wanted(form.kind, address, form.language)
    now = await runtime.now()
    async with runtime.pool.acquire() as connection, connection.transaction():
        try:
            secret = await open_channel(connection, channel_id, caller.account_id, wanted, now)
        except EnoughChannels as enough:
            raise Problem("EnoughChannels") from enough
        found = await open_channels(connection, caller.account_id)
    channel = next((each for each in found if each.channel_id == channel_id), None)
    if channel is None:
        # It was opened with this key, and has ended since.
        raise Problem("NotFound")
    return ChannelOpened(**fields_of(channel), secret=secret)


@router.delete(CHANNELS + "/{channel_id}", status_code=204, responses=problems(401, 404, 503), summary="End a channel")
async def end_a_channel(channel_id: ChannelId, caller: Calling, runtime: Running) -> None:
    """Nothing goes out on it any more, and its address is erased. Messages stay where they are."""
    now = await runtime.now()
    async with runtime.pool.acquire() as connection, connection.transaction():
        if not await end_own_channel(connection, channel_id, caller.account_id, now):
            raise Problem("NotFound")


def number_in(after: str) -> int:
    """The number that a cursor names. Raises CursorUnusable."""
    (number,) = place_of(after, 1)
    if not isinstance(number, str) or not number.isascii() or not number.isdecimal() or int(number) > LATEST:
        raise CursorUnusable
    return int(number)


def message_shown(message: Message, language: Language, base_url: str) -> MessageShown:
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


def fields_of(channel: Channel) -> dict[str, object]:
    known = {name: value for name, value in vars(channel).items() if name != "address"}
    return {**known, "receiver": shown(channel.kind, channel.address)}
