"""Messages: what somebody was told, with or without a channel; and the channels on which it goes out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.acting import telling
from api.acting.forms.telling import ChannelForm, ReadForm
from api.acting.telling import CHANNELS
from api.dependencies import ID, Calling, Cursor, IdempotencyKey, PageSize, Reading, Running
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from reading.messages import lists
from reading.messages.shapes import ChannelOpened, Channels, Messages, Unread
from reading.tables.own import message_table

router = APIRouter(tags=["messages"])

ChannelId = Annotated[str, Path(pattern=ID)]


@router.get(
    "/v1/messages", response_model=Messages, responses={**AS_TABLE, **problems(401, 422, 503)}, summary="Messages"
)
async def messages(
    request: Request,
    response: Response,
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """What the caller was told, the latest first, in the language asked for."""
    pages_url = runtime.settings.pages_url
    if wants_table(request, response):
        await store.release()
        return await as_table("messages", language, message_table(store.archive, caller, language, pages_url))
    return await lists.messages(store, caller.account_id, language, pages_url, after, limit)


@router.post(
    "/v1/messages/read", response_model=Unread, responses=problems(401, 422, 503), summary="Have messages as read"
)
async def read(form: ReadForm, caller: Calling, runtime: Running) -> Unread:
    """Those named that are the caller's are read from now on, or all up to one; how many are not read yet. Nothing
    but a mark: no period runs by it."""
    return await telling.read(runtime, caller, form)


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
    return await telling.open_channel(runtime, caller, form, key)


@router.delete(CHANNELS + "/{channel_id}", status_code=204, responses=problems(401, 404, 503), summary="End a channel")
async def end_a_channel(channel_id: ChannelId, caller: Calling, runtime: Running) -> None:
    """Nothing goes out on it any more, and its address is erased. Messages stay where they are."""
    await telling.end_channel(runtime, caller, channel_id)
