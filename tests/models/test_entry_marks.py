"""What a draft says of its data beside the class: grade and supervision, the case on which the class rests, the kind
that is opened first, and whether it comes in a format that is easy to process."""

from __future__ import annotations

from typing import Any

import pytest

from models.drafting import EntryNow, drafted
from rules.pinned import Basis
from tests.models.bench import WHATEVER_IS_ASKED, Bench, law
from tests.models.updates import EVERY_FIELD, answers_for, draft, update_begun

ITEMS = [{"item": "line_name"}]
ENTRY: dict[str, Any] = {**dict.fromkeys(EVERY_FIELD, "said"), "items": ITEMS}
PRIORITIES = {
    "guangzhou": {
        "safety_and_livelihood": "6.2(1)",
        "nature_and_transport": "6.2(2)",
        "enterprise_credit": "6.2(3)",
        "other_priority": "6.2(4)",
    },
    "yulin": {
        "safety_and_livelihood": "12(1)",
        "nature_and_transport": "12(2)",
        "enterprise_credit": "12(3)",
        "other_priority": "12(4)",
        **dict.fromkeys(("needed_by_society", "value_potential", "strategic_industry"), "11"),
    },
    "nanning": {
        **dict.fromkeys(("livelihood", "needed_by_society", "value_potential"), "19 and 4(2)"),
        "strategic_industry": "19",
    },
}


def in_formats(bench: Bench, *formats: str, openness: str = "unconditional", given: frozenset[str]) -> str:
    """A draft of data in these formats, as the service reads it, with what comes beside it."""
    asked = answers_for(bench.rules, {"openness": openness})
    del asked["change"], asked["readability"]
    fitting = {"unconditional": {"conditions", "basis"}, "closed": {"conditions"}}.get(openness, set())
    entry = {name: value for name, value in ENTRY.items() if name not in fitting | {"openness", "provider"}}
    said = drafted(bench.rules, bench.state.choices, None, {**entry, "formats": [*formats]}, asked)
    return bench.decide("compilation", "submit", given | said.given, amends=said.amends, measure=said.measure)


@pytest.mark.duty("LYG-8")
def test_lianyungang_wants_grade_and_class_of_every_draft() -> None:
    for openness in ("closed", "conditional", "unconditional"):
        bench = update_begun("lianyungang")
        assert draft(bench, {"openness": openness}, fields=EVERY_FIELD - {"grade"}) == "RequirementMissing"
        assert draft(bench, {"openness": openness}, without={"openness"}) == "RequirementMissing"
        assert draft(bench, {"openness": openness}) == "accepted"
    (grade,) = (rule for rule in law("lianyungang", "catalogue_update").entry if rule.field == "grade")
    assert (grade.citation.article, grade.citation.basis) == ("8", Basis.LAW)


@pytest.mark.duty("GZ-8")
def test_guangzhou_wants_grade_class_conditions_and_supervision_of_every_draft() -> None:
    for openness in ("closed", "conditional", "unconditional"):
        bench = update_begun("guangzhou")
        for field in ("grade", "supervision", *(["conditions"] if openness == "conditional" else [])):
            assert draft(bench, {"openness": openness}, fields=EVERY_FIELD - {field}) == "RequirementMissing", field
        assert draft(bench, {"openness": openness}, without={"openness"}) == "RequirementMissing"
        assert draft(bench, {"openness": openness}) == "accepted"
    rules = {rule.field: rule for rule in law("guangzhou", "catalogue_update").entry}
    assert {rules[field].citation.article for field in ("grade", "supervision")} == {"8"}


@pytest.mark.duty("GZ-9c")
def test_each_class_of_guangzhou_rests_on_a_case_of_the_article_or_is_open() -> None:
    rules = law("guangzhou", "catalogue_update")
    cases = {"closed": "closed_case", "conditional": "conditional_case"}
    for number, (openness, case) in enumerate(cases.items(), start=2):
        of_article = [f"9.{number}({item})" for item in range(1, 5)]
        assert [each.citation.article for each in rules.choices[case]] == of_article
        bench = update_begun("guangzhou")
        assert draft(bench, {"openness": openness}, without={case}) == "RequirementMissing"
        assert draft(bench, {"openness": openness, case: "because_we_say_so"}) == "ChoiceNotOnRequest"
        assert draft(bench, {"openness": openness}, fields=EVERY_FIELD - {"basis"}) == "RequirementMissing"
        for each in rules.choices[case]:
            rests_on = {name for bar in each.barred for name, said in bar.when.items() if "does_not_apply" in said}
            consent = {"subjects_consent": "given"} if "secrets_or_privacy" in rests_on else {}
            said = {"openness": openness, case: each.value, **dict.fromkeys(rests_on, "applies"), **consent}
            for question in rests_on:
                denied = {**said, question: "does_not_apply"}
                assert draft(update_begun("guangzhou"), denied) == "AnswerBarred", each.value
            assert draft(update_begun("guangzhou"), said) == "accepted", each.value
    assert draft(update_begun("guangzhou"), {"openness": "unconditional"}) == "accepted"
    barred = {each.value for case in cases.values() for each in rules.choices[case] if each.barred}
    assert barred == {"endangers_security", "no_consent", "agreement_or_rights", "statutory_ban", "subjects_agree"}


