"""Settings of one's own: channels, language, size of print, and where one is logged in."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import get_args

from starlette.datastructures import FormData
from starlette.responses import Response

from activities.directory import sessions
from activities.idempotency import IdempotencyKeyReused
from activities.telling.feeds import own_feed
from api.acting import telling
from api.acting.forms.telling import ChannelForm
from api.http.failing import problem_of
from api.http.problems import Problem
from pages.addresses import A_YEAR, in_language, is_ours
from pages.calls import Call, deed, page, with_cookie
from pages.forms.fields import Field, Option
from pages.forms.filled import filled, parsed, stated
from pages.forms.kinds import Kind
from pages.shell import LARGE, PRINT
from reading.directory import questions as directory
from reading.messages import lists
from reading.messages.shapes import Kind as KindOfChannel

KINDS = get_args(KindOfChannel)


async def settings(call: Call) -> Response:
    """Everything that somebody can set."""
    call.must_be_logged_in()
    return await shown(call, FormData(), None, str(uuid.uuid4()))


async def shown(call: Call, form: FormData, problem: Problem | None, key: str) -> Response:
    """The page, with what is wrong beside its field."""
    caller = call.must_be_logged_in()
    wanted = filled(form, problem, call.language)
    asked = channel_fields(call)
    account = await directory.account(call.store, caller.account_id)
    current = call.session.digest if call.session else None
    return call.page(
        "settings.html",
        status=problem.document(call.language, call.request.url.path).status if problem else 200,
        account=account,
        fields=wanted.in_(asked),
        elsewhere=wanted.elsewhere(asked) or ([said_of(call, problem)] if problem and not problem.errors else []),
        channels=(await lists.channels(call.runtime, caller.account_id)).items,
        sessions=await sessions.of_account(call.runtime.pool, caller.account_id, call.now),
        current=current,
        feed=await own_feed(call.runtime.pool, caller.account_id),
        key=key,
    )


async def open_channel(call: Call) -> Response:
    """A channel is open; what is secret in it is shown here and never again."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    key = str(form.get("key", "")) or str(uuid.uuid4())
    try:
        content = parsed(ChannelForm, stated(form, channel_fields(call)))
        opened = await telling.open_channel(call.runtime, caller, content, key)
    except Problem as problem:
        return await shown(call, form, problem, key)
    except IdempotencyKeyReused as reused:
        return await shown(call, form, problem_of(reused), str(uuid.uuid4()))
    if opened.secret is None:
        await call.say_once("settings.opened")
        return call.go_on_to(call.path("settings"))
    return call.page("channel.html", channel=opened)


def channel_fields(call: Call) -> tuple[Field, ...]:
    """What a channel is asked for with."""
    here = call.runtime.settings
    possible = [
        kind for kind in KINDS if (kind != "mail" or here.mail_url) and (kind != "apprise" or here.channel_schemes)
    ]
    kinds = tuple(Option(kind, call.say(f"channel.{kind}"), call.say(f"channel_hint.{kind}")) for kind in possible)
    languages = tuple(Option(each, call.say(f"languages.{each}")) for each in ("zh", "en"))
    return (
        Field("kind", Kind.CHOICE, call.say("settings.kind"), required=True, options=kinds),
        Field(
            "address", Kind.LINE, call.say("settings.address"), required=True, hint=call.say("settings.address_hint")
        ),
        Field(
            "language",
            Kind.CHOICE,
            call.say("settings.channel_language"),
            required=True,
            options=languages,
            values=(call.language,),
        ),
    )


def said_of(call: Call, problem: Problem) -> str:
    return problem.document(call.language, call.request.url.path).detail


async def end_channel(call: Call) -> Response:
    """Nothing goes out on a channel any more."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    await telling.end_channel(call.runtime, caller, str(form.get("channel", "")))
    await call.say_once("settings.channel_ended")
    return call.go_on_to(call.path("settings"))


async def end_sessions(call: Call) -> Response:
    """One of one's own sessions is over, or all but this one."""
    call.must_be_logged_in()
    session = call.session
    assert session, "who is logged in has a session"
    form = await call.request.form()
    if form.get("others"):
        await sessions.end_others(call.runtime.pool, session.account_id, session.digest)
    else:
        await sessions.end(call.runtime.pool, session.account_id, str(form.get("session", "")))
    await call.say_once("settings.session_ended")
    return call.go_on_to(call.path("settings"))


async def choose_print(call: Call) -> Response:
    """How large the print is in this browser from now on; and back to the page on which it was chosen."""
    chosen = LARGE if call.in_part("size") == LARGE else "usual"
    back = call.asked("back") or "/"
    answer = call.go_on_to(in_language(back if is_ours(back) else "/", call.language))
    return with_cookie(answer, call, PRINT, chosen, timedelta(seconds=A_YEAR))


ROUTES = (
    page("/my/settings", settings),
    deed("/my/settings/channels", open_channel),
    deed("/my/settings/channels/end", end_channel),
    deed("/my/settings/sessions/end", end_sessions),
    page("/print/{size}", choose_print),
)
