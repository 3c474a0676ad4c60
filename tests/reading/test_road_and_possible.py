"""The road of a case and what may be done in it, on every recorded log and at every one of its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.state import CaseState, fold
from reading.cases.possible import possible_acts
from reading.cases.road import road_before, road_of
from reading.sight import Caller
from rules.loading import cities, load_pack
from rules.pinned import APPLICANT
from rules.resolving import as_last_in_force
from tests.recorded import LOGS, RecordedLog
from tests.recorded import log as read_log

NAMES = sorted(path.stem for path in LOGS.glob("*.json"))


def standing(log: RecordedLog) -> Iterator[CaseState]:
    """The case after each of its acts."""
    state = CaseState()
    for event in log.events:
        if state.number and event.at != state.at:
            yield state
        state = fold(state, [event])
    yield state


def party_of(state: CaseState) -> Caller:
    return Caller(state.party, "party", None, None, None, frozenset({"applicant"}))


def officer_of(body: str, account: str = "an officer") -> Caller:
    return Caller(account, account, None, body, None, frozenset({"reviewer"}))


@pytest.mark.parametrize("name", NAMES)
def test_the_road_has_every_answer_of_the_log_and_ends_where_the_case_did(name: str) -> None:
    log = read_log(name)
    for state in standing(log):
        road = road_of(log.rules, state)
        on_road = [each.task for stretch in road.stretches for each in stretch.stages if each.task]
        wanted = [task for task in state.tasks.values() if task.ended != "cancelled"]
        assert {task.task_id for task in on_road} == {task.task_id for task in wanted}
        if state.closed:
            assert road.ending == state.closed
            assert all(stretch.standing == "done" for stretch in road.stretches)
        elif any(task.is_open for task in wanted):
            assert any(stretch.standing == "here" for stretch in road.stretches)


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_ahead_is_never_walked_twice(name: str) -> None:
    log = read_log(name)
    for state in standing(log):
        ahead = [stretch.step for stretch in road_of(log.rules, state).stretches if stretch.standing == "ahead"]
        assert len(ahead) == len(set(ahead))


@pytest.mark.parametrize("city", cities())
def test_the_ordinary_way_of_a_request_ends_with_a_grant(city: str) -> None:
    pack = load_pack(city)
    rules = as_last_in_force(pack, "access_request", pack.checked_on)
    road = road_before(rules, {"urgency": "normal"}, {})
    ending = rules.ending(road.ending or "")
    assert ending
    assert ending.grants
    assert all(stretch.standing == "ahead" for stretch in road.stretches)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_may_do_anything_in_a_case_that_is_closed(name: str) -> None:
    log = read_log(name)
    state = fold(CaseState(), log.events)
    if not state.closed:
        pytest.skip("it is open")
    now = (state.at or log.events[-1].at) + timedelta(hours=1)
    everybody = [party_of(state), *(officer_of(body) for body in state.bodies.values())]
    assert not [each for caller in everybody for each in possible_acts(log.rules, state, caller, now)]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_done_was_possible_when_it_was_done(name: str) -> None:
    """Every act that a log holds as accepted, asked about just before it was judged."""
    log = read_log(name)
    by_act: dict[str, int] = {}
    for event in log.events:
        if event.act:
            by_act.setdefault(event.act, event.number)
    for recorded in log.acts:
        act = recorded.act
        if recorded.state != "accepted" or act.id not in by_act or act.kind in OF_NOBODY:
            continue
        if act.kind in ("claim", "release") and act.by.body is None:
            # An applicant has nobody to claim from, and no way to.
            continue
        state = fold(CaseState(), log.events[: by_act[act.id] - 1])
        if not state.number:
            continue
        roles = {"reviewer", "supervisor"} if act.by.body else {"applicant"}
        caller = Caller(act.by.account, "whoever acted", None, act.by.body, None, frozenset(roles))
        absent = getattr(act, "in_place_of", None)
        found = possible_acts(log.rules, state, caller, act.received_at, frozenset({absent} if absent else ()))
        known = {(each.act, each.task_id) for each in found}
        task_id = getattr(act, "task_id", None)
        if act.kind in ("decide", "correct"):
            outcomes = {name for each in found if each.task_id == task_id for name in each.outcomes}
            assert getattr(act, "outcome", None) in outcomes, (act, found)
        else:
            assert (act.kind, task_id) in known, (act, found)


OF_NOBODY = frozenset(
    {
        *("file", "restrict", "lift_restriction", "change_entry", "take_turn", "entry_is_published", "apply_notice"),
        *("lapse_claim", "hand_over", "entrust", "curtail", "lift_curtailment"),
        # By rules that old cases do not hold and their acts carry.
        "urge",
        # Offered beside the delegation that each is about, and the second to nobody who knows of the case.
        *("revoke_delegation", "issue_delegated_key"),
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_party_may_not_do_the_judge_refuses(name: str) -> None:
    """An applicant whom nobody asked is offered no answer, and nobody is offered another body's task."""
    log = read_log(name)
    for state in standing(log):
        now = state.at or log.events[-1].at
        for each in possible_acts(log.rules, state, party_of(state), now):
            if each.act == "decide":
                assert state.tasks[each.task_id or ""].body == APPLICANT
        stranger = possible_acts(log.rules, state, officer_of("nowhere.body"), now)
        assert not [each for each in stranger if each.task_id]
