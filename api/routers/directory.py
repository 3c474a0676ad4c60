"""The directory: who is in charge at a body, who answers for its data and who for its technology.

A body names its own officers, and the authority keeps them on file: each of the two may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from activities.directory import Officer, name_officer, vacate
from api.callers import Caller
from api.dependencies import Reading, Running, with_role
from api.forms import Form
from api.language import AnsweredIn, Language, said
from api.openapi import problems
from api.problems import Problem, invalid
from api.reading import Reader
from api.runtime import Runtime
from api.shapes import Cited, Instant, Page, Shape
from api.vocabularies import NamedCity
from models.supervision_tables import PostRow
from models.tables import BodyRow
from rules.bounds import Code, NamedItem
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.posts import PostRule, posts_on

AUTHORITY = "authority"
BodyId = Annotated[str, Path(pattern=r"^[a-z]+\.[a-z]+$")]
PostName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
OfficerOrAdmin = Annotated[Caller, Depends(with_role("reviewer", "supervisor", "admin"))]

router = APIRouter(prefix="/v1/directory", tags=["directory"])


class OfficerForm(Form):
    """`account` is the login or the account id of somebody who serves the body, `department` the one of it that is in
    charge, where the rules of the city want it named."""

    account: Code
    department: NamedItem | None = None


class PostShown(Shape):
    """A post of a body. `account` is the login of who holds it, null while nobody does; `required`: the rules of the
    city want it filled; `with_department`: and with it the department named that is in charge."""

    post: str
    label: str
    account: str | None
    department: str | None
    filed_at: Instant | None
    filed_by: str | None
    required: bool
    with_department: bool
    rule: Cited


class BodyShown(Shape):
    """A body with its posts. `missing` are those that the rules want filled and that nobody holds."""

    body: str
    name: str
    city: str
    role: str
    posts: list[PostShown]
    missing: list[str]


@router.get("", response_model=Page[BodyShown], responses=problems(401, 403, 422, 503), summary="Who holds which post")
async def directory(
    caller: OfficerOrAdmin, runtime: Running, reader: Reading, language: AnsweredIn, city: NamedCity | None = None
) -> Page[BodyShown]:
    """The bodies of the caller's city with their posts; an administrator's, of every city unless one is named."""
    if not caller.has("admin"):
        if city not in (None, caller.city):
            raise Problem("NotYourCity")
        city = caller.city
    bodies = await reader.bodies(city)
    return Page(items=await shown(runtime, reader, language, bodies), next=None)


@router.put(
    "/{body}/{post}", response_model=BodyShown, responses=problems(401, 403, 404, 422, 503), summary="Fill a post"
)
async def put(
    body: BodyId,
    post: PostName,
    form: OfficerForm,
    caller: OfficerOrAdmin,
    runtime: Running,
    reader: Reading,
    language: AnsweredIn,
) -> BodyShown:
    """Somebody who serves the body holds the post, in place of whoever held it. By an officer of the body, by a
    supervisor of the city's authority, with which it is filed, or by an administrator."""
    row = await writable(caller, reader, body)
    now = await runtime.now()
    rule = next((each for each in rules_of(row.city, to_shanghai(now).date()) if each.post == post), None)
    if rule is None:
        raise Problem("NotFound")
    account = await reader.account(form.account)
    if account is None:
        raise invalid("account", "account_unknown", given=form.account)
    if account.body != body:
        raise invalid("account", "officer_of_another_body")
    department = form.department or None
    if rule.with_department and department is None:
        raise invalid("department", "missing_here")
    await name_officer(runtime.pool, Officer(body, post, account.account_id, department), caller.account_id, now)
    return (await shown(runtime, reader, language, [row]))[0]


@router.delete(
    "/{body}/{post}", status_code=204, responses=problems(401, 403, 404, 503), summary="Nobody holds a post any more"
)
async def delete(body: BodyId, post: PostName, caller: OfficerOrAdmin, runtime: Running, reader: Reading) -> Response:
    """The post is vacant; by the same who may fill it."""
    await writable(caller, reader, body)
    if not await vacate(runtime.pool, body, post):
        raise Problem("NotFound")
    return Response(status_code=204)


async def writable(caller: Caller, reader: Reader, body: str) -> BodyRow:
    """The body, if the caller may name its officers. Raises a Problem."""
    row = await reader.body(body)
    if row is None:
        raise Problem("NotFound")
    keeps_the_file = caller.body_role == AUTHORITY and caller.has("supervisor") and caller.city == row.city
    if not (caller.has("admin") or caller.body == body or keeps_the_file):
        raise Problem("NotYourBody")
    return row


def rules_of(city: str, on: date) -> tuple[PostRule, ...]:
    """The posts that the city's rules know on a day; none for a city without a pack."""
    return posts_on(load_pack(city), on) if city in cities() else ()


async def shown(runtime: Runtime, reader: Reader, language: Language, bodies: Sequence[BodyRow]) -> list[BodyShown]:
    """The bodies with their posts, in this language."""
    on = to_shanghai(await runtime.now()).date()
    filled = {(row.body, row.post): row for row in await reader.posts([body.body for body in bodies])}
    logins = await reader.logins(each for row in filled.values() for each in (row.account_id, row.filed_by))
    return [body_shown(body, rules_of(body.city, on), filled, logins, language) for body in bodies]


def body_shown(
    body: BodyRow,
    rules: Sequence[PostRule],
    filled: dict[tuple[str, str], PostRow],
    logins: dict[str, str],
    language: Language,
) -> BodyShown:
    posts = []
    for rule in rules:
        held = filled.get((body.body, rule.post))
        note = rule.citation.note
        posts.append(
            PostShown(
                post=rule.post,
                label=said(rule.label, language),
                account=logins[held.account_id] if held else None,
                department=held.department if held else None,
                filed_at=held.filed_at if held else None,
                filed_by=logins[held.filed_by] if held else None,
                required=body.role in rule.required_of,
                with_department=rule.with_department,
                rule=Cited(
                    source=rule.citation.source,
                    article=rule.citation.article,
                    basis=rule.citation.basis,
                    note=said(note, language) if note else None,
                ),
            )
        )
    name = body.name["zh" if language == "zh" else "en"]
    missing = [post.post for post in posts if post.required and post.account is None]
    return BodyShown(body=body.body, name=name, city=body.city, role=body.role, posts=posts, missing=missing)
