"""Filing an objection (异议): received, and data held back where the law of the city says so, engine or no engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from activities.evidence import LARGEST, receive_upload
from activities.idempotency import id_from_key
from activities.inbox import Filing
from api.callers import Caller
from api.dependencies import Calling, Reading, RequiredIdempotencyKey, Running
from api.filing import AsFiler, Filer, Subject, judge, may_file, rules_at
from api.forms import ObjectionForm
from api.multipart import Parts, PartsBroken, is_multipart
from api.openapi import problems
from api.problems import Problem, invalid
from api.reading import Reader
from api.runtime import Runtime
from api.shapes import CaseShown
from models.objecting import MOST_EVIDENCE
from rules.admissibility import chosen
from rules.procedure_names import OBJECTION
from rules.procedure_rules import ProcedureRules

PATH = "/v1/objections"
FILING = "objection"
EVIDENCE = "evidence"
LARGEST_TEXT = 1_000_000
"""Bytes of what is said, apart from files."""
LARGEST_BODY = 10 * LARGEST + LARGEST_TEXT
"""Bytes of a filing that comes with its files."""

router = APIRouter(tags=["objections"])

FORM: dict[str, Any] = ObjectionForm.model_json_schema()
FILE = {"type": "string", "format": "binary"}
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": FORM},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FILING],
                "properties": {FILING: FORM, EVIDENCE: {"type": "array", "items": FILE}},
            },
            "encoding": {FILING: {"contentType": "application/json"}},
        },
    },
}


class Objecting:
    """One call that files an objection, with the files that come with it or without."""

    def __init__(self, runtime: Runtime, reader: Reader, filer: Filer, caller: Caller, key: str) -> None:
        self._runtime = runtime
        self._reader = reader
        self._filer = filer
        self._caller = caller
        self._key = key
        self._case_id = filer.case_id(PATH, key)

    async def release(self) -> None:
        """Holds no connection while the body comes, which may be slow."""
        await self._reader.release()

    async def receive_parts(self, parts: Parts) -> CaseShown:
        """The objection comes first and is judged before a file is taken: of one that cannot be received nothing is
        stored. Files that are not taken, or more than may be, leave those before them with who uploaded them."""
        first = await parts.next()
        if first is None or first.name != FILING:
            raise invalid(FILING, "part_must_come_first")
        form = parsed(await all_of(parts.data()))
        subject = await self._filer.subject(form.city, form.dataset_id)
        if await self._reader.case(self._caller, self._case_id) is None:
            present = await self._runtime.present()
            judge_objection(form, present.now, subject, self._caller, comes_with=frozenset({EVIDENCE}))
        await self._reader.release()
        uploaded: list[str] = []
        while part := await parts.next():
            if part.name != EVIDENCE:
                raise invalid(part.name, "extra_forbidden")
            if len(form.evidence) + len(uploaded) >= MOST_EVIDENCE:
                raise invalid(EVIDENCE, "too_long", max_length=MOST_EVIDENCE)
            file = await receive_upload(
                self._runtime.evidence,
                self._runtime.pool,
                account=self._caller.account_id,
                name=part.filename,
                chunks=parts.data(),
                evidence_id=id_from_key(self._caller.account_id, f"{PATH}/{EVIDENCE}", f"{self._key} {len(uploaded)}"),
            )
            uploaded.append(file.evidence_id)
        return await self._receive(form.model_copy(update={EVIDENCE: (*form.evidence, *uploaded)}), subject)

    async def receive(self, form: ObjectionForm) -> CaseShown:
        """The objection, with files that were uploaded before."""
        return await self._receive(form, await self._filer.subject(form.city, form.dataset_id))

    async def _receive(self, form: ObjectionForm, subject: Subject) -> CaseShown:
        stated = form.stated()

        def received(at: datetime) -> Filing:
            rules = judge_objection(form, at, subject, self._caller)
            return Filing(
                rules=rules,
                party=self._caller.account_id,
                dataset_id=subject.dataset.dataset_id,
                bodies=subject.bodies,
                data_items=form.data_items or (),
                choices=chosen(rules, stated),
                given=frozenset(stated),
                evidence=tuple(dict.fromkeys(form.evidence)),
            )

        return await self._filer.receive(self._case_id, OBJECTION, form.said(), received)


async def objecting(
    runtime: Running, reader: Reading, filer: AsFiler, caller: Calling, key: RequiredIdempotencyKey
) -> Objecting:
    return Objecting(runtime, reader, filer, caller, key)


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 413, 422, 503),
    openapi_extra={"requestBody": BODY},
    summary="File an objection",
)
async def file_objection(request: Request, call: Annotated[Objecting, Depends(objecting)]) -> CaseShown:
    """As JSON, with the ids of files uploaded before; or as multipart/form-data, with the same JSON as the part
    `objection`, which comes first, and each file as a part `evidence`, 20 MB at most each.

    The objection is received, and where its ground and evidence hold data back, the data is held from now on. Which
    grounds there are, and whether evidence is demanded, the law of the city says on the day of receipt."""
    content_type = request.headers.get("content-type", "")
    await call.release()
    try:
        if is_multipart(content_type):
            return await call.receive_parts(Parts(content_type, request.stream()))
        return await call.receive(parsed(await all_of(request.stream())))
    except PartsBroken as fact:
        raise invalid(FILING, "parts_broken") from fact
    except ClientDisconnect as fact:
        raise Problem("UploadBrokenOff") from fact


def judge_objection(
    form: ObjectionForm, at: datetime, subject: Subject, caller: Caller, comes_with: frozenset[str] = frozenset()
) -> ProcedureRules:
    """The rules under which the objection is received; `comes_with` is what it does not state itself. Raises a Problem
    that names every reason why it cannot be."""
    rules = rules_at(form.city, OBJECTION, at)
    may_file(rules, caller, subject.bodies)
    judge(rules, {**dict.fromkeys(comes_with, "given"), **form.stated()}, subject.dataset)
    return rules


async def all_of(chunks: AsyncIterator[bytes]) -> bytes:
    """All bytes of a text. Raises a Problem if there are more than LARGEST_TEXT."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > LARGEST_TEXT:
            raise Problem("BodyTooLarge")
    return bytes(found)


def parsed(text: bytes) -> ObjectionForm:
    """The form that this JSON is. Raises RequestValidationError, as the framework does for a body that it reads."""
    try:
        return ObjectionForm.model_validate(json.loads(text))
    except ValidationError as fact:
        found = fact.errors(include_url=False)
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in found]) from fact
    except (ValueError, RecursionError) as fact:
        unreadable = {"type": "json_invalid", "loc": ("body", 0), "msg": str(fact), "input": {}}
        raise RequestValidationError([unreadable]) from fact
