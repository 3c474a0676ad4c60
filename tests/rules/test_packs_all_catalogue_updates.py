"""What holds of catalogue updates: in every city, and by the articles of each."""

from __future__ import annotations

import pytest

from rules.loading import cities
from rules.pinned import Basis, ClockFrom, DataEffect, EntryEffect, ProcedureRules, Stage
from tests.rules.cuts import stage_of, target, values
from tests.rules.objection_cuts import demanded_by, outcome_of, rules_for

UPDATE = "catalogue_update"
REVIEWERS = {
    "nanning": {"review": ("authority", "14")},
    "yulin": {"city_compilation": ("operator", "6")},
    "guangzhou": {"review": ("authority", "11.1")},
    "lianyungang": {
        "authority_review": ("authority", "12"),
        "operator_review": ("operator", "12"),
        "provider_review": ("provider", "12"),
    },
    "nanjing": {"review": ("authority", "16.2")},
}
"""City to the stages that can return a draft, each with its body and the article that says so."""
MAY_CHANGE = {
    "nanning": {("processing", "reopen")},
    "yulin": {("processing", "reopen")},
    "guangzhou": {("verification", "process_and_reopen"), ("reopening", "reopen")},
    "lianyungang": {("handling", "correct"), ("assessment", "reopen")},
    "nanjing": {("own_decision", "correct"), ("department_review", "correct")},
}
"""City to the decisions after which the entry may have to follow the data."""


def update(city: str) -> ProcedureRules:
    return rules_for(city, UPDATE)


def stages(rules: ProcedureRules) -> list[Stage]:
    return [stage for step in rules.steps for stage in step.stages]


def with_effect(rules: ProcedureRules, effect: EntryEffect) -> set[tuple[str, str]]:
    """The decisions that do this to an entry."""
    return {(s.stage, o.outcome) for s in stages(rules) for o in s.outcomes if o.entry is effect}


@pytest.mark.parametrize("city", cities())
def test_an_update_is_made_necessary_by_a_processing_and_nobody_files_it(city: str) -> None:
    rules = update(city)
    assert values(rules, "trigger") == {"processing"}
    choice = rules.choice("trigger", "processing")
    assert choice
    assert (choice.on_request, choice.citation.basis) == (False, Basis.SERVICE)


@pytest.mark.parametrize("city", cities())
def test_the_law_of_the_day_on_which_it_is_opened_governs_an_update(city: str) -> None:
    selection = update(city).selection
    assert selection
    assert (selection.selected_by, selection.citation.basis) == ("opened", Basis.SERVICE)


@pytest.mark.duty("NN-14", "GZ-11", "LYG-11", "NJ-16")
@pytest.mark.parametrize("city", cities())
def test_the_provider_compiles_first_and_submits_a_draft(city: str) -> None:
    rules = update(city)
    compilation = stage_of(rules, "compilation")
    assert (rules.first, compilation.body) == ("compilation", "provider")
    assert {outcome.outcome: outcome.entry for outcome in compilation.outcomes} == {"submit": EntryEffect.SUBMIT}
    assert demanded_by(rules, "compilation", "submit") == {("entry", Basis.SERVICE)}


@pytest.mark.duty("NN-14", "YL-6", "GZ-11", "LYG-12", "NJ-16")
@pytest.mark.parametrize("city", cities())
def test_the_bodies_that_the_law_names_review_the_draft(city: str) -> None:
    rules = update(city)
    reviewing = {s.stage: (s.body, s.citation.article) for s in stages(rules) if s.outcome("return")}
    assert reviewing == REVIEWERS[city]


@pytest.mark.parametrize("city", cities())
def test_a_draft_is_returned_to_its_compilation_with_a_reason(city: str) -> None:
    rules = update(city)
    for stage in REVIEWERS[city]:
        assert target(rules, stage, "return") == "compilation"
        assert demanded_by(rules, stage, "return") == {("reason", Basis.SERVICE)}


@pytest.mark.parametrize("city", cities())
def test_one_decision_publishes_and_it_ends_the_case(city: str) -> None:
    rules = update(city)
    assert {ending.outcome for ending in rules.endings} == {"published"}
    ((stage, outcome),) = with_effect(rules, EntryEffect.PUBLISH)
    assert target(rules, stage, outcome) == "published"


@pytest.mark.parametrize("city", cities())
def test_an_update_leaves_alone_what_is_served_and_answers_nobody(city: str) -> None:
    rules = update(city)
    outcomes = [outcome for stage in stages(rules) for outcome in stage.outcomes]
    assert not any(outcome.data or outcome.answers or outcome.marks for outcome in outcomes)
    assert (rules.grant, rules.hold, rules.withdrawal, rules.correction) == (None, None, None, None)


@pytest.mark.parametrize("city", cities())
def test_after_a_processing_or_a_correction_the_entry_may_have_to_change(city: str) -> None:
    assert with_effect(rules_for(city), EntryEffect.MAY_CHANGE) == MAY_CHANGE[city]


@pytest.mark.parametrize("city", cities())
def test_only_a_decision_that_serves_data_again_may_change_its_entry(city: str) -> None:
    rules = rules_for(city)
    for stage, outcome in MAY_CHANGE[city]:
        assert outcome_of(rules, stage, outcome).data is DataEffect.SERVE


@pytest.mark.duty("LYG-12")
def test_in_lianyungang_three_bodies_review_side_by_side_and_then_the_provider_publishes() -> None:
    rules = update("lianyungang")
    review = rules.step("review")
    assert review
    assert {stage.stage for stage in review.stages} == set(REVIEWERS["lianyungang"])
    assert review.then == "publication"
    publication = stage_of(rules, "publication")
    assert (publication.body, publication.citation.article) == ("provider", "17.1")


@pytest.mark.duty("NJ-18")
def test_in_nanjing_the_department_has_15_working_days_for_a_change() -> None:
    compilation = stage_of(update("nanjing"), "compilation")
    assert compilation.periods == {"normal": "15wd"}
    assert compilation.clock_from is ClockFrom.RECEIPT
    assert compilation.period_citation
    assert compilation.period_citation.article == "18"


@pytest.mark.duty("NJ-18")
def test_the_period_of_nanjing_runs_from_the_event_which_a_service_rule_names() -> None:
    counting = update("nanjing").counting_of("wd")
    assert counting
    assert counting.citation.note
    assert "from the day of the event" in counting.citation.note.en
    assert "no fresh period" in counting.citation.note.en


@pytest.mark.parametrize("city", sorted(set(cities()) - {"nanjing"}))
def test_elsewhere_no_period_is_given_for_an_update_that_a_processing_makes_necessary(city: str) -> None:
    assert all(not stage.periods and not stage.promptly for stage in stages(update(city)))


def test_the_period_of_nanning_runs_from_other_events_than_a_processing() -> None:
    cited = stage_of(update("nanning"), "compilation").period_citation
    assert cited
    assert cited.note
    assert "10 working days" in cited.note.en
