"""What the loader refuses of catalogue updates: what nobody submitted or reviewed, and what is asked too late."""

from __future__ import annotations

from datetime import date

import pytest

from api.acting.forms.entries import EntryDraft
from rules.fields import ENTRY
from rules.loading import PackRefused, load_text
from rules.pinned_stages import EntryEffect
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.rules.cuts import INVENTED, invented_pack

BEFORE_UPDATE, START, UPDATE = INVENTED.read_text(encoding="utf-8").partition("  catalogue_update:\n")
BEFORE_THE_AMENDMENT, AMENDED = date(2024, 12, 31), date(2025, 1, 1)
BEFORE_THEN = "value: {entry: submit, requires: [{any_of: [entry]}, {any_of: [openness]}]}"
SINCE = "value: {entry: submit, requires: [{any_of: [entry]}, {any_of: [openness]}, {any_of: [secrets_or_privacy]}]}"
SUBMITTING = "stages.compilation.outcomes.submit"
PUBLISHING = "stages.publication.outcomes.publish"
REVIEWS = "reviews: {stages: [board_review, technical_review, privacy_review], then: publication}"
PASS = 'value: {}, cite: "amended_ordinance 32"'
ONLY_COMPILED = "steps:\n            compilation: {stages: [compilation], then: publication}"
STEPS_SINCE = "steps:\n            compilation: {stages: [compilation], then: reviews}"
ONLY_WHEN = "privacy_review: {secrets_or_privacy: [applies]}"
AMENDED_ORDER = (
    f"publication: {{stages: [publication]}}\n          only_when:\n            {ONLY_WHEN}\n"
    '        cite: "amended_ordinance 31"'
)


def update_on(day: date) -> ProcedureRules:
    return resolve(invented_pack(), "catalogue_update", day)


