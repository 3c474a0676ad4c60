"""What the loader refuses of classes in dispute and of answers that are ruled out: Guangzhou's pack, changed."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

TEXT = (files("rules.packs") / "guangzhou.yaml").read_text(encoding="utf-8")
BEFORE, START, UPDATE = TEXT.partition("  catalogue_update:\n")
NAMED = "{any_of: [named_class], cite: service dispute}, "
PROPOSE = "leads_to: reply, class_effect: propose, when_class: open, "
SUBMIT = "leads_to: reviews, entry: submit, "
CASE = '{any_of: [closed_case], when: {openness: [closed]}, cite: "measures 9.2"}, '
BAR = "{when: {secrets_or_privacy: [applies]}, unless: {masked: [applies], trigger: [public_interest]}, "
ASKED = "{any_of: [secrets_or_privacy], cite: service questions}, "
SET = "class_effect: set, requires: [{any_of: [named_class], cite: service dispute}, "


def refused(*changes: tuple[str, str], text: str = UPDATE) -> set[tuple[str, str]]:
    """Path and rule of what is refused of the pack with each change made at the first place where it fits."""
    for old, new in changes:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    with pytest.raises(PackRefused) as refusal:
        load_text(BEFORE + START + text, "guangzhou.yaml")
    return {
        (problem.path.removeprefix("procedures.catalogue_update."), problem.rule) for problem in refusal.value.problems
    }


def test_a_proposal_without_a_class_is_refused() -> None:
    found = refused((PROPOSE + "requires: [" + NAMED, PROPOSE + "requires: ["))
    assert ("stages.review.outcomes.propose_class", "class_not_named") in found


def test_a_decision_of_another_class_that_names_none_is_refused() -> None:
    found = refused((SET, "class_effect: set, requires: ["))
    assert ("stages.government_decision.outcomes.return", "class_not_named") in found


def test_a_class_that_is_named_for_nothing_is_refused() -> None:
    found = refused((PROPOSE, "leads_to: reply, "))
    assert ("stages.review.outcomes.propose_class", "class_unused") in found
    assert ("stages.reply.outcomes.accept", "nothing_proposed") in found


def test_a_dispute_that_could_begin_again_once_it_is_settled_is_refused() -> None:
    found = refused((PROPOSE, PROPOSE.replace("when_class: open, ", "")))
    assert ("stages.review.outcomes.propose_class", "dispute_without_end") in found


def test_a_class_cannot_be_settled_before_there_is_a_draft() -> None:
    abandon = "leads_to: abandoned, when_class: open, "
    found = refused((abandon, abandon + "class_effect: keep, "))
    assert ("stages.compilation.outcomes.abandon", "nothing_submitted") in found


def test_a_stage_that_nobody_could_decide_once_the_class_is_settled_is_refused() -> None:
    agreed = "leads_to: compilation, class_effect: accept, requires"
    found = refused((agreed, agreed.replace("class_effect: accept", "class_effect: accept, when_class: open")))
    assert ("stages.agreed_change.outcomes", "class_leaves_nothing") in found


def test_a_correction_beside_settled_classes_is_refused() -> None:
    terms = "{tells: [compilation], requires: [{any_of: [reason]}]}"
    correction = f'    correction: [{{in_force_from: 2022-07-01, value: {terms}, cite: "measures 9.6"}}]\n'
    found = refused(("    stages:\n", correction + "    stages:\n"))
    assert ("correction", "correction_settles_no_class") in found


def test_only_a_catalogue_update_is_about_a_class() -> None:
    demand = "leads_to: declined, period: 5wd, "
    found = refused((demand, demand + "class_effect: keep, "))
    assert ("procedures.demand.stages.assessment.outcomes.decline", "class_out_of_place") in found


def test_a_draft_that_may_leave_data_closed_without_naming_the_case_is_refused() -> None:
    assert ("stages.compilation.outcomes.submit", "case_not_demanded") in refused((CASE, ""))


def test_an_answer_that_is_ruled_out_by_a_question_which_nobody_asks_is_refused() -> None:
    assert ("stages.compilation.outcomes.submit", "question_not_asked") in refused((ASKED, ""))


@pytest.mark.parametrize(
    ("bar", "rule"),
    [
        ("{when: {secrets_or_privacy: [perhaps]}, ", "unknown_choice"),
        ("{when: {secrets_or_privacy: [applies]}, unless: {trigger: [a_whim]}, ", "unknown_choice"),
        ("{when: {openness: [closed]}, ", "barred_by_itself"),
    ],
)
def test_what_rules_an_answer_out_is_an_answer_to_something_else_that_the_law_knows(bar: str, rule: str) -> None:
    assert ("choices.openness.unconditional", rule) in refused((BAR, bar))


def test_nothing_but_answers_of_a_draft_is_ruled_out() -> None:
    other = "label: {zh: 其他缘由, en: Another reason}\n          versions: [{in_force_from: 2022-07-01, value: {"
    bar = 'barred: [{when: {openness: [closed]}, cite: "measures 9.4"}]'
    assert ("choices.trigger.other", "bar_out_of_place") in refused((other, other + bar))


def test_a_bar_that_is_always_there_is_none() -> None:
    assert refused((BAR, "{when: {}, "))
