"""What somebody does about messages: opens and ends channels, and marks messages as read."""

from __future__ import annotations

import uuid

from activities.idempotency import id_from_key
from activities.outbox.read_marks import count_unread, mark_read, mark_read_up_to
from activities.telling.channels import ChannelEnded, EnoughChannels, Wanted, end_own_channel, open_own_channel
from activities.telling.ways import AddressRefused, usable
from api.acting.forms.telling import ChannelForm, ReadForm
from api.http.problems import Problem, invalid
from api.runtime import Runtime
from reading.messages import lists
from reading.messages.shapes import ChannelOpened, Unread
from reading.sight import Caller
from reading.store import Store

CHANNELS = "/v1/channels"


async def open_channel(runtime: Runtime, caller: Caller, form: ChannelForm, key: str | None) -> ChannelOpened:
    """The channel is open, and with the same key the same. Raises a Problem, IdempotencyKeyReused."""
    try:
        address = await usable(form.kind, form.address, runtime.settings)
    except AddressRefused as refused:
        raise invalid("address", refused.code) from refused
    channel_id = id_from_key(caller.account_id, CHANNELS, key) if key else str(uuid.uuid4())
    wanted = Wanted(form.kind, address, form.language)
    try:
        opened = await open_own_channel(
            runtime.pool, runtime.clock, channel_id, caller.account_id, wanted, seals=runtime.seals
        )
    except EnoughChannels as enough:
        raise Problem("EnoughChannels") from enough
    except ChannelEnded as ended:
        raise Problem("NotFound") from ended
    return lists.opened(opened.channel, opened.secret)


async def end_channel(runtime: Runtime, caller: Caller, channel_id: str) -> None:
    """The caller's own channel is ended. Raises a Problem."""
    if not await end_own_channel(runtime.pool, runtime.clock, channel_id, caller.account_id):
        raise Problem("NotFound")


async def opened(runtime: Runtime, store: Store, caller: Caller, of: str, path: str) -> Unread:
    """The page at this path, of a case by its number or of a dataset, is opened: what led the caller there is read."""
    if found := await lists.unread_that_lead_to(store, caller.account_id, of, path):
        await mark_read(runtime.pool, caller.account_id, found, await runtime.now())
    return Unread(unread=await count_unread(runtime.pool, caller.account_id))


async def read(runtime: Runtime, caller: Caller, form: ReadForm) -> Unread:
    """These messages of the caller are read from now on; those of others are left as they are."""
    now = await runtime.now()
    if form.message_ids is not None:
        await mark_read(runtime.pool, caller.account_id, form.message_ids, now)
    if form.up_to is not None:
        await mark_read_up_to(runtime.pool, caller.account_id, form.up_to, now)
    return Unread(unread=await count_unread(runtime.pool, caller.account_id))
