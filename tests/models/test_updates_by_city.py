"""Catalogue updates by the law of each city: the reviews that an answer brings, the clocks, who has the last word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.restrictions import RestrictionKind
from rules.deadlines import SHANGHAI
from tests.models.bench import CITIES, INVENTED, MONDAY, WHATEVER_IS_ASKED, Bench, law
from tests.models.updates import EVERY_FIELD, draft, pass_reviews, update_begun

EVERYWHERE = (*CITIES, INVENTED)
ALWAYS = {
    "nanning": {"security_review", "processing_record"},
    "yulin": {"security_review", "processing_record", "authority_assessment"},
    "guangzhou": {"risk_assessment", "processing_record"},
    "lianyungang": {"processing_record", "authority_review", "operator_review", "provider_review"},
    "nanjing": {"confidentiality_review"},
    INVENTED: {"board_review", "technical_review"},
}
"""City to the reviews of any draft that opens data."""
BY_ANSWER: Mapping[str, Mapping[str, str]] = {
    "nanning": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "committee_review",
        "group_interests": "consultation",
    },
    "yulin": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "committee_review",
        "group_interests": "consultation",
    },
    "guangzhou": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "proof",
    },
    "lianyungang": {},
    "nanjing": {"secrets_or_privacy": "processing_record"},
    INVENTED: {"secrets_or_privacy": "privacy_review"},
}
"""City to the review that each question brings where it applies."""
ONLY_FINDS = {"nanning": {"committee_review"}}
"""City to the reviews whose finding against a draft goes to the authority and sends nothing back."""
LAST_WORD = {
    "nanning": ("review", "publish"),
    "yulin": ("city_compilation", "publish"),
    "guangzhou": ("review", "publish"),
    "lianyungang": ("publication", "publish"),
    "nanjing": ("review", "publish"),
    INVENTED: ("publication", "publish"),
}
FRIDAY_BEFORE = date(2026, 11, 20)


def consenting(city: str, **answers: str) -> dict[str, Any]:
    """The answers, and the consent of the data's subjects where the law asks for it."""
    return {**answers, **({"subjects_consent": "given"} if city == "guangzhou" else {})}


