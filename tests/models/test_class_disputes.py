"""The class of an entry in dispute (Guangzhou 9.6): proposal, consultation, decision, and what binds afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Measure
from models.refusals import ClassIsSettled
from tests.models.bench import WHATEVER_IS_ASKED, Bench
from tests.models.reviews_by_city import ALWAYS
from tests.models.updates import draft, pass_reviews, submitted, update_begun

POSITIONS = ("authority_position", "establishment_position", "legal_position")
ANOTHER = "unconditional"
"""The class that is proposed; the drafts are of conditional data."""


def named(openness: str) -> Measure:
    return Measure(named_class=openness)


def before_the_authority() -> Bench:
    bench = submitted("guangzhou")
    pass_reviews(bench)
    return bench


def proposed() -> Bench:
    """Guangzhou's authority has proposed another class."""
    bench = before_the_authority()
    assert bench.decide("review", "propose_class", measure=named(ANOTHER)) == "accepted"
    return bench


def disputed() -> Bench:
    """The provider maintains its own."""
    bench = proposed()
    assert bench.decide("reply", "maintain") == "accepted"
    return bench


def decided_otherwise() -> Bench:
    """The three bodies did not agree, and the government has set another class."""
    bench = disputed().all_decide(
        [(POSITIONS[0], "support_proposal"), (POSITIONS[1], "support_draft"), (POSITIONS[2], "support_draft")]
    )
    assert bench.decide("government_decision", "return", measure=named(ANOTHER)) == "accepted"
    return bench


def agreed_otherwise() -> Bench:
    bench = disputed().all_decide([(stage, "support_proposal") for stage in POSITIONS])
    assert bench.decide("agreed_change", "return") == "accepted"
    return bench


def accepted_by_the_provider() -> Bench:
    return proposed().all_decide([("reply", "accept")])


SETTLED_OTHERWISE = (decided_otherwise, agreed_otherwise, accepted_by_the_provider)


@pytest.mark.duty("GZ-9b")
def test_whoever_proposes_a_class_names_one_that_the_law_knows_and_the_draft_has_not() -> None:
    bench = before_the_authority()
    assert bench.decide("review", "propose_class") == "RequirementMissing"
    without = WHATEVER_IS_ASKED - {"reason"}
    assert bench.decide("review", "propose_class", without, measure=named(ANOTHER)) == "RequirementMissing"
    assert bench.decide("review", "propose_class", measure=named("conditional")) == "NoOtherClass"
    assert bench.decide("review", "propose_class", measure=named("half_open")) == "ClassUnknown"
    assert bench.decide("review", "return", measure=named(ANOTHER)) == "MeasureNotAllowed"
    assert bench.decide("review", "propose_class", measure=named(ANOTHER)) == "accepted"
    assert bench.open_stages == {"reply"}
    assert bench.task("reply").body == "guangzhou.provider"
    assert bench.state.proposed_class == ANOTHER


