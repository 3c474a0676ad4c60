"""What `kaifang demo` shows of supervision: a breach that is ordered to be rectified, and is."""

from __future__ import annotations

from cli.demo_parties import WORDS, Parties, rules_of
from cli.demo_walking import Walked, walked
from rules.pack import BREACH
from rules.procedure_names import RECTIFICATION


def rectify(parties: Parties, city: str) -> Walked | None:
    """An accepted rectification, and its tasks in the order in which they were decided; None where the law of the city
    has nobody order one."""
    rules = rules_of(parties, city, RECTIFICATION)
    if rules is None:
        return None
    authority = f"reviewer@{city}.{rules.filed_by[0]}"
    dataset = parties.call(authority, "GET", f"/v1/datasets?city={city}")["items"][0]
    breach = {"city": city, "body": dataset["provider"], "breach": rules.choices[BREACH][0].value, "statement": WORDS}
    case = parties.call(authority, "POST", "/v1/rectifications", breach)
    return walked(parties, rules, authority, case)
