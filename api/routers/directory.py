"""The directory: who is in charge at a body, who answers for its data and who for its technology.

A body names its own officers, and the authority keeps them on file: each of the two may write.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.acting.appointing import OfficerForm, city_of_directory, fill_post, vacate_post
from api.dependencies import Reading, Running, with_role
from api.http.files import AS_TABLE
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.directory.shapes import BodyShown
from reading.directory.shown import bodies_with_posts, body_with_posts
from reading.shape import Page
from reading.sight import Caller
from reading.tables.city import post_table
from rules.authored import BODY_ID

BodyId = Annotated[str, Path(pattern=rf"^{BODY_ID}$")]
PostName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
OfficerOrAdmin = Annotated[Caller, Depends(with_role("reviewer", "supervisor", "admin"))]

router = APIRouter(prefix="/v1/directory", tags=["directory"])


@router.get(
    "",
    response_model=Page[BodyShown],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Who holds which post",
)
async def directory(
    request: Request,
    response: Response,
    caller: OfficerOrAdmin,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
) -> Any:
    """The bodies of the caller's city with their posts; an administrator's, of every city unless one is named."""
    of_city = city_of_directory(caller, city)
    if wants_table(request, response):
        await store.release()
        return await as_table("posts", language, post_table(store.archive, language, of_city))
    return await bodies_with_posts(store, language, of_city)


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
    await fill_post(runtime, store, caller, body, post, form)
    return known(await body_with_posts(store, language, body))


@router.delete(
    "/{body}/{post}", status_code=204, responses=problems(401, 403, 404, 503), summary="Nobody holds a post any more"
)
async def delete(body: BodyId, post: PostName, caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Response:
    """The post is vacant; by the same who may fill it."""
    await vacate_post(runtime, store, caller, body, post)
    return Response(status_code=204)