@pytest.mark.duty("GZ-9b")
def test_a_provider_that_maintains_its_class_says_why_and_three_bodies_consult() -> None:
    bench = proposed()
    assert bench.decide("reply", "maintain", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("reply", "maintain") == "accepted"
    assert bench.open_stages == set(POSITIONS)
    assert {bench.task(stage).body for stage in POSITIONS} == {
        f"guangzhou.{role}" for role in ("authority", "establishment", "legal")
    }


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("positions", list(itertools.product(("support_draft", "support_proposal"), repeat=3)))
def test_a_class_is_settled_by_three_bodies_that_agree_or_by_the_government(
    positions: tuple[str, ...],
) -> None:
    bench = disputed()
    for stage, position in zip(POSITIONS, positions, strict=True):
        assert bench.open_stages <= set(POSITIONS), "each is heard before anything follows"
        assert bench.decide(stage, position, WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
        assert bench.decide(stage, position) == "accepted"
    agreed = {"support_draft": "publication", "support_proposal": "agreed_change"}
    last = agreed[positions[0]] if len(set(positions)) == 1 else "government_decision"
    assert bench.open_stages == {last}
    body = "government" if last == "government_decision" else "authority"
    assert bench.task(last).body == f"guangzhou.{body}"


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("stage", ["publication", "government_decision"])
def test_a_class_that_stands_after_the_dispute_is_published(stage: str) -> None:
    positions = ("support_draft", "support_draft" if stage == "publication" else "support_proposal", "support_draft")
    bench = disputed().all_decide(list(zip(POSITIONS, positions, strict=True)))
    if stage == "government_decision":
        assert bench.decide(stage, "publish", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide(stage, "publish") == "accepted"
    (published,) = (event for event in bench.log if isinstance(event, e.EntryPublished))
    assert published.openness == "conditional"


@pytest.mark.duty("GZ-9b")
def test_the_government_that_sets_another_class_names_it() -> None:
    bench = disputed().all_decide(
        [(POSITIONS[0], "support_proposal"), (POSITIONS[1], "support_draft"), (POSITIONS[2], "support_draft")]
    )
    assert bench.decide("government_decision", "return") == "RequirementMissing"
    assert bench.decide("government_decision", "return", measure=named("conditional")) == "NoOtherClass"
    assert bench.decide("government_decision", "return", measure=named("closed")) == "accepted"
    assert bench.state.settled
    assert bench.state.settled.openness == "closed"


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("settled", SETTLED_OTHERWISE)
@pytest.mark.parametrize("openness", ["closed", "conditional"])
def test_a_draft_against_the_settled_class_is_refused_by_the_article_that_binds(
    settled: Callable[[], Bench], openness: str
) -> None:
    bench = settled()
    assert bench.open_stages == {"compilation"}
    assert draft(bench, {"openness": openness}) == "ClassIsSettled"
    assert bench.state.settled
    assert (bench.state.settled.article, bench.state.settled.openness) == ("9.6", ANOTHER)
    assert draft(bench, {"openness": ANOTHER}) == "accepted"
    assert bench.open_stages == ALWAYS["guangzhou"]
    pass_reviews(bench)
    assert bench.decide("review", "publish") == "accepted"
    assert bench.state.published
    assert bench.state.published.openness == ANOTHER


@pytest.mark.duty("GZ-9b")
def test_the_refusal_names_the_class_that_binds_and_the_article() -> None:
    bench = decided_otherwise()
    act = bench.act(
        a.Decide,
        bench.officer("compilation"),
        task_id=bench.task("compilation").task_id,
        outcome="abandon",
        given=WHATEVER_IS_ASKED,
    )
    with pytest.raises(ClassIsSettled) as refusal:
        bench.procedure.judge(bench.rules, bench.state, act)
    assert refusal.value.details() == {
        "field": "outcome", "rule": "9.6", "basis": "law", "source": "measures", "settled": ANOTHER
    }  # fmt: skip


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("settled", SETTLED_OTHERWISE)
def test_a_dispute_does_not_begin_again_once_the_class_is_settled(settled: Callable[[], Bench]) -> None:
    bench = settled()
    for _ in range(3):
        assert draft(bench, {"openness": ANOTHER}) == "accepted"
        pass_reviews(bench)
        assert bench.decide("review", "propose_class", measure=named("conditional")) == "ClassIsSettled"
        assert bench.decide("review", "return") == "accepted"
        assert draft(bench, {"openness": "conditional"}) == "ClassIsSettled"


@pytest.mark.duty("GZ-9b")
def test_a_returned_draft_keeps_the_class_on_which_three_bodies_agreed() -> None:
    bench = disputed().all_decide([(stage, "support_draft") for stage in POSITIONS])
    assert bench.decide("publication", "return") == "accepted"
    assert draft(bench, {"openness": ANOTHER}) == "ClassIsSettled"
    assert draft(bench, {"openness": "conditional"}) == "accepted"


@pytest.mark.duty("GZ-9b")
def test_who_cannot_carry_out_a_settled_class_refers_it_to_the_government() -> None:
    bench = agreed_otherwise()
    assert bench.decide("compilation", "abandon") == "ClassIsSettled"
    assert bench.decide("compilation", "refer", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("compilation", "refer") == "accepted"
    assert bench.open_stages == {"reference"}
    assert bench.decide("reference", "return", measure=named("closed")) == "accepted"
    assert draft(bench, {"openness": ANOTHER}) == "ClassIsSettled"
    assert bench.decide("compilation", "refer") == "accepted"
    assert bench.decide("reference", "end") == "accepted"
    assert (bench.state.closed, bench.state.published) == ("abandoned", None)


def test_what_is_referred_to_the_government_is_not_published_past_its_reviews() -> None:
    bench = agreed_otherwise()
    assert draft(bench, {"openness": ANOTHER}) == "accepted"
    assert bench.decide("risk_assessment", "object") == "accepted"
    assert bench.decide("compilation", "refer") == "accepted"
    assert bench.decide("reference", "publish") == "OutcomeNotAllowed"
    assert bench.decide("reference", "uphold") == "accepted"
    assert (bench.open_stages, bench.state.published) == ({"compilation"}, None)
    assert draft(bench, {"openness": ANOTHER}) == "accepted"
    assert "risk_assessment" in bench.open_stages


def test_while_no_class_is_settled_there_is_nothing_to_refer() -> None:
    assert update_begun("guangzhou").decide("compilation", "refer") == "ClassNotSettled"


def test_a_new_draft_leaves_no_proposal_that_was_made_of_an_older_one() -> None:
    bench = accepted_by_the_provider()
    assert bench.state.proposed_class == ANOTHER
    assert draft(bench, {"openness": ANOTHER}) == "accepted"
    assert bench.state.proposed_class is None
