"""The course that a city's law gives the focus of a year and the plans of its bodies."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models import acts as a
from models.act_contents import Measure
from models.procedures.opening_focus import OPENING_FOCUS
from models.procedures.opening_plan import OPENING_PLAN
from models.state import CaseState, fold
from models.years import with_a_seat
from rules.deadlines import SHANGHAI
from rules.pinned_stages import Audience
from tests.models.bench import Bench, begun, law

DEPARTMENTS = ("guangzhou.health", "guangzhou.transport", "guangzhou.weather")
PARTS = frozenset({"plan_tasks", "milestones", "plan_datasets", "plan_safeguards"})
"""What Guangzhou 7 wants in a plan: tasks, milestones, datasets, and what secures them."""
NEW_YEAR = date(2026, 1, 1)
FIRST_DAY = datetime(2026, 1, 1, 5, 0, tzinfo=SHANGHAI)
LATER = datetime(2026, 2, 20, 5, 0, tzinfo=SHANGHAI)
"""When a worker that was away comes to it."""


def focus(at: datetime = FIRST_DAY) -> Bench:
    seats = {f"provider/{body}": body for body in DEPARTMENTS}
    bodies = {"authority": "guangzhou.authority", **seats}
    return begun(law("guangzhou", "opening_focus"), OPENING_FOCUS, at=at, bodies=bodies, occurred_on=NEW_YEAR)


def plan(city: str, at: datetime = FIRST_DAY) -> Bench:
    bodies = {"authority": f"{city}.authority", "provider": f"{city}.transport"}
    return begun(law(city, "opening_plan"), OPENING_PLAN, at=at, bodies=bodies, occurred_on=NEW_YEAR)


def opinion_of(bench: Bench, body: str, outcome: str, given: tuple[str, ...] = ()) -> str:
    """What a department answers."""
    task = next(t for t in bench.state.open_tasks() if (t.stage, t.body) == ("sector_opinion", body))
    by = a.Actor(account=f"acc_{body}", body=body)
    decided = bench.act(a.Decide, by, task_id=task.task_id, outcome=outcome, given=frozenset(given))
    return bench.judged(decided)


def consulted(bench: Bench) -> str:
    """The public has been heard."""
    measure = Measure(held_from=date(2026, 1, 5), held_until=date(2026, 1, 12))
    bench.passes(until=datetime(2026, 1, 13, 9, 0, tzinfo=SHANGHAI))
    return bench.decide("public_consultation", "held", {"measure"}, measure=measure)


@pytest.mark.duty("GZ-6")
def test_the_focus_is_set_with_every_department_and_after_hearing_the_public() -> None:
    bench = focus()
    assert bench.open_stages == {"drafting"}
    assert bench.task("drafting").body == "guangzhou.authority"
    assert bench.decide("drafting", "submit", ()) == "RequirementMissing"
    assert bench.decide("drafting", "submit", {"focus"}) == "accepted"
    asked = [task for task in bench.state.open_tasks() if task.stage == "sector_opinion"]
    assert [task.body for task in asked] == list(DEPARTMENTS), "each department concerned has a task of its own"
    assert {task.clock.article for task in asked} == {"focus_period"}
    assert consulted(bench) == "accepted"
    assert opinion_of(bench, DEPARTMENTS[0], "agree") == "accepted"
    assert opinion_of(bench, DEPARTMENTS[1], "propose_changes") == "RequirementMissing"
    assert opinion_of(bench, DEPARTMENTS[1], "propose_changes", ("reason",)) == "accepted"
    assert bench.open_stages == {"sector_opinion"}, "nothing is determined while a department has not answered"
    assert opinion_of(bench, DEPARTMENTS[2], "agree") == "accepted"
    assert bench.open_stages == {"determination"}
    assert bench.decide("determination", "determine", {"reason"}) == "RequirementMissing"
    assert bench.decide("determination", "determine", {"reason", "focus"}) == "accepted"
    assert bench.state.closed == "determined"
    draft, settled = bench.state.results
    assert (draft.stage, draft.audience) == ("drafting", Audience.EVERYBODY), "the public reads what it is asked about"
    assert (settled.stage, settled.audience, settled.article) == (
        *("determination", Audience.EVERYBODY),
        "focus_consultation",
    )
    assert settled.decided_by_event == bench.task("determination").decided_by_event
    assert fold(CaseState(), bench.log) == bench.state


@pytest.mark.duty("GZ-6")
def test_no_public_consultation_is_recorded_before_it_is_over() -> None:
    bench = focus()
    bench.decide("drafting", "submit", {"focus"})
    ahead = Measure(held_from=date(2026, 1, 5), held_until=date(2026, 12, 31))
    assert bench.decide("public_consultation", "held", {"measure"}, measure=ahead) == "ConsultationNotOver"
    assert bench.decide("public_consultation", "held", {"measure"}) == "RequirementMissing"


def test_a_focus_that_is_drafted_anew_is_heard_anew_by_every_department() -> None:
    bench = focus()
    bench.decide("drafting", "submit", {"focus"})
    for body in DEPARTMENTS:
        opinion_of(bench, body, "agree")
    consulted(bench)
    assert bench.decide("determination", "draft_anew", {"reason"}) == "accepted"
    assert bench.decide("drafting", "submit", {"focus"}) == "accepted"
    assert sorted(t.body for t in bench.state.open_tasks() if t.stage == "sector_opinion") == list(DEPARTMENTS)
    assert opinion_of(bench, DEPARTMENTS[0], "agree") == "accepted"
    assert "determination" not in bench.open_stages


@pytest.mark.duty("GZ-7")
@pytest.mark.parametrize("part", sorted(PARTS))
def test_guangzhous_plan_has_four_parts_and_lacks_none_of_them(part: str) -> None:
    bench = plan("guangzhou")
    assert (bench.task("submission").body, bench.task("submission").clock.article) == (
        "guangzhou.transport",
        "plan_period",
    )
    assert bench.decide("submission", "submit", PARTS - {part}) == "RequirementMissing"
    assert bench.decide("submission", "submit", PARTS) == "accepted"
    assert (bench.open_stages, bench.task("filing").body) == ({"filing"}, "guangzhou.authority")
    assert bench.decide("filing", "record", ()) == "accepted"
    (known,) = bench.state.results
    assert (known.stage, known.audience, known.article) == ("submission", Audience.EVERYBODY, "plan_publication")


@pytest.mark.duty("GZ-7b")
def test_guangzhous_authority_passes_each_plan_on_with_a_reference() -> None:
    bench = plan("guangzhou")
    bench.decide("submission", "submit", PARTS)
    bench.decide("filing", "record", ())
    task = bench.task("passing_up")
    assert (task.body, bench.rules.stage("passing_up").citation.article) == ("guangzhou.authority", "7.2")  # type: ignore[union-attr]
    assert bench.decide("passing_up", "pass_up", ()) == "RequirementMissing"
    assert bench.decide("passing_up", "pass_up", {"reference"}) == "accepted"
    assert bench.state.closed == "passed_up"


@pytest.mark.duty("NN-18")
def test_the_operating_centre_owes_a_plan_as_every_unit_does() -> None:
    rules, city = law("nanning", "opening_plan"), {role: f"nanning.{role}" for role in ("operator", "authority")}
    assert set(rules.filed_by) == {"provider", "county_authority", "operator"}, "the authority submits none to itself"
    bodies = with_a_seat(rules, city, [], "nanning.operator")
    bench = begun(rules, OPENING_PLAN, at=FIRST_DAY, bodies=bodies, occurred_on=NEW_YEAR)
    assert bench.task("submission").body == "nanning.operator"
    assert bench.decide("submission", "submit", {"plan"}) == "accepted"


@pytest.mark.duty("NN-18")
def test_nannings_bodies_submit_their_plans_to_the_authority() -> None:
    bench = plan("nanning")
    assert bench.task("submission").body == "nanning.transport"
    assert bench.decide("submission", "submit", ()) == "RequirementMissing"
    assert bench.decide("submission", "submit", {"plan"}) == "accepted"
    assert bench.state.closed == "submitted"
    assert [known.article for known in bench.state.results] == ["plan_publication"]


@pytest.mark.parametrize("at", [FIRST_DAY, LATER])
@pytest.mark.parametrize("city", ["guangzhou", "nanning"])
def test_a_plan_is_due_by_the_year_and_not_by_when_the_machine_came_to_it(city: str, at: datetime) -> None:
    clock = plan(city, at).task("submission").clock
    assert clock.due_at == datetime(2026, 4, 2, tzinfo=SHANGHAI), "three months after 1 January, that day not counted"


def test_a_plan_that_comes_late_is_on_record_and_received() -> None:
    bench = plan("nanning").passes(until=datetime(2026, 5, 1, tzinfo=SHANGHAI))
    assert bench.decide("submission", "submit", {"plan"}) == "accepted"
    assert bench.task("submission").late
    assert bench.state.closed == "submitted"


def test_a_plan_that_is_returned_comes_again_and_the_latest_is_what_is_published() -> None:
    bench = plan("guangzhou")
    bench.decide("submission", "submit", PARTS)
    assert bench.decide("filing", "return", ()) == "RequirementMissing"
    bench.decide("filing", "return", {"reason"})
    bench.decide("submission", "submit", PARTS)
    bench.decide("filing", "record", ())
    assert bench.state.results[0].decided_by_event == bench.task("submission").decided_by_event
