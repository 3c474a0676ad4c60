"""What anybody can begin in a city: the procedures of its law that are received today, and where each is begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pages.calls import Call
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST, DEMAND, LEAK, MISUSE, OBJECTION, QUALITY_CHECK, SHARING_REQUEST
from rules.procedure_rules import ProcedureRules

ABOUT_A_DATASET: Mapping[str, str] = {
    ACCESS_REQUEST: "request",
    OBJECTION: "objection",
    MISUSE: "misuse",
    QUALITY_CHECK: "quality_check",
    SHARING_REQUEST: "sharing",
}
"""Procedure to the page of its form, below a dataset."""
ABOUT_A_CITY: Mapping[str, str] = {DEMAND: "demand", LEAK: "leak"}
"""Procedure to the page of its form, below a city."""


@dataclass(frozen=True)
class Offer:
    """A procedure that can be begun. `address` is that of its form, None while there is none to begin at."""

    procedure: str
    label: str
    address: str | None
    law: str


def offers_of_city(call: Call, in_force: Mapping[str, ProcedureRules]) -> Iterator[Offer]:
    """What can be begun in a city; what is about a dataset begins by choosing one."""
    for procedure, rules in in_force.items():
        if APPLICANT not in rules.filed_by or procedure not in {*ABOUT_A_DATASET, *ABOUT_A_CITY}:
            continue
        address = None
        if procedure in ABOUT_A_DATASET:
            openness = f"&openness={rules.concerns[0]}" if len(rules.concerns) == 1 else ""
            address = f"{call.path('datasets')}?city={rules.city}{openness}"
        elif _has_page(call, ABOUT_A_CITY[procedure]):
            address = call.path(ABOUT_A_CITY[procedure], city=rules.city)
        yield _offer(call, rules, address)


def offers_of_dataset(
    call: Call, in_force: Mapping[str, ProcedureRules], dataset_id: str, openness: str
) -> Iterator[Offer]:
    """What can be begun about a dataset of this class: procedures that the law has for it, and, where data is closed,
    the demand for it; each called what whoever begins it does."""
    for procedure, rules in in_force.items():
        if APPLICANT not in rules.filed_by:
            continue
        if procedure in ABOUT_A_DATASET and openness in rules.concerns:
            name, part = ABOUT_A_DATASET[procedure], {"dataset_id": dataset_id}
        elif procedure == LEAK or (procedure == DEMAND and openness == "closed"):
            name, part = ABOUT_A_CITY[procedure], {"city": rules.city}
        else:
            continue
        if _has_page(call, name):
            yield replace(_offer(call, rules, call.path(name, **part)), label=call.say(f"filing_title.{name}"))


def _offer(call: Call, rules: ProcedureRules, address: str | None) -> Offer:
    label = rules.label.zh if call.language == "zh" else rules.label.en
    law = call.path("procedure", city=rules.city, procedure=rules.procedure)
    return Offer(rules.procedure, label, address, law)


def _has_page(call: Call, name: str) -> bool:
    return name in call.request.app.state.names
