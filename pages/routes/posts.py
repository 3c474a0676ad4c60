"""Bodies and posts: who is in charge where, which posts nobody holds, and filing who does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response

from api.acting.appointing import OfficerForm, city_of_directory, fill_post, vacate_post
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.supervising import address, said_of, supervised
from pages.tables import as_table
from reading.directory import questions as directory
from reading.directory.shapes import BodyShown, PostShown
from reading.directory.shown import bodies_with_posts, body_with_posts
from reading.directory.sight import may_name_officers, must_name_officers
from reading.sight import Caller
from reading.tables.city import post_table
from reading.words.language import said
from rules.articles import phrase
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pinned import Basis, Label
from rules.posts import posts_of
from rules.procedure_names import ACCOUNT_CHANGE, CONTACT_CHANGE

OFFICERS = ("reviewer", "supervisor", "admin")


@dataclass(frozen=True)
class Ruled:
    """A rule beside a fact: the phrase that a person quotes, and whether it is law."""

    basis: Basis
    text: str


@dataclass(frozen=True)
class Begun:
    """Something that can be filed, and where."""

    address: str
    label: str


@dataclass(frozen=True)
class PostAsked:
    """A post of a body, about which somebody has something to file."""

    body: BodyShown
    post: PostShown


async def posts(call: Call) -> Response:
    """The bodies of a city with their posts, those first that have none for what the law wants filled."""
    caller = call.must_have(*OFFICERS)
    if caller.has("admin") and call.asked("city") is None:
        known_cities = [Option(city, said_of(call, load_pack(city).name)) for city in cities()]
        return supervised(call, "supervision/posts_of.html", cities=known_cities)
    city = city_asked(call, caller)
    found = (await bodies_with_posts(call.store, call.language, city)).items
    rows = {row.body: row for row in await directory.bodies(call.store, city)}
    return supervised(
        call,
        "supervision/posts.html",
        city_name=said_of(call, load_pack(city).name),
        bodies=sorted(found, key=lambda body: (not body.missing, body.body)),
        missing=sum(len(body.missing) for body in found),
        may_name={body for body, row in rows.items() if may_name_officers(caller, row)},
        laws=laws(call, city),
        as_csv=address(call, "posts_csv", city=city),
        begins=begins(call, city),
    )


def begins(call: Call, city: str) -> list[Begun]:
    """What whoever looks may file of the own body, where the law of the city has bodies do so."""
    caller, known_to_law = call.must_be_logged_in(), load_pack(city).procedures
    forms = {ACCOUNT_CHANGE: "platform_account", CONTACT_CHANGE: "platform_contact"}
    return [
        Begun(call.path(name, city=city), call.say(f"filing_title.{name}"))
        for procedure, name in forms.items()
        if procedure in known_to_law and caller.has("reviewer")
    ]


def city_asked(call: Call, caller: Caller) -> str:
    """The city whose directory is looked at. Raises a Problem."""
    city = city_of_directory(caller, call.asked("city"))
    if city is None or city not in cities():
        raise Problem("NotFound")
    return city


async def posts_csv(call: Call) -> Response:
    """The posts of a city with their holders, as a table."""
    city = city_asked(call, call.must_have(*OFFICERS))
    return await as_table(call, "posts", post_table(call.runtime, call.language, city))


def laws(call: Call, city: str) -> dict[str, Ruled]:
    """By which rule there is each post."""
    name = load_pack(city).name
    here = Label(zh=name.zh, en=name.en)
    return {
        rule.post: Ruled(rule.citation.basis, said(phrase(here, rule.citation), call.language))
        for rule in posts_of(city, to_shanghai(call.now).date())
    }


async def post(call: Call) -> Response:
    """The form by which somebody is filed as the holder of a post."""
    asked = await post_asked(call, call.must_have(*OFFICERS))
    return await form_page(call, asked, Attempt(await fields(call, asked)))


async def post_asked(call: Call, caller: Caller) -> PostAsked:
    """The post that the address names. Raises a Problem unless the caller may fill it."""
    row = known(await directory.body(call.store, call.in_part("body")))
    with refused_before_receipt():
        must_name_officers(caller, row)
    body = known(await body_with_posts(call.store, call.language, row.body))
    return PostAsked(body, known(next((each for each in body.posts if each.post == call.in_part("post")), None)))


async def fields(call: Call, of: PostAsked) -> tuple[Field, ...]:
    """Who holds it, of those who serve the body; and the department in charge, where the law wants it named."""
    officers = await directory.officers_of(call.store, of.body.body)
    options = tuple(
        Option(row.login, f"{said(Label.model_validate(row.name), call.language)} {row.login}") for row in officers
    )
    holder = Field("account", Kind.CHOICE, call.say("posts.holder"), required=True, options=options)
    department = Field("department", Kind.LINE, call.say("posts.department"), required=of.post.with_department)
    held = {"account": of.post.account, "department": of.post.department}
    asked = (holder, department) if of.post.with_department else (holder,)
    return tuple(replace(each, values=(value,) if (value := held[each.name]) else ()) for each in asked)


async def form_page(call: Call, of: PostAsked, attempt: Attempt, status: int = 200) -> Response:
    """The form with what stands in it."""
    law = laws(call, of.body.city)[of.post.post]
    return supervised(call, "supervision/post.html", status=status, of=of, attempt=attempt, law=law)


async def file_holder(call: Call) -> Response:
    """Somebody who serves the body holds the post from now on."""
    caller = call.must_have(*OFFICERS)
    of, form = await post_asked(call, caller), await call.request.form()
    asked = await fields(call, of)
    try:
        officer = parsed(OfficerForm, stated(form, asked))
        await fill_post(call.runtime, call.store, caller, of.body.body, of.post.post, officer)
    except REFUSED as fact:
        return await form_page(call, of, attempted(form, asked, fact, call.language), 422)
    await call.say_once("posts.filed", post=of.post.label, body=of.body.name)
    return call.go_on_to(back(call, caller, of))


async def vacate_holder(call: Call) -> Response:
    """Nobody holds the post from now on."""
    caller = call.must_have(*OFFICERS)
    of = await post_asked(call, caller)
    await vacate_post(call.runtime, call.store, caller, of.body.body, of.post.post)
    await call.say_once("posts.vacated", post=of.post.label, body=of.body.name)
    return call.go_on_to(back(call, caller, of))


def back(call: Call, caller: Caller, of: PostAsked) -> str:
    """The list from which somebody came."""
    return f"{call.path('posts')}?city={of.body.city}" if caller.has("admin") else call.path("posts")


ROUTES = (
    page("/supervision/directory", posts),
    page("/supervision/directory.csv", posts_csv),
    page("/supervision/directory/{body}/{post}", post, name="post_of_body"),
    deed("/supervision/directory/{body}/{post}", file_holder),
    deed("/supervision/directory/{body}/{post}/vacancy", vacate_holder),
)