@pytest.mark.duty("NN-19", "YL-11")
@pytest.mark.parametrize(("city", "article"), [("nanning", "19"), ("yulin", "11")])
def test_conditional_data_names_which_of_the_three_cases_of_the_article_it_is(city: str, article: str) -> None:
    known = law(city, "catalogue_update").choices["conditional_case"]
    assert [(each.value, each.citation.article) for each in known] == [
        (case, article) for case in ("demanding", "time_critical", "obtained_continually")
    ]
    bench = update_begun(city)
    conditional = {"openness": "conditional"}
    assert draft(bench, conditional, without={"conditional_case"}) == "RequirementMissing"
    assert draft(bench, conditional | {"conditional_case": "because_we_say_so"}) == "ChoiceNotOnRequest"
    for each in known:
        assert draft(update_begun(city), conditional | {"conditional_case": each.value}) == "accepted"
    assert draft(update_begun(city), {"openness": "unconditional"}, without={"conditional_case"}) == "accepted"


@pytest.mark.duty("GZ-9c")
def test_consent_makes_a_class_conditional_only_where_secrets_or_privacy_are_touched() -> None:
    said = {"openness": "conditional", "conditional_case": "subjects_agree"}
    assert draft(update_begun("guangzhou"), said | {"secrets_or_privacy": "does_not_apply"}) == "AnswerBarred"
    touched = {"secrets_or_privacy": "applies", "subjects_consent": "given"}
    assert draft(update_begun("guangzhou"), said | touched) == "accepted"
    assert draft(update_begun("guangzhou"), {**touched, "openness": "unconditional"}) == "AnswerBarred"
    # Without consent it is closed, and by that case.
    withheld = {"secrets_or_privacy": "applies", "subjects_consent": "withheld"}
    for openness in ("conditional", "unconditional"):
        assert draft(update_begun("guangzhou"), said | withheld | {"openness": openness}) in (
            "AnswerBarred",
            "ChoiceNotOnRequest",
        ), openness


@pytest.mark.duty("GZ-6b", "YL-12", "YL-11b", "NN-19b")
@pytest.mark.parametrize("city", PRIORITIES)
def test_a_draft_says_which_kind_it_is_that_is_opened_first_or_that_it_is_none(city: str) -> None:
    rules = law(city, "catalogue_update")
    known = {each.value: each.citation.article for each in rules.choices["priority"]}
    assert {kind: known[kind] for kind in PRIORITIES[city]} == PRIORITIES[city]
    assert set(known) - set(PRIORITIES[city]) == {"none"}
    bench = update_begun(city)
    assert draft(bench, without={"priority"}) == "RequirementMissing"
    assert draft(bench, {"priority": "whatever_we_like"}) == "ChoiceNotOnRequest"
    for kind in known:
        assert draft(update_begun(city), {"priority": kind}) == "accepted"


@pytest.mark.duty("GZ-13b")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_guangzhou_opens_no_data_in_formats_that_are_hard_to_process_but_by_a_law(openness: str) -> None:
    without_basis = frozenset(WHATEVER_IS_ASKED - {"basis", "readability"})

    def given(*formats: str, basis: bool = False) -> str:
        said = without_basis | ({"basis"} if basis else set())
        return in_formats(update_begun("guangzhou"), *formats, openness=openness, given=said)

    assert given("pdf", "jpeg", "docx") == "RequirementMissing"
    assert given("pdf", "jpeg", "docx", basis=True) == "accepted"
    assert given("pdf", "csv") == "accepted"
    assert {given(each) for each in ("csv", "geojson", "json", "xlsx", "xml")} == {"accepted"}


@pytest.mark.duty("GZ-13b")
def test_what_stays_closed_may_lie_in_any_format_and_the_formats_of_today_count_too() -> None:
    without_basis = frozenset(WHATEVER_IS_ASKED - {"basis", "readability"})
    assert in_formats(update_begun("guangzhou"), "pdf", openness="closed", given=without_basis) == "accepted"
    rules = law("guangzhou", "catalogue_update")
    for formats, found in ((["pdf"], "not_readable"), (["pdf", "csv"], "readable")):
        now = EntryNow("unconditional", ("line_name",), {"items": ITEMS, "formats": formats})
        assert drafted(rules, {}, now, {"title": "said"}, {}).amends.choices["readability"] == found


def test_nobody_is_asked_of_formats_where_the_law_has_no_list() -> None:
    rules = law("nanning", "catalogue_update")
    assert "readability" not in drafted(rules, {}, None, {"title": "said", "items": ITEMS}, {}).amends.choices
