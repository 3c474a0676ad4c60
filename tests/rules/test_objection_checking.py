"""What the loader refuses of objections: an objector unanswered, a hold that nobody reviews, stages that stick."""

from __future__ import annotations

from datetime import date

import pytest

from rules.loading import PackRefused, load_text
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.rules.cuts import INVENTED, accepted, invented_pack, stage_of

BEFORE_OBJECTION, START, OBJECTION = INVENTED.read_text(encoding="utf-8").partition("  objection:\n")
BEFORE_THE_AMENDMENT, AMENDED = date(2024, 12, 31), date(2025, 1, 1)
ORDER, HOLD = "order", "hold"
RULING = "stages.ruling.outcomes"
FINDINGS = "{stages: [restraint, custody_finding, ethics_finding], then: ruling}"
ONLY_WHEN = 'only_when: {ethics_finding: {ground: [privacy]}}\n        cite: "amended_ordinance 21"'
UPHOLD = "{leads_to: data_withdrawn, data: withdraw, answers: true, requires: [{any_of: [answer]}]}"
DISMISS = "{leads_to: restored, data: serve, answers: true, requires: [{any_of: [answer]}]}"
DECLINE = "{data: serve, requires: [{any_of: [reason]}]}"
FOUNDED = 'value: {}, cite: "amended_ordinance 22"'
PRIVACY = 'value: {}, cite: "amended_ordinance 20"'


def objection_on(day: date) -> ProcedureRules:
    return resolve(invented_pack(), "objection", day)


def edited(*changes: tuple[str, str]) -> str:
    """The invented pack with each change made at the first place of its objection where it fits."""
    text = OBJECTION
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    return BEFORE_OBJECTION + START + text


