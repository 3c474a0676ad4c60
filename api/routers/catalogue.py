"""The catalogue for machines: as DCAT for those who harvest it, and filled from the files of others."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from activities.filing.importing import PATH
from api.acting.importing import ImportedFile, import_entries, importer_of
from api.dependencies import Cursor, Reading, Reviewer, Running
from api.http.conditional import conditional
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.catalogue.dcat import MEDIA_TYPE
from reading.catalogue.harvest import A_PAGE, dcat_page
from reading.catalogue.shapes import ImportShown

router = APIRouter(prefix="/v1", tags=["datasets"])

PER_PAGE = Query(ge=1, le=500)
BODY: dict[str, Any] = {
    "required": True,
    "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
}


@router.get(
    "/catalogue.jsonld",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}, **problems(422, 503)},
    summary="Harvest the catalogue as DCAT",
)
async def harvest(
    request: Request,
    runtime: Running,
    store: Reading,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: Annotated[int, PER_PAGE] = A_PAGE,
) -> Response:
    """DCAT 3 in JSON-LD, by DCAT-AP 3, in pages of Hydra: the next page is `hydra:next` of the view, and `Link` with
    rel="next". Closed data is listed, with its basis and without distributions; disputed marks and what is kept back
    are told. A page that has not changed is answered 304 to who sends its ETag."""
    page = await dcat_page(store, runtime.settings.base_url, city, after, limit)
    headers = {"Cache-Control": "no-cache"}
    if page.next:
        headers["Link"] = f'<{page.next}>; rel="next"'
    return conditional(request, json.dumps(page.document, ensure_ascii=False).encode(), MEDIA_TYPE, headers)


@router.post(
    PATH.removeprefix(router.prefix),
    response_model=ImportShown,
    responses=problems(401, 403, 413, 422, 503),
    openapi_extra={"requestBody": BODY},
    summary="Import entries as drafts",
)
async def import_file(
    request: Request,
    city: NamedCity,
    runtime: Running,
    store: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> ImportShown:
    """The body is CSV (commas, semicolons or tabs; UTF-8, GB18030, or UTF-16 with its mark), or, as application/json,
    the answer of CKAN's `package_search`; 1,000 rows at most. For reviewers of the city's authority, and of a provider
    for its own entries. Each good row files a catalogue update with its draft, each bad one is told with its lines, so
    that no line of the file is lost untold; nothing is opened or published by it. The same draft again files nothing
    twice."""
    importer = importer_of(caller, city)
    await store.release()
    file = ImportedFile(await request.body(), request.headers.get("content-type", ""))
    return await import_entries(runtime, importer, file, language)
