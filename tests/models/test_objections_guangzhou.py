"""The course that Guangzhou's law gives an objection or a security problem."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import acts as a
from models.act_contents import Measure
from models.restrictions import Restriction, RestrictionKind
from tests.models.bench import BOTH_SIGN, WHATEVER_IS_ASKED, accessed, objected, reported, telling, until_signing
from tests.models.objections_by_city import FILE, answers, midnight


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize(
    ("outcome", "closed", "upheld"),
    [
        ("withdraw", "data_withdrawn", True),
        ("process_and_reopen", "reopened", True),
        ("keep_open", "kept_open", False),
        ("other_measure", "other_measure", True),
        ("withdraw_until_processed", None, None),
    ],
)
def test_guangzhou_answers_within_fifteen_working_days_in_one_of_five_ways(
    outcome: str, closed: str | None, upheld: bool | None
) -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE).passes(midnight(12, 14) - timedelta(seconds=1))
    measure = Measure(processed_on=bench.now.date()) if outcome == "process_and_reopen" else None
    assert bench.decide("verification", outcome, measure=measure) == "accepted"
    assert (bench.state.closed, bench.state.upheld) == (closed, upheld)
    assert len(answers(bench)) == 1
    assert bench.task("verification").late is False


@pytest.mark.duty("GZ-29b", "GZ-5b")
def test_guangzhous_answer_is_late_from_the_midnight_after_the_fifteenth_working_day() -> None:
    bench = objected("guangzhou", "quality", evidence=FILE).passes(midnight(12, 14))
    assert bench.types()[-1] == "ClockPassed"
    assert bench.all_decide([("verification", "keep_open")]).task("verification").late


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize(
    "outcome", ["withdraw", "process_and_reopen", "keep_open", "other_measure", "withdraw_until_processed"]
)
def test_every_way_to_end_in_guangzhou_tells_the_objector(outcome: str) -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE)
    assert bench.decide("verification", outcome, WHATEVER_IS_ASKED - {"answer"}) == "RequirementMissing"


@pytest.mark.duty("GZ-29b")
def test_guangzhous_unfinished_processing_withdraws_answers_in_time_and_may_reopen() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE).all_decide([("verification", "withdraw_until_processed")])
    assert bench.open_stages == {"reopening"}
    rests = RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED
    assert bench.state.strongest_restriction == Restriction(kind=rests, data_items=("name", "address"))
    assert bench.task("reopening").clock.due_at is None

    bench.passes(days=40)
    assert bench.decide("reopening", "reopen") == "RequirementMissing"
    assert bench.decide("reopening", "reopen", measure=Measure(processed_on=date(2026, 12, 28))) == "accepted"
    assert (bench.state.closed, "DataRestored" in bench.types()) == ("reopened", True)
    assert len(answers(bench)) == 1


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize("reopens", [True, False])
def test_a_grant_rests_while_guangzhou_processes_what_it_withdrew(
    reopens: bool,
) -> None:
    request = until_signing("guangzhou").all_decide(BOTH_SIGN)
    access, waiting = accessed(request), until_signing("guangzhou")
    valid_until = access.state.grant and access.state.grant.valid_until
    bench = objected("guangzhou", "privacy", items=(), case_id="objection")
    bench.all_decide([("verification", "withdraw_until_processed")])
    for each in (access, waiting):
        assert each.judged(telling(bench, each)) == "accepted"
    assert [each.state.closed for each in (access, waiting)] == [None, None]
    assert [each.kind.value for each in access.state.met_restrictions["objection"]] == ["withdrawal_until_processed"]
    assert not waiting.all_decide(BOTH_SIGN).state.granted

    done = Measure(processed_on=bench.now.date()) if reopens else None
    assert bench.decide("reopening", "reopen" if reopens else "stay_withdrawn", measure=done) == "accepted"
    for each in (access, waiting):
        each.judged(telling(bench, each))
    assert access.state.closed == (None if reopens else "data_withdrawn")
    assert waiting.state.closed == ("granted" if reopens else "data_withdrawn")
    assert access.state.grant
    assert access.state.grant.valid_until == valid_until


def test_what_guangzhou_withdrew_until_it_is_processed_may_stay_withdrawn() -> None:
    bench = objected("guangzhou", "privacy").all_decide([("verification", "withdraw_until_processed")])
    bench.all_decide([("reopening", "stay_withdrawn")])
    assert bench.state.closed == "data_withdrawn"
    assert bench.state.strongest_restriction == Restriction(
        kind=RestrictionKind.WITHDRAWAL, data_items=("name", "address")
    )
    assert len(answers(bench)) == 1


@pytest.mark.duty("GZ-29b")
def test_a_leak_that_is_found_opens_its_remedy_at_once_and_stops_the_data() -> None:
    bench = objected("guangzhou", "quality", evidence=FILE).passes(hours=2).all_decide([("suspension", "leak_found")])
    remedy = bench.task("leak_remedy_found")
    assert (remedy.is_open, remedy.clock.promptly, remedy.clock.started_at) == (True, True, bench.now)
    assert bench.state.strongest_restriction == Restriction(
        kind=RestrictionKind.SUSPENSION, data_items=("name", "address")
    )


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize("found", [True, False])
def test_a_leak_is_remedied_before_anything_else_is_decided(found: bool) -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE, leak="none" if found else "reported")
    if found:
        bench.all_decide([("suspension", "leak_found")])
    remedy = "leak_remedy_found" if found else "leak_remedy"
    assert bench.decide("verification", "withdraw") == "AnotherTaskFirst"
    assert bench.decide(remedy, "remedied", ()) == "RequirementMissing"
    assert bench.all_decide([(remedy, "remedied"), ("verification", "withdraw")]).state.closed == "data_withdrawn"


def test_a_leak_not_remedied_yet_stops_only_decisions_that_serve_data() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE, leak="reported")
    assert bench.decide("suspension", "keep_open") == "AnotherTaskFirst"
    assert bench.state.strongest_restriction
    assert bench.decide("suspension", "suspend") == "accepted"


def test_a_leak_may_still_be_found_in_guangzhou_when_the_data_is_suspended() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE, leak="reported").all_decide([("leak_remedy", "remedied")])
    assert bench.state.strongest_restriction == Restriction(
        kind=RestrictionKind.SUSPENSION, data_items=("name", "address")
    )
    assert bench.open_stages == {"suspension", "verification"}
    bench.all_decide([("suspension", "leak_found")])
    assert "leak_remedy_found" in bench.open_stages


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize("answered", ["suspend", "keep_open"])
def test_a_leak_found_after_the_suspension_was_decided_opens_its_remedy_and_stops(
    answered: str,
) -> None:
    bench = objected("guangzhou", "quality", evidence=FILE).all_decide([("suspension", answered)])
    assert "suspension" not in bench.open_stages
    provider = a.Actor(account="acc_provider", body="guangzhou.provider")
    assert bench.judged(bench.act(a.ReviewSuspension, provider)) == "accepted"
    bench.all_decide([("suspension", "leak_found")])
    assert bench.task("leak_remedy_found").is_open
    assert bench.state.strongest_restriction == Restriction(
        kind=RestrictionKind.SUSPENSION, data_items=("name", "address")
    )
    assert bench.decide("verification", "keep_open") == "AnotherTaskFirst"


def test_no_remedy_lies_open_where_no_leak_was_reported() -> None:
    assert "leak_remedy" not in objected("guangzhou", "privacy", leak="none").open_stages
    assert "leak_remedy" in objected("guangzhou", "privacy", leak="reported").open_stages


@pytest.mark.duty("GZ-33")
def test_a_security_problem_reported_in_guangzhou_lies_before_the_provider_promptly() -> None:
    bench = reported("guangzhou")
    handling = bench.task("handling")
    assert (handling.body, handling.clock.promptly, handling.clock.due_at) == ("guangzhou.provider", True, None)
    assert bench.decide("handling", "handled", ()) == "RequirementMissing"
    assert bench.all_decide([("handling", "handled")]).state.closed == "handled"
