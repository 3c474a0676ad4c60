"""Catalogue updates by single articles: committees, consultations, emergencies and disputes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.act_contents import Measure
from tests.models.bench import MONDAY, WHATEVER_IS_ASKED
from tests.models.reviews_by_city import ALWAYS
from tests.models.updates import draft, pass_reviews, submitted, update_begun


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
    assert bench.decide("consultation", "pass", measure=Measure(held_from=first)) == "RequirementMissing"
    for held_from, held_until in ((first, today), (last, first)):
        measure = Measure(held_from=held_from, held_until=held_until)
        assert bench.decide("consultation", "pass", measure=measure) == "ConsultationNotOver"
    measure = Measure(held_from=first, held_until=last)
    assert (
        bench.decide("consultation", "pass", WHATEVER_IS_ASKED - {"measure"}, measure=measure) == "RequirementMissing"
    )
    assert bench.decide("consultation", "pass", measure=measure) == "accepted"


@pytest.mark.duty("NN-16b", "YL-22b", "GZ-13c", "LYG-14")
@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang"])
def test_no_data_is_opened_without_a_record_of_what_was_done_to_it_and_when(city: str) -> None:
    bench = submitted(city)
    done = Measure(processed_on=MONDAY.date())
    assert bench.decide("processing_record", "pass") == "RequirementMissing"
    without = WHATEVER_IS_ASKED - {"processing"}
    assert bench.decide("processing_record", "pass", without, measure=done) == "RequirementMissing"
    assert bench.decide("processing_record", "pass", measure=done) == "accepted"


@pytest.mark.duty("NN-16b", "YL-22b", "NJ-25b", "GZ-16d")
@pytest.mark.parametrize(
    ("city", "trigger", "compilation", "record"),
    [
        ("nanning", "other", "compilation", "processing_record"),
        ("yulin", "other", "compilation", "processing_record"),
        ("yulin", "emergency", "emergency_compilation", "emergency_processing"),
        ("nanjing", "other", "compilation", "processing_record"),
        ("guangzhou", "other", "compilation", "processing_record"),
    ],
)
def test_an_entry_is_published_only_once_it_is_on_record_where_its_data_was_mounted(
    city: str, trigger: str, compilation: str, record: str
) -> None:
    bench = update_begun(city, trigger)
    assert draft(bench, stage=compilation) == "accepted"
    pass_reviews(bench, but={record})
    done = Measure(processed_on=MONDAY.date())
    without = WHATEVER_IS_ASKED - {"mounting"}
    assert bench.decide(record, "pass", without, measure=done) == "RequirementMissing"
    assert bench.open_stages == {record}, "nobody can publish before"
    assert bench.decide(record, "pass", measure=done) == "accepted"
    (last,) = bench.open_stages
    assert bench.decide(last, "publish") == "accepted"
    assert bench.state.published


@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_secret_or_private_data_opens_in_nanjing_only_after_a_record_of_its_masking(openness: str) -> None:
    bench = submitted("nanjing", openness=openness, secrets_or_privacy="applies")
    assert bench.task("processing_record").body == "nanjing.provider"
    assert pass_reviews(bench, but={"processing_record"}) == {"confidentiality_review"}
    assert bench.open_stages == {"processing_record"}
    masked = Measure(processed_on=MONDAY.date())
    assert bench.decide("processing_record", "pass") == "RequirementMissing"
    without = WHATEVER_IS_ASKED - {"processing"}
    assert bench.decide("processing_record", "pass", without, measure=masked) == "RequirementMissing"
    assert bench.decide("processing_record", "pass", measure=masked) == "accepted"
    assert bench.open_stages == {"review"}


@pytest.mark.duty("NJ-25b")
@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
def test_nanjing_opens_nothing_before_its_data_is_on_record_as_on_the_platform(openness: str) -> None:
    bench = submitted("nanjing", openness=openness)
    pass_reviews(bench, but={"processing_record"})
    assert (bench.open_stages, bench.task("processing_record").body) == ({"processing_record"}, "nanjing.provider")
    unsaid = WHATEVER_IS_ASKED - {"mounting", "processing"}
    assert bench.decide("processing_record", "pass", unsaid) == "RequirementMissing"
    assert bench.decide("processing_record", "pass", unsaid | {"mounting"}) == "accepted"
    assert bench.open_stages == {"review"}
    assert "processing_record" not in submitted("nanjing", openness="closed").open_stages


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
def test_yulin_opens_nothing_against_its_committee_not_even_in_an_emergency(
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
def test_in_an_emergency_yulins_authority_reviews_before_anything_is_published() -> None:
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


@pytest.mark.duty("YL-13", "YL-15b")
def test_an_emergency_draft_with_a_question_of_law_has_its_legality_reviewed_at_once() -> None:
    bench = update_begun("yulin", "emergency")
    assert draft(bench, stage="emergency_compilation", without={"law_in_question"}) == "RequirementMissing"
    assert draft(bench, {"law_in_question": "applies"}, stage="emergency_compilation") == "accepted"
    assert bench.open_stages == {"emergency_processing", "emergency_legality_review"}
    review = bench.task("emergency_legality_review")
    assert (review.clock.promptly, review.clock.article, review.body) == (True, "13", "yulin.provider")
    pass_reviews(bench, but={"emergency_legality_review"})
    assert bench.open_stages == {"emergency_legality_review"}, "nobody publishes before"
    assert bench.decide("emergency_legality_review", "object", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("emergency_legality_review", "object") == "accepted"
    assert (bench.open_stages, bench.state.published) == ({"emergency_compilation"}, None)


@pytest.mark.duty("YL-13")
def test_an_emergency_draft_that_is_returned_comes_before_the_same_authority_again() -> None:
    bench = update_begun("yulin", "emergency")
    assert draft(bench, stage="emergency_compilation") == "accepted"
    pass_reviews(bench)
    assert bench.decide("emergency_review", "return") == "accepted"
    assert bench.open_stages == {"emergency_compilation"}


@pytest.mark.duty("YL-15c")
def test_open_data_that_is_not_listed_enters_yulins_catalogue_by_the_same_reviews() -> None:
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


@pytest.mark.duty("NJ-17")
def test_in_nanjing_the_authority_says_which_department_collects_what_two_list() -> None:
    for outcome, closed in (("settle_and_publish", "published"), ("settle", None)):
        bench = submitted("nanjing")
        pass_reviews(bench)
        assert bench.task("review").body == "nanjing.authority"
        assert bench.decide("review", outcome, WHATEVER_IS_ASKED - {"measure"}) == "RequirementMissing"
        assert bench.decide("review", outcome) == "accepted"
        assert bench.state.closed == closed
