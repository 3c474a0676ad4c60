"""What a decision must come with, and which of those fields are missing: for receipt, engine and answer alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models import acts as a
from models.act_contents import GrantTerms, Measure
from models.agreeing import agreed_by_now
from models.classes import NAMED_CLASS
from models.limits import set_by
from models.refusal import Missing
from models.refusals import RequirementMissing
from models.state import CaseState
from rules.pinned import Requirement
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import (
    DAYS_OF_A_MEASURE,
    LIST_OF_DATA,
    QUESTIONS,
    TIME_LIMIT,
)


def given_by(rules: ProcedureRules, state: CaseState, act: a.Decide | a.Correct) -> frozenset[str]:
    """The fields that came with a decision, and those that the request states already, such as a tender's reference;
    for a signature, also those that the other signatories stated.

    A day counts where the measure names it, an answer where the draft has it, and the list of data where this decision
    or an earlier one names it.
    """
    measure = act.measure if isinstance(act, a.Decide) else None
    amends = act.amends if isinstance(act, a.Decide) else None
    days = {name for name in DAYS_OF_A_MEASURE if measure and getattr(measure, name)}
    limit = act.limit if isinstance(act, a.Decide) else None
    days |= set_by(limit) if limit else set()
    days |= {NAMED_CLASS} if measure and measure.named_class else set()
    answered = set(amends.choices) if amends else set()
    in_request = state.given & {field.field for field in rules.fields}
    agreed = agreed_by_now(rules, state, act)
    return (
        (act.given - DAYS_OF_A_MEASURE - set(TIME_LIMIT) - QUESTIONS - LIST_OF_DATA - {NAMED_CLASS})
        | days
        | (answered & QUESTIONS)
        | in_request
        | agreed
    )


def demanded_by_mode(rules: ProcedureRules, terms: GrantTerms | None) -> tuple[Requirement, ...]:
    """What the law demands of a decision that grants access in the way that these terms name."""
    mode = rules.choice("access_mode", terms.access_mode) if terms and terms.access_mode else None
    return mode.grant_requires if mode else ()


def unmet(
    requirements: Iterable[Requirement], choices: Mapping[str, str], given: frozenset[str]
) -> tuple[Requirement, ...]:
    """The requirements that apply to these choices and are not met, in their order; one that stands twice is named
    once."""
    lacking: dict[tuple[str, ...], Requirement] = {}
    for requirement in requirements:
        if requirement.applies_to(choices) and not requirement.is_met_by(given):
            lacking.setdefault(requirement.any_of, requirement)
    return tuple(lacking.values())


def lacking_in_entry(
    rules: ProcedureRules, state: CaseState, outcome: Outcome, measure: Measure
) -> tuple[Requirement, ...]:
    """The fields that the law demands of an entry and that it would lack under the submitted draft."""
    if outcome.entry is not EntryEffect.SUBMIT:
        return ()
    return tuple(
        Requirement(any_of=(f"entry.{rule.field}",), citation=rule.citation)
        for rule in rules.entry
        if rule.required
        and all(state.choices.get(name) in values for name, values in rule.when.items())
        and rule.field not in measure.entry_fields
    )


def missing(first: Requirement, *more: Requirement) -> RequirementMissing:
    """The refusal that names everything that is missing, each with the rule that demands it."""
    return RequirementMissing(*(_missing(each) for each in (first, *more)))


def _missing(demanded: Requirement) -> Missing:
    cited = demanded.citation
    return Missing(demanded.any_of, rule=cited.article, basis=cited.basis, source=cited.source)
