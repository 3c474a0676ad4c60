"""Entries of the catalogue: a processing orders their change, a draft is reviewed, and one draft is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment, Measure
from models.entries import update_case_id
from tests.models.bench import CITIES, INVENTED, MONDAY, PARTY, WHATEVER_IS_ASKED, Bench, law, objected, updating
from tests.models.updates import answers_for, draft, pass_reviews

CHANGES = Measure(entry_changes=True)
PROCESSED = Measure(entry_changes=True, processed_on=MONDAY.date())
UNTIL_REOPENED: Mapping[str, tuple[str, list[tuple[str, str]], tuple[str, str]]] = {
    "nanning": ("privacy", [("verification", "process")], ("processing", "reopen")),
    "yulin": ("privacy", [("verification", "process")], ("processing", "reopen")),
    "guangzhou": ("quality", [], ("verification", "process_and_reopen")),
    "lianyungang": ("error", [("forwarding", "forward")], ("handling", "correct")),
    "nanjing": (
        "error",
        [("forwarding", "forward"), ("department_review", "correct"), ("telling_correction", "tell")],
        ("correction", "correct"),
    ),
    INVENTED: ("error", [("custody_finding", "founded")], ("ruling", "rectify")),
}
"""City to a ground, the decisions that come first, and the one by which the entry may have to change."""
PUBLISHED = {
    "nanning": ("review", "publish"),
    "yulin": ("city_compilation", "publish"),
    "guangzhou": ("review", "publish"),
    "lianyungang": ("publication", "publish"),
    "nanjing": ("review", "publish"),
    INVENTED: ("publication", "publish"),
}
"""City to the decision that publishes a draft which all others have passed."""
EVERYWHERE = (*CITIES, INVENTED)


def before_reopening(city: str) -> Bench:
    ground, decisions, _ = UNTIL_REOPENED[city]
    return objected(city, ground).all_decide(decisions)


def ordering(city: str) -> Bench:
    """An objection whose processing changes the entry."""
    bench = before_reopening(city)
    assert bench.decide(*UNTIL_REOPENED[city][2], measure=PROCESSED) == "accepted"
    return bench


def ordered(city: str) -> Bench:
    """The update that such an objection opens."""
    return updating(ordering(city))


def submitted(bench: Bench) -> str:
    """The act with the draft that was submitted just now."""
    assert draft(bench) == "accepted"
    return f"act-{bench.acts}"


def passed(bench: Bench) -> Bench:
    """All that lies between a draft and its publication has passed it, and it is reported where that is demanded."""
    publishing, _ = PUBLISHED[bench.rules.city]
    while publishing not in bench.open_stages:
        pass_reviews(bench)
    return bench


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_processing_that_changes_the_entry_orders_a_catalogue_update(city: str) -> None:
    bench = ordering(city)
    assert bench.state.ordered
    assert bench.state.ordered.update_case_id == update_case_id("case")
    assert bench.types().count("EntryChangeOrdered") == 1


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_processing_that_leaves_the_entry_as_it_was_orders_nothing(city: str) -> None:
    bench = before_reopening(city)
    told = Measure(processed_on=MONDAY.date())
    assert bench.decide(*UNTIL_REOPENED[city][2], measure=told) == "accepted"
    assert bench.state.ordered is None


def test_a_decision_after_which_no_entry_can_change_does_not_order_it() -> None:
    bench = objected("nanning", "privacy")
    for stage, outcome in [("verification", "restore"), ("verification", "withdraw"), ("suspension", "suspend")]:
        assert bench.decide(stage, outcome, measure=CHANGES) == "MeasureNotAllowed"
    assert bench.state.ordered is None


@pytest.mark.parametrize("city", EVERYWHERE)
def test_an_update_begins_with_the_provider_who_compiles_the_entry(city: str) -> None:
    bench = ordered(city)
    assert bench.open_stages == {"compilation"}
    assert bench.task("compilation").body == f"{city}.provider"


def test_the_clock_of_a_compilation_runs_from_the_decision_that_ordered_it() -> None:
    bench = ordered("nanjing")
    clock = bench.task("compilation").clock
    assert (clock.period, clock.started_at) == ("15wd", MONDAY)
    assert clock.due_at == MONDAY.replace(hour=0) + timedelta(weeks=3, days=1)


def test_a_return_gives_no_fresh_period_in_nanjing() -> None:
    bench = ordered("nanjing")
    due_at = bench.task("compilation").clock.due_at
    submitted(bench)
    passed(bench).passes(days=7)
    assert bench.decide("review", "return") == "accepted"
    assert bench.task("compilation").round == 2
    assert bench.task("compilation").clock.due_at == due_at


def test_a_draft_after_the_period_is_late_however_early_the_returned_one_was() -> None:
    bench = ordered("nanjing")
    submitted(bench)
    assert not bench.task("compilation").late
    assert passed(bench).decide("review", "return") == "accepted"
    bench.passes(days=23)
    submitted(bench)
    assert bench.task("compilation").late


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_draft_is_submitted_with_an_entry_and_not_without(city: str) -> None:
    bench = ordered(city)
    assert draft(bench, without={"entry"}) == "RequirementMissing"
    act = submitted(bench)
    assert [event.submission for event in bench.log if isinstance(event, e.EntrySubmitted)] == [act]


@pytest.mark.parametrize("city", EVERYWHERE)
def test_what_every_body_has_passed_is_published_and_the_case_ends(city: str) -> None:
    bench = ordered(city)
    act = submitted(bench)
    passed(bench).all_decide([PUBLISHED[city]])
    assert bench.state.published
    assert bench.state.published.submission == act
    assert bench.state.closed == "published"
    assert not bench.open_stages


@pytest.mark.parametrize("city", EVERYWHERE)
def test_nothing_is_published_before_the_last_body_has_decided(city: str) -> None:
    bench = ordered(city)
    submitted(bench)
    passed(bench)
    assert bench.state.published is None


@pytest.mark.parametrize("city", EVERYWHERE)
def test_a_returned_draft_is_reviewed_anew_and_the_last_one_is_published(city: str) -> None:
    bench = ordered(city)
    first = submitted(bench)
    if city == "nanjing":
        bench.all_decide([("report", "report")])
    reviewer, against = min(
        (task.stage, outcome) for task in bench.state.open_tasks() for outcome in task.outcomes if outcome != "pass"
    )
    assert bench.decide(reviewer, against, WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide(reviewer, against) == "accepted"
    assert "compilation" in bench.open_stages
    assert reviewer not in bench.open_stages
    assert bench.task("compilation").round == 2
    second = submitted(bench)
    passed(bench).all_decide([PUBLISHED[city]])
    assert bench.task(reviewer).round == 2
    assert bench.state.published
    assert bench.state.published.submission == second != first


@pytest.mark.parametrize("before", [[], ["authority_review"], ["authority_review", "operator_review"]])
def test_in_lianyungang_each_of_three_bodies_must_pass_the_same_draft(before: list[str]) -> None:
    bench = ordered("lianyungang")
    submitted(bench)
    bench.all_decide([(stage, "pass") for stage in before])
    assert bench.decide("provider_review", "return") == "accepted"
    assert bench.open_stages == {"compilation"}
    submitted(bench)
    assert bench.open_stages == {"authority_review", "operator_review", "provider_review", "processing_record"}


def test_only_the_provider_submits_and_only_the_reviewer_publishes() -> None:
    bench = ordered("nanning")
    authority = a.Actor(account="acc_authority", body="nanning.authority")
    provider = a.Actor(account="acc_provider", body="nanning.provider")
    assert bench.decide("compilation", "submit", by=authority) == "NotYourTask"
    assert bench.decide("compilation", "submit", by=PARTY) == "NotYourTask"
    submitted(bench)
    assert passed(bench).decide("review", "publish", by=provider) == "NotYourTask"


def test_a_decision_on_an_entry_says_nothing_of_data() -> None:
    bench = ordered("nanning")
    said = Amendment(choices=answers_for(bench.rules, {}))
    for measure in (CHANGES, Measure(data_items=("name",))):
        assert bench.decide("compilation", "submit", amends=said, measure=measure) == "MeasureNotAllowed"


def test_who_ordered_an_update_can_neither_withdraw_it_nor_answer_for_it() -> None:
    bench = ordered("nanning")
    officer = a.Actor(account=bench.state.party, body="nanning.provider")
    assert bench.by_party(a.Withdraw, by=officer) == "ProcedureKnowsNoSuchAct"
    assert bench.on("compilation", a.AskSupplement) == "ProcedureKnowsNoSuchAct"


@pytest.mark.parametrize("city", EVERYWHERE)
def test_an_update_leaves_alone_what_is_served(city: str) -> None:
    bench = ordered(city)
    submitted(bench)
    passed(bench).all_decide([PUBLISHED[city]])
    assert not any(isinstance(event, (*e.DATA_MOVED, e.ObjectorAnswered)) for event in bench.log)


def test_whoever_ordered_it_the_update_keeps_the_law_of_its_own_procedure() -> None:
    bench = ordered("nanning")
    assert bench.state.rules_digest == law("nanning", "catalogue_update").digest()


def test_each_processing_that_changes_the_entry_orders_an_update_of_its_own() -> None:
    bench = objected("nanning", "privacy").all_decide([("verification", "process")])
    for item in ("name", "address"):
        assert (
            bench.decide("processing", "reopen", measure=PROCESSED.model_copy(update={"data_items": (item,)}))
            == "accepted"
        )
    orders = [event.update_case_id for event in bench.log if isinstance(event, e.EntryChangeOrdered)]
    assert orders == ["case-entry", "case-entry-2"]
