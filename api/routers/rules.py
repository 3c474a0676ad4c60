"""The law of a city as it stands on a day: what a form has to ask for, and what a body has to keep to. Public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import City, Running
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.rules.in_force import NoLawOn, RulesOnADay, rules_on
from rules.loading import CityUnknown
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import ProcedureUnknown

router = APIRouter(prefix="/v1/rules", tags=["rules"])


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
