"""Feeds: what is overdue or due soon, for a calendar or a table program, by an address that is shown once."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from api.acting.feeding import FeedForm, FeedMade, make_feed_of, revoke_feed_of
from api.http.problems import Problem
from models.procedures import BY_NAME
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.supervising import said_of, sight, supervised
from pages.urging import new_key
from reading.directory import questions as directory
from reading.supervision.feeds import feeds_of_account
from reading.supervision.names import named_on
from reading.words.language import said
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import Label

LISTS = ("overdue", "due_soon")


async def feeds(call: Call) -> Response:
    """The caller's feeds, and the form to make one."""
    sight(call)
    return await list_page(call, Attempt(await fields(call)), new_key())


async def list_page(
    call: Call, attempt: Attempt, key: str, *, made: FeedMade | None = None, status: int = 200
) -> Response:
    """The list, the form with what stands in it, and the addresses of a feed that was made just now."""
    found = await feeds_of_account(call.store, call.must_be_logged_in().account_id)
    answer = supervised(
        call,
        "supervision/feeds.html",
        status=status,
        items=found.items,
        labels={option.value: option.label for each in await fields(call) for option in each.options},
        attempt=attempt,
        key=key,
        made=made,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def fields(call: Call) -> tuple[Field, ...]:
    """What a feed is called and lists, narrowed as the lists themselves are."""
    seen, today = sight(call), to_shanghai(call.now).date()
    lists = tuple(Option(name, call.say(f"supervision_list.{name}")) for name in LISTS)
    cities = tuple(Option(city, said_of(call, load_pack(city).name)) for city in seen.cities)
    bodies = [row for city in seen.cities for row in await directory.bodies(call.store, city)] if not seen.body else []
    named = {
        name: next((it for city in seen.cities if (it := named_on(city, name, today)).rules), None) for name in BY_NAME
    }
    every = Option("", call.say("list.all"))
    procedures = (every, *(Option(name, said(it.procedure, call.language)) for name, it in named.items() if it))
    known = tuple(Option(row.body, said(Label.model_validate(row.name), call.language)) for row in bodies)
    asked = (
        Field("name", Kind.LINE, call.say("feeds.name"), required=True),
        Field("lists", Kind.ITEMS, call.say("feeds.lists"), required=True, options=lists, values=LISTS),
        Field("within", Kind.COUNT, call.say("feeds.within")),
        Field("city", Kind.CHOICE, call.say("supervision_list.city"), options=cities),
        Field("body", Kind.CHOICE, call.say("supervision.body"), options=known),
        Field("procedure", Kind.CHOICE, call.say("supervision_list.procedure"), options=procedures),
        Field("officer", Kind.LINE, call.say("supervision_list.officer")),
    )
    return tuple(each for each in asked if each.kind is not Kind.CHOICE or len(each.options) > 1)


async def make_feed(call: Call) -> Response:
    """The feed with its addresses, which this page alone shows: it is answered itself, and not another page."""
    caller = call.must_be_logged_in()
    sight(call)
    form = await call.request.form()
    asked, key = await fields(call), str(form.get("key", ""))
    try:
        made = await make_feed_of(call.runtime, call.store, caller, feed_of(form, asked), key or None)
    except REFUSED as fact:
        return await list_page(call, attempted(form, asked, fact, call.language), key, status=422)
    return await list_page(call, Attempt(asked), new_key(), made=made)


def feed_of(form: FormData, asked: tuple[Field, ...]) -> FeedForm:
    """What was filled in. Raises a Problem."""
    return parsed(FeedForm, stated(form, asked))


async def revoke_feed(call: Call) -> Response:
    """Its address fetches nothing any more."""
    caller = call.must_be_logged_in()
    try:
        await revoke_feed_of(call.runtime, caller, call.in_part("feed_id"))
    except Problem:
        await call.say_once("feeds.gone")
    else:
        await call.say_once("feeds.revoked")
    return call.go_on_to(call.path("supervision_feeds"))


ROUTES = (
    page("/supervision/feeds", feeds, name="supervision_feeds"),
    deed("/supervision/feeds", make_feed),
    deed("/supervision/feeds/{feed_id}/revocation", revoke_feed),
)
