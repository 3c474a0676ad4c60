"""Demands (需求) for data that is not in the catalogue: recorded for its provider, and answered."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from activities.record.inbox import Filing
from api.acting.filing import PROVIDER, AsFiler, judge, rules_at
from api.acting.forms.filing import DemandForm
from api.dependencies import Applicant, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown
from rules.admissibility import chosen
from rules.procedure_names import DEMAND

PATH = "/v1/demands"

router = APIRouter(tags=["demands"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Demand data that is not in the catalogue",
)
async def file_demand(form: DemandForm, key: RequiredIdempotencyKey, caller: Applicant, filer: AsFiler) -> CaseShown:
    """Where the law of the city knows demands. A demand that is agreed to orders a catalogue update; once that is
    published, the case says which dataset it became (`demand.provided`)."""
    bodies = await filer.bodies(form.city)
    provider = await filer.provider(form.city, form.provider)
    stated = form.stated()

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, DEMAND, at)
        judge(rules, stated, None)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies={**bodies, PROVIDER: provider},
            data_items=(),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    return await filer.receive(filer.case_id(PATH, key), DEMAND, form.said(), received)
