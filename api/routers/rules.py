"""The law of a city as it stands on a day: what a form has to ask for, and what a body has to keep to. Public."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import City, Running
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.shape import Shape
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, load_pack
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, ProcedureUnknown, governing

router = APIRouter(prefix="/v1/rules", tags=["rules"])


class RulesOnADay(Shape):
    """The rules of a procedure on a day, whole and in both languages, under the digest by which cases keep them."""

    on: date
    digest: str
    rules: ProcedureRules


@router.get("/{city}", response_model=RulesOnADay, responses=problems(404, 422, 503), summary="The law of a city")
async def rules_of(
    city: City,
    runtime: Running,
    procedure: Annotated[str, Query(max_length=50)] = "access_request",
    on: Annotated[Day | None, Query(description="today, if left out")] = None,
) -> RulesOnADay:
    """Nothing falls back to another day: before the law is in force, there is none, and after its end only what the
    pack keeps open as a remedy (`after_the_law`)."""
    day = on or to_shanghai((await runtime.present()).now).date()
    try:
        rules = governing(load_pack(city), procedure, day)
    except CityUnknown as fact:
        raise Problem("NotFound") from fact
    except ProcedureUnknown as fact:
        raise invalid("procedure", "procedure_unknown") from fact
    except NotInForce as fact:
        raise invalid("on", "not_in_force", on=day) from fact
    return RulesOnADay(on=day, digest=rules.digest(), rules=rules)
