"""Filing an access request (有条件开放数据申请): received whenever PostgreSQL is there, engine or no engine."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import col

from activities.record.inbox import Filing
from activities.tables.cases import CaseRow
from api.acting.filing import AsFiler, judge, rules_at
from api.acting.forms.filing import AccessRequestForm
from api.dependencies import Applicant, Reading, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown, RequestFiled
from reading.shape import CaseNamed
from reading.sight import Caller
from reading.store import Store
from rules.admissibility import chosen
from rules.procedure_names import ACCESS_REQUEST

PATH = "/v1/access-requests"
MOST_COMPARED = 20
"""Open requests of one person for one dataset that a new one is compared with, the latest first."""

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
        rules = rules_at(form.city, ACCESS_REQUEST, at)
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

    case = await filer.receive(filer.case_id(PATH, key), ACCESS_REQUEST, form.said(), received)
    return RequestFiled(**dict(case), open_already=await open_already(store, caller, case))


async def open_already(store: Store, caller: Caller, case: CaseShown) -> CaseNamed | None:
    """The latest request of the same person for the same items that was received before and is open; never somebody
    else's."""
    earlier = [
        col(CaseRow.procedure) == ACCESS_REQUEST,
        col(CaseRow.party) == caller.account_id,
        col(CaseRow.dataset_id) == case.dataset_id,
        col(CaseRow.closed_at).is_(None),
        col(CaseRow.case_id) != case.case_id,
        col(CaseRow.received_at) <= case.received_at,
    ]
    asked = set(case.request.data_items) if case.request else set()
    for row in await cases.cases(store, caller, earlier, MOST_COMPARED):
        if set((await store.case_read(row.case_id)).state.data_items) == asked:
            return CaseNamed(case_id=row.case_id, case_number=row.case_number)
    return None
