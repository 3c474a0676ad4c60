"""Filing an access request (有条件开放数据申请): received whenever PostgreSQL is there, engine or no engine."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from fastapi import APIRouter, Response

from activities.idempotency import id_from_key
from activities.inbox import Filing
from api.dependencies import Applicant, Reading, Rendering, RequiredIdempotencyKey, Running
from api.forms import AccessRequestForm
from api.openapi import problems
from api.problems import Problem, Wrong, invalid, wrongs
from api.shapes import CaseShown
from models.tables import DatasetRow
from rules.admissibility import DatasetFacts, Openness, admissible, chosen
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, cities, load_pack
from rules.pinned import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, resolve

PATH = "/v1/access-requests"
PROCEDURE = "access_request"

router = APIRouter(tags=["access requests"])


def rules_at(city: str, received_at: datetime) -> ProcedureRules:
    """The law of the city that governs a request received at that instant. Raises a Problem if there is none."""
    on = to_shanghai(received_at).date()
    try:
        return resolve(load_pack(city), PROCEDURE, on)
    except NotInForce as fact:
        raise Problem("Inadmissible", errors=[Wrong("city", "not_in_force", {"on": on})]) from fact
    except ProcedureUnknown as fact:
        raise Problem("Inadmissible", errors=[Wrong("city", "procedure_unknown")]) from fact


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="File an access request",
)
async def file_access_request(
    form: AccessRequestForm,
    key: RequiredIdempotencyKey,
    caller: Applicant,
    runtime: Running,
    reader: Reading,
    renderer: Rendering,
    response: Response,
) -> CaseShown:
    """The request is received, with case number, first tasks and due days. Which fields are demanded, and which
    urgencies, modes and uses are known, the law of the city says on the day of receipt."""
    try:
        load_pack(form.city)
    except CityUnknown as fact:
        raise invalid("city", "city_unknown", given=form.city, known=tuple(cities())) from fact
    dataset = await reader.dataset(form.dataset_id)
    if dataset is None or dataset.city != form.city:
        raise invalid("dataset_id", "dataset_unknown")
    stated = form.stated()
    bodies = {**await reader.bodies_of(form.city), "provider": dataset.provider}

    def received(at: datetime) -> Filing:
        rules = rules_at(form.city, at)
        if found := admissible(rules, stated, facts(dataset)):
            raise Problem("Inadmissible", errors=wrongs(found, rules))
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id=dataset.dataset_id,
            bodies=bodies,
            data_items=form.data_items or (),
            choices=chosen(rules, stated),
            given=frozenset(stated),
        )

    await reader.release()
    case_id = id_from_key(caller.account_id, PATH, key)
    await runtime.inbox.receive_filing(case_id, PROCEDURE, form.said(), received)
    runtime.courier.send(case_id)
    response.headers["Location"] = f"/v1/cases/{case_id}"
    return await renderer.case(case_id)


def facts(dataset: DatasetRow) -> DatasetFacts:
    """What admissibility needs to know of a dataset."""
    return DatasetFacts(dataset.dataset_id, cast(Openness, dataset.openness), frozenset(dataset.items))
