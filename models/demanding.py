"""What a decision must come with, and what of that was not given: for receipt, engine and answer alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models import acts as a
from models.agreeing import agreed_by_now
from models.classes import NAMED_CLASS
from models.limits import set_by
from models.refusals import Missing, RequirementMissing
from models.state import CaseState
from rules.pinned import Requirement
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import DAYS_OF_A_MEASURE, LIST_OF_DATA, QUESTIONS, TIME_LIMIT


def given_by(rules: ProcedureRules, state: CaseState, act: a.Decide | a.Correct) -> frozenset[str]:
    """What came with a decision, and what the request states already, such as a tender's reference; of what is signed,
    what the other has stated.

    A day came with it where the measure names it, an answer where the draft gives it, whatever else was said; the list
    of data where it is named, with the decision or before it.
    """
    measure = act.measure if isinstance(act, a.Decide) else None
    amends = act.amends if isinstance(act, a.Decide) else None
    days = {name for name in DAYS_OF_A_MEASURE if measure and getattr(measure, name)}
    limit = act.limit if isinstance(act, a.Decide) else None
    days |= set_by(limit) if limit else set()
    days |= {NAMED_CLASS} if measure and measure.named_class else set()
    answered = set(amends.choices) if amends else set()
    stated = state.given & {field.field for field in rules.fields}
    agreed = agreed_by_now(rules, state, act)
    return (
        (act.given - DAYS_OF_A_MEASURE - set(TIME_LIMIT) - QUESTIONS - LIST_OF_DATA - {NAMED_CLASS})
        | days
        | (answered & QUESTIONS)
        | stated
        | agreed
    )


def demanded_by_mode(rules: ProcedureRules, terms: a.GrantTerms | None) -> tuple[Requirement, ...]:
    """What the law demands of whoever grants access in the way that these terms name."""
    mode = rules.choice("access_mode", terms.access_mode) if terms and terms.access_mode else None
    return mode.grant_requires if mode else ()


def unmet(
    requirements: Iterable[Requirement], choices: Mapping[str, str], given: frozenset[str]
) -> tuple[Requirement, ...]:
    """What of it the law demands for these choices and was not given, in its order; what is demanded twice, once."""
    lacking: dict[tuple[str, ...], Requirement] = {}
    for requirement in requirements:
        if requirement.applies_to(choices) and not requirement.is_met_by(given):
            lacking.setdefault(requirement.any_of, requirement)
    return tuple(lacking.values())


def lacking_in_entry(
    rules: ProcedureRules, state: CaseState, outcome: Outcome, measure: a.Measure
) -> tuple[Requirement, ...]:
    """The fields that the law demands of an entry, and that it would not have by the draft that is submitted."""
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
    """The refusal that names all that is missing, each with the rule by which it is demanded."""
    return RequirementMissing(*(_missing(each) for each in (first, *more)))


def _missing(demanded: Requirement) -> Missing:
    cited = demanded.citation
    return Missing(demanded.any_of, rule=cited.article, basis=cited.basis, source=cited.source)
