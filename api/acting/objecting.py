"""Filing an objection (异议), with its files or without: received, and data held back where the law says so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from activities.evidence.files import Evidence
from activities.evidence.quotas import LARGEST
from activities.evidence.uploading import receive_upload
from activities.idempotency import id_from_key
from activities.record.filings import Filing
from api.acting.filing import Filer, Subject, judge, rules_at
from api.acting.forms.filing import ObjectionForm
from api.acting.refusals import refused_before_receipt
from api.http.multipart import Parts
from api.http.problems import Problem, invalid
from api.runtime import Runtime
from models import who_may_act
from models.objecting import MOST_EVIDENCE
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.sight import Caller
from reading.store import Store
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


@dataclass(frozen=True)
class ObjectionFiled:
    """What is known of a call that files an objection, apart from its form."""

    runtime: Runtime
    store: Store
    filer: Filer
    caller: Caller
    key: str

    @property
    def case_id(self) -> str:
        return self.filer.case_id(PATH, self.key)


async def receive_objection(call: ObjectionFiled, form: ObjectionForm) -> CaseShown:
    """The case of the objection, with files that were uploaded before. Raises a Problem."""
    return await _received(call, form, await call.filer.subject(form.city, form.dataset_id))


async def receive_with_files(call: ObjectionFiled, parts: Parts) -> CaseShown:
    """As `receive_objection`, of one that comes with its files.

    The objection comes first and is judged before a file is taken, so nothing is stored for one that cannot be
    received. Where a file is not taken, or there are too many, the files before it stay with whoever uploaded them.
    """
    first = await parts.next()
    if first is None or first.name != FILING:
        raise invalid(FILING, "part_must_come_first")
    form = parsed(await all_of(parts.data()))
    subject = await call.filer.subject(form.city, form.dataset_id)
    if await cases.case(call.store, call.caller, call.case_id) is None:
        present = await call.runtime.present()
        judge_objection(form, present.now, subject, call.caller, comes_with=frozenset({EVIDENCE}))
    await call.store.release()
    uploaded = await _uploaded(call, parts, already=len(form.evidence))
    return await _received(call, form.model_copy(update={EVIDENCE: (*form.evidence, *uploaded)}), subject)


async def _uploaded(call: ObjectionFiled, parts: Parts, already: int) -> list[str]:
    """The ids of the files that follow, beside so many that were uploaded before."""
    uploaded: list[str] = []
    while part := await parts.next():
        if part.name != EVIDENCE:
            raise invalid(part.name, "extra_forbidden")
        if already + len(uploaded) >= MOST_EVIDENCE:
            raise invalid(EVIDENCE, "too_long", max_length=MOST_EVIDENCE)
        file = await receive_upload(
            call.runtime.evidence,
            call.runtime.pool,
            account=call.caller.account_id,
            name=part.filename,
            chunks=parts.data(),
            evidence_id=id_from_key(call.caller.account_id, f"{PATH}/{EVIDENCE}", f"{call.key} {len(uploaded)}"),
        )
        uploaded.append(file.evidence_id)
    return uploaded


async def _received(call: ObjectionFiled, form: ObjectionForm, subject: Subject) -> CaseShown:
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = judge_objection(form, at, subject, call.caller)
        return Filing(
            rules=rules,
            party=call.caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=subject.bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
            evidence=tuple(dict.fromkeys(form.evidence)),
        )

    return await call.filer.receive(call.case_id, OBJECTION, form.said(), received)


async def keep_file(
    runtime: Runtime, caller: Caller, key: str, name: str, digest: str, chunks: AsyncIterator[bytes]
) -> Evidence:
    """A file that comes with a form before the objection is sent; the same content with the same key is kept once."""
    return await receive_upload(
        runtime.evidence,
        runtime.pool,
        account=caller.account_id,
        name=name,
        chunks=chunks,
        evidence_id=id_from_key(caller.account_id, f"{PATH}/{EVIDENCE}", f"{key} {digest} {name}"),
    )


def judge_objection(
    form: ObjectionForm, at: datetime, subject: Subject, caller: Caller, comes_with: frozenset[str] = frozenset()
) -> ProcedureRules:
    """The rules under which the objection is received; `comes_with` is what it does not state itself. Raises a Problem
    that names every reason why it cannot be."""
    rules = rules_at(form.city, OBJECTION, at)
    with refused_before_receipt():
        who_may_act.lets_file(rules, caller.roles, caller.body, subject.bodies)
    judge(rules, {**dict.fromkeys(comes_with, "given"), **form.stated()}, subject.dataset, at)
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
