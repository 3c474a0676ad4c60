"""What decisions on an objection do to data: hold, suspension, withdrawal, and serving it again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import events as e
from models.act_contents import Measure
from models.proposal import Proposal
from models.refusals import ProcessingNotDone
from models.restricting import move_data
from models.restrictions import WHOLE_DATASET, Restriction, RestrictionKind, items_of, restriction
from rules.pinned_stages import DataEffect
from tests.models.bench import CITIES, INVENTED, MONDAY, WHATEVER_IS_ASKED, Bench, law, objected

FILE = ("file-1",)
REASON = frozenset({"reason"})
ITEMS = ("name", "address")
TODAY = MONDAY.date()


def held(*items: str) -> Restriction:
    return Restriction(kind=RestrictionKind.HOLD, data_items=items)


def suspended(*items: str) -> Restriction:
    return Restriction(kind=RestrictionKind.SUSPENSION, data_items=items)


def withdrawn(*items: str) -> Restriction:
    return Restriction(kind=RestrictionKind.WITHDRAWAL, data_items=items)


def kept_back(bench: Bench) -> Restriction | None:
    return bench.state.strongest_restriction


def also_kept_back(bench: Bench) -> list[Restriction]:
    """What is kept back less strongly beside that."""
    return [restriction(each.kind, each.items) for each in bench.state.own_restrictions[1:]]


def twin(bench: Bench) -> Bench:
    """The same case, on which something else can be tried."""
    return Bench(bench.rules, bench.now, bench.record, bench.procedure, list(bench.log), bench.state, bench.acts)


def in_processing(city: str = "nanning", **more: object) -> Bench:
    return objected(city, "privacy", **more).all_decide([("verification", "process")])  # type: ignore[arg-type]  # passed on


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", CITIES)
def test_the_provider_confirms_a_hold_by_suspending(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE).all_decide([("suspension", "suspend")])
    assert kept_back(bench) == suspended(*ITEMS)


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", CITIES)
def test_the_provider_lifts_a_hold_with_a_reason_and_not_without(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    assert bench.decide("suspension", "keep_open", WHATEVER_IS_ASKED - REASON) == "RequirementMissing"
    assert kept_back(bench) == held(*ITEMS)
    assert bench.decide("suspension", "keep_open", REASON) == "accepted"
    assert kept_back(bench) is None
    assert bench.types()[-1] == "DataRestored"


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", INVENTED])
def test_on_any_other_ground_the_provider_suspends_by_its_own_decision(city: str) -> None:
    bench = objected(city, "error" if city == INVENTED else "other_right")
    assert kept_back(bench) is None
    assert bench.rules.hold
    assert kept_back(bench.all_decide([(bench.rules.hold.reviewed_by, "suspend")])) == suspended(*ITEMS)


def test_a_suspension_of_one_item_leaves_the_other_held_and_its_question_open() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    assert bench.decide("suspension", "suspend", measure=Measure(data_items=("name",))) == "accepted"
    assert kept_back(bench) == suspended("name")
    assert also_kept_back(bench) == [held("address")]
    assert "suspension" in bench.open_stages
    bench.decide("suspension", "keep_open", measure=Measure(data_items=("address",)))
    assert (kept_back(bench), also_kept_back(bench)) == (suspended("name"), [])
    assert "suspension" not in bench.open_stages


def test_a_suspension_names_single_items_and_lets_the_others_be_served() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    assert bench.decide("suspension", "suspend", measure=Measure(data_items=("name",))) == "accepted"
    assert kept_back(bench) == suspended("name")


def test_a_withdrawal_that_names_no_items_takes_all_that_lies_before_its_task_still() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    bench.decide("suspension", "suspend", measure=Measure(data_items=("name",)))
    trial = twin(bench)
    assert kept_back(trial.all_decide([("verification", "withdraw")])) == withdrawn("address", "name")
    bench.decide("verification", "restore", measure=Measure(data_items=("name",)))
    assert kept_back(bench.all_decide([("verification", "withdraw")])) == withdrawn("address")
    assert bench.state.restricted_items.named == ("address",)


def test_a_withdrawal_of_one_item_leaves_the_other_as_it_was() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    assert bench.decide("verification", "withdraw", measure=Measure(data_items=("name",))) == "accepted"
    assert (kept_back(bench), also_kept_back(bench)) == (withdrawn("name"), [held("address")])
    assert bench.open_stages == {"suspension", "verification"}


def test_a_withdrawal_of_some_items_lets_the_others_be_served() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    assert bench.decide("verification", "withdraw", measure=Measure(data_items=("name",))) == "accepted"
    assert kept_back(bench) == withdrawn("name")


def test_a_decision_that_does_nothing_to_data_takes_no_measure() -> None:
    bench = objected("nanning", "privacy")
    answer = bench.decide("verification", "process", measure=Measure(data_items=("name",)))
    assert answer == "MeasureNotAllowed"


def test_what_is_suspended_already_is_not_suspended_again_when_it_is_processed() -> None:
    bench = objected("nanning", "privacy").all_decide([("suspension", "suspend"), ("verification", "process")])
    assert bench.types().count("DataSuspended") == 1


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_data_that_is_processed_stays_suspended_until_it_is_reopened(city: str) -> None:
    bench = in_processing(city)
    assert kept_back(bench) == suspended(*ITEMS)
    bench.passes(days=9)
    assert kept_back(bench) == suspended(*ITEMS)
    assert bench.decide("processing", "reopen", measure=Measure(processed_on=bench.now.date())) == "accepted"
    assert kept_back(bench) is None
    assert (bench.state.closed, bench.state.upheld) == ("reopened", True)


@pytest.mark.parametrize("missing", ["answer", "processing", "processed_on"])
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_a_reopening_needs_the_processing_on_record_and_words_for_the_objector(city: str, missing: str) -> None:
    bench = in_processing(city)
    measure = Measure(processed_on=None if missing == "processed_on" else TODAY)
    answer = bench.decide("processing", "reopen", WHATEVER_IS_ASKED - {missing}, measure=measure)
    assert answer == "RequirementMissing"
    assert kept_back(bench) == suspended(*ITEMS)


@pytest.mark.parametrize("measure", [None, Measure()])
def test_a_day_counts_as_given_only_where_the_measure_names_it(measure: Measure | None) -> None:
    bench = in_processing()
    assert bench.decide("processing", "reopen", {"processed_on", "processing", "answer"}, measure=measure) == (
        "RequirementMissing"
    )
    told = Measure(processed_on=TODAY)
    assert bench.decide("processing", "reopen", {"processing", "answer"}, measure=told) == "accepted"


def test_the_day_of_the_processing_stands_in_the_log_before_what_it_does_to_the_data() -> None:
    bench = in_processing().passes(days=2)
    bench.decide("processing", "reopen", measure=Measure(processed_on=date(2026, 11, 24)))
    [processed] = [event for event in bench.log if isinstance(event, e.DataProcessed)]
    assert (processed.processed_on, processed.by) == (date(2026, 11, 24), "acc_nanning.provider_1")
    assert bench.types()[processed.number] == "DataRestored"


def test_a_second_suspension_adds_to_the_first_and_lets_nothing_go() -> None:
    bench = objected("nanning", "privacy")
    bench.decide("suspension", "suspend", measure=Measure(data_items=("name",)))
    move_data(proposal := Proposal(bench.state), DataEffect.SUSPEND, bench.now, items_of(("phone",)))
    assert proposal.state.strongest_restriction == suspended("name", "phone")
    move_data(proposal, DataEffect.SUSPEND, bench.now, WHOLE_DATASET)
    assert proposal.state.strongest_restriction == suspended()
    move_data(proposal, DataEffect.SUSPEND, bench.now, items_of(("name",)))
    assert proposal.state.strongest_restriction == suspended()


def test_a_suspension_of_what_nobody_disputed_leaves_the_hold_on_what_somebody_did() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    bench.decide("suspension", "suspend", measure=Measure(data_items=("phone",)))
    assert (kept_back(bench), also_kept_back(bench)) == (suspended("phone"), [held(*ITEMS)])


def test_a_suspension_takes_the_place_of_a_hold_and_is_about_what_it_names() -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    bench.decide("suspension", "suspend", measure=Measure(data_items=("phone",)))
    assert kept_back(bench) == suspended("phone")


def test_data_is_processed_since_it_is_kept_back_and_not_before() -> None:
    bench = in_processing().passes(days=2)
    too_early = Measure(processed_on=TODAY - timedelta(days=1))
    assert bench.decide("processing", "reopen", measure=too_early) == "ProcessedBeforeTheRestriction"
    assert bench.decide("processing", "reopen", measure=Measure(processed_on=TODAY)) == "accepted"


def test_data_is_not_reopened_for_a_processing_that_is_yet_to_come() -> None:
    bench = in_processing()
    tomorrow = Measure(processed_on=TODAY + timedelta(days=1))
    assert bench.decide("processing", "reopen", measure=tomorrow) == "ProcessingNotDone"


@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_data_that_cannot_be_processed_is_withdrawn_after_all(city: str) -> None:
    bench = in_processing(city).all_decide([("processing", "withdraw")])
    assert (bench.state.closed, kept_back(bench)) == ("data_withdrawn", withdrawn(*ITEMS))


@pytest.mark.duty("NN-22b", "YL-17b")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_verification_lies_beside_the_question_whether_to_suspend(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    assert bench.open_stages == {"suspension", "verification"}
    assert bench.task("suspension").clock.promptly
    assert bench.task("verification").clock.due_at is None
    assert bench.task("verification").body == bench.task("suspension").body == f"{city}.provider"


@pytest.mark.parametrize(
    ("decision", "because"),
    [(("verification", "process"), "went_on_to:processing"), (("verification", "restore"), "closed:restored")],
)
def test_the_question_whether_to_suspend_holds_up_nobody_who_decides_more(
    decision: tuple[str, str], because: str
) -> None:
    bench = objected("nanning", "privacy", evidence=FILE).all_decide([decision])
    [cancelled] = [event for event in bench.log if isinstance(event, e.TaskCancelled)]
    assert (bench.task("suspension").state, cancelled.because) == ("cancelled", because)


def test_the_question_whether_to_suspend_is_void_once_others_have_stopped_the_data() -> None:
    bench = objected("lianyungang", "privacy", evidence=FILE).all_decide([("authority_withdrawal", "withdraw")])
    assert bench.task("suspension").state == "cancelled"
    assert bench.decide("suspension", "keep_open") == "TaskCancelled"


@pytest.mark.parametrize(
    ("city", "decisions"),
    [
        ("nanning", [("verification", "restore")]),
        ("yulin", [("verification", "restore")]),
        ("guangzhou", [("verification", "other_measure")]),
        (
            "lianyungang",
            [("provider_withdrawal", "no_leak"), ("authority_withdrawal", "no_leak"), ("telling", "tell")],
        ),
        ("nanjing", [("own_decision", "not_correct")]),
        (INVENTED, [("custody_finding", "founded"), ("ethics_finding", "founded"), ("ruling", "dismiss")]),
    ],
)
def test_a_case_that_closes_serves_what_it_held_or_suspended(city: str, decisions: list[tuple[str, str]]) -> None:
    for suspends in (False, True):
        bench = objected(city, "privacy", evidence=FILE)
        assert bench.rules.hold
        if suspends:
            bench.all_decide([(bench.rules.hold.reviewed_by, "suspend")])
        assert kept_back(bench)
        assert bench.all_decide(decisions).state.closed
        assert kept_back(bench) is None
        assert bench.state.lifted_at == bench.now


def test_a_case_that_closes_serves_its_data_even_where_no_rule_says_so() -> None:
    """No pack of ours has such an ending; a pack that is yet to come may."""
    rules = law("nanning", "objection")
    told = rules.model_dump()
    [restore] = [
        outcome
        for step in told["steps"]
        for stage in step["stages"]
        for outcome in stage["outcomes"]
        if outcome["outcome"] == "restore"
    ]
    restore["data"] = None
    bench = objected("nanning", "privacy", rules=type(rules).model_validate(told), evidence=FILE)
    assert bench.all_decide([("verification", "restore")]).state.closed == "restored"
    assert kept_back(bench) is None
    assert bench.types()[-2:] == ["DataRestored", "Closed"]


@pytest.mark.parametrize("suspends", [True, False])
@pytest.mark.parametrize("outcome", ["suspend", "withdraw"])
def test_what_is_held_or_suspended_is_never_let_go_by_a_measure_about_something_else(
    suspends: bool, outcome: str
) -> None:
    bench = objected("nanning", "privacy", evidence=FILE)
    if suspends and outcome == "withdraw":
        bench.all_decide([("suspension", "suspend")])
    stage = "suspension" if outcome == "suspend" else "verification"
    assert bench.decide(stage, outcome, measure=Measure(data_items=("name",))) == "accepted"
    assert items_of(ITEMS).are_within(bench.state.restricted_items)
    assert "DataRestored" not in bench.types()


def test_what_nothing_keeps_back_yet_is_suspended_in_part_without_a_reason() -> None:
    bench = objected("nanning", "privacy")
    measure = Measure(data_items=("name",))
    assert bench.decide("suspension", "suspend", WHATEVER_IS_ASKED - REASON, measure=measure) == "accepted"


def test_a_processing_no_longer_counts_once_the_data_is_kept_back_again() -> None:
    state = objected("nanning", "privacy", evidence=FILE).state.model_copy(update={"processed_on": TODAY})
    move_data(proposal := Proposal(state), DataEffect.SERVE, MONDAY, WHOLE_DATASET)
    assert proposal.state.strongest_restriction is None
    move_data(proposal, DataEffect.WITHDRAW, MONDAY, WHOLE_DATASET)
    assert proposal.state.processed_on is None
    with pytest.raises(ProcessingNotDone):
        move_data(proposal, DataEffect.SERVE, MONDAY, WHOLE_DATASET)


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou"])
def test_data_stays_withdrawn_when_the_case_that_withdrew_it_closes(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE).all_decide([("verification", "withdraw")])
    assert (bench.state.closed, bench.state.upheld) == ("data_withdrawn", True)
    assert kept_back(bench) == withdrawn(*ITEMS)
    assert bench.types()[-4:-1].count("ObjectorAnswered") == 1


def test_every_change_to_data_names_the_act_and_the_officer_from_which_it_comes() -> None:
    bench = objected("nanning", "privacy").all_decide([("suspension", "suspend")])
    [change] = [event for event in bench.log if isinstance(event, e.DataSuspended)]
    assert (change.act, change.by) == ("act-1", "acc_nanning.provider_1")
