"""From which day the period runs that binds a filing, and which days cannot be stated (提出期限). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from rules.admissibility import Inadmissible
from rules.deadlines import to_shanghai
from rules.pinned import OPENS_ON
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import day_of_form


def day_stated(procedure: str, stated: Mapping[str, object]) -> date | None:
    """The day that a filing states, be it of a discovery or of an event; None where it states none."""
    day = stated.get(day_of_form(procedure) or "")
    return date.fromisoformat(day) if isinstance(day, str) else None


def day_of_cause(rules: ProcedureRules, stated: Mapping[str, object], elsewhere: Mapping[str, date]) -> date | None:
    """The day from which what the law counts of a filing runs: the one that the filing states, or where the law has the
    period run from an event of another case, the day of that. `elsewhere` has the days of such events, by their
    names."""
    within = rules.filed_within
    if within and within.from_event:
        return elsewhere.get(within.from_event)
    return day_stated(rules.procedure, stated)


def day_in_the_future(rules: ProcedureRules, stated: Mapping[str, object], at: datetime) -> list[Inadmissible]:
    """Nothing was found, has changed or has happened tomorrow; what is to begin then may well be filed today. Days are
    of Asia/Shanghai."""
    field, day = day_of_form(rules.procedure), day_stated(rules.procedure, stated)
    if field is None or field == OPENS_ON or day is None or day <= to_shanghai(at).date():
        return []
    within = rules.filed_within
    ruled = next((rule.citation for rule in rules.fields if rule.field == field), None)
    citation = within.citation if within and within.day == field else ruled
    return [Inadmissible(field, "day_in_the_future", citation)]
