"""Catalogue updates by the law of each city: the reviews that an answer brings, what a draft states, the last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Measure
from models.restrictions import RestrictionKind
from rules.entry_checking import CASES
from rules.vocabulary import QUESTIONS
from tests.models.bench import CITIES, INVENTED, MONDAY, WHATEVER_IS_ASKED, law
from tests.models.reviews_by_city import ALWAYS, BY_ANSWER, ONLY_FINDS
from tests.models.updates import EVERY_FIELD, draft, pass_reviews, submitted, update_begun

EVERYWHERE = (*CITIES, INVENTED)
LAST_WORD = {
    "nanning": ("review", "publish"),
    "yulin": ("city_compilation", "publish"),
    "guangzhou": ("review", "publish"),
    "lianyungang": ("publication", "publish"),
    "nanjing": ("review", "publish"),
    INVENTED: ("publication", "publish"),
}

EXCEPTED = (
    *("state_secrets", "security_or_stability", "secrets_or_privacy"),
    *("internal_affairs", "agreement_or_rights", "statutory_ban"),
)
"""What Lianyungang 7.1 excepts, by its items."""
NEVER_OPEN = ("state_secrets", "security_or_stability", "statutory_ban")
"""What Nanjing 24.1(3) never opens."""


def consenting(city: str, **answers: str) -> dict[str, Any]:
    """The answers, and the consent of the data's subjects where the law asks for it."""
    return {**answers, **({"subjects_consent": "given"} if city == "guangzhou" else {})}


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_draft_about_which_nothing_is_special_has_the_reviews_that_every_draft_has(city: str) -> None:
    assert submitted(city).open_stages == ALWAYS[city]


@pytest.mark.duty("NN-17", "YL-15b", "GZ-12")
@pytest.mark.parametrize(
    ("city", "question", "review"),
    [(city, question, review) for city, known in BY_ANSWER.items() for question, review in known.items()],
)
def test_an_answer_brings_the_review_that_the_law_of_the_city_knows_for_it(
    city: str, question: str, review: str
) -> None:
    answers = {question: "applies"}
    assert submitted(city, **consenting(city, **answers)).open_stages == ALWAYS[city] | {review}


