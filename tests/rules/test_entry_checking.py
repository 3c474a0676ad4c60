"""What the loader refuses of catalogue updates: an entry that is published and was never submitted."""

from __future__ import annotations

from datetime import date

import pytest

from rules.loading import PackRefused, load_text
from rules.pinned import EntryEffect, ProcedureRules
from rules.resolving import resolve
from tests.rules.cuts import INVENTED, invented_pack

BEFORE_UPDATE, START, UPDATE = INVENTED.read_text(encoding="utf-8").partition("  catalogue_update:\n")
BEFORE_THE_AMENDMENT, AMENDED = date(2024, 12, 31), date(2025, 1, 1)
SUBMIT = "&submit {entry: submit, requires: [{any_of: [entry]}]}"
SUBMITTING = "stages.compilation.outcomes.submit"
PUBLISHING = "stages.publication.outcomes.publish"
REVIEWS = "reviews: {stages: [board_review, technical_review], then: publication}"
PASS = 'value: {}, cite: "amended_ordinance 32"'
ONLY_COMPILED = "steps:\n            compilation: {stages: [compilation], then: publication}"
STEPS_SINCE = "steps:\n            compilation: {stages: [compilation], then: reviews}"
AMENDED_ORDER = 'publication: {stages: [publication]}\n        cite: "amended_ordinance 31"'


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
    return AMENDED_ORDER, AMENDED_ORDER.replace("\n", f"\n          {line}\n", 1)


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
    assert (PUBLISHING, "nothing_submitted") in refused((SUBMIT, "&submit {requires: [{any_of: [entry]}]}"))


def test_an_update_that_can_begin_with_its_publication_is_refused() -> None:
    begin = 'value: {on_request: false}, cite: "amended_ordinance 30"'
    found = refused((begin, begin.replace("false", "false, begins_at: publication")))
    assert (PUBLISHING, "nothing_submitted") in found


def test_one_way_past_the_compilation_is_enough_to_be_refused() -> None:
    skip = 'value: *submit, cite: "amended_ordinance 31"}\n'
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
    alone = REVIEWS.replace("board_review, ", "")
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
    found = refused((SUBMIT, f"&submit {{entry: submit{requires}}}"))
    assert (SUBMITTING, "entry_not_demanded") in found


def test_a_pack_in_which_an_entry_may_change_describes_how() -> None:
    with pytest.raises(PackRefused) as refusal:
        load_text(BEFORE_UPDATE + "  something_else:\n" + UPDATE, "yunmeng.yaml")
    problems = [(problem.path, problem.rule) for problem in refusal.value.problems]
    assert ("procedures.objection.stages.ruling.outcomes.rectify", "unknown_target") in problems
