"""The map of a procedure says all that the rules say of the way, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from rules.checking import days_of_change
from rules.loading import cities, load_pack
from rules.procedure_map import ProcedureMap, StageOnMap, Way, procedure_map
from rules.procedure_rules import ProcedureRules
from rules.resolving import as_last_in_force
from tests.rules.cuts import IN_FORCE_EVERYWHERE

EVERY_PROCEDURE = [(city, procedure) for city in cities() for procedure in load_pack(city).procedures]


def rules_of(city: str, procedure: str) -> ProcedureRules:
    return as_last_in_force(load_pack(city), procedure, IN_FORCE_EVERYWHERE)


def map_of(city: str, procedure: str) -> ProcedureMap:
    return procedure_map(rules_of(city, procedure))


def on_map(drawn: ProcedureMap, stage: str) -> StageOnMap:
    return next(each for each in drawn.stages() if each.stage.stage == stage)


def ways_by(on: StageOnMap, outcome: str) -> list[Way]:
    return [way for way in on.ways if outcome in {each.outcome for each in way.outcomes}]


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_every_stage_stands_on_the_map_once(city: str, procedure: str) -> None:
    rules, drawn = rules_of(city, procedure), map_of(city, procedure)
    standing = [stage for step in rules.steps for stage in step.stages]
    known = [*standing, *rules.opened, *([rules.opinion] if rules.opinion else [])]
    assert [each.stage for each in drawn.stages()] == known


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_every_outcome_leads_or_is_a_finding_and_never_both(city: str, procedure: str) -> None:
    for each in map_of(city, procedure).stages():
        leading = {outcome.outcome for way in each.ways for outcome in way.outcomes}
        found = Counter([*leading, *(outcome.outcome for outcome in each.findings)])
        assert found == Counter(outcome.outcome for outcome in each.stage.outcomes)


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_every_way_ends_at_a_step_or_an_ending_of_the_map(city: str, procedure: str) -> None:
    drawn = map_of(city, procedure)
    ways = [way for each in drawn.stages() for way in each.ways] + [way for step in drawn.steps for way in step.then]
    assert ways
    assert all((drawn.step(way.target) is None) != (drawn.ending(way.target) is None) for way in ways)


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_a_case_begins_in_steps_of_the_map(city: str, procedure: str) -> None:
    drawn = map_of(city, procedure)
    in_steps = [each for each in drawn.beginnings if not each.together]
    assert all(drawn.step(beginning.step) for beginning in in_steps)
    assert all(drawn.ending(each.step) for each in drawn.beginnings if each.together), "decided by the law itself"


def test_what_leads_back_only_once_leads_elsewhere_after_that() -> None:
    approval = on_map(map_of("nanning", "access_request"), "approval")
    back, after_that = ways_by(approval, "disapprove")
    assert (back.target, back.at_most) == ("provider_review", 1)
    assert (after_that.target, after_that.more_than) == ("coordination", 1)


def test_the_question_whether_to_suspend_holds_up_no_step() -> None:
    drawn = map_of("nanning", "objection")
    assert not on_map(drawn, "suspension").holds_up
    assert on_map(drawn, "verification").holds_up


def test_a_ground_with_a_beginning_of_its_own_begins_there() -> None:
    first, elsewhere = map_of("lianyungang", "objection").beginnings
    assert (first.step, first.choices) == ("forwarding", ())
    assert (elsewhere.step, [choice.value for choice in elsewhere.choices]) == ("leak", ["trade_secret", "privacy"])


def test_where_all_must_agree_each_answer_has_a_way_and_so_has_disagreement() -> None:
    leak = map_of("lianyungang", "objection").step("leak")
    assert leak
    ways = {way.if_all.outcome if way.if_all else None: way.target for way in leak.then}
    assert ways == {"withdraw": "assessment", "no_leak": "telling", None: "joint_assessment"}


def test_what_time_opens_stands_beside_the_steps_with_the_stage_whose_clock_passes() -> None:
    (report,) = map_of("lianyungang", "rectification").beside
    assert report.of.stage.stage == "government_report"
    assert [stage.stage for stage in report.opened_when_passed] == ["remedy"]
    assert [(stage.stage, outcome.outcome) for stage, outcome in report.opened_by] == [("acceptance", "not_remedied")]


@pytest.mark.parametrize("city", cities())
def test_a_pack_changes_first_on_the_day_on_which_its_law_begins(city: str) -> None:
    pack = load_pack(city)
    days = days_of_change(pack)
    assert days[0] == pack.in_force_from
    assert pack.in_force_until is None or days[-1] < pack.in_force_until