def submitted(city: str, trigger: str = "other", *, met: Iterable[e.Event] = (), **answers: Any) -> Bench:
    """An update with a draft before its reviewers; in Nanjing it is reported as well."""
    bench = update_begun(city, trigger, met=met)
    assert draft(bench, answers) == "accepted"
    if "report" in bench.open_stages:
        assert bench.decide("report", "report") == "accepted"
    return bench


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
def test_a_finding_against_a_draft_states_why_and_sends_it_back_whatever_others_found(city: str) -> None:
    answers = consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies"))
    for review in sorted((ALWAYS[city] | set(BY_ANSWER[city].values())) - ONLY_FINDS.get(city, set())):
        bench = submitted(city, **answers)
        against = "object" if "object" in bench.task(review).outcomes else "return"
        assert bench.decide(review, against, WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
        assert bench.decide(review, against) == "accepted"
        assert "compilation" in bench.open_stages
        assert not bench.open_stages & ALWAYS[city]


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_returned_draft_is_reviewed_anew_by_all_whom_the_answers_of_the_next_call_for(city: str) -> None:
    bench = submitted(city)
    review = min(ALWAYS[city])
    assert bench.decide(review, "object" if "object" in bench.task(review).outcomes else "return") == "accepted"
    answers = consenting(city, **dict.fromkeys(BY_ANSWER[city], "applies"))
    assert draft(bench, answers) == "accepted"
    if "report" in bench.open_stages:
        assert bench.decide("report", "report") == "accepted"
    assert bench.open_stages == ALWAYS[city] | set(BY_ANSWER[city].values())


@pytest.mark.parametrize("city", [city for city in EVERYWHERE if BY_ANSWER[city]])
def test_a_review_that_the_next_draft_needs_no_more_neither_opens_nor_decides(city: str) -> None:
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
    questions = {"openness", "origin", *BY_ANSWER[city]} & set(bench.rules.choices)
    for question in sorted(questions):
        assert draft(bench, without={question}) == "RequirementMissing", question
    assert draft(bench) == "accepted"


@pytest.mark.duty("NN-16", "YL-22", "GZ-11", "LYG-11")
@pytest.mark.parametrize("city", CITIES)
def test_an_entry_without_a_field_that_the_law_demands_is_not_submitted(city: str) -> None:
    bench = update_begun(city)
    for rule in bench.rules.entry:
        answers = {"openness": min(rule.when.get("openness", ("conditional",)), key=lambda each: each != "conditional")}
        assert draft(bench, answers, fields=EVERY_FIELD - {rule.field}) == "RequirementMissing", rule.field
    assert draft(bench, fields=frozenset(rule.field for rule in bench.rules.entry)) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_only_conditional_data_has_conditions_and_only_what_is_not_open_to_all_a_basis(city: str) -> None:
    bench = update_begun(city)
    fields = EVERY_FIELD - {"conditions", "basis"}
    assert draft(bench, {"openness": "unconditional"}, fields=fields) == "accepted"


@pytest.mark.duty("GZ-9a", "NJ-24")
@pytest.mark.parametrize("city", ["guangzhou", "nanjing"])
@pytest.mark.parametrize("openness", ["closed", "conditional"])
def test_where_the_law_wants_a_basis_none_is_no_draft(city: str, openness: str) -> None:
    assert draft(update_begun(city), {"openness": openness}, fields=EVERY_FIELD - {"basis"}) == "RequirementMissing"


@pytest.mark.duty("LYG-6")
def test_data_stays_closed_in_lianyungang_only_in_a_case_that_the_law_lists_and_the_draft_names() -> None:
    bench = update_begun("lianyungang")
    assert draft(bench, {"openness": "closed"}, fields=EVERY_FIELD - {"basis"}) == "RequirementMissing"
    assert draft(bench, {"openness": "conditional"}, fields=EVERY_FIELD - {"basis"}) == "accepted"


@pytest.mark.duty("LYG-6")
def test_a_class_that_lianyungangs_law_does_not_know_is_none() -> None:
    assert draft(update_begun("lianyungang"), {"openness": "half_open"}) != "accepted"


@pytest.mark.duty("GZ-10d")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_closed_data_is_opened_for_the_public_interest_by_a_procedure_that_the_draft_names(openness: str) -> None:
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
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_secret_or_private_data_opens_in_guangzhou_only_with_consent_or_by_a_law_that_is_named(openness: str) -> None:
    secret = {"openness": openness, "secrets_or_privacy": "applies"}
    bench = update_begun("guangzhou")
    assert draft(bench, secret) == "RequirementMissing"
    assert draft(bench, secret | {"subjects_consent": "withheld"}) == "ChoiceNotOnRequest"
    assert draft(bench, secret | {"subjects_consent": "law_permits"}, without={"basis"}) == "RequirementMissing"
    assert draft(bench, secret | {"subjects_consent": "law_permits"}) == "accepted"


@pytest.mark.duty("GZ-25a")
def test_nobody_need_consent_to_what_stays_closed() -> None:
    assert draft(update_begun("guangzhou"), {"openness": "closed", "secrets_or_privacy": "applies"}) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_data_that_is_closed_needs_the_reviews_of_an_opening_no_more_and_a_review_all_the_same(city: str) -> None:
    answers: dict[str, Any] = dict.fromkeys(BY_ANSWER[city], "applies")
    bench = submitted(city, openness="closed", **answers)
    assert bench.open_stages == ALWAYS[city] - {"processing_record"}
    assert bench.open_stages


@pytest.mark.parametrize("city", EVERYWHERE)
def test_an_update_that_is_needed_no_more_is_given_up_with_a_reason(city: str) -> None:
    bench = update_begun(city)
    assert bench.decide("compilation", "abandon", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("compilation", "abandon") == "accepted"
    assert bench.state.closed == "abandoned"
    assert bench.state.published is None


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("trigger", "reopened"), [("reopening", {"objection"}), ("other", set[str]())])
def test_withdrawn_data_is_open_again_after_all_reviews_of_an_update_that_is_begun_for_that(
    city: str, trigger: str, reopened: set[str]
) -> None:
    withdrawn = e.RestrictionMet(at=MONDAY, by_case="objection", restriction=RestrictionKind.WITHDRAWAL)
    bench = submitted(city, trigger, met=[withdrawn])
    assert bench.open_stages == ALWAYS[city]
    pass_reviews(bench)
    assert bench.decide(*LAST_WORD[city]) == "accepted"
    (published,) = (event for event in bench.log if isinstance(event, e.EntryPublished))
    assert set(published.reopens) == reopened


# Clocks


def end_of(days: int, on: date) -> datetime:
    """The midnight after so many working days from that one, counted one by one; no holiday is near."""
    while days:
        on += timedelta(days=1)
        days -= on.weekday() < 5
    return datetime(on.year, on.month, on.day, tzinfo=SHANGHAI) + timedelta(days=1)


@pytest.mark.duty("NN-15a")
@pytest.mark.parametrize("trigger", ["law_revised", "function_changed"])
@pytest.mark.parametrize("days_before", [0, 3, 30])
def test_the_ten_days_of_nanning_run_from_the_event_and_not_from_the_filing(trigger: str, days_before: int) -> None:
    occurred_on = MONDAY.date() - timedelta(days=days_before)
    clock = update_begun("nanning", trigger, occurred_on=occurred_on).task("compilation").clock
    assert clock.period == "10wd"
    assert clock.due_at == end_of(10, occurred_on)


@pytest.mark.duty("NN-15a")
@pytest.mark.parametrize("trigger", ["rule_revised", "reopening", "other"])
def test_an_amended_rule_starts_no_clock_in_nanning_and_no_other_reason_does(trigger: str) -> None:
    clock = update_begun("nanning", trigger, occurred_on=FRIDAY_BEFORE).task("compilation").clock
    assert (clock.period, clock.due_at) == (None, None)


@pytest.mark.duty("NN-15a")
def test_an_event_that_is_reported_late_is_late_from_the_start_and_stays_so() -> None:
    bench = update_begun("nanning", "law_revised", occurred_on=date(2026, 10, 26))
    due_at = bench.task("compilation").clock.due_at
    assert due_at
    assert due_at < MONDAY
    assert draft(bench) == "accepted"
    assert bench.task("compilation").late


@pytest.mark.duty("NN-15a", "NJ-18")
@pytest.mark.parametrize(
    ("city", "trigger", "back"), [("nanning", "law_revised", "security_review"), ("nanjing", "law_changed", "review")]
)
def test_a_returned_draft_stays_on_the_clock_of_the_event(city: str, trigger: str, back: str) -> None:
    bench = update_begun(city, trigger, occurred_on=FRIDAY_BEFORE)
    due_at = bench.task("compilation").clock.due_at
    assert draft(bench) == "accepted"
    assert not bench.task("compilation").late
    if city == "nanjing":
        assert bench.decide("report", "report") == "accepted"
        pass_reviews(bench)
    bench.passes(days=2)
    assert bench.decide(back, "return" if back == "review" else "object") == "accepted"
    assert bench.task("compilation").round == 2
    assert bench.task("compilation").clock.due_at == due_at
    bench.passes(until=due_at)
    assert draft(bench) == "accepted"
    assert bench.task("compilation").late


@pytest.mark.duty("NJ-18")
@pytest.mark.parametrize("trigger", ["law_changed", "function_changed", "system_updated", "data_changed"])
def test_update_and_report_both_have_fifteen_days_from_the_event_in_nanjing(trigger: str) -> None:
    bench = update_begun("nanjing", trigger, occurred_on=FRIDAY_BEFORE)
    assert bench.open_stages == {"compilation", "report"}
    for stage in ("compilation", "report"):
        assert bench.task(stage).clock.due_at == end_of(15, FRIDAY_BEFORE)


def test_a_draft_after_a_correction_of_data_stays_on_the_clock_of_its_receipt() -> None:
    bench = update_begun("nanjing", "processing")
    clock = bench.task("compilation").clock
    assert (clock.period, clock.started_at) == ("15wd", MONDAY)
    assert draft(bench) == "accepted"
    assert bench.decide("report", "report") == "accepted"
    bench.passes(days=3)
    assert bench.decide("confidentiality_review", "object") == "accepted"
    assert bench.task("compilation").clock.due_at == clock.due_at


@pytest.mark.duty("NJ-18")
def test_in_nanjing_a_report_that_comes_after_the_period_is_late_however_early_the_draft_was() -> None:
    bench = update_begun("nanjing", "data_changed", occurred_on=FRIDAY_BEFORE)
    assert draft(bench) == "accepted"
    assert bench.open_stages == {"report"}
    bench.passes(until=bench.task("report").clock.due_at)
    assert bench.decide("report", "report") == "accepted"
    assert (bench.task("compilation").late, bench.task("report").late) == (False, True)
    assert bench.open_stages == {"confidentiality_review"}


@pytest.mark.parametrize("city", ["yulin", "guangzhou", "lianyungang"])
def test_where_the_text_gives_no_period_no_update_has_one(city: str) -> None:
    for choice in law(city, "catalogue_update").choices["trigger"]:
        bench = update_begun(city, choice.value, occurred_on=FRIDAY_BEFORE)
        assert all(task.clock.due_at is None for task in bench.state.open_tasks())


# Single articles


@pytest.mark.duty("NN-17")
def test_in_nanning_the_authority_comes_after_the_committee_and_may_see_it_otherwise() -> None:
    for finding, decision, closed in (("pass", "return", None), ("object", "publish", "published")):
        bench = submitted("nanning", secrets_or_privacy="applies")
        assert bench.task("committee_review").body == "nanning.experts"
        assert bench.decide("committee_review", finding) == "accepted"
        assert "review" not in bench.open_stages, "the committee comes before the authority, and so do the others"
        pass_reviews(bench)
        assert bench.open_stages == {"review"}
        assert bench.task("review").body == "nanning.authority"
        assert bench.decide("review", decision) == "accepted"
        assert bench.state.closed == closed


@pytest.mark.duty("NN-17")
def test_nannings_committee_says_why_it_finds_against_a_draft_and_sends_nothing_back() -> None:
    bench = submitted("nanning", secrets_or_privacy="applies")
    before = bench.open_stages
    assert bench.decide("committee_review", "object", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("committee_review", "object") == "accepted"
    assert bench.open_stages == before - {"committee_review"}


@pytest.mark.duty("NN-17", "YL-15b")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_a_consultation_has_a_first_day_and_a_last_one_and_is_over(city: str) -> None:
    bench = submitted(city, group_interests="applies")
    today = MONDAY.date()
    first, last = today - timedelta(days=20), today - timedelta(days=1)
    assert bench.decide("consultation", "pass") == "RequirementMissing"
    assert bench.decide("consultation", "pass", measure=a.Measure(held_from=first)) == "RequirementMissing"
    for held_from, held_until in ((first, today), (last, first)):
        measure = a.Measure(held_from=held_from, held_until=held_until)
        assert bench.decide("consultation", "pass", measure=measure) == "ConsultationNotOver"
    measure = a.Measure(held_from=first, held_until=last)
    assert (
        bench.decide("consultation", "pass", WHATEVER_IS_ASKED - {"measure"}, measure=measure) == "RequirementMissing"
    )
    assert bench.decide("consultation", "pass", measure=measure) == "accepted"


@pytest.mark.duty("NN-16b", "YL-22b", "LYG-14")
@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang"])
def test_no_data_is_opened_without_a_record_of_what_was_done_to_it_and_when(city: str) -> None:
    bench = submitted(city)
    done = a.Measure(processed_on=MONDAY.date())
    assert bench.decide("processing_record", "pass") == "RequirementMissing"
    without = WHATEVER_IS_ASKED - {"processing"}
    assert bench.decide("processing_record", "pass", without, measure=done) == "RequirementMissing"
    assert bench.decide("processing_record", "pass", measure=done) == "accepted"


@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_secret_or_private_data_opens_in_nanjing_only_after_a_record_of_its_masking(openness: str) -> None:
    bench = submitted("nanjing", openness=openness, secrets_or_privacy="applies")
    assert bench.task("processing_record").body == "nanjing.provider"
    assert pass_reviews(bench, but={"processing_record"}) == {"confidentiality_review"}
    assert bench.open_stages == {"processing_record"}
    pass_reviews(bench)
    assert bench.open_stages == {"review"}


@pytest.mark.duty("YL-15b", "YL-16")
def test_in_yulin_the_committee_alone_decides_on_secrets_and_no_authority_follows_it() -> None:
    bench = submitted("yulin", secrets_or_privacy="applies")
    assert "authority_assessment" in bench.open_stages, "the authority assesses beside the committee, not after it"
    pass_reviews(bench)
    assert bench.open_stages == {"city_compilation"}
    assert bench.task("city_compilation").body == "yulin.operator"


@pytest.mark.duty("YL-16")
@pytest.mark.parametrize(
    ("trigger", "compilation", "committee"),
    [
        ("other", "compilation", "committee_review"),
        ("emergency", "emergency_compilation", "emergency_committee_review"),
    ],
)
def test_what_yulin_may_not_open_is_not_opened_against_its_committee_not_even_in_an_emergency(
    trigger: str, compilation: str, committee: str
) -> None:
    bench = update_begun("yulin", trigger)
    assert draft(bench, stage=compilation, without={"secrets_or_privacy"}) == "RequirementMissing"
    secret = {"openness": "unconditional", "secrets_or_privacy": "applies"}
    assert draft(bench, secret, stage=compilation) == "accepted"
    assert bench.task(committee).body == "yulin.experts"
    pass_reviews(bench, but={committee})
    assert bench.open_stages == {committee}, "nobody publishes while the committee has not found"
    assert bench.decide(committee, "object", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide(committee, "object") == "accepted"
    assert bench.open_stages == {compilation}
    assert bench.state.published is None


@pytest.mark.duty("YL-13", "YL-32", "YL-22b")
def test_in_an_emergency_yulins_authority_reviews_at_once_and_nothing_is_published_before() -> None:
    bench = update_begun("yulin", "emergency")
    assert bench.open_stages == {"emergency_compilation"}
    assert bench.task("emergency_compilation").clock.promptly
    assert draft(bench, {"openness": "unconditional"}, stage="emergency_compilation") == "accepted"
    assert bench.open_stages == {"emergency_processing"}
    assert bench.task("emergency_processing").clock.promptly
    assert bench.decide("emergency_processing", "pass") == "RequirementMissing"
    pass_reviews(bench)
    assert bench.open_stages == {"emergency_review"}
    assert (bench.task("emergency_review").body, bench.state.published) == ("yulin.authority", None)
    assert bench.task("emergency_review").clock.promptly
    assert bench.decide("emergency_review", "publish", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("emergency_review", "publish") == "accepted"
    assert bench.state.published


@pytest.mark.duty("YL-13")
def test_an_emergency_draft_that_is_returned_comes_before_the_same_authority_again() -> None:
    bench = update_begun("yulin", "emergency")
    assert draft(bench, stage="emergency_compilation") == "accepted"
    pass_reviews(bench)
    assert bench.decide("emergency_review", "return") == "accepted"
    assert bench.open_stages == {"emergency_compilation"}


@pytest.mark.duty("YL-15c")
def test_data_that_is_open_and_not_listed_enters_yulins_catalogue_by_the_same_reviews() -> None:
    bench = submitted("yulin", "unlisted")
    assert bench.open_stages == ALWAYS["yulin"]
    pass_reviews(bench)
    assert bench.decide("city_compilation", "publish") == "accepted"
    assert bench.state.published


@pytest.mark.duty("LYG-12")
def test_in_lianyungang_three_bodies_review_side_by_side_and_one_return_is_enough() -> None:
    bench = submitted("lianyungang")
    bodies = {bench.task(stage).body for stage in ("authority_review", "operator_review", "provider_review")}
    assert bodies == {"lianyungang.authority", "lianyungang.operator", "lianyungang.provider"}
    assert bench.decide("authority_review", "pass") == "accepted"
    assert bench.decide("operator_review", "return") == "accepted"
    assert bench.open_stages == {"compilation"}


POSITIONS = ("authority_position", "establishment_position", "legal_position")


def disputed() -> Bench:
    """Guangzhou's authority has proposed another class, and the provider maintains its own."""
    bench = submitted("guangzhou")
    pass_reviews(bench)
    assert bench.decide("review", "propose_class", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("review", "propose_class") == "accepted"
    assert bench.open_stages == {"reply"}
    assert bench.task("reply").body == "guangzhou.provider"
    assert bench.decide("reply", "maintain", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("reply", "maintain") == "accepted"
    return bench


@pytest.mark.duty("GZ-9b")
def test_a_provider_that_accepts_another_class_compiles_anew() -> None:
    bench = submitted("guangzhou")
    pass_reviews(bench)
    assert bench.decide("review", "propose_class") == "accepted"
    assert bench.decide("reply", "accept") == "accepted"
    assert bench.open_stages == {"compilation"}


@pytest.mark.duty("GZ-9b")
def test_a_dispute_goes_to_three_bodies_that_consult_side_by_side() -> None:
    bench = disputed()
    assert bench.open_stages == set(POSITIONS)
    assert {bench.task(stage).body for stage in POSITIONS} == {
        f"guangzhou.{role}" for role in ("authority", "establishment", "legal")
    }


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize(("outcome", "target"), [("publish", "published"), ("return", None)])
def test_what_three_bodies_agree_on_the_authority_publishes_or_returns(outcome: str, target: str | None) -> None:
    bench = disputed().all_decide([(stage, "agree") for stage in POSITIONS])
    assert bench.open_stages == {"publication"}
    assert bench.task("publication").body == "guangzhou.authority"
    assert bench.decide("publication", outcome) == "accepted"
    assert bench.state.closed == target


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("dissenting", [1, 2, 3])
def test_where_one_body_dissents_the_government_decides_once_each_was_heard(dissenting: int) -> None:
    bench = disputed()
    for position, stage in enumerate(POSITIONS):
        assert "government_decision" not in bench.open_stages
        assert bench.decide(stage, "disagree" if position < dissenting else "agree") == "accepted"
    assert bench.open_stages == {"government_decision"}
    assert bench.task("government_decision").body == "guangzhou.government"
    assert bench.decide("government_decision", "publish", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("government_decision", "publish") == "accepted"
    assert bench.state.published


@pytest.mark.duty("GZ-9b")
def test_a_class_that_the_government_sets_otherwise_is_compiled_and_reviewed() -> None:
    bench = disputed().all_decide([(stage, "disagree") for stage in POSITIONS])
    assert bench.decide("government_decision", "return") == "accepted"
    assert bench.open_stages == {"compilation"}
    assert draft(bench) == "accepted"
    assert bench.open_stages == ALWAYS["guangzhou"]


@pytest.mark.duty("NJ-17")
def test_in_nanjing_the_authority_says_which_department_collects_what_two_list() -> None:
    for outcome, closed in (("settle_and_publish", "published"), ("settle", None)):
        bench = submitted("nanjing")
        pass_reviews(bench)
        assert bench.task("review").body == "nanjing.authority"
        assert bench.decide("review", outcome, WHATEVER_IS_ASKED - {"measure"}) == "RequirementMissing"
        assert bench.decide("review", outcome) == "accepted"
        assert bench.state.closed == closed
