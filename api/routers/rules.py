"""The law of a city as it stands on a day: what a form has to ask for, and what a body has to keep to. Public."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.dependencies import City, Running
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.rules.in_force import NoLawOn, RulesOnADay, rules_on
from reading.rules.model_agreement import ModelAgreementShown, text_of_class
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import ProcedureUnknown

router = APIRouter(prefix="/v1/rules", tags=["rules"])


@router.get(
    "/{city}/agreements/{openness}",
    response_model=ModelAgreementShown,
    responses=problems(404, 422, 503),
    summary="The text under which data of a class is used",
)
async def agreement_of(
    city: City,
    openness: Literal["conditional", "unconditional"],
    runtime: Running,
    language: AnsweredIn,
    on: Annotated[Day | None, Query(description="today, if left out")] = None,
) -> ModelAgreementShown:
    """Of conditional data the model of what both sign; of data that is open to all the authorisation, which nobody
    signs."""
    day = on or to_shanghai(await runtime.now()).date()
    try:
        return known(text_of_class(city, openness, day, language))
    except CityUnknown as fact:
        raise Problem("NotFound") from fact


@router.get("/{city}", response_model=RulesOnADay, responses=problems(404, 422, 503), summary="The law of a city")
async def rules_of(
    city: City,
    runtime: Running,
    procedure: Annotated[str, Query(max_length=50)] = ACCESS_REQUEST,
    on: Annotated[Day | None, Query(description="today, if left out")] = None,
) -> RulesOnADay:
    """Nothing falls back to another day: before the law is in force, there is none, and after its end only what the
    pack keeps open as a remedy (`after_the_law`)."""
    try:
        return await rules_on(runtime, city, procedure, on)
    except CityUnknown as fact:
        raise Problem("NotFound") from fact
    except ProcedureUnknown as fact:
        raise invalid("procedure", "procedure_unknown") from fact
    except NoLawOn as fact:
        raise invalid("on", "not_in_force", on=fact.on, texts=fact.texts) from fact