def refused(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What is refused of the invented pack with each change made at the first place of its update where it fits."""
    text = UPDATE
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    with pytest.raises(PackRefused) as refusal:
        load_text(BEFORE_UPDATE + START + text, "yunmeng.yaml")
    return [
        (problem.path.removeprefix("procedures.catalogue_update."), problem.rule) for problem in refusal.value.problems
    ]


def of_amended_order(line: str) -> tuple[str, str]:
    """The change that says something more of the stages of the amended order."""
    if line.startswith("only_when: {"):
        return ONLY_WHEN, f"{ONLY_WHEN}\n            {line.removeprefix('only_when: {').removesuffix('}')}"
    return AMENDED_ORDER, AMENDED_ORDER.replace("\n", f"\n          {line}\n", 1)


def submitting(requires: str) -> tuple[tuple[str, str], ...]:
    """The change by which drafts come with this, before and since the amendment."""
    return (BEFORE_THEN, f"value: {{{requires}}}"), (SINCE, f"value: {{{requires}}}")


def test_who_reviews_an_entry_can_change_with_the_law() -> None:
    before, after = update_on(BEFORE_THE_AMENDMENT), update_on(AMENDED)
    assert [step.step for step in before.steps] == ["compilation", "publication"]
    assert [{stage.body for stage in step.stages} for step in after.steps] == [
        {"provider"},
        {"experts", "operator"},
        {"authority"},
    ]


def test_a_ruling_that_data_be_put_right_may_change_the_entry() -> None:
    ruling = resolve(invented_pack(), "objection", AMENDED).stage("ruling")
    assert ruling
    assert {outcome.outcome: outcome.entry for outcome in ruling.outcomes} == {
        "uphold": None,
        "dismiss": None,
        "rectify": EntryEffect.MAY_CHANGE,
    }


def test_nothing_is_published_where_nothing_was_submitted() -> None:
    assert (PUBLISHING, "nothing_submitted") in refused(*submitting("requires: [{any_of: [entry]}]"))


def test_an_update_that_can_begin_with_its_publication_is_refused() -> None:
    begin = 'value: {on_request: false}, cite: "amended_ordinance 30"'
    found = refused((begin, begin.replace("false", "false, begins_at: publication")))
    assert (PUBLISHING, "nothing_submitted") in found


def test_one_way_past_the_compilation_is_enough_to_be_refused() -> None:
    skip = f'{SINCE}\n                cite: "amended_ordinance 31"\n'
    another = (
        skip
        + "          nothing_changes:\n"
        + "            label: {zh: 无需变动, en: Finding that nothing changes}\n"
        + "            versions:\n"
        + '              - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 31"}\n'
        + '              - {in_force_from: 2025-01-01, value: {}, cite: "amended_ordinance 31"}\n'
    )
    assert (PUBLISHING, "nothing_submitted") in refused((skip, another))


@pytest.mark.parametrize("line", ["outlasting: [compilation]", "only_when: {compilation: {trigger: [processing]}}"])
def test_a_stage_for_which_its_step_does_not_wait_submits_nothing_for_sure(line: str) -> None:
    beside = STEPS_SINCE.replace("[compilation]", "[compilation, board_review]")
    alone = REVIEWS.replace("board_review, ", "", 1)
    found = refused((STEPS_SINCE, beside), (REVIEWS, alone), of_amended_order(line))
    assert (PUBLISHING, "nothing_submitted") in found


def test_who_publishes_beside_the_compilation_does_not_wait_for_it() -> None:
    beside = ONLY_COMPILED.replace("[compilation], then: publication", "[compilation, publication]")
    found = refused((ONLY_COMPILED, beside), ("\n            publication: {stages: [publication]}", ""))
    assert (PUBLISHING, "nothing_submitted") in found


def test_an_opinion_publishes_nothing() -> None:
    opinion = (
        "    opinion:\n"
        '      - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: publication, cite: "ordinance 5"}\n'
        '      - {in_force_from: 2025-01-01, value: publication, cite: "amended_ordinance 5"}\n'
    )
    found = refused(("    counting:\n", opinion + "    counting:\n"))
    assert (PUBLISHING, "nothing_submitted") in found


def test_a_stage_that_is_opened_beside_the_reviews_may_publish_what_was_submitted() -> None:
    opened = PASS.replace("{}", "{opens: [publication]}")
    without = "\n            publication: {stages: [publication]}"
    elsewhere = REVIEWS.replace("then: publication", "then: published")
    found = refused((PASS, opened), (REVIEWS + without, elsewhere))
    assert (PUBLISHING, "nothing_submitted") not in found


@pytest.mark.parametrize(
    "requires",
    ["", ", requires: [{any_of: [reason]}]", ", requires: [{any_of: [entry], when: {trigger: [processing]}}]"],
)
def test_an_outcome_that_submits_demands_the_entry_whatever_made_it_change(requires: str) -> None:
    found = refused(*submitting(f"entry: submit{requires}"))
    assert (SUBMITTING, "entry_not_demanded") in found


def test_a_pack_in_which_an_entry_may_change_describes_how() -> None:
    with pytest.raises(PackRefused) as refusal:
        load_text(BEFORE_UPDATE + "  openness_review:\n" + UPDATE, "yunmeng.yaml")
    problems = [(problem.path, problem.rule) for problem in refusal.value.problems]
    assert ("procedures.objection.stages.ruling.outcomes.rectify", "unknown_target") in problems


# What no other body reviews


def test_what_its_own_submitter_publishes_without_any_review_is_refused() -> None:
    by_provider = 'value: provider, cite: "ordinance 33"'
    assert (PUBLISHING, "nothing_reviewed") in refused(('value: authority, cite: "ordinance 33"', by_provider))


def test_a_review_that_an_answer_can_leave_out_is_none_to_rely_on() -> None:
    own = 'value: authority, cite: "amended_ordinance 33"', 'value: provider, cite: "amended_ordinance 33"'
    boards = [('value: experts, cite: "amended_ordinance 32"', 'value: provider, cite: "amended_ordinance 32"')]
    operators = [('value: operator, cite: "amended_ordinance 32"', 'value: provider, cite: "amended_ordinance 32"')]
    assert (PUBLISHING, "nothing_reviewed") in refused(own, *boards, *operators)


def test_a_review_of_the_draft_before_is_none_of_this_one() -> None:
    own = 'value: authority, cite: "amended_ordinance 33"', 'value: provider, cite: "amended_ordinance 33"'
    first = "first: compilation\n          steps:\n            compilation: {stages: [compilation], then: reviews}"
    turned = first.replace("first: compilation", "first: reviews").replace("then: reviews", "then: publication")
    before = REVIEWS.replace("then: publication", "then: compilation")
    assert (PUBLISHING, "nothing_reviewed") in refused(own, (first, turned), (REVIEWS, before))


# Questions and fields


def test_a_review_by_an_answer_that_nothing_asks_for_would_be_left_out_for_ever() -> None:
    found = refused((", {any_of: [secrets_or_privacy]}", ""))
    assert ("stages.privacy_review", "question_not_asked") in found


def test_a_question_that_is_asked_only_sometimes_is_not_asked_for_sure() -> None:
    sometimes = ", {any_of: [secrets_or_privacy], when: {trigger: [other]}}"
    found = refused((", {any_of: [secrets_or_privacy]}", sometimes))
    assert ("stages.privacy_review", "question_not_asked") in found


def test_what_is_demanded_by_an_answer_comes_with_the_question_or_after_it() -> None:
    by_answer = "{any_of: [openness]}, {any_of: [basis], when: {secrets_or_privacy: [applies]}}"
    found = refused(("{any_of: [openness]}, {any_of: [secrets_or_privacy]}", by_answer))
    assert (SUBMITTING, "question_not_asked") in found


def test_a_field_of_the_entry_that_depends_on_an_answer_is_asked_with_it() -> None:
    found = refused(("{any_of: [openness]}, {any_of: [secrets_or_privacy]}", "{any_of: [secrets_or_privacy]}"))
    assert (SUBMITTING, "question_not_asked") in found


def test_a_period_that_goes_by_an_answer_comes_after_the_question() -> None:
    period = "        period: *not_in_days\n        outcomes: *reviewed\n      privacy_review"
    by_answer = period.replace("*not_in_days\n", "*not_in_days\n        period_by: secrets_or_privacy\n")
    found = refused((period, by_answer), (", {any_of: [secrets_or_privacy]}", ""))
    assert ("stages.technical_review", "question_not_asked") in found


def test_a_field_that_no_entry_has_is_refused() -> None:
    assert ("entry.colour", "unknown_field") in refused(("      title:\n", "      colour:\n"))


def test_a_field_by_an_answer_that_nobody_can_give_is_refused() -> None:
    assert ("entry.conditions", "unknown_choice") in refused(("openness: [conditional]", "openness: [secret]"))


def test_the_fields_of_an_entry_are_those_that_a_draft_can_state() -> None:
    assert set(EntryDraft.model_fields) | {"openness", "provider"} == set(ENTRY)


# Clocks and what comes of a publication


def test_a_period_goes_by_a_choice_that_the_procedure_has() -> None:
    period = 'value: {normal: 8wd}, cite: "amended_ordinance 31"}\n'
    found = refused((period, period + "        period_by: colour\n"))
    assert ("stages.compilation.period_by", "unknown_choice") in found


def test_a_period_by_a_choice_names_values_that_the_choice_has() -> None:
    period = 'value: {normal: 8wd}, cite: "amended_ordinance 31"}\n'
    found = refused((period, period + "        period_by: trigger\n"))
    assert ("stages.compilation.period", "unknown_choice") in found


def test_a_clock_runs_from_elsewhere_only_for_a_stage_that_there_is() -> None:
    assert ("order", "unknown_stage") in refused(of_amended_order("clock_from: {filing: event}"))


DEMAND = """
  demand:
    label: {zh: 需求, en: Demand}
    selected_by: {value: received, cite: service law_at_filing}
    fields: {}
    choices: {}
    order:
      - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
      - in_force_from: 2025-01-01
        value:
          first: assessment
          steps:
            assessment: {stages: [assessment]}
            provision: {stages: [provision]}
        cite: "amended_ordinance 36"
    stages:
      assessment:
        label: {zh: 评估, en: Assessment}
        body: &provider
          - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
          - {in_force_from: 2025-01-01, value: provider, cite: "amended_ordinance 36"}
        period: &none
          - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
          - {in_force_from: 2025-01-01, value: null, cite: "amended_ordinance 36"}
        outcomes:
          agree:
            label: {zh: 同意, en: Consent}
            versions:
              - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
              - in_force_from: 2025-01-01
                value: {leads_to: provision, entry: order, trigger: other}
                cite: "amended_ordinance 36"
      provision:
        label: {zh: 提供, en: Provision}
        body: *provider
        period: *none
        outcomes:
          provided:
            label: {zh: 已提供, en: Provision}
            versions:
              - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
              - in_force_from: 2025-01-01
                value: {leads_to: provided, by_publication: true}
                cite: "amended_ordinance 36"
          decline:
            label: {zh: 不提供, en: Refusal}
            versions:
              - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
              - {in_force_from: 2025-01-01, value: {leads_to: provided}, cite: "amended_ordinance 36"}
    endings:
      provided:
        label: {zh: 已提供, en: Provided}
        versions:
          - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: {}, cite: "ordinance 36"}
          - {in_force_from: 2025-01-01, value: {}, cite: "amended_ordinance 36"}
