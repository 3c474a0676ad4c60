"""The course that Nanjing's law gives an objection or a leak: mark, forwarding and own decision side by side."""

from __future__ import annotations

import pytest

from models.act_contents import Measure
from models.restrictions import Restriction, RestrictionKind
from tests.models.bench import MONDAY, WHATEVER_IS_ASKED, objected, reported
from tests.models.objections_by_city import FILE, answers, midnight

TODAY = MONDAY.date()
FORWARDED = [("suspension", "keep_open"), ("forwarding", "forward")]


@pytest.mark.duty("NJ-35a", "NJ-35b", "NJ-35c")
def test_nanjings_mark_forwarding_and_decision_run_side_by_side_from_receipt() -> None:
    bench = objected("nanjing", "error")
    due = {stage: bench.task(stage).clock.due_at for stage in ("marking", "forwarding", "own_decision")}
    assert due == {
        "marking": midnight(11, 24),
        "forwarding": midnight(11, 25),
        "own_decision": midnight(11, 30),
    }
    assert {bench.task(stage).body for stage in due} == {"nanjing.operator"}


@pytest.mark.duty("NJ-35b")
@pytest.mark.parametrize(
    ("outcome", "closed", "upheld"),
    [("correct", None, None), ("not_correct", "not_corrected", False), ("withdraw", "data_withdrawn", True)],
)
def test_nanjings_centre_decides_and_answers_in_its_own_scope(
    outcome: str, closed: str | None, upheld: bool | None
) -> None:
    bench = objected("nanjing", "error").all_decide([("forwarding", "own_scope"), ("own_decision", outcome)])
    assert (bench.state.closed, bench.state.upheld, len(answers(bench))) == (closed, upheld, 1)
    assert "own_decision" not in bench.open_stages


OWN_CORRECTION = [("suspension", "suspend"), ("own_decision", "correct")]
CORRECTION = [
    ("suspension", "suspend"),
    ("forwarding", "forward"),
    ("department_review", "correct"),
    ("telling_correction", "tell"),
]


@pytest.mark.parametrize(
    ("decisions", "stage", "body"),
    [(OWN_CORRECTION, "own_correction", "operator"), (CORRECTION, "correction", "provider")],
)
def test_nanjing_serves_suspended_data_once_its_correction_is_on_record(
    decisions: list[tuple[str, str]], stage: str, body: str
) -> None:
    bench = objected("nanjing", "privacy", evidence=FILE).all_decide(decisions)
    assert (bench.open_stages - {"marking"}, bench.task(stage).body) == ({stage}, f"nanjing.{body}")
    assert bench.state.strongest_restriction == Restriction(
        kind=RestrictionKind.SUSPENSION, data_items=("name", "address")
    )
    measure = Measure(processed_on=TODAY)
    assert bench.decide(stage, "correct", measure=Measure()) == "RequirementMissing"
    assert bench.decide(stage, "correct", WHATEVER_IS_ASKED - {"processing"}, measure=measure) == "RequirementMissing"
    assert bench.decide(stage, "correct", measure=measure) == "accepted"
    assert (bench.state.closed, len(answers(bench))) == ("corrected", 1)
    assert "DataRestored" in bench.types()


def test_nanjings_centre_forwards_a_departments_matter_with_a_reason() -> None:
    bench = objected("nanjing", "error").all_decide([("forwarding", "own_scope")])
    assert bench.decide("own_decision", "forward", ()) == "RequirementMissing"
    bench.all_decide([("own_decision", "forward")])
    assert bench.open_stages == {"marking", "department_review"}


@pytest.mark.duty("NJ-35d")
def test_nanjings_department_has_five_working_days_from_its_own_receipt() -> None:
    bench = objected("nanjing", "error").passes(days=2).all_decide([("forwarding", "forward")])
    review = bench.task("department_review")
    assert (review.body, review.clock.period, review.clock.due_at) == ("nanjing.provider", "5wd", midnight(12, 2))
    assert bench.task("own_decision").state == "cancelled"


@pytest.mark.duty("NJ-35d", "NJ-35e")
@pytest.mark.parametrize(
    ("outcome", "telling", "closed"),
    [
        ("correct", "telling_correction", None),
        ("not_correct", "telling_refusal", "not_corrected"),
        ("withdraw", "telling_withdrawal", "data_withdrawn"),
    ],
)
def test_nanjings_centre_tells_promptly_what_the_department_decided(
    outcome: str, telling: str, closed: str | None
) -> None:
    bench = objected("nanjing", "privacy", evidence=FILE).all_decide([*FORWARDED, ("department_review", outcome)])
    assert answers(bench) == []
    task = bench.task(telling)
    assert (task.body, task.clock.promptly, task.clock.due_at) == ("nanjing.operator", True, None)
    assert bench.decide(telling, "tell", ()) == "RequirementMissing"
    bench.all_decide([(telling, "tell")])
    assert (bench.state.closed, len(answers(bench))) == (closed, 1)


@pytest.mark.duty("NJ-35a")
def test_nanjings_mark_survives_the_forwarding_and_goes_with_the_case() -> None:
    bench = objected("nanjing", "error").all_decide([("marking", "mark"), ("forwarding", "forward")])
    assert bench.state.disputed
    bench.all_decide([("department_review", "not_correct")])
    assert bench.state.disputed
    bench.all_decide([("telling_refusal", "tell")])
    assert bench.state.disputed is False


@pytest.mark.duty("NJ-35a")
def test_nanjings_mark_may_still_be_set_when_the_objection_was_forwarded() -> None:
    bench = objected("nanjing", "error").all_decide([("forwarding", "forward")])
    assert bench.open_stages == {"marking", "department_review"}
    assert bench.all_decide([("marking", "mark")]).state.disputed
    assert bench.task("marking").clock.due_at == midnight(11, 24)


@pytest.mark.duty("NJ-18b")
@pytest.mark.duty("NJ-35a")
@pytest.mark.parametrize(("decisions", "stage"), [(OWN_CORRECTION, "own_correction"), (CORRECTION, "correction")])
@pytest.mark.parametrize("marked_first", [True, False])
def test_data_to_be_corrected_bears_the_mark_until_its_correction_is_on_record(
    decisions: list[tuple[str, str]], stage: str, marked_first: bool
) -> None:
    mark = [("marking", "mark")]
    bench = objected("nanjing", "privacy", evidence=FILE)
    if marked_first:
        bench.all_decide([*mark, *decisions])
    else:
        bench.all_decide(decisions)
        assert bench.open_stages == {"marking", stage}
        assert bench.task("marking").clock.due_at == midnight(11, 24)
        bench.all_decide(mark)
    assert (len(answers(bench)), bench.state.disputed) == (1, True)
    assert bench.decide(stage, "correct", measure=Measure(processed_on=TODAY)) == "accepted"
    assert (bench.state.closed, bench.state.disputed) == ("corrected", False)


@pytest.mark.duty("NJ-34")
def test_nanjing_remedies_a_leak_and_tells_users_and_authority_at_once() -> None:
    bench = reported("nanjing")
    stages = {"remedy", "telling_users", "telling_authority"}
    assert bench.open_stages == stages
    assert all(bench.task(stage).clock.promptly for stage in stages)
    bench.all_decide([("telling_authority", "reported"), ("remedy", "remedied")])
    assert bench.state.closed is None
    assert bench.decide("telling_users", "told", ()) == "RequirementMissing"
    assert bench.all_decide([("telling_users", "told")]).state.closed == "handled"
