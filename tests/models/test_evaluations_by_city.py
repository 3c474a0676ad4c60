"""The course that each city's law gives the evaluation of a year, and what it finds of bodies."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.pinned_figures import FigureLine, PinnedFigures
from models.procedures.evaluation import EVALUATION
from models.procedures.improvement import IMPROVEMENT
from models.state import CaseState, fold
from rules.deadlines import SHANGHAI
from rules.pinned import Basis
from rules.pinned_stages import Audience
from tests.models.bench import MONDAY, Bench, begun, law

YEAR = date(2025, 1, 1)
COUNTED = PinnedFigures(
    counted_at=MONDAY,
    from_on=YEAR,
    until_on=date(2026, 1, 1),
    lines=(
        FigureLine(
            body="city.transport",
            procedure="objection",
            filed=3,
            closed=2,
            decided=2,
            in_time=1,
            late=1,
            open=1,
            overdue=0,
        ),
    ),
    allowed=10,
    refused=1,
)
STATISTICS = {
    "guangzhou": ("28.2", {"quality_statistics", "rating_statistics"}),
    "lianyungang": ("37.2", {"quality_statistics", "platform_report"}),
}
"""City to the article by which the operator hands in statistics, and what they are about."""
ASPECTS = {
    "guangzhou": ("28.3", {"plan_execution", "opening_quantity", "opening_quality"}, Audience.BODIES),
    "lianyungang": ("37.1", {"opening_work", "opening_quality", "use_effect", "improvements"}, Audience.EVERYBODY),
    "nanning": (
        "33",
        {"opening_quality", "dispatch_efficiency", "application_support", "service_level"},
        Audience.EVERYBODY,
    ),
    "yulin": ("5", {"opening_work", "use_effect"}, Audience.BODIES),
    "nanjing": ("6.1", {"collecting", "sharing", "opening_work", "opening_quality"}, Audience.BODIES),
}
"""City to the article of the evaluation, what it is about, and who learns of its result."""


def evaluation(city: str, at: datetime = MONDAY) -> Bench:
    return begun(law(city, "evaluation"), EVALUATION, at=at, occurred_on=YEAR)


def until_assessment(city: str) -> Bench:
    bench = evaluation(city)
    if city in STATISTICS:
        assert bench.decide("statistics", "hand_in", STATISTICS[city][1], figures=COUNTED) == "accepted"
    return bench


@pytest.mark.parametrize("city", STATISTICS)
@pytest.mark.duty("GZ-28c")
@pytest.mark.duty("LYG-37b")
def test_the_operator_hands_in_its_statistics_before_anything_is_assessed(city: str) -> None:
    article, fields = STATISTICS[city]
    bench = evaluation(city)
    assert bench.open_stages == {"statistics"}, "the authority assesses nothing before"
    task, stage = bench.task("statistics"), bench.rules.stage("statistics")
    assert stage
    assert (task.body, stage.citation.article, stage.citation.basis) == (f"{city}.operator", article, Basis.LAW)
    for field in fields:
        assert bench.decide("statistics", "hand_in", fields - {field}, figures=COUNTED) == "RequirementMissing"
    assert bench.decide("statistics", "hand_in", fields, figures=COUNTED) == "accepted"
    assert [(each.stage, each.digest) for each in bench.state.figures] == [("statistics", COUNTED.digest())]
    assert (bench.open_stages, bench.task("assessment").body) == ({"assessment"}, f"{city}.authority")


@pytest.mark.parametrize("city", ASPECTS)
@pytest.mark.duty("GZ-28")
@pytest.mark.duty("LYG-37")
@pytest.mark.duty("NN-33")
@pytest.mark.duty("YL-5")
@pytest.mark.duty("NJ-6")
def test_the_authority_evaluates_every_aspect_of_the_law_and_makes_the_result_known(city: str) -> None:
    article, aspects, audience = ASPECTS[city]
    bench = until_assessment(city)
    stage = bench.rules.stage("assessment")
    assert stage
    assert (bench.task("assessment").body, stage.citation.article, stage.citation.basis) == (
        f"{city}.authority",
        article,
        Basis.LAW,
    )
    for aspect in aspects:
        assert bench.decide("assessment", "report", aspects - {aspect}, figures=COUNTED) == "RequirementMissing"
    assert bench.decide("assessment", "report", aspects, figures=COUNTED) == "accepted"
    pinned = bench.state.figures[-1]
    assert (pinned.figures, pinned.digest) == (COUNTED, COUNTED.digest())
    assert bench.decide("publication", "make_known", ()) == "accepted"
    (known,) = bench.state.results
    assert (known.stage, known.audience) == ("assessment", audience)
    assert known.decided_by_event == bench.task("assessment").decided_by_event
    assert bench.state.closed == {Audience.EVERYBODY: "published", Audience.BODIES: "circulated"}[audience]
    assert fold(CaseState(), bench.log) == bench.state


def test_nothing_is_assessed_without_figures_and_another_count_has_another_digest() -> None:
    bench = until_assessment("nanning")
    assert bench.decide("assessment", "report", ASPECTS["nanning"][1]) == "FiguresNotCounted"
    assert COUNTED.model_copy(update={"allowed": 11}).digest() != COUNTED.digest()
    assert PinnedFigures.model_validate_json(COUNTED.model_dump_json()).digest() == COUNTED.digest()


def test_an_assessment_that_is_made_anew_pins_figures_of_its_own() -> None:
    bench = until_assessment("nanning")
    bench.decide("assessment", "report", ASPECTS["nanning"][1], figures=COUNTED)
    assert bench.decide("publication", "assess_anew", ()) == "RequirementMissing"
    assert bench.decide("publication", "assess_anew", {"reason"}) == "accepted"
    later = COUNTED.model_copy(update={"allowed": 11})
    assert bench.decide("assessment", "report", ASPECTS["nanning"][1], figures=later) == "accepted"
    assert [each.figures.allowed for each in bench.state.figures] == [10, 11]


@pytest.mark.parametrize("city", ASPECTS)
def test_an_evaluation_is_due_by_the_year_that_it_is_about(city: str) -> None:
    clock = until_assessment(city).task("assessment").clock
    assert clock.due_at == datetime(2026, 4, 2, tzinfo=SHANGHAI), "fifteen months after 1 January of that year"


@pytest.mark.duty("NJ-37")
@pytest.mark.parametrize(
    ("role", "accepts"),
    [("operator", "authority"), ("a_district", "authority"), ("authority", "government")],
)
def test_what_is_found_of_nanjings_centre_is_its_task_until_its_answer_is_accepted(role: str, accepts: str) -> None:
    rules = law("nanjing", "improvement")
    assert rules.against == ("provider", "operator", "authority", "district_authority")
    bodies = {each: f"nanjing.{each}" for each in ("authority", "government")} | {"provider": f"nanjing.{role}"}
    bench = begun(rules, IMPROVEMENT, bodies=bodies, given=frozenset({"statement"}), caused_by="evaluation")
    assert (bench.open_stages, bench.task("answer").body) == ({"answer"}, f"nanjing.{role}")
    assert bench.task("answer").clock.promptly
    assert bench.decide("answer", "answer", {"measure"}) == "accepted"
    assert bench.task("acceptance").body == f"nanjing.{accepts}", "nobody accepts its own answer"
    assert bench.decide("acceptance", "return", {"reason"}) == "accepted"
    assert bench.task("answer").body == f"nanjing.{role}"
    assert bench.decide("answer", "answer", {"measure"}) == "accepted"
    assert bench.decide("acceptance", "accept", ()) == "accepted"
    assert bench.state.closed == "improved"


@pytest.mark.parametrize("city", sorted(set(ASPECTS) - {"nanjing"}))
def test_elsewhere_no_text_has_anybody_but_a_provider_put_right_what_is_found(city: str) -> None:
    assert law(city, "improvement").against == ("provider",)


@pytest.mark.parametrize("city", ASPECTS)
@pytest.mark.duty("NJ-37")
def test_what_is_found_of_a_body_is_its_own_task_until_its_answer_is_accepted(city: str) -> None:
    bodies = {"provider": f"{city}.transport", "authority": f"{city}.authority"}
    bench = begun(
        law(city, "improvement"), IMPROVEMENT, bodies=bodies, given=frozenset({"statement"}), caused_by="evaluation"
    )
    task, stage = bench.task("answer"), bench.rules.stage("answer")
    assert stage
    assert (bench.open_stages, task.body) == ({"answer"}, f"{city}.transport")
    if city == "nanjing":
        assert (task.clock.promptly, stage.citation.article, stage.citation.basis) == (True, "37", Basis.LAW)
    assert bench.decide("answer", "answer", ()) == "RequirementMissing"
    assert bench.decide("answer", "answer", {"measure"}) == "accepted"
    assert bench.task("acceptance").body == f"{city}.authority"
    assert bench.decide("acceptance", "return", ()) == "RequirementMissing"
    assert bench.decide("acceptance", "return", {"reason"}) == "accepted"
    assert bench.decide("answer", "answer", {"measure"}) == "accepted"
    assert bench.decide("acceptance", "accept", ()) == "accepted"
    assert bench.state.closed == "improved"
