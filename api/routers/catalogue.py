"""The catalogue for machines: as DCAT for those who harvest it, and filled from the files of others."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from activities.filing.ckan_file import read_ckan
from activities.filing.csv_file import read_csv
from activities.filing.encoding import decoded
from activities.filing.files import FileUnreadable, Sheet
from activities.filing.importing import PATH, Importer, Rejected, Report, import_sheet
from api.acting.filing import rules_at
from api.dependencies import Cursor, Reading, Reviewer, Running
from api.http.conditional import conditional
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem, Wrong, field_error, invalid
from api.http.vocabularies import NamedCity
from reading.catalogue import dcat
from reading.catalogue import questions as catalogue_questions
from reading.catalogue.dcat import MEDIA_TYPE, Catalogue, Version
from reading.catalogue.search import Search
from reading.directory import questions as directory
from reading.shape import RuleNamed, Shape
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pack import CATALOGUE_UPDATE
from rules.pinned import Label

router = APIRouter(prefix="/v1", tags=["datasets"])

SERVICE = "kaifang"
SERVICE_NAME = Label(zh="开放", en="Kaifang")
ALL_CITIES = Label(zh="各市", en="all cities")
A_PAGE = 100
PER_PAGE = Query(ge=1, le=500)
LARGEST_FILE = 10_000_000
"""Bytes."""
MOST_ROWS = 1000
"""Of one call: each files a case of its own. `kaifang catalogue import` takes any number."""
IMPORTING = ("authority", "provider")
"""Roles of the bodies whose officers import."""
BODY: dict[str, Any] = {
    "required": True,
    "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
}


class FiledRow(Shape):
    """The catalogue update that a row filed. `line` and `last_line` are the lines of the file that the row takes."""

    line: int
    last_line: int
    dataset_id: str
    case_id: str


class RejectedRow(Shape):
    """What is the matter with one field of a row. `rule` is the code of the rule that it breaks, `law` the article;
    `name` is what the file calls the row, where it does (a package of CKAN)."""

    line: int
    last_line: int
    name: str | None
    field: str | None
    rule: str
    said: str
    law: RuleNamed | None


class ImportShown(Shape):
    """What became of a file. `ignored_columns` are headings that nobody knows."""

    accepted: int
    filed: list[FiledRow]
    rejected: list[RejectedRow]
    ignored_columns: list[str]


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
    now = await runtime.now()
    rows, more = await Search(city=city).page(store, now, after, limit)
    catalogue = await catalogue_of(store, runtime.settings.base_url, city)
    names = await directory.body_names(store, (row.provider for row in rows))
    standings = await catalogue_questions.standings(store, (row.dataset_id for row in rows))
    versions = await catalogue_questions.last_versions(store, (row.dataset_id for row in rows))
    total = await catalogue_questions.count_datasets(store, city)
    await store.release()
    places = {row.city: place_of_city(row.city) for row in rows}
    datasets = [
        dcat.dataset(
            catalogue.base,
            row,
            names.get(row.provider, Label(zh=row.provider, en=row.provider)),
            places[row.city],
            standings[row.dataset_id],
            Version(*versions.get(row.dataset_id, ())),
        )
        for row in rows
    ]
    at: dict[str, str | int] = {} if limit == A_PAGE else {"limit": limit}
    view = {"@id": catalogue.page(**at, **({"cursor": after} if after else {})), "first": catalogue.page(**at)}
    headers = {"Cache-Control": "no-cache"}
    if more:
        view["next"] = catalogue.page(**at, cursor=more)
        headers["Link"] = f'<{view["next"]}>; rel="next"'
    body = json.dumps(catalogue.document(datasets, total, view), ensure_ascii=False).encode()
    return conditional(request, body, MEDIA_TYPE, headers)


def place_of_city(city: str) -> Label:
    """The name of a city that has a pack; of any other, its id."""
    if city not in cities():
        return Label(zh=city, en=city)
    name = load_pack(city).name
    return Label(zh=name.zh, en=name.en)


async def catalogue_of(store: Store, base: str, city: str | None) -> Catalogue:
    """The catalogue of a city, which its authority publishes; of all cities, this service."""
    if city is None:
        return Catalogue(base, None, ALL_CITIES, SERVICE, SERVICE_NAME)
    authority = (await directory.bodies_of(store, city)).get("authority")
    named = (await directory.body_names(store, [authority])).get(authority) if authority else None
    if authority is None or named is None:
        return Catalogue(base, city, place_of_city(city), SERVICE, SERVICE_NAME)
    return Catalogue(base, city, place_of_city(city), authority, named)


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
    now = await runtime.now()
    nothing_is_opened_after_the_law(city, now)
    try:
        sheet = sheet_of(await request.body(), request.headers.get("content-type", ""))
    except FileUnreadable as fact:
        raise Problem("FileUnreadable", errors=[Wrong("body", fact.rule, fact.params)]) from fact
    if len(sheet.rows) > MOST_ROWS:
        raise invalid("body", "too_long", max_length=MOST_ROWS)
    report = await import_sheet(runtime.pool, runtime.inbox, importer, sheet, now)
    for accepted in report.accepted:
        runtime.courier.send(accepted.case_id)
    return ImportShown(
        accepted=len(report.accepted),
        filed=[FiledRow.model_validate(each, from_attributes=True) for each in report.accepted],
        rejected=[rejected_shown(each, report, language) for each in report.rejected],
        ignored_columns=list(report.ignored_columns),
    )


def nothing_is_opened_after_the_law(city: str, now: datetime) -> None:
    """Raises a Problem where no law is in force under which entries could be drafted: an import is no remedy."""
    if rules_at(city, CATALOGUE_UPDATE, now).after_the_law:
        raise Problem("Inadmissible", errors=[Wrong("city", "not_in_force", {"on": to_shanghai(now).date()})])


def importer_of(caller: Caller, city: str) -> Importer:
    """Who imports, and whose entries. Raises a Problem."""
    if caller.body_role not in IMPORTING:
        raise Problem("RoleRequired", params={"roles": IMPORTING})
    if caller.city != city:
        raise Problem("NotYourCity", errors=[Wrong("city", "NotYourCity")])
    return Importer(caller.account_id, city, caller.body if caller.body_role == "provider" else None)


def sheet_of(content: bytes, media_type: str) -> Sheet:
    """The rows of a file, and of one that has too many only so many that it shows. Raises FileUnreadable."""
    read = read_ckan if media_type.split(";")[0].strip().lower() == "application/json" else read_csv
    return read(decoded(content), MOST_ROWS + 1)


def rejected_shown(each: Rejected, report: Report, language: Language) -> RejectedRow:
    rules = report.rules if each.citation else None
    error = field_error(Wrong(each.field, each.rule, each.params, each.citation, rules), language)
    return RejectedRow(
        line=each.line,
        last_line=each.last_line,
        name=each.name,
        field=each.field,
        rule=each.rule,
        said=error.detail,
        law=error.rule,
    )
