"""Which fields of a decision have a place in its case, before anybody judges what they say."""

from __future__ import annotations

import pytest

from models import decision_fields
from models import refusals as r
from rules.loading import cities, load_pack
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_names import CATALOGUE_UPDATE, DEMAND
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from rules.vocabulary import MEASURE, TERMS, TIME_LIMIT
from tests.models.bench import RESOLVED_ON

EVERY = [
    resolve(load_pack(city), procedure, RESOLVED_ON) for city in cities() for procedure in load_pack(city).procedures
]
GRANTING = [rules for rules in EVERY if rules.grant]
OTHERS = [rules for rules in EVERY if not rules.grant]


def named(rules: ProcedureRules) -> str:
    return f"{rules.city}-{rules.procedure}"


def outcomes(rules: ProcedureRules) -> list[Outcome]:
    return [outcome for step in rules.steps for stage in step.stages for outcome in stage.outcomes]


@pytest.mark.parametrize("rules", GRANTING, ids=named)
def test_where_access_is_granted_a_decision_sets_terms_and_says_nothing_of_data(rules: ProcedureRules) -> None:
    decision_fields.have_their_place(rules, {*TERMS, "data_items", "reason"})
    for field in MEASURE:
        with pytest.raises(r.MeasureNotAllowed) as refused:
            decision_fields.have_their_place(rules, {field})
        assert refused.value.field == field


@pytest.mark.parametrize("rules", OTHERS, ids=named)
def test_where_no_access_is_granted_a_decision_sets_no_terms(rules: ProcedureRules) -> None:
    decision_fields.have_their_place(rules, {*MEASURE, "data_items", "reason"})
    for field in TERMS:
        with pytest.raises(r.TermsNotAllowed) as refused:
            decision_fields.have_their_place(rules, {field})
        assert refused.value.field == field


@pytest.mark.parametrize("rules", EVERY, ids=named)
def test_a_correction_sets_no_time_limit(rules: ProcedureRules) -> None:
    decision_fields.can_be_corrected(rules, {"reason"})
    for field in TIME_LIMIT:
        with pytest.raises(r.TimeLimitNotSet) as refused:
            decision_fields.can_be_corrected(rules, {field, *MEASURE})
        assert refused.value.field == field


@pytest.mark.parametrize("rules", OTHERS, ids=named)
def test_a_correction_says_nothing_of_what_was_done_to_data(rules: ProcedureRules) -> None:
    for field in ("data_items", *MEASURE):
        with pytest.raises(r.MeasureNotAllowed) as refused:
            decision_fields.can_be_corrected(rules, {field})
        assert refused.value.field == field


@pytest.mark.parametrize("rules", GRANTING, ids=named)
def test_a_correction_may_name_the_items_that_are_granted(rules: ProcedureRules) -> None:
    decision_fields.can_be_corrected(rules, {"data_items"})


@pytest.mark.parametrize("rules", EVERY, ids=named)
def test_drafts_are_submitted_in_catalogue_updates_alone(rules: ProcedureRules) -> None:
    submitting = [each for each in outcomes(rules) if each.entry is EntryEffect.SUBMIT]
    assert bool(submitting) == (rules.procedure == CATALOGUE_UPDATE)
    for outcome in submitting:
        assert decision_fields.submit_a_draft(outcome, {"entry", "answers"})
        assert decision_fields.submit_a_draft(outcome, frozenset())


@pytest.mark.parametrize("rules", EVERY, ids=named)
def test_a_draft_with_any_other_outcome_is_refused(rules: ProcedureRules) -> None:
    for outcome in (each for each in outcomes(rules) if each.entry is not EntryEffect.SUBMIT):
        assert not decision_fields.submit_a_draft(outcome, {"reason"})
        for field in ("entry", "answers"):
            with pytest.raises(r.MeasureNotAllowed) as refused:
                decision_fields.submit_a_draft(outcome, {field})
            assert refused.value.field == field


def test_what_comes_with_an_unknown_outcome_is_left_to_the_judge() -> None:
    assert not decision_fields.submit_a_draft(None, {"entry"})


@pytest.mark.parametrize("rules", EVERY, ids=named)
def test_the_answer_to_a_demand_alone_refers_to_a_dataset(rules: ProcedureRules) -> None:
    meant = decision_fields.dataset_referred_to(rules, " ds_bus_stops ")
    assert meant == ("ds_bus_stops" if rules.procedure == DEMAND else None)
    assert decision_fields.dataset_referred_to(rules, " ") is None
    assert decision_fields.dataset_referred_to(rules, None) is None
