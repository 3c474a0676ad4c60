"""Filing an access request (有条件开放数据申请): received whenever PostgreSQL is there, engine or no engine."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from activities.record.inbox import Filing
from api.acting.filing import AsFiler, judge, rules_at
from api.acting.forms.filing import AccessRequestForm
from api.dependencies import Applicant, Reading, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import RequestFiled
from reading.cases.shown import request_filed
from rules.admissibility import chosen

PATH = "/v1/access-requests"
PROCEDURE = "access_request"

router = APIRouter(tags=["access requests"])


@router.post(
    PATH,
    status_code=201,
    response_model=RequestFiled,
    responses=problems(400, 401, 403, 422, 503),
    summary="File an access request",
)
async def file_access_request(
    form: AccessRequestForm, key: RequiredIdempotencyKey, caller: Applicant, filer: AsFiler, store: Reading
) -> RequestFiled:
    """The request is received, with case number, first tasks and due days. Which fields are demanded, and which
    urgencies, modes and uses are known, the law of the city says on the day of receipt. Where the same request lies
    open already, the answer says so and the request is received all the same."""
    subject = await filer.subject(form.city, form.dataset_id)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, PROCEDURE, at)
        judge(rules, stated, subject.dataset)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=subject.bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    case = await filer.receive(filer.case_id(PATH, key), PROCEDURE, form.said(), received)
    return await request_filed(store, caller, case)
