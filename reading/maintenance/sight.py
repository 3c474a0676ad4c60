"""Who speaks for the body of a city that announces interruptions of its service, by the pack. Pure."""

from __future__ import annotations

from typing import NamedTuple

from models.refusals import NotYourCity, OperatorAnnounces
from reading.sight import Caller
from rules.sight import in_charge


class Operator(NamedTuple):
    """The body of a city that runs its platform."""

    city: str
    body: str


def announces(caller: Caller) -> bool:
    """Whether the caller serves the body that announces interruptions of its city."""
    return caller.body_role in in_charge(caller.city, "interruptions")


def operator_of(caller: Caller) -> Operator:
    """The operator that the caller serves. Raises OperatorAnnounces."""
    if not announces(caller) or caller.city is None or caller.body is None:
        raise OperatorAnnounces()
    return Operator(caller.city, caller.body)


def operator_in(caller: Caller, city: str) -> Operator:
    """The operator of this city, which the caller serves. Raises OperatorAnnounces, NotYourCity."""
    operator = operator_of(caller)
    if operator.city != city:
        raise NotYourCity()
    return operator
