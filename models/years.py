"""What a city and its bodies do once in a calendar year: which year a case is about, and who has a part in it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from rules.pinned_stages import Stage
from rules.procedure_names import EVALUATION, OPENING_PLAN
from rules.procedure_rules import PROVIDER, ProcedureRules

OF_A_BODY = (OPENING_PLAN,)
"""Those of which each case is one body's; of the others, the city's as one."""


def about(procedure: str, today: date) -> int:
    """The year that is owed on a day: this one, and of an evaluation the one before, which is over."""
    return today.year - 1 if procedure == EVALUATION else today.year


def begins(year: int) -> date:
    """The day from which what is owed for a year is owed: its first."""
    return date(year, 1, 1)


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
