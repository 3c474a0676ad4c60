"""Filing by a page, in two steps: fill in, check what was filled in and what follows from it, send it.

Nothing is received before the second; what is wrong is said beside its field, and nothing that was written is lost.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api.acting import objecting
from api.acting.forms.form import FilingForm
from api.http.problems import Problem, invalid
from models.objecting import MOST_EVIDENCE
from pages.calls import Call, deed, page
from pages.filing.about import filer_of
from pages.filing.answers import answered, files_of, follows
from pages.filing.matter import KINDS, KindOfFiling, Matter
from pages.forms.fields import Field
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.forms.kinds import Kind
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.cases.shown import case_for, request_filed
from rules.loading import load_pack
from rules.procedure_names import ACCESS_REQUEST

PIECE = 1024 * 1024
"""Bytes of a file in memory at once."""
KEY = "key"
STEP = "step"
Handler = Callable[[Call], Awaitable[Response]]


def page_of(kind: KindOfFiling) -> Handler:
    """The form, empty."""

    async def shown(call: Call) -> Response:
        kind.caller(call)
        matter = await kind.matter(call)
        return await form_page(call, matter, Asked(matter.fields), new_key())

    return shown


def deed_of(kind: KindOfFiling) -> Handler:
    """What was filled in: to be checked, changed again, or filed."""

    async def done(call: Call) -> Response:
        kind.caller(call)
        matter = await kind.matter(call)
        form = await call.request.form()
        key = key_of(form)
        match form.get(STEP):
            case "edit":
                return await form_page(call, matter, shown_again(call, form, matter.fields, None), key, status=200)
            case "file":
                return await file(call, matter, form, key)
            case _:
                return await check(call, matter, form, key)

    return done


async def check(call: Call, matter: Matter, form: FormData, key: str) -> Response:
    """The answers in words, and what will follow; judged as at receipt, with nothing received yet."""
    try:
        filing = parsed(matter.kind.form, matter.facts() | with_files_to_come(form, stated(form, matter.fields)))
        rules = await matter.kind.judged(call, filer_of(call), filing)
        form = await with_files_kept(call, form, key)
    except REFUSED as error:
        return await refused(call, matter, form, key, error)
    filing = parsed(matter.kind.form, matter.facts() | stated(form, matter.fields))
    fields = shown_again(call, form, matter.fields, None).fields
    return call.page(
        "filing_check.html",
        matter=matter,
        answers=await answered(call, fields),
        values=[(field.name, value) for field in fields for value in field.values if value],
        follows=await follows(call, matter, rules, filing),
        key=key,
        crumb=crumb_of(call, matter),
    )


async def file(call: Call, matter: Matter, form: FormData, key: str) -> Response:
    """The filing is received, once for its key, and has a number."""
    try:
        filing: FilingForm = parsed(matter.kind.form, matter.facts() | stated(form, matter.fields))
        case = await matter.kind.received(call, filer_of(call), filing, key)
    except REFUSED as error:
        return await refused(call, matter, form, key, error)
    return call.go_on_to(call.path("filed", number=case.case_number))


async def refused(call: Call, matter: Matter, form: FormData, key: str, error: Exception) -> Response:
    """The form as it was sent, with what is wrong."""
    problem = problem_with(error)
    asked = shown_again(call, form, matter.fields, problem)
    return await form_page(call, matter, asked, key_for_another_try(error, key))


async def form_page(call: Call, matter: Matter, asked: Asked, key: str, status: int | None = None) -> Response:
    """The form with what stands in it."""
    kept = [each for field in asked.fields if field.kind is Kind.FILES for each in await files_of(call, field.values)]
    return call.page(
        "filing.html",
        status=status or asked.status,
        matter=matter,
        asked=Asked(tuple(_with_files(field, bool(kept)) for field in asked.fields), asked.elsewhere),
        kept=kept,
        key=key,
        takes_files=any(field.kind is Kind.FILES for field in asked.fields),
        crumb=crumb_of(call, matter),
    )


def _with_files(field: Field, are_kept: bool) -> Field:
    """A field of files whose files are there already is not asked for more."""
    return replace(field, required=False) if field.kind is Kind.FILES and are_kept else field


def crumb_of(call: Call, matter: Matter) -> tuple[str, str]:
    """The page from which one came: the grant's, the dataset's, or the catalogue of the city."""
    if matter.about.back:
        return matter.about.back
    if matter.dataset:
        return matter.dataset.title, call.path("dataset", dataset_id=matter.dataset.dataset_id)
    city = load_pack(matter.city).name
    return (city.zh if call.language == "zh" else city.en), f"{call.path('datasets')}?city={matter.city}"


async def with_files_kept(call: Call, form: FormData, key: str) -> FormData:
    """The form with the files that came with it kept, and named by their ids. Raises what an upload raises."""
    kept: list[tuple[str, UploadFile | str]] = []
    files = 0
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            kept.append((name, value))
            continue
        if not value.filename:
            continue
        files += 1
        if files > MOST_EVIDENCE:
            raise invalid(name, "too_long", max_length=MOST_EVIDENCE)
        digest = await digest_of(value)
        caller = call.must_be_logged_in()
        await call.store.release()
        file = await objecting.keep_file(call.runtime, caller, key, value.filename, digest, pieces(value))
        kept.append((name, file.evidence_id))
    return FormData(list(dict.fromkeys(kept)))


def with_files_to_come(form: FormData, content: dict[str, object]) -> dict[str, object]:
    """The content as it will be once files are kept: judged before any is."""
    coming = [name for name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    for name in coming:
        given = content.get(name)
        content = {**content, name: [*(given if isinstance(given, list) else []), "to-come"]}
    return content


async def digest_of(file: UploadFile) -> str:
    """The SHA-256 of a file, which can be read from its beginning afterwards."""
    found = hashlib.sha256()
    async for piece in pieces(file):
        found.update(piece)
    return found.hexdigest()


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of a file, from its beginning."""
    await file.seek(0)
    while piece := await file.read(PIECE):
        yield piece


def new_key() -> str:
    """Files once what is sent with it, however often it is sent."""
    return str(uuid.uuid4())


def key_of(form: FormData) -> str:
    """The key that the form carries. Raises a Problem where it carries none."""
    key = form.get(KEY)
    if not isinstance(key, str) or not key or len(key) > len(new_key()):
        raise Problem("IdempotencyKeyMissing")
    return key


async def filed(call: Call) -> Response:
    """It is received: the number, large, and what comes next."""
    caller = call.must_be_logged_in()
    case = await case_numbered(call)
    earlier = None
    if case.procedure == ACCESS_REQUEST:
        earlier = (await request_filed(call.store, caller, case)).open_already
    return call.page("filed.html", case=case, earlier=earlier)


async def case_numbered(call: Call) -> CaseShown:
    """The case of the address. Raises a Problem where the caller may not know of it."""
    caller = call.must_be_logged_in()
    row = await cases.case_numbered(call.store, caller, call.in_part("number"))
    case = await case_for(call.store, caller, call.language, row.case_id) if row else None
    if case is None:
        raise Problem("NotFound")
    return case


ROUTES = (
    *(page(kind.path, page_of(kind), name=kind.name) for kind in KINDS),
    *(deed(kind.path, deed_of(kind), name=f"file_{kind.name}") for kind in KINDS),
    page("/cases/{number}/filed", filed),
)
