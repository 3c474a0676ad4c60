"""What the loader refuses of time limits that a decision sets: one that is never set, or that leaves no way on."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

BEFORE, START, RECTIFICATION = (
    files("rules.packs").joinpath("lianyungang.yaml").read_text(encoding="utf-8").partition("\n  rectification:\n")
)
ORDER = 'value: {leads_to: remedy, requires: [{any_of: [time_limit, last_day], cite: "measures 39"}]}'
DECLINE = "value: {leads_to: declined, requires: [{any_of: [reason]}]}"
WITHDRAWABLE = "    filed_by: ["
STEPS = "first: order"
RESCIND = "value: {leads_to: rescinded, when_limit: running, requires: [{any_of: [reason]}]}"
BY_TIME = "opens_when_passed: {remedy: [government_report]}"


def refused(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What is refused of Lianyungang's pack with each change made at the first place of this procedure."""
    text = RECTIFICATION
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    with pytest.raises(PackRefused) as refusal:
        load_text(BEFORE + START + text, "lianyungang.yaml")
    return [(p.path.removeprefix("procedures.rectification."), p.rule) for p in refusal.value.problems]


def test_an_outcome_that_puts_a_limited_stage_before_its_body_demands_the_limit() -> None:
    found = refused((ORDER, "value: {leads_to: remedy, requires: [{any_of: [reason]}]}"))
    assert found == [("stages.order.outcomes.order", "limit_not_demanded")]


def test_a_limit_that_is_demanded_only_sometimes_is_not_always_set() -> None:
    sometimes = "{any_of: [time_limit], when: {breach: [other_duty]}}"
    found = refused((ORDER, f"value: {{leads_to: remedy, requires: [{sometimes}]}}"))
    assert found == [("stages.order.outcomes.order", "limit_not_demanded")]


def test_a_limit_by_which_nothing_goes_is_not_demanded() -> None:
    found = refused((DECLINE, "value: {leads_to: declined, requires: [{any_of: [reason]}, {any_of: [last_day]}]}"))
    assert found == [("stages.order.outcomes.decline", "limit_unused")]


def test_a_case_does_not_begin_under_a_limit_that_nobody_has_set() -> None:
    assert ("order", "limit_not_set") in refused((STEPS, "first: remedy"))


def test_a_step_does_not_go_on_by_itself_to_a_stage_whose_limit_a_decision_sets() -> None:
    going_on = (
        (DECLINE, "value: {requires: [{any_of: [reason]}]}"),
        ("{stages: [order]}", "{stages: [order], then: remedy}"),
    )
    assert ("order", "limit_not_set") in refused(*going_on)


def test_no_correction_puts_another_decision_in_the_place_of_one_that_set_a_limit() -> None:
    terms = "{tells: [order], requires: [{any_of: [reason]}]}"
    correction = f"    correction: [{{in_force_from: 2020-01-01, value: {terms}, cite: service correction}}]\n"
    assert refused((WITHDRAWABLE, correction + WITHDRAWABLE)) == [
        ("correction", "correction_sets_no_limit"),
        ("correction", "tells_nobody"),
    ]


def test_however_the_limit_stands_a_stage_can_be_decided() -> None:
    over = "value: {when_limit: over, requires"
    found = refused((over, over.replace("over", "running")))
    assert ("stages.oversight.outcomes", "limit_leaves_nothing") in found


def test_an_outcome_goes_by_a_limit_only_where_a_decision_sets_one() -> None:
    found = refused(("value: set_by_decision", "value: null"))
    assert ("stages.acceptance.outcomes.accept", "limit_never_set") in found
    assert ("stages.order.outcomes.order", "limit_unused") in found
    assert ("counting.wd", "counting_unused") in found


def test_it_is_said_how_a_limit_in_working_days_runs() -> None:
    counting = "wd: [{in_force_from: 2020-01-01, value: from_next_day, cite: service rectification_limit}]"
    assert refused((counting, "wd: [{in_force_from: 2020-01-01, value: null, cite: service rectification_limit}]")) == [
        ("counting", "counting_missing")
    ]


def test_whoever_is_to_rectify_is_a_body_of_the_city() -> None:
    assert refused(
        (
            "against: [{in_force_from: 2020-01-01, value: [provider]",
            "against: [{in_force_from: 2020-01-01, value: [mayor]",
        )
    ) == [("against", "no_responsible_body")]


def test_the_grace_is_counted_in_working_days() -> None:
    found = refused(("value: {after: 5wd}", "value: {after: 48h}"))
    assert found[0][0] == "proposed[0].value.after"


def test_what_time_is_to_open_waits_for_a_clock_that_can_pass() -> None:
    assert ("order", "never_passes") in refused((BY_TIME, "opens_when_passed: {oversight: [government_report]}"))


def test_what_time_is_to_open_is_not_void_when_the_case_goes_on() -> None:
    assert ("order", "void_when_it_goes_on") in refused(("outlasting: [government_report]", "outlasting: []"))


def test_what_time_is_to_open_has_no_period_in_numbers() -> None:
    found = refused(('value: promptly, cite: "measures 39"', 'value: {normal: 5wd}, cite: "measures 39"'))
    assert ("stages.government_report.period", "clock_before_it_opens") in found


def test_what_time_is_to_open_is_described() -> None:
    assert ("order", "unknown_stage") in refused((BY_TIME, "opens_when_passed: {remedy: [report_to_the_mayor]}"))


def test_a_case_waits_for_what_time_opened_only_if_that_leads_somewhere() -> None:
    found = refused(
        ("value: {leads_to: reported, requires: [{any_of: [measure]", "value: {requires: [{any_of: [measure]")
    )
    assert ("stages.acceptance.outcomes.accept_late", "leads_nowhere") in found


AGAINST = '    against: [{in_force_from: 2020-01-01, value: [provider], cite: "measures 39"}]\n'
AGAINST_THE_AUTHORITY = AGAINST.replace("[provider]", "[provider, authority]")


def in_its_place(body: str) -> str:
    """Of the pack, who acts where the authority is in breach."""
    return f'    in_place_of: {{authority: [{{in_force_from: 2020-01-01, value: {body}, cite: "measures 39"}}]}}\n'


def test_nobody_orders_what_is_directed_against_itself() -> None:
    assert refused((AGAINST, AGAINST_THE_AUTHORITY)) == [("against", "judges_itself")]


@pytest.mark.parametrize("other", ["mayor", "provider"])
def test_who_acts_instead_is_a_body_of_the_city_against_which_nothing_is_directed(other: str) -> None:
    found = refused((AGAINST, AGAINST_THE_AUTHORITY + in_its_place(other)))
    assert ("in_place_of.authority", "no_responsible_body") in found


def test_with_another_body_in_its_place_the_authority_can_be_ordered() -> None:
    text = RECTIFICATION.replace(AGAINST, AGAINST_THE_AUTHORITY + in_its_place("government"))
    load_text(BEFORE + START + text, "lianyungang.yaml")
