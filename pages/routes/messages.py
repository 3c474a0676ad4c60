"""Messages: what somebody was told, what is not read yet first, each with the page that it leads to."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from api.acting import telling
from api.acting.forms.telling import ReadForm
from pages.addresses import is_ours
from pages.calls import Call, deed, page
from pages.forms.filled import parsed
from pages.tables import as_table
from reading.messages import lists
from reading.tables.own import message_table

A_PAGE = 20
ALL = "all"


async def messages(call: Call) -> Response:
    """What is not read yet, or all of it, the latest first."""
    caller = call.must_be_logged_in()
    of: lists.Wanted = "all" if call.asked("of") == ALL or not call.unread else "unread"
    found = await lists.letters(call.store, caller.account_id, call.language, call.asked("cursor"), A_PAGE, of=of)
    base = call.path("messages")
    return call.page(
        "messages.html",
        letters=found.items,
        of=of,
        unread=call.unread,
        latest=found.items[0].message.message_id if found.items and not call.asked("cursor") else None,
        next=f"{base}?{urlencode({'of': of, 'cursor': found.next})}" if found.next else None,
        first=f"{base}?of={of}" if call.asked("cursor") else None,
    )


async def messages_csv(call: Call) -> Response:
    """All that somebody was told, as a table."""
    caller = call.must_be_logged_in()
    pages_url = call.runtime.settings.pages_url
    return await as_table(call, "messages", message_table(call.runtime, caller, call.language, pages_url))


async def read_messages(call: Call) -> Response:
    """Messages are read: one, which may be opened with it, or all up to the latest that was shown."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    if up_to := form.get("up_to"):
        await telling.read(call.runtime, caller, parsed(ReadForm, {"up_to": up_to}))
        await call.say_once("messages.all_read")
        return call.go_on_to(call.path("messages"))
    await telling.read(call.runtime, caller, parsed(ReadForm, {"message_ids": [form.get("message_id")]}))
    leads_to = form.get("open")
    if isinstance(leads_to, str) and is_ours(leads_to):
        return call.go_on_to(leads_to)
    return call.go_on_to(call.path("messages"))


ROUTES = (page("/messages", messages), page("/messages.csv", messages_csv), deed("/messages/read", read_messages))
