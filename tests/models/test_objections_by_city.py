"""The course that each city's law gives an objection or a leak: which body, in which order, within which period."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models import acts as a
from models import events as e
from models.restrictions import Restriction, RestrictionKind
from rules.deadlines import SHANGHAI
from tests.models.bench import CITIES, INVENTED, MONDAY, WHATEVER_IS_ASKED, Bench, law, objected, reported

FILE = ("file-1",)
TODAY = MONDAY.date()
WHOLE_SUSPENDED = Restriction(kind=RestrictionKind.SUSPENSION)
WHOLE_WITHDRAWN = Restriction(kind=RestrictionKind.WITHDRAWAL)
BOTH_WITHDRAW = [("provider_withdrawal", "withdraw"), ("authority_withdrawal", "withdraw")]
BOTH_TRACED = [("tracing", "traced"), ("authority_tracing", "traced")]
BODIES = ("provider_withdrawal", "authority_withdrawal")
FORWARDED = [("suspension", "keep_open"), ("forwarding", "forward")]


def midnight(month: int, day: int) -> datetime:
    """The due instant of a period of which that is the last day."""
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(days=1)


def answers(bench: Bench) -> list[e.ObjectorAnswered]:
    return [event for event in bench.log if isinstance(event, e.ObjectorAnswered)]


@pytest.mark.parametrize(
    ("city", "ground", "stages"),
    [
        ("nanning", "privacy", {"suspension", "verification"}),
        ("yulin", "unlawful", {"suspension", "verification"}),
        ("guangzhou", "quality", {"suspension", "verification"}),
        ("lianyungang", "error", {"forwarding"}),
        ("lianyungang", "privacy", {"suspension", "provider_withdrawal", "authority_withdrawal"}),
        ("nanjing", "error", {"marking", "forwarding", "own_decision"}),
        ("nanjing", "privacy", {"suspension", "marking", "forwarding", "own_decision"}),
        ("nanjing", "other_right", {"suspension", "marking", "forwarding", "own_decision"}),
        (INVENTED, "error", {"restraint", "custody_finding"}),
        (INVENTED, "privacy", {"restraint", "custody_finding", "ethics_finding"}),
    ],
)
def test_an_objection_lies_before_the_bodies_that_the_citys_law_names_first(
    city: str, ground: str, stages: set[str]
) -> None:
    assert objected(city, ground).open_stages == stages


PERIODS = [
    ("nanning", "privacy", "suspension", None, True, "22.2"),
    ("nanning", "privacy", "verification", None, True, "22.2"),
    ("yulin", "privacy", "suspension", None, True, "17.2"),
    ("yulin", "privacy", "verification", None, True, "17.2"),
    ("guangzhou", "privacy", "suspension", None, True, "suspension"),
    ("guangzhou", "privacy", "verification", midnight(12, 14), False, "29.3"),
    ("lianyungang", "error", "forwarding", None, False, "20"),
    ("lianyungang", "privacy", "provider_withdrawal", None, True, "26.2"),
    ("lianyungang", "privacy", "authority_withdrawal", None, True, "26.2"),
    ("nanjing", "privacy", "suspension", None, True, "suspension"),
    ("nanjing", "error", "marking", midnight(11, 24), False, "35.2"),
    ("nanjing", "error", "forwarding", midnight(11, 25), False, "35.2(2)"),
    ("nanjing", "error", "own_decision", midnight(11, 30), False, "35.2(1)"),
    (INVENTED, "privacy", "restraint", MONDAY + timedelta(hours=12), False, "21"),
    (INVENTED, "privacy", "custody_finding", midnight(11, 26), False, "22"),
    (INVENTED, "privacy", "ethics_finding", None, True, "22"),
]


@pytest.mark.parametrize(("city", "ground", "stage", "due_at", "promptly", "article"), PERIODS)
def test_a_stage_of_an_objection_has_the_period_and_the_article_of_the_law(
    city: str, ground: str, stage: str, due_at: datetime | None, promptly: bool, article: str
) -> None:
    clock = objected(city, ground, evidence=FILE).task(stage).clock
    assert (clock.due_at, clock.promptly, clock.article) == (due_at, promptly, article)
    assert clock.started_at == MONDAY


# Guangzhou


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
    measure = a.Measure(processed_on=bench.now.date()) if outcome == "process_and_reopen" else None
    assert bench.decide("verification", outcome, measure=measure) == "accepted"
    assert (bench.state.closed, bench.state.upheld) == (closed, upheld)
    assert len(answers(bench)) == 1
    assert bench.task("verification").late is False


@pytest.mark.duty("GZ-29b")
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
def test_processing_unfinished_in_guangzhou_withdraws_answers_inside_the_period_and_stays_open_to_reopen() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE).all_decide([("verification", "withdraw_until_processed")])
    assert bench.open_stages == {"reopening"}
    assert bench.state.restriction == Restriction(kind=RestrictionKind.WITHDRAWAL, data_items=("name", "address"))
    assert bench.task("reopening").clock.due_at is None

    bench.passes(days=40)
    assert bench.decide("reopening", "reopen") == "RequirementMissing"
    assert bench.decide("reopening", "reopen", measure=a.Measure(processed_on=date(2026, 12, 28))) == "accepted"
    assert (bench.state.closed, "DataRestored" in bench.types()) == ("reopened", True)
    assert len(answers(bench)) == 1


def test_what_guangzhou_withdrew_until_it_is_processed_may_stay_withdrawn() -> None:
    bench = objected("guangzhou", "privacy").all_decide([("verification", "withdraw_until_processed")])
    bench.all_decide([("reopening", "stay_withdrawn")])
    assert bench.state.closed == "data_withdrawn"
    assert bench.state.restriction
    assert len(answers(bench)) == 1


@pytest.mark.duty("GZ-29b")
def test_a_leak_that_is_found_opens_its_remedy_at_once_and_stops_the_data() -> None:
    bench = objected("guangzhou", "quality", evidence=FILE).passes(hours=2).all_decide([("suspension", "leak_found")])
    remedy = bench.task("leak_remedy_found")
    assert (remedy.is_open, remedy.clock.promptly, remedy.clock.started_at) == (True, True, bench.now)
    assert bench.state.restriction == Restriction(kind=RestrictionKind.SUSPENSION, data_items=("name", "address"))


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


def test_a_leak_that_is_not_remedied_yet_stops_a_decision_that_serves_data_and_no_decision_that_stops_it() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE, leak="reported")
    assert bench.decide("suspension", "keep_open") == "AnotherTaskFirst"
    assert bench.state.restriction
    assert bench.decide("suspension", "suspend") == "accepted"


def test_a_leak_may_still_be_found_in_guangzhou_when_the_data_is_suspended() -> None:
    bench = objected("guangzhou", "privacy", evidence=FILE, leak="reported").all_decide([("leak_remedy", "remedied")])
    assert bench.state.restriction == Restriction(kind=RestrictionKind.SUSPENSION, data_items=("name", "address"))
    assert bench.open_stages == {"suspension", "verification"}
    bench.all_decide([("suspension", "leak_found")])
    assert "leak_remedy_found" in bench.open_stages


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


# Lianyungang


@pytest.mark.duty("LYG-20")
def test_lianyungangs_operator_forwards_an_error_and_the_provider_handles_it_promptly() -> None:
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


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize(("first", "second"), [BOTH_WITHDRAW, BOTH_WITHDRAW[::-1]])
def test_the_first_of_two_bodies_stops_the_whole_dataset_and_both_withdraw_it(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide([first])
    assert bench.state.restriction == WHOLE_SUSPENDED
    assert bench.open_stages == {second[0]}
    bench.all_decide([second])
    assert bench.state.restriction == WHOLE_WITHDRAWN
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
    assert bench.state.restriction == WHOLE_SUSPENDED


@pytest.mark.duty("LYG-26")
def test_two_bodies_that_find_no_leak_tell_the_objector_and_what_was_held_is_served() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide([(body, "no_leak") for body in BODIES])
    assert bench.open_stages == {"telling"}
    assert (bench.task("telling").body, bench.task("telling").clock.promptly) == ("lianyungang.provider", True)
    assert bench.decide("telling", "tell", ()) == "RequirementMissing"
    bench.all_decide([("telling", "tell")])
    assert (bench.state.closed, bench.state.upheld, len(answers(bench))) == ("restored", False, 1)
    assert bench.state.restriction is None


def test_the_authority_that_agrees_with_the_objector_withdraws_the_whole_dataset() -> None:
    bench = objected("lianyungang", "privacy")
    bench.all_decide([("authority_withdrawal", "no_leak"), ("provider_withdrawal", "withdraw")])
    bench.all_decide([("joint_assessment", "withdraw")])
    assert bench.state.restriction == WHOLE_WITHDRAWN


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
    measure = a.Measure(processed_on=TODAY)
    told = a.Measure() if missing == "processed_on" else measure
    assert bench.decide("assessment", "reopen", WHATEVER_IS_ASKED - {missing}, measure=told) == "RequirementMissing"
    assert bench.decide("assessment", "reopen", measure=measure) == "accepted"
    assert bench.decide("agreement", "agree", ()) == "RequirementMissing"
    bench.all_decide([("agreement", "agree")])
    assert (bench.state.closed, bench.state.restriction, len(answers(bench))) == ("reopened", None, 1)


@pytest.mark.duty("LYG-26")
def test_what_the_provider_would_reopen_stays_withdrawn_until_the_authority_agrees() -> None:
    bench = withdrawn_and_traced()
    assert bench.decide("assessment", "reopen", measure=a.Measure(processed_on=TODAY)) == "accepted"
    assert bench.open_stages == {"agreement"}
    assert bench.task("agreement").body == "lianyungang.authority"
    assert bench.state.restriction == WHOLE_WITHDRAWN
    assert bench.decide("agreement", "disagree", {"answer"}) == "RequirementMissing"
    bench.all_decide([("agreement", "disagree")])
    assert (bench.state.closed, bench.state.restriction) == ("data_withdrawn", WHOLE_WITHDRAWN)


@pytest.mark.duty("LYG-26")
def test_a_withdrawn_dataset_is_masked_after_its_withdrawal_and_not_before() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).passes(days=2)
    bench.all_decide([*BOTH_WITHDRAW, *BOTH_TRACED]).passes(days=1)
    before = a.Measure(processed_on=TODAY + timedelta(days=1))
    assert bench.decide("assessment", "reopen") == "RequirementMissing"
    assert bench.decide("assessment", "reopen", measure=before) == "ProcessedBeforeTheRestriction"
    on_the_day = a.Measure(processed_on=TODAY + timedelta(days=2))
    assert bench.decide("assessment", "reopen", measure=on_the_day) == "accepted"


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("outcome", ["reopen", "stay_withdrawn"])
@pytest.mark.parametrize(("first", "second"), [BOTH_TRACED, BOTH_TRACED[::-1]])
def test_use_already_made_is_traced_by_both_before_the_assessment_goes_on(
    outcome: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    bench = objected("lianyungang", "privacy").all_decide(BOTH_WITHDRAW)
    measure = a.Measure(processed_on=TODAY) if outcome == "reopen" else None
    assert bench.decide("assessment", outcome, measure=measure) == "AnotherTaskFirst"
    bench.all_decide([first])
    assert bench.decide("assessment", outcome, measure=measure) == "AnotherTaskFirst"
    bench.all_decide([second])
    assert bench.decide("assessment", outcome, measure=measure) == "accepted"


@pytest.mark.duty("LYG-26")
def test_whoever_discovers_a_leak_may_file_it_in_lianyungang_and_elsewhere_the_applicant_alone() -> None:
    filers = {city: set(law(city, "objection").filed_by) for city in CITIES}
    assert filers.pop("lianyungang") == {"applicant", "provider", "authority", "operator"}
    assert all(filed_by == {"applicant"} for filed_by in filers.values())


# Nanjing


@pytest.mark.duty("NJ-35a", "NJ-35b", "NJ-35c")
def test_mark_forwarding_and_own_decision_run_side_by_side_from_one_receipt_in_nanjing() -> None:
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
def test_nanjing_serves_suspended_data_when_its_correction_is_on_record_and_not_when_it_is_decided(
    decisions: list[tuple[str, str]], stage: str, body: str
) -> None:
    bench = objected("nanjing", "privacy", evidence=FILE).all_decide(decisions)
    assert (bench.open_stages - {"marking"}, bench.task(stage).body) == ({stage}, f"nanjing.{body}")
    assert bench.state.restriction == Restriction(kind=RestrictionKind.SUSPENSION, data_items=("name", "address"))
    measure = a.Measure(processed_on=TODAY)
    assert bench.decide(stage, "correct", measure=a.Measure()) == "RequirementMissing"
    assert bench.decide(stage, "correct", WHATEVER_IS_ASKED - {"processing"}, measure=measure) == "RequirementMissing"
    assert bench.decide(stage, "correct", measure=measure) == "accepted"
    assert (bench.state.closed, len(answers(bench))) == ("corrected", 1)
    assert "DataRestored" in bench.types()


def test_what_turns_out_to_be_a_departments_matter_is_forwarded_by_nanjings_centre_with_a_reason() -> None:
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
def test_nanjings_mark_survives_the_forwarding_and_goes_with_the_answer() -> None:
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


@pytest.mark.duty("NJ-34")
def test_a_leak_of_users_information_in_nanjing_is_remedied_and_told_to_users_and_authority_at_once() -> None:
    bench = reported("nanjing")
    stages = {"remedy", "telling_users", "telling_authority"}
    assert bench.open_stages == stages
    assert all(bench.task(stage).clock.promptly for stage in stages)
    bench.all_decide([("telling_authority", "reported"), ("remedy", "remedied")])
    assert bench.state.closed is None
    assert bench.decide("telling_users", "told", ()) == "RequirementMissing"
    assert bench.all_decide([("telling_users", "told")]).state.closed == "handled"


# Everywhere


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_every_clock_of_an_objection_names_the_article_from_which_it_comes_or_the_service_rule(city: str) -> None:
    for choice in objected(city, "privacy").rules.choices["ground"]:
        if choice.belongs_elsewhere is None:
            bench = objected(city, choice.value, evidence=FILE)
            assert all(task.clock.article and task.clock.basis for task in bench.state.tasks.values())