"""
"""A procedure that orders an update and waits for its publication."""


def refused_of_demand(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What is refused of the invented pack with that procedure, each change made at the first place where it fits."""
    text = DEMAND
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    try:
        load_text(INVENTED.read_text(encoding="utf-8") + text, "yunmeng.yaml")
    except PackRefused as refusal:
        return [(problem.path.removeprefix("procedures.demand."), problem.rule) for problem in refusal.problems]
    return []


def test_a_procedure_may_order_an_update_and_wait_for_its_publication() -> None:
    assert refused_of_demand() == []


def test_what_comes_of_a_publication_needs_an_update_that_the_case_has_ordered() -> None:
    found = refused_of_demand((", entry: order, trigger: other", ""))
    assert ("stages.provision.outcomes.provided", "nothing_ordered") in found


@pytest.mark.parametrize(
    "effect",
    [
        "requires: [{any_of: [reason]}]",
        "data: serve",
        "whole_dataset: true",
        "marks: true",
        "answers: true",
        "entry: order",
        "opens: [provision]",
    ],
)
def test_what_comes_of_a_publication_demands_nothing_and_does_nothing_more(effect: str) -> None:
    found = refused_of_demand(("by_publication: true", f"by_publication: true, {effect}"))
    assert ("stages.provision.outcomes.provided", "effect_without_decision") in found