@pytest.mark.duty("NN-16b", "NN-17", "NN-29", "YL-15b", "YL-22b", "YL-32", "GZ-12", "LYG-12", "LYG-14", "NJ-32")
@pytest.mark.parametrize("city", EVERYWHERE)
def test_publication_waits_for_every_review_whichever_comes_last(city: str) -> None:
    answers = consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies"))
    reviews = ALWAYS[city] | set(BY_ANSWER[city].values())
    for last in sorted(reviews):
        bench = submitted(city, **answers)
        assert bench.open_stages == reviews
        pass_reviews(bench, but={last})
        assert bench.open_stages == {last}
        assert "EntryPublished" not in bench.types()
        pass_reviews(bench)
        assert bench.open_stages == {LAST_WORD[city][0]}
        assert bench.decide(*LAST_WORD[city]) == "accepted"
        assert bench.state.published
        assert bench.state.closed == "published"


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_finding_against_a_draft_sends_it_back_whatever_others_found(city: str) -> None:
    answers = consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies"))
    for review in sorted((ALWAYS[city] | set(BY_ANSWER[city].values())) - ONLY_FINDS.get(city, set())):
        bench = submitted(city, **answers)
        against = "object" if "object" in bench.task(review).outcomes else "return"
        assert bench.decide(review, against, WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
        assert bench.decide(review, against) == "accepted"
        assert "compilation" in bench.open_stages
        assert not bench.open_stages & ALWAYS[city]


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_returned_draft_is_reviewed_by_all_whom_its_new_answers_call_for(city: str) -> None:
    bench = submitted(city)
    review = min(ALWAYS[city])
    assert bench.decide(review, "object" if "object" in bench.task(review).outcomes else "return") == "accepted"
    answers = consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies"))
    assert draft(bench, answers) == "accepted"
    if "report" in bench.open_stages:
        assert bench.decide("report", "report") == "accepted"
    assert bench.open_stages == ALWAYS[city] | set(BY_ANSWER[city].values())


@pytest.mark.parametrize("city", [city for city in EVERYWHERE if BY_ANSWER[city]])
def test_a_review_that_the_next_draft_no_longer_needs_neither_opens_nor_decides(city: str) -> None:
    bench = submitted(city, **consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies")))
    review = min(set(BY_ANSWER[city].values()) - ONLY_FINDS.get(city, set()))
    assert bench.decide(review, "object" if "object" in bench.task(review).outcomes else "return") == "accepted"
    assert draft(bench) == "accepted"
    if "report" in bench.open_stages:
        assert bench.decide("report", "report") == "accepted"
    assert bench.open_stages == ALWAYS[city]


@pytest.mark.parametrize("city", EVERYWHERE)
def test_every_question_of_the_city_is_answered_with_the_draft(city: str) -> None:
    bench = update_begun(city)
    questions = (QUESTIONS & set(bench.rules.choices)) - {"change", "subjects_consent", *CASES}
    for question in sorted(questions):
        assert draft(bench, without={question}) == "RequirementMissing", question
    assert draft(bench) == "accepted"


@pytest.mark.duty("NN-16", "YL-22", "GZ-11", "LYG-11")
@pytest.mark.parametrize("city", CITIES)
def test_an_entry_without_a_field_that_the_law_demands_is_not_submitted(city: str) -> None:
    bench = update_begun(city)
    for rule in bench.rules.entry:
        answers = {name: values[0] for name, values in rule.when.items()}
        answers |= {
            "openness": min(rule.when.get("openness", ("conditional",)), key=lambda each: each != "conditional")
        }
        assert draft(bench, answers, fields=EVERY_FIELD - {rule.field}) == "RequirementMissing", rule.field
    assert draft(bench, fields=frozenset(rule.field for rule in bench.rules.entry)) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_only_conditional_data_has_conditions_and_open_data_no_basis(city: str) -> None:
    bench = update_begun(city)
    fields = EVERY_FIELD - {"conditions", "basis"}
    assert draft(bench, {"openness": "unconditional"}, fields=fields) == "accepted"


@pytest.mark.duty("GZ-9a", "NJ-24")
@pytest.mark.parametrize("city", ["guangzhou", "nanjing"])
@pytest.mark.parametrize("openness", ["closed", "conditional"])
def test_where_the_law_wants_a_basis_none_is_no_draft(city: str, openness: str) -> None:
    assert draft(update_begun(city), {"openness": openness}, fields=EVERY_FIELD - {"basis"}) == "RequirementMissing"


@pytest.mark.duty("LYG-7")
def test_lianyungangs_data_stays_closed_only_in_a_listed_case_that_is_named() -> None:
    bench = update_begun("lianyungang")
    assert draft(bench, {"openness": "closed"}, fields=EVERY_FIELD - {"basis"}) == "RequirementMissing"
    assert draft(bench, {"openness": "conditional"}, fields=EVERY_FIELD - {"basis"}) == "accepted"


@pytest.mark.duty("LYG-6")
def test_a_class_that_lianyungangs_law_does_not_know_is_none() -> None:
    assert draft(update_begun("lianyungang"), {"openness": "half_open"}) != "accepted"


@pytest.mark.duty("GZ-10d")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_closed_data_opens_for_the_public_interest_by_a_named_procedure(openness: str) -> None:
    opening = {"openness": openness, "change": "wider", "secrets_or_privacy": "applies"}
    bench = update_begun("guangzhou", "public_interest")
    law_permits = opening | {"subjects_consent": "law_permits"}
    assert draft(bench, opening | {"subjects_consent": "given"}, without={"basis"}) == "RequirementMissing"
    assert draft(bench, law_permits, without={"basis"}) == "RequirementMissing"
    assert draft(bench, law_permits) == "accepted"
    assert bench.open_stages == ALWAYS["guangzhou"] | {"proof"}
    pass_reviews(bench)
    assert bench.decide("review", "publish") == "accepted"
    assert bench.state.published


@pytest.mark.duty("GZ-10c")
def test_closed_data_that_is_fit_once_masked_is_opened_after_a_record_of_the_masking() -> None:
    bench = submitted("guangzhou", "fit_once_masked", openness="unconditional", change="wider")
    assert "processing_record" in bench.open_stages
    pass_reviews(bench)
    assert bench.decide("review", "publish") == "accepted"


@pytest.mark.duty("GZ-10b")
def test_whoever_narrows_a_class_in_guangzhou_states_the_basis_of_it() -> None:
    bench = update_begun("guangzhou")
    assert draft(bench, {"openness": "conditional", "change": "narrower"}, without={"basis"}) == "RequirementMissing"
    assert draft(bench, {"openness": "conditional", "change": "wider"}, without={"basis"}) == "accepted"


@pytest.mark.duty("GZ-11", "LYG-11")
@pytest.mark.parametrize("city", ["guangzhou", "lianyungang"])
def test_data_that_was_obtained_by_sharing_enters_no_catalogue(city: str) -> None:
    bench = update_begun(city)
    assert draft(bench, {"origin": "shared"}) == "ChoiceNotOnRequest"
    assert bench.state.draft is None


@pytest.mark.duty("GZ-25a")
@pytest.mark.parametrize(
    ("openness", "trigger"), [("conditional", "other"), ("conditional", "demand"), ("unconditional", "fit_once_masked")]
)
def test_guangzhous_secret_data_opens_only_with_consent_or_by_a_named_law(openness: str, trigger: str) -> None:
    secret = {"openness": openness, "secrets_or_privacy": "applies", "masked": "applies"}
    bench = update_begun("guangzhou", trigger)
    assert draft(bench, secret) == "RequirementMissing"
    assert draft(bench, secret | {"subjects_consent": "withheld"}) == "ChoiceNotOnRequest"
    assert draft(bench, secret | {"subjects_consent": "law_permits"}, without={"basis"}) == "RequirementMissing"
    assert draft(bench, secret | {"subjects_consent": "law_permits"}) == "accepted"


@pytest.mark.duty("GZ-25a", "GZ-10c", "GZ-10d")
@pytest.mark.parametrize("consent", ["given", "law_permits"])
@pytest.mark.parametrize("masked", ["applies", "does_not_apply"])
@pytest.mark.parametrize(
    "trigger", [choice.value for choice in law("guangzhou", "catalogue_update").choices["trigger"]]
)
def test_guangzhous_secret_data_is_open_to_all_only_masked_or_for_the_public(
    trigger: str, masked: str, consent: str
) -> None:
    bench = update_begun("guangzhou", trigger)
    secret = {"secrets_or_privacy": "applies", "subjects_consent": consent, "masked": masked}
    leads_there = masked == "applies" or trigger == "public_interest"
    assert draft(bench, secret | {"openness": "unconditional"}) == ("accepted" if leads_there else "AnswerBarred")
    if not leads_there:
        assert bench.state.draft is None
        assert draft(bench, secret | {"openness": "conditional"}) == "accepted"


@pytest.mark.duty("GZ-10c", "GZ-25a")
@pytest.mark.parametrize("trigger", ["openness_review", "demand"])
def test_what_a_review_finds_fit_once_masked_is_opened_to_all_with_the_proof(trigger: str) -> None:
    bench = update_begun("guangzhou", trigger)
    secret = {"openness": "unconditional", "secrets_or_privacy": "applies", "subjects_consent": "given"}
    assert draft(bench, secret, without={"masked"}) != "accepted"
    assert draft(bench, secret) == "AnswerBarred"
    assert draft(bench, secret | {"masked": "applies"}) == "accepted"
    assert {"proof", "processing_record"} <= bench.open_stages
    assert bench.decide("proof", "pass", ()) == "RequirementMissing"
    pass_reviews(bench)
    assert bench.decide("review", "publish") == "accepted"


@pytest.mark.duty("LYG-6", "LYG-7", "LYG-7b")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
@pytest.mark.parametrize("kind", EXCEPTED)
def test_lianyungang_opens_none_of_six_kinds_of_excepted_data_but_masked_or_agreed(kind: str, openness: str) -> None:
    excepted = {"openness": openness, kind: "applies"}
    bench = update_begun("lianyungang")
    assert draft(bench, excepted, without={kind}) == "RequirementMissing"
    assert draft(bench, excepted) in ("RequirementMissing", "AnswerBarred"), "nobody said whether others agree"
    assert draft(bench, excepted | {"subjects_consent": "not_obtained"}) == "AnswerBarred"
    assert draft(bench, excepted | {"masked": "applies"}) == "RequirementMissing", "nobody said whether others agree"
    assert bench.state.draft is None
    for lets in ({"subjects_consent": "given"}, {"subjects_consent": "not_obtained", "masked": "applies"}):
        assert draft(update_begun("lianyungang"), excepted | lets) == "accepted"
    assert draft(update_begun("lianyungang"), {kind: "applies", "openness": "closed"}) == "accepted"


@pytest.mark.duty("LYG-7")
def test_lianyungang_keeps_nothing_closed_for_secrets_that_it_has_not() -> None:
    closed = {"openness": "closed", "closed_case": "secrets_or_privacy"}
    assert draft(update_begun("lianyungang"), closed | {"secrets_or_privacy": "applies"}) == "accepted"
    without = closed | {"secrets_or_privacy": "does_not_apply"}
    assert draft(update_begun("lianyungang"), without) == "AnswerBarred", "closed for secrets that it has not"


@pytest.mark.parametrize(
    ("city", "review", "case"),
    [("nanning", "security_review", "trade_secret"), ("guangzhou", "risk_assessment", "no_consent")],
)
def test_what_an_earlier_draft_of_another_class_answered_bars_nothing(city: str, review: str, case: str) -> None:
    bench = update_begun(city)
    kept_closed = {"openness": "closed", "closed_case": case}
    assert draft(bench, kept_closed | {"secrets_or_privacy": "applies"}) == "accepted"
    assert bench.decide(review, "object") == "accepted"
    assert draft(bench, kept_closed | {"secrets_or_privacy": "does_not_apply"}) == "AnswerBarred"
    assert draft(bench, {"openness": "conditional", "secrets_or_privacy": "does_not_apply"}) == "accepted"


@pytest.mark.duty("LYG-6", "LYG-7b")
def test_the_case_of_7_2_is_named_only_for_data_that_is_masked_or_agreed_to() -> None:
    none = dict.fromkeys(EXCEPTED, "does_not_apply")
    named = {"openness": "conditional", "conditional_case": "masked_or_agreed", **none}
    consent = {"subjects_consent": "given"}
    masked = {"masked": "applies", "subjects_consent": "not_obtained"}
    neither = {"subjects_consent": "not_obtained", "masked": "does_not_apply"}
    bench = update_begun("lianyungang")
    for lets in (consent, masked):
        assert draft(bench, named | lets) == "AnswerBarred", "none of the kinds that 7.1 excepts"
    for kind in EXCEPTED:
        excepted = named | {kind: "applies"}
        assert draft(bench, excepted) in ("RequirementMissing", "AnswerBarred")
        assert draft(bench, excepted | {"masked": "applies"}) == "RequirementMissing", "nobody asked others"
        assert draft(bench, excepted | neither) == "AnswerBarred"
        assert bench.state.draft is None
        for lets in (consent, masked):
            assert draft(update_begun("lianyungang"), excepted | lets) == "accepted"


@pytest.mark.duty("LYG-7", "NJ-24b")
@pytest.mark.parametrize(
    ("city", "question"),
    [*(("lianyungang", kind) for kind in EXCEPTED), *(("nanjing", kind) for kind in NEVER_OPEN)],
)
def test_what_lianyungang_and_nanjing_list_as_closed_is_put_into_no_open_class(city: str, question: str) -> None:
    bench = update_begun(city)
    asked = {"subjects_consent": "not_obtained"} if city == "lianyungang" else {}
    assert draft(bench, asked, without={question}) == "RequirementMissing"
    for openness in ("conditional", "unconditional"):
        assert draft(bench, {**asked, question: "applies", "openness": openness}) == "AnswerBarred"
    assert bench.state.draft is None
    assert draft(bench, {question: "applies", "openness": "closed"}) == "accepted"


@pytest.mark.duty("NJ-24b")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_nanjings_secrets_and_privacy_open_once_they_are_processed(openness: str) -> None:
    bench = submitted("nanjing", openness=openness, secrets_or_privacy="applies")
    assert "processing_record" in bench.open_stages


@pytest.mark.duty("LYG-6")
def test_lianyungang_calls_conditional_only_what_articles_6_and_7_list() -> None:
    bench = update_begun("lianyungang")
    assert draft(bench, {"openness": "conditional"}, without={"conditional_case"}) == "RequirementMissing"
    assert draft(bench, {"openness": "conditional", "conditional_case": "as_we_like"}) == "ChoiceNotOnRequest"
    cases = bench.rules.choices["conditional_case"]
    assert [each.citation.article for each in cases] == ["6", "6", "6", "7.2"]
    excepted = {"internal_affairs": "applies", "subjects_consent": "given"}
    for each in cases:
        said = {"openness": "conditional", "conditional_case": each.value, **(excepted if each.barred else {})}
        assert draft(update_begun("lianyungang"), said) == "accepted"


@pytest.mark.duty("GZ-9b", "GZ-25a")
def test_in_a_dispute_nobody_proposes_or_decides_what_the_law_rules_out() -> None:
    bench = submitted("guangzhou", secrets_or_privacy="applies", subjects_consent="given")
    pass_reviews(bench)
    assert bench.decide("review", "propose_class", measure=Measure(named_class="unconditional")) == "AnswerBarred"
    assert bench.decide("review", "propose_class", measure=Measure(named_class="closed")) == "accepted"


@pytest.mark.duty("LYG-7")
@pytest.mark.parametrize("city", CITIES)
def test_a_draft_that_leaves_data_closed_names_one_of_the_cases_that_the_law_lists(city: str) -> None:
    bench = update_begun(city)
    closed = {"openness": "closed"}
    assert draft(bench, closed, without={"closed_case"}) == "RequirementMissing"
    assert draft(bench, closed | {"closed_case": "because_we_say_so"}) == "ChoiceNotOnRequest"
    for case in bench.rules.choices["closed_case"]:
        assert draft(update_begun(city), closed | {"closed_case": case.value}) == "accepted"


@pytest.mark.duty("NN-19", "YL-11", "YL-16")
@pytest.mark.parametrize(("city", "trigger"), [*((city, "other") for city in CITIES), ("yulin", "emergency")])
def test_no_draft_closes_data_in_a_case_that_its_own_answers_deny(city: str, trigger: str) -> None:
    stage = "emergency_compilation" if trigger == "emergency" else "compilation"
    for case in law(city, "catalogue_update").choices["closed_case"]:
        (question,) = {question for bar in case.barred for question in bar.when}
        closed = {"openness": "closed", "closed_case": case.value}
        denied = closed | {question: "does_not_apply"}
        assert draft(update_begun(city, trigger), denied, stage=stage) == "AnswerBarred", case.value
        said = closed | {question: "applies"}
        assert draft(update_begun(city, trigger), said, stage=stage) == "accepted", case.value


@pytest.mark.parametrize("city", CITIES)
def test_the_case_that_an_earlier_draft_named_does_not_stand_for_a_later_one(city: str) -> None:
    bench = submitted(city, openness="closed")
    review = min(bench.open_stages)
    assert bench.decide(review, "object" if "object" in bench.task(review).outcomes else "return") == "accepted"
    assert draft(bench, {"openness": "closed"}, without={"closed_case"}) == "RequirementMissing"


@pytest.mark.duty("YL-16")
@pytest.mark.parametrize("question", ["state_secrets", "security_or_stability", "statutory_ban"])
@pytest.mark.parametrize(
    ("trigger", "stage"), [("other", "compilation"), ("demand", "compilation"), ("emergency", "emergency_compilation")]
)
def test_what_yulin_bans_from_opening_stays_closed_even_in_an_emergency(
    question: str, trigger: str, stage: str
) -> None:
    bench = update_begun("yulin", trigger)
    assert draft(bench, stage=stage, without={question}) == "RequirementMissing"
    for openness in ("conditional", "unconditional"):
        assert draft(bench, {question: "applies", "openness": openness}, stage=stage) == "AnswerBarred"
    assert bench.state.draft is None
    assert draft(bench, {question: "applies", "openness": "closed"}, stage=stage) == "accepted"


@pytest.mark.duty("NN-19")
@pytest.mark.parametrize("question", ["work_secrets", "statutory_ban"])
def test_what_nanning_keeps_closed_is_put_into_no_open_class(question: str) -> None:
    bench = update_begun("nanning")
    assert draft(bench, without={question}) == "RequirementMissing"
    for openness in ("conditional", "unconditional"):
        assert draft(bench, {question: "applies", "openness": openness}) == "AnswerBarred"
    assert bench.state.draft is None
    assert draft(bench, {question: "applies", "openness": "closed"}) == "accepted"


@pytest.mark.duty("GZ-9c")
@pytest.mark.parametrize(
    ("question", "article"),
    [("security_or_stability", "9.2(1)"), ("agreement_or_rights", "9.2(3)"), ("statutory_ban", "9.2(4)")],
)
def test_what_guangzhou_lists_as_closed_is_put_into_no_open_class(question: str, article: str) -> None:
    bench = update_begun("guangzhou")
    assert draft(bench, without={question}) == "RequirementMissing"
    for openness in ("conditional", "unconditional"):
        choice = bench.rules.choice("openness", openness)
        assert choice
        assert [bar.citation.article for bar in choice.barred if question in bar.when] == [article]
        said = {question: "applies", "openness": openness}
        for masked in ("applies", "does_not_apply"):
            assert draft(bench, said | {"masked": masked}) == "AnswerBarred"
    assert bench.state.draft is None
    assert draft(bench, {question: "applies", "openness": "closed"}) == "accepted"


@pytest.mark.duty("GZ-9c")
def test_guangzhous_consent_is_the_case_of_a_class_only_where_the_subjects_agreed() -> None:
    agreed = {"openness": "conditional", "conditional_case": "subjects_agree", "secrets_or_privacy": "applies"}
    by_law = agreed | {"subjects_consent": "law_permits"}
    assert draft(update_begun("guangzhou"), by_law) == "AnswerBarred"
    assert draft(update_begun("guangzhou"), by_law | {"conditional_case": "by_law"}) == "accepted"
    assert draft(update_begun("guangzhou"), agreed | {"subjects_consent": "given"}) == "accepted"


@pytest.mark.duty("GZ-25a")
def test_nobody_need_consent_to_what_stays_closed() -> None:
    assert draft(update_begun("guangzhou"), {"openness": "closed", "secrets_or_privacy": "applies"}) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_data_that_is_closed_needs_a_review_but_not_those_of_an_opening(city: str) -> None:
    answers: dict[str, Any] = dict.fromkeys(BY_ANSWER[city], "applies")
    bench = submitted(city, openness="closed", **answers)
    assert bench.open_stages == ALWAYS[city] - {"processing_record"}
    assert bench.open_stages


@pytest.mark.parametrize("city", EVERYWHERE)
def test_an_update_that_is_no_longer_needed_is_given_up_with_a_reason(city: str) -> None:
    bench = update_begun(city)
    assert bench.decide("compilation", "abandon", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("compilation", "abandon") == "accepted"
    assert bench.state.closed == "abandoned"
    assert bench.state.published is None


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("trigger", "reopened"), [("reopening", {"objection"}), ("other", set[str]())])
def test_withdrawn_data_opens_again_after_all_reviews_of_its_own_update(
    city: str, trigger: str, reopened: set[str]
) -> None:
    withdrawn = e.RestrictionMet(at=MONDAY, by_case="objection", restriction=RestrictionKind.WITHDRAWAL)
    bench = submitted(city, trigger, met=[withdrawn])
    assert bench.open_stages == ALWAYS[city]
    pass_reviews(bench)
    assert bench.decide(*LAST_WORD[city]) == "accepted"
    (published,) = (event for event in bench.log if isinstance(event, e.EntryPublished))
    assert set(published.reopens) == reopened


RECORDS_PROCESSING = [city for city in CITIES if "processing_record" in ALWAYS[city]]


@pytest.mark.parametrize("city", RECORDS_PROCESSING)
def test_what_is_opened_again_was_processed_since_it_was_withdrawn_and_not_before(city: str) -> None:
    since = MONDAY + timedelta(days=2)
    told = {"at": since, "by_case": "objection", "restriction": RestrictionKind.WITHDRAWAL, "since": since}
    bench = submitted(city, "reopening", met=[e.RestrictionMet.model_validate(told)]).passes(days=3)
    before, after = (Measure(processed_on=(since + timedelta(days=days)).date()) for days in (-1, 0))
    assert bench.decide("processing_record", "pass", measure=before) == "ProcessedBeforeTheRestriction"
    assert "DataProcessed" not in bench.types()
    assert bench.decide("processing_record", "pass", measure=after) == "accepted"
    other = submitted(city, "other", met=[e.RestrictionMet.model_validate(told)]).passes(days=3)
    assert other.decide("processing_record", "pass", measure=before) == "accepted"


@pytest.mark.parametrize("city", RECORDS_PROCESSING)
def test_what_was_processed_and_then_withdrawn_is_not_published_as_open_again(city: str) -> None:
    since = MONDAY + timedelta(days=2)
    told = {"at": MONDAY, "by_case": "objection", "restriction": RestrictionKind.WITHDRAWAL}
    bench = submitted(city, "reopening", met=[e.RestrictionMet.model_validate(told)])
    pass_reviews(bench)
    bench.passes(days=3)
    # The same items, withdrawn anew: as reviewed, and yet not processed since.
    by = a.Actor(account="case:objection")
    assert bench.by_party(a.Restrict, by=by, by_case="objection", restriction="withdrawal", since=since) == "accepted"
    assert bench.decide(*LAST_WORD[city]) == "ProcessedBeforeTheRestriction"
    assert bench.state.published is None
