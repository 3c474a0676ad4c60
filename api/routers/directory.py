"""The directory: who is in charge at a body, who answers for its data and who for its technology.

A body names its own officers, and the authority keeps them on file: each of the two may write.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from activities.directory.posts import Officer, name_officer, vacate
from activities.tables.directory import BodyRow
from api.acting.forms.form import Form
from api.dependencies import Reading, Running, with_role
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from api.http.vocabularies import NamedCity
from reading.directory import questions as directory_questions
from reading.directory.shown import BodyShown, rules_of, shown
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from rules.bounds import Code, NamedItem
from rules.deadlines import to_shanghai

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


@router.get("", response_model=Page[BodyShown], responses=problems(401, 403, 422, 503), summary="Who holds which post")
async def directory(
    caller: OfficerOrAdmin, runtime: Running, store: Reading, language: AnsweredIn, city: NamedCity | None = None
) -> Page[BodyShown]:
    """The bodies of the caller's city with their posts; an administrator's, of every city unless one is named."""
    if not caller.has("admin"):
        if city not in (None, caller.city):
            raise Problem("NotYourCity")
        city = caller.city
    bodies = await directory_questions.bodies(store, city)
    return Page(items=await shown(store, language, bodies), next=None)


@router.put(
    "/{body}/{post}", response_model=BodyShown, responses=problems(401, 403, 404, 422, 503), summary="Fill a post"
)
async def put(
    body: BodyId,
    post: PostName,
    form: OfficerForm,
    caller: OfficerOrAdmin,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> BodyShown:
    """Somebody who serves the body holds the post, in place of whoever held it. By an officer of the body, by a
    supervisor of the city's authority, with which it is filed, or by an administrator."""
    row = await writable(caller, store, body)
    now = await runtime.now()
    rule = next((each for each in rules_of(row.city, to_shanghai(now).date()) if each.post == post), None)
    if rule is None:
        raise Problem("NotFound")
    account = await directory_questions.account(store, form.account)
    if account is None:
        raise invalid("account", "account_unknown", given=form.account)
    if account.body != body:
        raise invalid("account", "officer_of_another_body")
    department = form.department or None
    if rule.with_department and department is None:
        raise invalid("department", "missing_here")
    await name_officer(runtime.pool, Officer(body, post, account.account_id, department), caller.account_id, now)
    return (await shown(store, language, [row]))[0]


@router.delete(
    "/{body}/{post}", status_code=204, responses=problems(401, 403, 404, 503), summary="Nobody holds a post any more"
)
async def delete(body: BodyId, post: PostName, caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Response:
    """The post is vacant; by the same who may fill it."""
    await writable(caller, store, body)
    if not await vacate(runtime.pool, body, post):
        raise Problem("NotFound")
    return Response(status_code=204)


async def writable(caller: Caller, store: Store, body: str) -> BodyRow:
    """The body, if the caller may name its officers. Raises a Problem."""
    row = await directory_questions.body(store, body)
    if row is None:
        raise Problem("NotFound")
    keeps_the_file = caller.body_role == AUTHORITY and caller.has("supervisor") and caller.city == row.city
    if not (caller.has("admin") or caller.body == body or keeps_the_file):
        raise Problem("NotYourBody")
    return row
