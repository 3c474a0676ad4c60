"""What holds of objections in every city, and of those of the five."""

from __future__ import annotations

import pytest

from rules.loading import cities
from rules.pinned import Basis
from rules.pinned_stages import DataEffect
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import required_fields, stage_of
from tests.rules.objection_cuts import demanded_by, effect, ends, rules_for, upheld


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_evidence_on_a_secret_or_on_privacy_holds_data_by_a_service_rule(city: str) -> None:
    hold = rules_for(city).hold
    assert hold is not None
    assert (set(hold.grounds), hold.most_open) == ({"trade_secret", "privacy"}, 3)
    assert hold.citation.basis is Basis.SERVICE
    assert hold.citation.note is not None
    assert "never limited" in hold.citation.note.en


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_the_provider_confirms_or_lifts_a_hold_which_leads_the_case_nowhere(city: str) -> None:
    rules = rules_for(city)
    assert rules.hold is not None
    review = stage_of(rules, rules.hold.reviewed_by)
    assert (review.body, review.promptly) == ("provider", True)
    assert effect(rules, "suspension", "suspend") is DataEffect.SUSPEND
    assert effect(rules, "suspension", "keep_open") is DataEffect.SERVE
    assert all(outcome.leads_to is None for outcome in review.outcomes)


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_lifting_a_hold_or_declining_to_suspend_needs_a_reason_by_a_service_rule(city: str) -> None:
    assert demanded_by(rules_for(city), "suspension", "keep_open") == {("reason", Basis.SERVICE)}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_case_on_a_secret_or_on_privacy_begins_where_the_suspension_is_judged(city: str) -> None:
    rules = rules_for(city)
    for ground in ("trade_secret", "privacy"):
        step = rules.step(rules.first_for({"ground": ground}))
        assert step is not None
        assert step.stage("suspension").applies_to({"ground": ground})


@pytest.mark.parametrize("city", cities())
def test_on_every_way_to_an_end_the_objector_is_answered_exactly_once(city: str) -> None:
    rules = rules_for(city)
    for start in {rules.first_for({"ground": c.value}) for c in rules.choices["ground"]}:
        for way in ends(rules, start):
            answers = [outcome for outcome in way if outcome.answers]
            assert len(answers) == 1, [outcome.outcome for outcome in way]
            assert ("answer",) in [r.any_of for r in answers[0].requires]


@pytest.mark.parametrize("city", cities())
def test_the_data_stays_away_at_the_end_only_where_the_ending_says_so(city: str) -> None:
    rules = rules_for(city)
    for start in {rules.first_for({"ground": c.value}) for c in rules.choices["ground"]}:
        for way in ends(rules, start):
            stays_away = way[-1].leads_to == "data_withdrawn"
            assert way[-1].data is (DataEffect.WITHDRAW if stays_away else DataEffect.SERVE)


@pytest.mark.parametrize("city", cities())
def test_each_ending_says_whether_it_agrees_with_the_objector(city: str) -> None:
    told = upheld(rules_for(city))
    assert None not in told.values()
    assert told["data_withdrawn"] is True
    assert False in told.values()


@pytest.mark.parametrize("city", cities())
def test_an_objection_states_its_ground_and_what_is_wrong(city: str) -> None:
    assert required_fields(rules_for(city)) - {"evidence"} == {"ground", "statement"}


@pytest.mark.parametrize("city", cities())
def test_unconditional_data_can_be_objected_to_as_well(city: str) -> None:
    closed_too = {"closed"} if city == "nanjing" else set()
    assert set(rules_for(city).concerns) == {"conditional", "unconditional"} | closed_too


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_an_objector_may_be_asked_for_a_supplement_which_stops_no_clock(city: str) -> None:
    supplement = rules_for(city).supplement
    assert supplement is not None
    assert not supplement.stops_clock


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_an_objection_is_taken_back_by_a_service_rule_and_corrected_by_no_body(city: str) -> None:
    rules = rules_for(city)
    assert rules.withdrawal is not None
    assert rules.withdrawal.basis is Basis.SERVICE
    assert rules.correction is None


@pytest.mark.parametrize("city", cities())
def test_no_rule_of_an_objection_speaks_of_requests_alone(city: str) -> None:
    selection = rules_for(city).selection
    assert selection is not None
    assert selection.citation.note is not None
    assert "request" not in selection.citation.note.en
