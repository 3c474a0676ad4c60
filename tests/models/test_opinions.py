"""Opinions of experts: who asks for one, who gives it, and that it takes no decision and stops no clock."""

from __future__ import annotations

import pytest

from models import acts as a
from models import events as e
from rules.pinned import APPLICANT
from tests.models.bench import before_the_provider, filed, law, objected, until_signing
from tests.models.reviews_by_city import ALWAYS
from tests.models.updates import submitted

LEAK = {"suspension", "provider_withdrawal", "authority_withdrawal"}
"""What lies open in Lianyungang where somebody objects to a leak."""


@pytest.mark.duty("NN-9", "YL-9", "LYG-31")
@pytest.mark.parametrize(
    ("city", "stage"), [("nanning", "formal_review"), ("yulin", "authority_review"), ("lianyungang", "provider_review")]
)
def test_an_opinion_is_asked_inside_a_stage_and_stops_no_clock(city: str, stage: str) -> None:
    bench = filed(city)
    clock = bench.task(stage).clock
    assert bench.on(stage, a.AskOpinion) == "accepted"
    opinion = bench.task("expert_opinion")
    assert (opinion.body, opinion.asked_by_task) == (f"{city}.experts", bench.task(stage).task_id)
    assert bench.task(stage).clock == clock
    assert bench.state.step == bench.task(stage).step


@pytest.mark.duty("NN-9", "YL-9")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_a_reviewer_of_an_objection_asks_the_committee_too(city: str) -> None:
    bench = objected(city, "privacy", evidence=("file-1",))
    assert bench.on("verification", a.AskOpinion) == "accepted"
    opinion = bench.task("expert_opinion")
    assert (opinion.body, opinion.clock.due_at) == (f"{city}.experts", None)
    assert opinion.asked_by_task == bench.task("verification").task_id
    assert bench.decide("expert_opinion", "opinion") == "accepted"
    assert bench.open_stages == {"suspension", "verification"}
    assert bench.state.closed is None


@pytest.mark.duty("LYG-31")
@pytest.mark.parametrize(("ground", "stages"), [("error", {"handling"}), ("privacy", LEAK)])
def test_lianyungangs_reviewers_of_an_objection_ask_the_committee_too(ground: str, stages: set[str]) -> None:
    bench = objected("lianyungang", ground, evidence=("file-1",))
    if ground == "error":
        assert bench.decide("forwarding", "forward") == "accepted"
    asking = min(stages)
    assert bench.on(asking, a.AskOpinion) == "accepted"
    opinion = bench.task("expert_opinion")
    assert (opinion.body, opinion.clock.due_at) == ("lianyungang.experts", None)
    assert opinion.asked_by_task == bench.task(asking).task_id
    assert bench.decide("expert_opinion", "opinion") == "accepted"
    assert (bench.open_stages, bench.state.closed) == (stages, None)


@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_an_opinion_about_a_suspension_is_cancelled_with_the_question(city: str) -> None:
    bench = objected(city, "privacy", evidence=("file-1",))
    assert bench.on("suspension", a.AskOpinion) == "accepted"
    assert bench.decide("verification", "process") == "accepted"
    assert bench.open_stages == {"processing"}
    assert bench.task("expert_opinion").state == "cancelled"


@pytest.mark.duty("NN-9", "YL-9", "LYG-31")
@pytest.mark.parametrize(
    ("city", "review"),
    [("nanning", "security_review"), ("yulin", "security_review"), ("lianyungang", "authority_review")],
)
def test_who_reviews_a_draft_asks_the_committee_too(city: str, review: str) -> None:
    bench = submitted(city)
    assert bench.on(review, a.AskOpinion) == "accepted"
    assert bench.task("expert_opinion").body == f"{city}.experts"
    assert bench.decide("expert_opinion", "opinion") == "accepted"
    assert (bench.open_stages, bench.state.published) == (ALWAYS[city], None)


def test_an_opinion_given_leaves_the_decision_to_the_body_that_asked() -> None:
    bench = before_the_provider("nanning")
    bench.on("provider_review", a.AskOpinion)
    assert bench.decide("expert_opinion", "opinion") == "accepted"
    assert bench.open_stages == {"provider_review"}


def test_an_opinion_is_cancelled_when_the_stage_that_asked_is_decided() -> None:
    bench = before_the_provider("nanning")
    bench.on("provider_review", a.AskOpinion)
    bench.decide("provider_review", "agree")
    assert bench.task("expert_opinion").state == "cancelled"
    cancelled = [event for event in bench.log if isinstance(event, e.TaskCancelled)]
    assert [event.because for event in cancelled] == ["asking_stage_decided"]


def test_an_opinion_is_asked_again_only_when_the_first_has_been_given() -> None:
    bench = before_the_provider("nanning")
    bench.on("provider_review", a.AskOpinion)
    assert bench.on("provider_review", a.AskOpinion) == "OpinionAlreadyAsked"
    bench.decide("expert_opinion", "opinion")
    assert bench.on("provider_review", a.AskOpinion) == "accepted"
    assert bench.task("expert_opinion").round == 2


@pytest.mark.parametrize("city", ["guangzhou", "nanjing"])
def test_where_the_law_knows_no_experts_none_are_asked(city: str) -> None:
    assert law(city).opinion is None
    assert filed(city).on("provider_review", a.AskOpinion) == "ProcedureKnowsNoSuchAct"


@pytest.mark.parametrize("kind", [a.AskOpinion, a.AskSupplement])
def test_the_applicant_asks_neither_for_an_opinion_nor_for_a_supplement(kind: type[a.TaskAct]) -> None:
    bench = until_signing("nanning")
    assert bench.task("applicant_signature").body == APPLICANT
    assert bench.on("applicant_signature", kind) == "ProcedureKnowsNoSuchAct"


def test_an_opinion_says_something() -> None:
    bench = filed("yulin")
    bench.on("authority_review", a.AskOpinion)
    assert bench.decide("expert_opinion", "opinion", given=()) == "RequirementMissing"
    assert bench.decide("expert_opinion", "opinion", given=("text",)) == "accepted"
