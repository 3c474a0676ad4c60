"""What the loader refuses of stops of a clock, and of a rule that rests on several texts."""

from __future__ import annotations

import pytest

from rules.loading import PackRefused, load_text
from tests.rules.test_lapse_checking import HEYANG, refused

SUPPLEMENT = "value: {clocks: [answer], begins: supplement_asked, ends: supplement_received}"
EXPERTS = "value: {clocks: [answer], begins: opinion_asked, ends: opinion_given, at_most: 10wd}"
BESIDE = "{clocks: [review], begins: stage_opened, stage: consultation, ends: stage_done, at_most: 5d}"
DECIDED = "{clocks: [answer, review], begins: by_decision, ends: by_decision, at_most: 5wd}"
TWO_TEXTS = 'cite: ["measures 15.2", "licensing_law 45"]'


@pytest.mark.parametrize(
    ("change", "path", "found"),
    [
        ((SUPPLEMENT, "value: {clocks: [answer], begins: supplement_asked}"), "stops.supplement", "never_ends"),
        ((SUPPLEMENT, SUPPLEMENT.replace("supplement_received", "opinion_given")), "stops.supplement", "never_ends"),
        ((SUPPLEMENT, SUPPLEMENT.replace("[answer]", "[hearing]")), "stops.supplement", "unknown_stage"),
        ((SUPPLEMENT, SUPPLEMENT.replace("[answer]", "[consultation]")), "stops.supplement", "stops_nothing"),
        ((SUPPLEMENT, SUPPLEMENT.replace("[answer]", "[choice]")), "stops.supplement", "stops_nothing"),
        ((EXPERTS, EXPERTS.replace("opinion_asked", "somebody_is_ill")), "stops.expert_review", "wrong_value"),
        ((EXPERTS, EXPERTS.replace("10wd", "2mo")), "stops.expert_review", "wrong_value"),
        ((BESIDE, BESIDE.replace(", stage: consultation", "")), "stops.consultation", "never_begins"),
        ((BESIDE, BESIDE.replace("stage: consultation", "stage: answer")), "stops.consultation", "never_begins"),
        ((BESIDE, BESIDE.replace("stage: consultation", "stage: hearing")), "stops.consultation", "unknown_stage"),
        ((DECIDED, DECIDED.replace("answer, review", "answer, choice")), "stops.inspection", "stops_nothing"),
        (("value: {stops_clock: false}", "value: {stops_clock: true}"), "stops.supplement", "stops_twice"),
        (("value: {stops_clock: false}", "value: {stops_clock: true}"), "stops.inspection", "stops_twice"),
        ((EXPERTS, SUPPLEMENT), "stops.expert_review", "stops_twice"),
        ((TWO_TEXTS, "cite: service supplement"), "stops.expert_review", "stops_without_law"),
        ((f"{EXPERTS}, {TWO_TEXTS}", EXPERTS), "stops.expert_review", "uncited"),
        ((TWO_TEXTS, 'cite: ["measures 15.2", "measures 16"]'), "stops.expert_review", "cited_twice"),
        ((TWO_TEXTS, 'cite: ["measures 15.2", service supplement]'), "stops.expert_review", "article_or_choice"),
        ((TWO_TEXTS, 'cite: ["measures 15.2", "licence_law 45"]'), "stops.expert_review", "dangling_source"),
        ((TWO_TEXTS, 'cite: ["measures 15.2", "Article 45"]'), "stops.expert_review", "citation_syntax"),
        ((TWO_TEXTS, "cite: []"), "stops.expert_review", "citation_syntax"),
    ],
)
def test_the_loader_refuses_a_stop_without_law_beginning_or_end(change: tuple[str, str], path: str, found: str) -> None:
    assert found in [rule for place, rule in refused(change) if place.startswith(path)]


def test_a_rule_that_stops_nothing_may_be_our_own_choice_and_needs_no_end() -> None:
    by_choice = (
        f"{EXPERTS}, {TWO_TEXTS}",
        "value: {clocks: [answer], begins: opinion_asked, stops: false}, cite: service supplement",
    )
    assert refused(by_choice) == []


def test_nothing_is_asked_for_that_nobody_can_ask_for() -> None:
    opinion = '    opinion: [{in_force_from: 2023-07-01, value: expert_review, cite: "measures 15"}]\n'
    assert ("stops.expert_review", "never_begins") in refused((opinion, ""))
    supplement = '    supplement: [{in_force_from: 2023-07-01, value: {stops_clock: false}, cite: "measures 12"}]\n'
    assert ("stops.supplement", "never_begins") in refused((supplement, ""))


def test_what_ends_a_stop_is_told_to_who_writes_the_pack() -> None:
    text = HEYANG.read_text(encoding="utf-8").replace(", ends: opinion_given, at_most: 10wd", "")
    with pytest.raises(PackRefused) as refusal:
        load_text(text, "heyang.yaml")
    (said,) = (each for each in refusal.value.problems if each.rule == "never_ends")
    assert said.message.startswith(
        "it begins with opinion_asked and nothing ends it: write ends: opinion_given, or at_most"
    )
