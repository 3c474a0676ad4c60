"""Demands (需求) for data that is not in the catalogue: recorded for its provider, and answered."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.demanding import PATH, receive_demand
from api.acting.filing import AsFiler
from api.acting.forms.filing import DemandForm
from api.dependencies import Applicant, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

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
    return await receive_demand(filer, caller, filer.case_id(PATH, key), form)
