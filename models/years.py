"""What a city and its bodies do once in a calendar year: which year a case is about, and who has a part in it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from models import refusals as r
from models.state import CaseState
from rules.pinned_stages import Stage
from rules.procedure_names import EVALUATION, OPENING_PLAN
from rules.procedure_rules import PROVIDER, ProcedureRules

ASSESSMENT = "assessment"
"""The stage of an evaluation in which its report is made."""
OF_A_BODY = (OPENING_PLAN,)
"""Those of which each case is one body's; of the others, the city's as one."""


def about(procedure: str, today: date) -> int:
    """The year that is owed on a day: this one, and of an evaluation the one before, which is over."""
    return today.year - 1 if procedure == EVALUATION else today.year


def begins(year: int) -> date:
    """The day from which what is owed for a year is owed: its first."""
    return date(year, 1, 1)


def owed_from(rules: ProcedureRules, year: int, entered_on: date | None) -> date:
    """The day in a year from which what is owed for it is owed: its first, or where the rules say so the day on which
    the body whose it is entered the directory within it."""
    within = entered_on is not None and entered_on.year == year
    return entered_on if within and entered_on and rules.every and rules.every.from_entry else begins(year)


def owed_by(procedure: str, city: str, body: str | None, year: int) -> str:
    """Under which key the first case of a year is filed, whoever begins it: there is one, however often it is tried."""
    assert (body is not None) == (procedure in OF_A_BODY), "a plan is a body's, and what is the city's is of no body"
    return f"{body or city}/{year}"


def with_a_seat(
    rules: ProcedureRules, bodies: Mapping[str, str], providers: Collection[str], body: str | None
) -> dict[str, str]:
    """The bodies of such a case by their roles: those of the city that have a part, the one whose it is, and where each
    provider is asked, all of them."""
    part = rules.with_a_part({**bodies, **({PROVIDER: body} if body else {})})
    return {**part, **({f"{PROVIDER}/{each}": each for each in sorted(providers)} if asks_each(rules) else {})}


def asks_each(rules: ProcedureRules) -> bool:
    """Whether some stage is put before every provider."""
    stages: list[Stage] = [stage for step in rules.steps for stage in step.stages]
    return any(stage.each for stage in stages)


def bodies_of_a_year(
    procedure: str, bodies: Mapping[str, str], body: str | None, role: str | None
) -> tuple[str | None, dict[str, str]]:
    """Whose case an officer of this body begins, None where it is the city's; and the bodies between which it is, with
    the officer's own in the place of its role, of which a city may have many."""
    if procedure not in OF_A_BODY:
        return None, dict(bodies)
    return body, {**bodies, **({role: body} if body and role else {})}


def begins_in_its_own_city(city: str | None, of: str) -> None:
    """Whoever begins it serves a body of that city. Raises NotYourCity."""
    if city != of:
        raise r.NotYourCity(field="city")


def why_not_replaced(plan: CaseState | None, body: str | None, year: int) -> str | None:
    """Why another plan of this body and year cannot take the place of this one; None where it can."""
    if plan is None or plan.procedure != OPENING_PLAN:
        return "plan_unknown"
    if plan.bodies.get(PROVIDER) != body or plan.occurred_on is None or plan.occurred_on.year != year:
        return "plan_unknown"
    return None if plan.results else "plan_not_on_record"


def why_nothing_is_found(evaluation: CaseState | None) -> str | None:
    """Why nothing can be put before a body as what this evaluation has found; None where it can."""
    if evaluation is None or evaluation.procedure != EVALUATION:
        return "evaluation_unknown"
    assessed = any(task.stage == ASSESSMENT and task.ended == "decided" for task in evaluation.tasks.values())
    return None if assessed else "not_assessed_yet"
