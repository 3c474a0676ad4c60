"""Who speaks for the operator of a city, which announces interruptions of its service. Pure."""

from __future__ import annotations

from typing import NamedTuple

from models.refusals import NotYourCity, OperatorAnnounces
from reading.sight import Caller

OPERATOR = "operator"


class Operator(NamedTuple):
    """The operator of a city, by its body."""

    city: str
    body: str


def operator_of(caller: Caller) -> Operator:
    """The operator that the caller serves. Raises OperatorAnnounces."""
    if caller.body_role != OPERATOR or caller.city is None or caller.body is None:
        raise OperatorAnnounces()
    return Operator(caller.city, caller.body)


def operator_in(caller: Caller, city: str) -> Operator:
    """The operator of this city, which the caller serves. Raises OperatorAnnounces, NotYourCity."""
    operator = operator_of(caller)
    if operator.city != city:
        raise NotYourCity()
    return operator
