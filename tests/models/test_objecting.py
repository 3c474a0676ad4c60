"""Objections: the hold at receipt, evidence that comes later, and the answer that ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Standing
from models.objecting import MOST_EVIDENCE
from models.restrictions import Restriction, RestrictionKind
from tests.models.bench import CITIES, INVENTED, MONDAY, PARTY, STRANGER, Bench, law, objected

FILE = ("file-1",)
HELD = Restriction(kind=RestrictionKind.HOLD, data_items=("name", "address"))
NEVER_HOLDS = [
    (city, choice.value)
    for city in (*CITIES, INVENTED)
    for choice in law(city, "objection").choices["ground"]
    if choice.value not in {"trade_secret", "privacy"} and choice.belongs_elsewhere is None
]
UNANSWERED = {
    "nanning": [("verification", "restore")],
    "yulin": [("verification", "restore")],
    "guangzhou": [("verification", "keep_open")],
    "lianyungang": [("provider_withdrawal", "no_leak"), ("authority_withdrawal", "no_leak"), ("telling", "tell")],
    "nanjing": [("own_decision", "not_correct")],
    INVENTED: [("custody_finding", "unfounded"), ("ethics_finding", "unfounded"), ("ruling", "dismiss")],
}
"""The decisions by which an objection on privacy comes to nothing."""


def review_of(bench: Bench) -> str:
    """The stage that confirms or lifts a hold."""
    assert bench.rules.hold
    return bench.rules.hold.reviewed_by


def submit(bench: Bench, *evidence: str, standing: Standing | None = None) -> str:
    return bench.by_party(a.SubmitEvidence, evidence=evidence, standing=standing or Standing())


def why_not(bench: Bench) -> list[str]:
    return [event.because for event in bench.log if isinstance(event, e.HoldWithheld)]


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("ground", ["trade_secret", "privacy"])
@pytest.mark.parametrize("city", CITIES)
def test_evidence_on_a_secret_or_on_privacy_holds_the_data_from_its_receipt(city: str, ground: str) -> None:
    bench = objected(city, ground, evidence=FILE)
    assert bench.state.strongest_restriction == HELD
    assert bench.state.kept_back[0].since == MONDAY
    assert why_not(bench) == []


@pytest.mark.parametrize("city", CITIES)
def test_the_hold_stands_in_the_log_before_any_body_is_asked(city: str) -> None:
    assert objected(city, "privacy", evidence=FILE).types()[:3] == ["Filed", "DataHeld", "TaskOpened"]


def test_a_hold_on_an_objection_that_names_no_items_is_on_the_whole_dataset() -> None:
    restriction = objected("nanning", "privacy", items=(), evidence=FILE).state.strongest_restriction
    assert restriction == Restriction(kind=RestrictionKind.HOLD)


@pytest.mark.parametrize(("city", "ground"), NEVER_HOLDS)
def test_evidence_on_any_other_ground_holds_nothing_and_the_provider_decides_first(city: str, ground: str) -> None:
    bench = objected(city, ground, evidence=FILE)
    assert bench.state.strongest_restriction is None
    assert why_not(bench) == []


@pytest.mark.duty("NN-22a", "YL-17a")
@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_an_objection_without_evidence_is_handled_and_holds_nothing_back(city: str) -> None:
    bench = objected(city, "privacy")
    assert bench.state.strongest_restriction is None
    assert why_not(bench) == ["no_evidence"]
    assert bench.open_stages == objected(city, "privacy", evidence=FILE).open_stages


@pytest.mark.parametrize(
    ("standing", "because"),
    [
        (Standing(rejected_before=True), "rejected_before"),
        (Standing(open_holds=3), "too_many_holds"),
        (Standing(open_holds=4), "too_many_holds"),
    ],
)
@pytest.mark.parametrize("city", CITIES)
def test_the_same_person_gets_no_hold_after_a_rejection_nor_above_the_cap(
    city: str, standing: Standing, because: str
) -> None:
    bench = objected(city, "privacy", evidence=FILE, standing=standing)
    assert bench.state.strongest_restriction is None
    assert why_not(bench) == [because]
    assert review_of(bench) in bench.open_stages


@pytest.mark.parametrize("city", CITIES)
def test_the_last_hold_below_the_cap_is_a_hold(city: str) -> None:
    assert objected(city, "privacy", evidence=FILE, standing=Standing(open_holds=2)).state.strongest_restriction == HELD


def test_the_cap_is_a_number_of_the_pack() -> None:
    assert (
        objected(INVENTED, "privacy", evidence=FILE, standing=Standing(open_holds=1)).state.strongest_restriction
        is None
    )


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_evidence_that_comes_later_holds_the_data_from_its_own_receipt(city: str) -> None:
    bench = objected(city, "privacy").passes(hours=5)
    assert submit(bench, *FILE) == "accepted"
    assert bench.state.strongest_restriction == HELD
    assert bench.state.kept_back[0].since == MONDAY + timedelta(hours=5)
    happened = [each for each in bench.types() if each != "ClockMoved"]
    assert happened[-4:] == ["EvidenceSubmitted", "DataHeld", "TaskCancelled", "TaskOpened"]


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_a_provider_that_declined_without_evidence_is_asked_again_when_it_comes(city: str) -> None:
    bench = objected(city, "privacy")
    bench.all_decide([(review_of(bench), "keep_open")]).passes(hours=5)
    assert submit(bench, *FILE) == "accepted"
    again = bench.task(review_of(bench))
    assert (again.round, again.is_open, again.clock.started_at) == (2, True, bench.now)
    assert bench.state.strongest_restriction == HELD


@pytest.mark.parametrize("ground", ["privacy", "other_right"])
def test_the_first_evidence_restarts_the_clock_of_an_unanswered_question(ground: str) -> None:
    bench = objected("nanning", ground).passes(hours=5)
    submit(bench, *FILE)
    [cancelled] = [event for event in bench.log if isinstance(event, e.TaskCancelled)]
    assert (cancelled.task_id, cancelled.because) == ("case.suspension.1", "asked_again")
    again = bench.task("suspension")
    assert (again.round, again.is_open, again.clock.started_at) == (2, True, bench.now)


def test_more_evidence_leaves_the_clock_of_an_open_question_alone() -> None:
    bench = objected("nanning", "privacy", evidence=FILE).passes(hours=5)
    submit(bench, "file-2")
    assert bench.types()[-1] == "EvidenceSubmitted"
    assert bench.task("suspension").clock.started_at == MONDAY


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_more_evidence_holds_nothing_that_the_provider_has_let_go_but_asks_again(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    bench.all_decide([(review_of(bench), "keep_open")])
    assert submit(bench, "file-2") == "accepted"
    assert bench.types()[-2:] == ["EvidenceSubmitted", "TaskOpened"]
    assert (bench.task(review_of(bench)).round, bench.state.strongest_restriction) == (2, None)


@pytest.mark.parametrize(("city", "ground"), NEVER_HOLDS)
def test_evidence_asks_again_on_every_ground_on_which_the_question_was_put(city: str, ground: str) -> None:
    bench = objected(city, ground)
    if was_put := review_of(bench) in bench.open_stages:
        bench.all_decide([(review_of(bench), "keep_open")])
    submit(bench, *FILE)
    assert (review_of(bench) in bench.open_stages) is was_put
    assert bench.state.strongest_restriction is None


def reviews_suspension(bench: Bench, **more: a.Actor) -> str:
    """Whoever verifies takes the question up again."""
    return bench.judged(bench.act(a.ReviewSuspension, more.get("by", bench.officer(review_of(bench)))))


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_whoever_verifies_takes_up_again_whether_to_suspend_once_it_has_declined(city: str) -> None:
    bench = objected(city, "privacy")
    assert reviews_suspension(bench) == "NothingToReview"
    bench.all_decide([(review_of(bench), "keep_open")]).passes(hours=5)
    assert reviews_suspension(bench) == "accepted"
    again = bench.task(review_of(bench))
    assert (again.round, again.is_open, again.clock.started_at) == (2, True, bench.now)
    assert reviews_suspension(bench) == "NothingToReview"


def test_nobody_but_the_body_that_decides_takes_up_again_whether_to_suspend() -> None:
    bench = objected("nanning", "privacy").all_decide([("suspension", "keep_open")])
    authority = a.Actor(account="acc_authority", body="nanning.authority")
    for by in (PARTY, STRANGER, authority):
        assert reviews_suspension(bench, by=by) == "NotYourTask"
    no_hold = objected("nanning", "privacy", rules=bench.rules.model_copy(update={"hold": None}))
    officer = no_hold.officer("suspension")
    assert no_hold.judged(no_hold.act(a.ReviewSuspension, officer)) == "ProcedureKnowsNoSuchAct"


def test_there_is_nothing_to_take_up_again_while_the_data_is_suspended() -> None:
    bench = objected("nanning", "privacy").all_decide([("suspension", "suspend")])
    assert reviews_suspension(bench) == "NothingToReview"


VERIFIED = {
    "nanning": ([("verification", "process")], "processing"),
    "guangzhou": ([("verification", "withdraw_until_processed")], "reopening"),
    "lianyungang": (
        [("provider_withdrawal", "no_leak"), ("authority_withdrawal", "withdraw")],
        "joint_assessment",
    ),
    "nanjing": ([("forwarding", "forward"), ("department_review", "correct")], "telling_correction"),
}
"""The decisions after which the facts are verified, and what lies open then."""


@pytest.mark.parametrize("city", VERIFIED)
def test_the_question_whether_to_suspend_is_void_once_the_facts_are_verified(city: str) -> None:
    decisions, then = VERIFIED[city]
    bench = objected(city, "privacy").all_decide(decisions)
    assert then in bench.open_stages
    assert "suspension" not in bench.open_stages
    assert reviews_suspension(bench) == "NothingToReview"
    before = len(bench.log)
    assert submit(bench, *FILE) == "accepted"
    assert bench.types(before) == ["EvidenceSubmitted"]


@pytest.mark.parametrize("city", CITIES)
def test_evidence_holds_nothing_twice(city: str) -> None:
    bench = objected(city, "privacy")
    submit(bench, "file-1")
    submit(bench, "file-2")
    assert bench.types().count("DataHeld") == 1
    assert bench.state.evidence == ("file-1", "file-2")


def test_evidence_for_data_that_is_suspended_already_changes_nothing() -> None:
    bench = objected("nanning", "privacy").all_decide([("suspension", "suspend")])
    submit(bench, *FILE)
    assert bench.types()[-1] == "EvidenceSubmitted"
    assert bench.task("suspension").round == 1


@pytest.mark.parametrize("city", CITIES)
def test_evidence_that_comes_later_is_weighed_by_the_standing_at_its_own_receipt(city: str) -> None:
    bench = objected(city, "privacy")
    submit(bench, *FILE, standing=Standing(open_holds=3))
    assert why_not(bench) == ["no_evidence", "too_many_holds"]
    assert bench.state.strongest_restriction is None


def test_evidence_after_nanjings_forwarding_holds_the_data_too() -> None:
    bench = objected("nanjing", "privacy").all_decide([("suspension", "keep_open"), ("forwarding", "forward")])
    submit(bench, *FILE)
    assert bench.open_stages == {"marking", "department_review", "suspension"}
    assert bench.state.strongest_restriction == HELD


def test_evidence_while_lianyungangs_bodies_have_not_both_spoken_holds_the_data() -> None:
    bench = objected("lianyungang", "privacy").all_decide([("provider_withdrawal", "no_leak")])
    submit(bench, *FILE)
    assert bench.open_stages == {"authority_withdrawal", "suspension"}
    assert bench.state.strongest_restriction == HELD
    bench.all_decide([("authority_withdrawal", "no_leak"), ("telling", "tell")])
    assert bench.state.strongest_restriction is None


@pytest.mark.duty("GZ-29b")
def test_a_reported_leak_holds_the_data_on_any_ground_with_evidence_or_without() -> None:
    for evidence in ((), FILE):
        bench = objected("guangzhou", "quality", evidence=evidence, leak="reported")
        assert (bench.state.strongest_restriction, why_not(bench)) == (HELD, [])
        assert objected("guangzhou", "quality", evidence=evidence, leak="none").state.strongest_restriction is None


def test_a_reported_leak_without_evidence_holds_nothing_above_the_cap() -> None:
    for standing, because in ((Standing(open_holds=3), "too_many_holds"), (Standing(rejected_before=True), None)):
        bench = objected("guangzhou", "quality", leak="reported", standing=standing)
        assert (bench.state.strongest_restriction, why_not(bench)) == (None, [because or "rejected_before"])
    rules = law("guangzhou", "objection")
    assert rules.hold
    before = rules.model_copy(update={"hold": rules.hold.model_copy(update={"without_evidence": {}})})
    assert why_not(objected("guangzhou", "quality", rules=before, leak="reported")) == ["no_evidence"]


def test_evidence_comes_from_the_objector_alone() -> None:
    bench = objected("nanning", "privacy")
    officer = bench.officer("verification")
    for by in (STRANGER, officer):
        assert bench.by_party(a.SubmitEvidence, by=by, evidence=FILE) == "NotYourCase"


def test_a_case_takes_a_hundred_files_and_no_more() -> None:
    bench = objected("nanning", "privacy", evidence=tuple(f"file-{n}" for n in range(MOST_EVIDENCE - 1)))
    assert submit(bench, "last", "one too many") == "EnoughEvidence"
    assert submit(bench, "last") == "accepted"


def test_evidence_answers_the_supplement_that_was_asked_for() -> None:
    bench = objected("nanning", "privacy")
    assert bench.on("verification", a.AskSupplement) == "accepted"
    submit(bench, *FILE)
    assert bench.task("verification").supplement_asked_at is None


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_a_closed_objection_takes_no_more_evidence(city: str) -> None:
    bench = objected(city, "privacy").all_decide(UNANSWERED[city])
    assert submit(bench, *FILE) == "CaseClosed"


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_what_a_body_decided_on_an_objection_is_corrected_by_nobody(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    bench.all_decide([(review_of(bench), "keep_open")])
    assert bench.correct(review_of(bench), "suspend") == "NothingToCorrect"


def test_an_objection_is_not_taken_back_where_no_rule_of_the_city_allows_it() -> None:
    assert objected(INVENTED, "privacy", evidence=FILE).by_party(a.Withdraw) == "ProcedureKnowsNoSuchAct"


@pytest.mark.parametrize("city", CITIES)
def test_nobody_but_the_objector_takes_an_objection_back(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    officer = bench.officer(review_of(bench))
    assert (bench.by_party(a.Withdraw, by=STRANGER), bench.by_party(a.Withdraw, by=officer)) == ("NotYourCase",) * 2


@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_an_objection_that_comes_to_nothing_keeps_nothing_back_and_is_answered_once(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE).all_decide(UNANSWERED[city])
    assert bench.state.strongest_restriction is None
    assert bench.state.upheld is False
    assert bench.types().count("ObjectorAnswered") == 1


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", [*CITIES, INVENTED])
def test_no_objection_ends_without_words_for_the_objector(city: str) -> None:
    bench = objected(city, "privacy").all_decide(UNANSWERED[city][:-1])
    stage, outcome = UNANSWERED[city][-1]
    assert bench.decide(stage, outcome, {"reason", "measure", "processing", "processed_on"}) == "RequirementMissing"
    assert bench.state.closed is None
