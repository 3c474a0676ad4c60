"""Decisions that are for a body of the city, or for one of a county, alone. Pure."""

from __future__ import annotations

from models import refusals as r
from models.state import CaseState
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules


def body_fits(rules: ProcedureRules, state: CaseState, outcome: Outcome) -> None:
    """An outcome that is for a body of the city, or for one of a county, is decided only about such a body.

    Raises NotAboutThisBody.
    """
    if outcome.when_body not in (None, rules.standing_of(state.bodies)):
        raise r.NotAboutThisBody(field="outcome")
