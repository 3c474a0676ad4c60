"""The texts under which data is used, one for each class that is open (分类的开放授权协议)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.agreement import AgreementRule, template
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import citation, governing, in_force

if TYPE_CHECKING:
    from datetime import date

    from rules.pack import Pack

CONDITIONAL, UNCONDITIONAL = "conditional", "unconditional"


def agreement_of_class(pack: Pack, openness: str, on: date) -> AgreementRule | None:
    """What is signed of conditional data, and what whoever uses data that is open to all keeps to; None of closed data,
    and where the city has no text. Raises NotInForce."""
    rules = governing(pack, ACCESS_REQUEST, on)
    if openness == CONDITIONAL:
        return rules.agreement
    version = in_force(pack.open_authorisation or (), on) if openness == UNCONDITIONAL else None
    if version is None or version.value is None:
        return None
    return template((version.value, version.cite), lambda cite: citation(pack, cite))
