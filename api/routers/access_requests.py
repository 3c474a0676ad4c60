"""Filing an access request (有条件开放数据申请): received whenever PostgreSQL is there, engine or no engine."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from activities.inbox import Filing
from api.dependencies import Applicant, RequiredIdempotencyKey
from api.filing import AsFiler, judge, rules_at
from api.forms import AccessRequestForm
from api.openapi import problems
from api.shapes import CaseShown
from rules.admissibility import chosen

PATH = "/v1/access-requests"
PROCEDURE = "access_request"

router = APIRouter(tags=["access requests"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="File an access request",
)
async def file_access_request(
    form: AccessRequestForm, key: RequiredIdempotencyKey, caller: Applicant, filer: AsFiler
) -> CaseShown:
    """The request is received, with case number, first tasks and due days. Which fields are demanded, and which
    urgencies, modes and uses are known, the law of the city says on the day of receipt."""
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

    return await filer.receive(filer.case_id(PATH, key), PROCEDURE, form.said(), received)
