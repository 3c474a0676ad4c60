"""What a decision states: which of its fields have a place in its case, and which entry it refers to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from models import refusals as r
from models.drafting import submits
from models.finding import acts_on_grants
from rules.pinned_stages import Outcome
from rules.procedure_names import DEMAND
from rules.procedure_rules import ProcedureRules
from rules.stating import states_something
from rules.vocabulary import (
    FINDING,
    MEASURE,
    TERMS,
    TIME_LIMIT,
)

ITEMS = "data_items"
DRAFT = ("entry", "answers")
"""What comes with an outcome that submits a draft, and with no other."""


def sets_terms(rules: ProcedureRules) -> bool:
    """Whether the case is one in which access is granted: there a decision sets terms, elsewhere it says what is done
    to data."""
    return rules.grant is not None


def have_their_place(rules: ProcedureRules, stated: Collection[str]) -> None:
    """A decision that sets terms says nothing of data, and any other sets no terms; only in a case about the use of
    data does one say something of that. Raises MeasureNotAllowed, TermsNotAllowed, FindingNotAllowed."""
    if not acts_on_grants(rules) and (field := _first(FINDING, stated)):
        raise r.FindingNotAllowed(field=field)
    if sets_terms(rules):
        if field := _first(MEASURE, stated):
            raise r.MeasureNotAllowed(field=field)
    elif field := _first(TERMS, stated):
        raise r.TermsNotAllowed(field=field)


def can_be_corrected(rules: ProcedureRules, stated: Collection[str]) -> None:
    """A correction sets no time limit, and says nothing of what was done to data, which other words do not undo.

    Raises TimeLimitNotSet, MeasureNotAllowed.
    """
    if field := _first(TIME_LIMIT, stated):
        raise r.TimeLimitNotSet(field=field)
    if not sets_terms(rules) and (field := _first((ITEMS, *MEASURE), stated)):
        raise r.MeasureNotAllowed(field=field)


def submit_a_draft(outcome: Outcome | None, stated: Collection[str]) -> bool:
    """Whether a draft comes with the decision. An outcome that the law does not know is left to the judge.

    Raises MeasureNotAllowed where a draft, or its answers, come with an outcome that submits none.
    """
    if outcome and not submits(outcome) and (field := _first(DRAFT, stated)):
        raise r.MeasureNotAllowed(field=field)
    return submits(outcome)


def dataset_referred_to(rules: ProcedureRules, reference: str | None) -> str | None:
    """The dataset that the answer to a demand says is there already; no other decision refers to one."""
    if rules.procedure != DEMAND or reference is None or not states_something(reference):
        return None
    return reference.strip()


def _first(fields: Iterable[str], stated: Collection[str]) -> str | None:
    return next((name for name in fields if name in stated), None)