def test_an_update_is_ordered_for_a_reason_that_updates_know() -> None:
    found = refused_of_demand(("trigger: other", "trigger: whim"))
    assert ("stages.assessment.outcomes.agree", "unknown_choice") in found


def test_a_stage_that_waits_for_a_publication_can_be_ended_without_one() -> None:
    found = refused_of_demand(("value: {leads_to: provided}, cite", "value: null, cite"))
    assert ("stages.provision.outcomes", "waits_for_ever") in found


def test_what_is_begun_by_itself_demands_nothing_of_a_filing() -> None:
    every = """
    every:
      - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: null, cite: "ordinance 36"}
      - {in_force_from: 2025-01-01, value: {days: 365}, cite: "amended_ordinance 36"}
    fields:
      statement:
        label: {zh: 说明, en: Statement}
        versions:
          - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: {required: true}, cite: "ordinance 36"}
          - {in_force_from: 2025-01-01, value: {required: true}, cite: "amended_ordinance 36"}
"""
    assert ("fields.statement", "nobody_states") in refused_of_demand(("\n    fields: {}\n", every))


def test_only_a_catalogue_update_drafts_an_entry() -> None:
    entry = """
    fields: {}
    entry:
      title:
        label: {zh: 名称, en: Title}
        versions:
          - {in_force_from: 2021-02-01, in_force_until: 2025-01-01, value: {required: true}, cite: "ordinance 36"}
          - {in_force_from: 2025-01-01, value: {required: true}, cite: "amended_ordinance 36"}
"""
    assert ("entry", "unknown_field") in refused_of_demand(("\n    fields: {}\n", entry))
