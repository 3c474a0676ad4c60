"""Reporting a leak (泄露事件), of data or of information on the platform's users, as the city's law has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter

from activities.record.inbox import Filing
from activities.tables.catalogue import DatasetRow
from api.acting.filing import AsFiler, judge, rules_at
from api.acting.forms.filing import LeakReportForm
from api.dependencies import Calling, Reading, RequiredIdempotencyKey, Running
from api.http.openapi import problems
from api.http.problems import Problem, Wrong, invalid
from reading.cases.shapes import CaseShown
from reading.grants import questions as grants
from reading.sight import Caller
from rules.admissibility import chosen
from rules.procedure_names import LEAK

PATH = "/v1/leak-reports"
OPERATOR = "operator"

router = APIRouter(tags=["leak reports"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Report a leak",
)
async def report_leak(
    form: LeakReportForm,
    key: RequiredIdempotencyKey,
    caller: Calling,
    runtime: Running,
    store: Reading,
    filer: AsFiler,
) -> CaseShown:
    """Where the law of the city has users of data report to its provider, by an applicant who has or had a grant on the
    dataset; where it is about information that the operator holds, by a reviewer of the operator, without a dataset."""
    bodies = await filer.bodies(form.city)
    present = await runtime.present()
    is_of_data = rules_at(form.city, LEAK, present.now).is_about_data
    dataset: DatasetRow | None = None
    if is_of_data:
        dataset, bodies = await of_data(form, caller, store, filer)
    else:
        of_the_operator(form, caller, bodies)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, LEAK, at)
        judge(rules, stated, dataset)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=dataset.dataset_id if dataset else "",
            bodies=bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(filer.case_id(PATH, key), LEAK, form.said(), received)


async def of_data(
    form: LeakReportForm, caller: Caller, store: Reading, filer: AsFiler
) -> tuple[DatasetRow, dict[str, str]]:
    """The dataset that a user of it reports on, and the bodies of the case: everybody may use what is open to all.

    Raises a Problem.
    """
    if not caller.has("applicant"):
        raise Problem("RoleRequired", params={"roles": ("applicant",)})
    if not form.dataset_id:
        raise invalid("dataset_id", "missing_here")
    subject = await filer.subject(form.city, form.dataset_id)
    is_conditional = subject.dataset.openness == "conditional"
    if is_conditional and not await grants.has_or_had_grant(store, caller, form.dataset_id):
        raise Problem("Inadmissible", errors=[Wrong("dataset_id", "never_granted")])
    return subject.dataset, dict(subject.bodies)


def of_the_operator(form: LeakReportForm, caller: Caller, bodies: Mapping[str, str]) -> None:
    """Raises a Problem unless the operator reports, and on no dataset."""
    if not caller.has("reviewer"):
        raise Problem("RoleRequired", params={"roles": ("reviewer",)})
    if caller.body != bodies[OPERATOR]:
        raise Problem("OperatorReports")
    for field in ("dataset_id", "data_items"):
        if getattr(form, field):
            raise invalid(field, "no_dataset_concerned")
