"""Messages: what somebody was told, with or without a channel; and the channels on which it goes out."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from activities.idempotency import id_from_key
from activities.telling.channels import (
    ChannelEnded,
    EnoughChannels,
    Wanted,
    end_own_channel,
    open_own_channel,
)
from activities.telling.ways import AddressRefused, usable
from api.acting.forms.form import Form
from api.dependencies import ID, Calling, Cursor, IdempotencyKey, PageSize, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.messages import lists
from reading.messages.shapes import ChannelOpened, Channels, Kind, MessageShown
from reading.shape import Page

CHANNELS = "/v1/channels"

router = APIRouter(tags=["messages"])

ChannelId = Annotated[str, Path(pattern=ID)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[!-~]+$")]


class ChannelForm(Form):
    """A channel that the caller wants."""

    kind: Annotated[Kind, Field(description="`apprise`: another service, where this system allows its scheme")]
    address: Annotated[
        Address,
        Field(description="a mailbox, the address of a robot as its platform shows it, or an https URL; shown no more"),
    ]
    language: Literal["zh", "en"] = "zh"


@router.get("/v1/messages", response_model=Page[MessageShown], responses=problems(401, 422, 503), summary="Messages")
async def messages(
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Page[MessageShown]:
    """What the caller was told, the latest first, in the language asked for."""
    return await lists.messages(store, caller.account_id, language, runtime.settings.base_url, after, limit)


@router.get(CHANNELS, response_model=Channels, responses=problems(401, 503), summary="Channels")
async def channels(caller: Calling, runtime: Running) -> Channels:
    """The caller's open channels, and how each is doing."""
    return await lists.channels(runtime, caller.account_id)


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
    try:
        opened = await open_own_channel(runtime.pool, runtime.clock, channel_id, caller.account_id, wanted)
    except EnoughChannels as enough:
        raise Problem("EnoughChannels") from enough
    except ChannelEnded as ended:
        raise Problem("NotFound") from ended
    return lists.opened(opened.channel, opened.secret)


@router.delete(CHANNELS + "/{channel_id}", status_code=204, responses=problems(401, 404, 503), summary="End a channel")
async def end_a_channel(channel_id: ChannelId, caller: Calling, runtime: Running) -> None:
    """Nothing goes out on it any more, and its address is erased. Messages stay where they are."""
    if not await end_own_channel(runtime.pool, runtime.clock, channel_id, caller.account_id):
        raise Problem("NotFound")
