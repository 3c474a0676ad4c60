"""What `kaifang demo` shows of a year: its focus, the plan of a body, and the evaluation with what it finds."""

from __future__ import annotations

from cli.demo_parties import WORDS, Parties, rules_of
from cli.demo_walking import Walked, walked
from rules.procedure_names import EVALUATION, IMPROVEMENT, OPENING_FOCUS, OPENING_PLAN


def set_the_focus(parties: Parties, city: str) -> Walked | None:
    """The focus of this year, determined and published; None where the law of the city has none."""
    return begun(parties, city, OPENING_FOCUS, "/v1/opening-focuses", this_year(parties, city))


def file_the_plan(parties: Parties, city: str) -> Walked | None:
    """The plan of a body for this year, on record; None where the law of the city has none."""
    return begun(parties, city, OPENING_PLAN, "/v1/opening-plans", this_year(parties, city))


def evaluate_the_year(parties: Parties, city: str) -> Walked | None:
    """The evaluation of the year before, published or circulated."""
    return begun(parties, city, EVALUATION, "/v1/evaluations", this_year(parties, city) - 1)


def answer_what_was_found(parties: Parties, city: str) -> Walked | None:
    """What that evaluation has found of a body, put right and accepted."""
    rules = rules_of(parties, city, IMPROVEMENT)
    evaluated = evaluate_the_year(parties, city)
    if rules is None or evaluated is None:
        return None
    finding = {"case_id": evaluated[0]["case_id"], "body": provider_of(parties, city), "statement": WORDS}
    authority = f"reviewer@{city}.authority"
    return walked(parties, rules, authority, parties.call(authority, "POST", "/v1/evaluation-findings", finding))


def begun(parties: Parties, city: str, procedure: str, path: str, year: int) -> Walked | None:
    """The case of that year, walked to its end."""
    rules = rules_of(parties, city, procedure)
    if rules is None:
        return None
    own = rules.filed_by[0] == "provider"
    login = f"reviewer@{provider_of(parties, city) if own else f'{city}.authority'}"
    return walked(parties, rules, login, parties.call(login, "POST", path, {"city": city, "year": year}))


def provider_of(parties: Parties, city: str) -> str:
    """A body of the city that has data."""
    body: str = parties.call("applicant@demo", "GET", f"/v1/datasets?city={city}")["items"][0]["provider"]
    return body


def this_year(parties: Parties, city: str) -> int:
    """The year of the service's today."""
    return int(parties.call("applicant@demo", "GET", f"/v1/rules/{city}")["on"][:4])