def refused(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(PackRefused) as refusal:
        load_text(edited(*changes), "yunmeng.yaml")
    return [(problem.path.removeprefix("procedures.objection."), problem.rule) for problem in refusal.value.problems]


def of_order(line: str) -> tuple[str, str]:
    """The change that says something more of the stages of the amended order."""
    return ONLY_WHEN, ONLY_WHEN.replace("\n", f"\n          {line}\n", 1)


def only_when(condition: str) -> tuple[str, str]:
    return ONLY_WHEN, ONLY_WHEN.replace("{ethics_finding: {ground: [privacy]}}", condition)


def test_what_goes_on_for_some_items_stands_not_beside_what_answers_for_the_others() -> None:
    changed = UPHOLD, "{leads_to: findings, data: suspend}"
    unanswered = BEFORE_OBJECTION + START + OBJECTION.replace("&uphold " + UPHOLD, "&uphold " + changed[1])
    with pytest.raises(PackRefused) as refusal:
        load_text(unanswered, "yunmeng.yaml")
    found = [(problem.path.removeprefix("procedures.objection."), problem.rule) for problem in refusal.value.problems]
    assert (f"{RULING}.uphold", "answers_twice") in found


def test_two_bodies_find_side_by_side_and_a_third_rules() -> None:
    findings = objection_on(AMENDED).step("findings")
    assert findings is not None
    assert {stage.body for stage in findings.stages} == {"provider", "experts"}
    assert findings.then == "ruling"
    assert stage_of(objection_on(AMENDED), "ruling").body == "authority"


def test_data_is_held_back_only_since_the_amendment() -> None:
    before, after = objection_on(BEFORE_THE_AMENDMENT), objection_on(AMENDED)
    assert before.hold is None
    assert before.stage("restraint") is None
    assert after.hold is not None
    assert (after.hold.grounds, after.hold.reviewed_by) == (("privacy",), "restraint")


def test_of_which_data_an_objection_may_be_can_change_with_the_law() -> None:
    assert objection_on(BEFORE_THE_AMENDMENT).concerns == ("unconditional",)
    assert objection_on(AMENDED).concerns == ("conditional", "unconditional")


def test_the_board_is_asked_only_on_privacy() -> None:
    board = stage_of(objection_on(AMENDED), "ethics_finding")
    assert board.applies_to({"ground": "privacy"})
    assert not board.applies_to({"ground": "error"})


def test_a_ruling_demands_the_answer() -> None:
    assert not accepted(objection_on(AMENDED), "ruling", "uphold", set())
    assert accepted(objection_on(AMENDED), "ruling", "uphold", {"answer"})


def test_a_step_whose_every_stage_may_be_left_out_is_refused() -> None:
    each = "{restraint: {ground: [privacy]}, custody_finding: {ground: [privacy]}, ethics_finding: {ground: [privacy]}}"
    assert (ORDER, "may_be_empty") in refused(only_when(each))


@pytest.mark.parametrize("line", ["outlasting: [ruling]", "outlasting: [ruling]\n          binding: [ruling]"])
def test_a_stage_that_outlasts_its_step_can_lead_nowhere(line: str) -> None:
    assert ("stages.ruling", "leads_from_beside") in refused(of_order(line))


def test_a_stage_that_is_opened_beside_the_others_can_lead_nowhere() -> None:
    found = refused((FOUNDED, 'value: {opens: [ruling]}, cite: "amended_ordinance 22"'))
    assert ("stages.ruling", "leads_from_beside") in found


def test_a_stage_that_is_opened_beside_the_others_stands_in_no_step() -> None:
    found = refused((FOUNDED, 'value: {opens: [restraint]}, cite: "amended_ordinance 22"'))
    assert (ORDER, "stage_in_two_places") in found


@pytest.mark.parametrize("line", ["outlasting: [ghost]", "binding: [ghost]"])
def test_rules_name_only_stages_that_exist(line: str) -> None:
    assert (ORDER, "unknown_stage") in refused(of_order(line))


def test_a_condition_is_put_on_a_stage_that_there_is() -> None:
    assert (ORDER, "unknown_stage") in refused(only_when("{ghost: {ground: [privacy]}}"))


def test_an_outcome_opens_a_stage_that_there_is() -> None:
    found = refused((FOUNDED, 'value: {opens: [ghost]}, cite: "amended_ordinance 22"'))
    assert (ORDER, "unknown_stage") in found


@pytest.mark.parametrize("condition", ["{ground: [rumour]}", "{whim: [privacy]}"])
def test_a_condition_on_a_stage_names_a_choice_that_the_law_knows(condition: str) -> None:
    assert (ORDER, "unknown_choice") in refused(only_when(f"{{ethics_finding: {condition}}}"))


def test_a_hold_is_on_grounds_that_the_law_knows() -> None:
    assert (HOLD, "unknown_choice") in refused(("{grounds: [privacy]", "{grounds: [privacy, rumour]"))


def test_a_choice_begins_at_a_step_that_there_is() -> None:
    found = refused((PRIVACY, PRIVACY.replace("{}", "{begins_at: ghost}")))
    assert ("choices.ground.privacy", "unknown_target") in found


@pytest.mark.parametrize("reviewer", ["custody_finding", "ghost"])
def test_a_hold_is_reviewed_by_a_stage_that_can_confirm_and_lift_it(reviewer: str) -> None:
    assert (HOLD, "hold_not_reviewed") in refused(("reviewed_by: restraint", f"reviewed_by: {reviewer}"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("value: {data: suspend}, cite", "value: {}, cite"), (DECLINE, DECLINE.replace("data: serve, ", ""))],
)
def test_a_hold_that_can_only_be_lifted_or_only_be_confirmed_is_not_reviewed(old: str, new: str) -> None:
    assert (HOLD, "hold_not_reviewed") in refused((old, new))


def test_a_hold_is_reviewed_on_every_ground_that_holds_data_back() -> None:
    assert (HOLD, "hold_not_reviewed") in refused(only_when("{restraint: {ground: [error]}}"))


def test_a_hold_is_reviewed_where_a_case_of_its_ground_begins() -> None:
    assert (HOLD, "hold_not_reviewed") in refused((PRIVACY, PRIVACY.replace("{}", "{begins_at: ruling}")))


def test_an_objector_who_was_answered_is_not_answered_again() -> None:
    found = refused((DISMISS, DISMISS.replace("restored", "findings")))
    assert (f"{RULING}.uphold", "answers_twice") in found


def test_an_answer_that_leads_nowhere_may_be_given_twice() -> None:
    answer = 'value: {answers: true, requires: [{any_of: [answer]}]}, cite: "amended_ordinance 22"'
    found = refused((FOUNDED, answer))
    assert ("stages.custody_finding.outcomes.founded", "answers_twice") in found


def test_no_case_ends_before_the_objector_was_answered() -> None:
    assert (f"{RULING}.uphold", "unanswered") in refused((UPHOLD, UPHOLD.replace("answers: true, ", "")))


def test_no_case_goes_on_to_an_ending_before_the_objector_was_answered() -> None:
    assert (ORDER, "unanswered") in refused((FINDINGS, FINDINGS.replace("then: ruling", "then: restored")))


@pytest.mark.parametrize(
    "requires", ["", ", requires: [{any_of: [reason]}]", ", requires: [{any_of: [answer], when: {ground: [error]}}]"]
)
def test_an_outcome_that_answers_demands_the_answer_whatever_the_ground(requires: str) -> None:
    found = refused((UPHOLD, UPHOLD.replace(", requires: [{any_of: [answer]}]", requires)))
    assert (f"{RULING}.uphold", "answer_not_demanded") in found


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"),
    [
        (
            "data: suspend}, cite",
            "data: vanish}, cite",
            "stages.restraint.outcomes.suspend.versions[1].value.data",
            "wrong_value",
        ),
        ("most_open: 1", "most_open: 0", "hold[1].value.most_open", "wrong_value"),
        ("most_open: 1", "most_open: 1, forever: true", "hold[1].value.forever", "unknown_key"),
        ("grounds: [privacy]", "grounds: []", "hold[1].value.grounds", "wrong_value"),
        ("value: [unconditional]", "value: [secret]", "concerns[0].value[0]", "wrong_value"),
        ("upheld: true", "upheld: maybe", "endings.data_withdrawn.versions[0].value.upheld", "wrong_value"),
    ],
)
def test_the_words_of_an_objection_are_read_strictly(old: str, new: str, path: str, rule: str) -> None:
    assert (path, rule) in refused((old, new))
