"""The course that Lianyungang's law gives an objection: errors, and leaks that two bodies judge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import acts as a
from models.act_contents import Measure
from models.refusals import TakesTheWholeDataset
from models.restrictions import Restriction, RestrictionKind
from tests.models.bench import CITIES, MONDAY, WHATEVER_IS_ASKED, Bench, law, objected
from tests.models.objections_by_city import FILE, answers

TODAY = MONDAY.date()
WHOLE_SUSPENDED = Restriction(kind=RestrictionKind.SUSPENSION)
WHOLE_WITHDRAWN = Restriction(kind=RestrictionKind.WITHDRAWAL)
BOTH_WITHDRAW = [("provider_withdrawal", "withdraw"), ("authority_withdrawal", "withdraw")]
BOTH_TRACED = [("tracing", "traced"), ("authority_tracing", "traced")]
BODIES = ("provider_withdrawal", "authority_withdrawal")


@pytest.mark.duty("LYG-20")
def test_lianyungangs_operator_forwards_an_error_that_is_handled_promptly() -> None:
    bench = objected("lianyungang", "error").passes(hours=3).all_decide([("forwarding", "forward")])
    handling = bench.task("handling")
    assert (handling.body, handling.clock.promptly) == ("lianyungang.provider", True)
    assert handling.clock.started_at == bench.now


@pytest.mark.duty("LYG-20")
@pytest.mark.parametrize(
    ("outcome", "closed", "upheld"),
    [("correct", "corrected", True), ("not_correct", "not_corrected", False), ("withdraw", "data_withdrawn", True)],
)
def test_an_error_in_lianyungang_ends_with_an_answer(outcome: str, closed: str, upheld: bool) -> None:
    bench = objected("lianyungang", "omission").all_decide([("forwarding", "forward")])
    assert bench.decide("handling", outcome, ()) == "RequirementMissing"
    bench.all_decide([("handling", outcome)])
    assert (bench.state.closed, bench.state.upheld, len(answers(bench))) == (closed, upheld, 1)


TAKES_IT_WHOLE: list[tuple[list[tuple[str, str]], tuple[str, str]]] = [
    ([], ("provider_withdrawal", "withdraw")),
    ([], ("authority_withdrawal", "withdraw")),
    ([*BOTH_WITHDRAW, ("tracing", "traced"), ("authority_tracing", "traced")], ("assessment", "stay_withdrawn")),
]


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize(("before", "decision"), TAKES_IT_WHOLE)
def test_a_leak_takes_the_dataset_and_no_item_of_it(before: list[tuple[str, str]], decision: tuple[str, str]) -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide(before)
    stage, outcome = decision
    for items in (("name",), ("name", "address")):
        act = bench.act(
            a.Decide,
            bench.officer(stage),
            task_id=bench.task(stage).task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED,
            measure=Measure(data_items=items),
        )
        with pytest.raises(TakesTheWholeDataset) as refusal:
            bench.procedure.judge(bench.rules, bench.state, act)
        assert (refusal.value.field, refusal.value.rule) == ("data_items", "26.2")
    assert bench.decide(stage, outcome, measure=Measure(data_items=())) == "accepted"
    assert bench.state.strongest_restriction in (WHOLE_SUSPENDED, WHOLE_WITHDRAWN)


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize(("first", "second"), [BOTH_WITHDRAW, BOTH_WITHDRAW[::-1]])
def test_the_first_of_two_bodies_stops_the_whole_dataset_and_both_withdraw_it(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide([first])
    assert bench.state.strongest_restriction == WHOLE_SUSPENDED
    assert bench.open_stages == {second[0]}
    bench.all_decide([second])
    assert bench.state.strongest_restriction == WHOLE_WITHDRAWN
    assert bench.open_stages == {"assessment", "tracing", "authority_tracing"}


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize(("finds", "other"), [BODIES, BODIES[::-1]])
@pytest.mark.parametrize("agreed_first", [True, False])
def test_two_bodies_that_disagree_leave_it_to_the_authority_once_both_have_spoken(
    finds: str, other: str, agreed_first: bool
) -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE)
    decisions = [(finds, "withdraw"), (other, "no_leak")]
    first, second = decisions if agreed_first else decisions[::-1]
    bench.all_decide([first])
    assert second[0] in bench.open_stages
    assert "joint_assessment" not in bench.open_stages
    bench.all_decide([second])
    assert bench.open_stages == {"joint_assessment"}
    assert bench.task("joint_assessment").body == "lianyungang.authority"
    assert bench.state.strongest_restriction == WHOLE_SUSPENDED


@pytest.mark.duty("LYG-26")
def test_two_bodies_that_find_no_leak_tell_the_objector_and_what_was_held_is_served() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide([(body, "no_leak") for body in BODIES])
    assert bench.open_stages == {"telling"}
    assert (bench.task("telling").body, bench.task("telling").clock.promptly) == ("lianyungang.provider", True)
    assert bench.decide("telling", "tell", ()) == "RequirementMissing"
    bench.all_decide([("telling", "tell")])
    assert (bench.state.closed, bench.state.upheld, len(answers(bench))) == ("restored", False, 1)
    assert bench.state.strongest_restriction is None


def test_the_authority_that_agrees_with_the_objector_withdraws_the_whole_dataset() -> None:
    bench = objected("lianyungang", "privacy")
    bench.all_decide([("authority_withdrawal", "no_leak"), ("provider_withdrawal", "withdraw")])
    bench.all_decide([("joint_assessment", "withdraw")])
    assert bench.state.strongest_restriction == WHOLE_WITHDRAWN


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("stage", ["forwarding", "handling"])
def test_a_leak_that_is_found_behind_an_error_lies_before_both_bodies(stage: str) -> None:
    bench = objected("lianyungang", "error", evidence=FILE)
    if stage == "handling":
        bench.all_decide([("forwarding", "forward")])
    assert bench.decide(stage, "leak_found", ()) == "RequirementMissing"
    bench.all_decide([(stage, "leak_found")])
    assert bench.open_stages == {"suspension", *BODIES}


def test_a_finding_of_no_leak_gives_its_reason() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE)
    assert bench.decide("provider_withdrawal", "no_leak", ()) == "RequirementMissing"


def withdrawn_and_traced() -> Bench:
    """Both have withdrawn the dataset and traced its use."""
    return objected("lianyungang", "privacy", evidence=FILE).all_decide([*BOTH_WITHDRAW, *BOTH_TRACED])


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("missing", ["need", "processing", "processed_on"])
def test_a_withdrawn_dataset_is_reopened_only_for_a_recorded_need_and_masked_anew(missing: str) -> None:
    bench = withdrawn_and_traced()
    measure = Measure(processed_on=TODAY)
    told = Measure() if missing == "processed_on" else measure
    assert bench.decide("assessment", "reopen", WHATEVER_IS_ASKED - {missing}, measure=told) == "RequirementMissing"
    assert bench.decide("assessment", "reopen", measure=measure) == "accepted"
    assert bench.decide("agreement", "agree", ()) == "RequirementMissing"
    bench.all_decide([("agreement", "agree")])
    assert (bench.state.closed, bench.state.strongest_restriction, len(answers(bench))) == ("reopened", None, 1)


@pytest.mark.duty("LYG-26")
def test_what_the_provider_would_reopen_stays_withdrawn_until_the_authority_agrees() -> None:
    bench = withdrawn_and_traced()
    assert bench.decide("assessment", "reopen", measure=Measure(processed_on=TODAY)) == "accepted"
    assert bench.open_stages == {"agreement"}
    assert bench.task("agreement").body == "lianyungang.authority"
    assert bench.state.strongest_restriction == WHOLE_WITHDRAWN
    assert bench.decide("agreement", "disagree", {"answer"}) == "RequirementMissing"
    bench.all_decide([("agreement", "disagree")])
    assert (bench.state.closed, bench.state.strongest_restriction) == ("data_withdrawn", WHOLE_WITHDRAWN)


@pytest.mark.duty("LYG-26")
def test_a_withdrawn_dataset_is_masked_after_its_withdrawal_and_not_before() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).passes(days=2)
    bench.all_decide([*BOTH_WITHDRAW, *BOTH_TRACED]).passes(days=1)
    before = Measure(processed_on=TODAY + timedelta(days=1))
    assert bench.decide("assessment", "reopen") == "RequirementMissing"
    assert bench.decide("assessment", "reopen", measure=before) == "ProcessedBeforeTheRestriction"
    on_the_day = Measure(processed_on=TODAY + timedelta(days=2))
    assert bench.decide("assessment", "reopen", measure=on_the_day) == "accepted"


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("outcome", ["reopen", "stay_withdrawn"])
@pytest.mark.parametrize(("first", "second"), [BOTH_TRACED, BOTH_TRACED[::-1]])
def test_use_already_made_is_traced_by_both_before_the_assessment_goes_on(
    outcome: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    bench = objected("lianyungang", "privacy").all_decide(BOTH_WITHDRAW)
    measure = Measure(processed_on=TODAY) if outcome == "reopen" else None
    assert bench.decide("assessment", outcome, measure=measure) == "AnotherTaskFirst"
    bench.all_decide([first])
    assert bench.decide("assessment", outcome, measure=measure) == "AnotherTaskFirst"
    bench.all_decide([second])
    assert bench.decide("assessment", outcome, measure=measure) == "accepted"


@pytest.mark.duty("LYG-26")
def test_of_the_five_only_lianyungang_lets_whoever_discovers_a_leak_file_it() -> None:
    filers = {city: set(law(city, "objection").filed_by) for city in CITIES}
    assert filers.pop("lianyungang") == {"applicant", "provider", "authority", "operator"}
    assert all(filed_by == {"applicant"} for filed_by in filers.values())
