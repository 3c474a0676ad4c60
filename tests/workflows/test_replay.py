"""Cases that wait survive a change of the program: recorded histories replay, recorded logs fold and decide again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from temporalio.workflow import NondeterminismError

from activities.calendar.record import with_due
from models import acts as a
from models import events as e
from models.access_events import AccessExpired
from models.clock import Clock
from models.passing import pass_time
from models.procedures import BY_NAME
from models.proposal import Proposal
from models.refusal import Refusal
from models.state import CaseState, fold
from models.stopping import RUNS_AGAIN
from rules.procedure_rules import ProcedureRules
from rules.seed_notices import read_record
from tests import recorded
from tests.five_cities import FIVE_CITIES
from tests.recording import missing
from workflows.case_log import CaseLog

ROOT = Path(__file__).parents[2]
NAMES = recorded.names()
OF_TIME = (e.ClockPassed, AccessExpired)


def of_the_calendar(events: list[e.Event]) -> list[e.Event]:
    """Events without what the writer fills in, as a judgement proposes them."""
    blank = {"due_at": None, "last_day": None, "provisional": False, "calendar_version": None}

    def unfilled(clock: Clock) -> Clock:
        stops = tuple(stop.model_copy(update={"ends_at": None}) for stop in clock.open_stops)
        return clock.model_copy(update=blank | {"open_stops": stops})

    return [
        event.model_copy(update={"clock": unfilled(event.clock)})
        if isinstance(event, e.TaskOpened | e.ClockMoved)
        else event
        for event in events
    ]


def as_far_as_told(events: list[e.Event], recorded_events: list[e.Event]) -> list[e.Event]:
    """The events with only those fields which the recorded ones have: a field that came later had no say then."""
    return [
        event.model_copy(update={name: later.get_default(call_default_factory=True)
                                 for name, later in type(event).model_fields.items()
                                 if name not in old.model_fields_set and not later.is_required()})
        for event, old in zip(events, recorded_events, strict=True)
    ]  # fmt: skip


def is_of_time(event: e.Event) -> bool:
    """Whether time made it: a clock that passed, or that runs again because the most of what stopped it is used up."""
    return isinstance(event, OF_TIME) or (
        isinstance(event, e.ClockMoved) and event.act is None and event.because == RUNS_AGAIN
    )


def time_made(rules: ProcedureRules, state: CaseState, rest: list[e.Event]) -> int:
    """How many of the events that come next time made; what it makes again, instant by instant, must be the same."""
    made = 0
    while made < len(rest) and is_of_time(rest[made]):
        again = pass_time(rules, state, rest[made].at)
        written = rest[made : made + len(again)]
        assert of_the_calendar(again) == of_the_calendar(written)
        state, made = fold(state, written), made + len(again)
    return made


def met_at_filing(rest: list[e.Event]) -> int:
    """How many of the events that come next tell what other cases kept back, or did first, when this one was filed."""
    met = (e.RestrictionMet, e.TurnAwaited)
    return len(list(takewhile(lambda event: isinstance(event, met) and event.act is None, rest)))


def told_by_an_appeal(rest: list[e.Event]) -> int:
    """How many of the events that come next another case wrote, an appeal, when this one was over."""
    told = (e.GrantRestored, e.PublicationCorrected)
    return len(list(takewhile(lambda event: isinstance(event, told) and event.act is None, rest)))


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_every_recorded_history_replays_whatever_the_order_of_hashes(seed: str) -> None:
    replayed = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.recorded"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert replayed.returncode == 0, replayed.stderr[-4000:]
    assert int(replayed.stdout) == len(NAMES)


async def test_a_workflow_that_no_longer_does_what_it_did_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CaseLog, "show", lambda _: None)
    with pytest.raises(NondeterminismError):
        await recorded.replay()


def test_every_city_has_its_paths_recorded() -> None:
    requests = {"granted", "refused", "withdrawn", "corrected", "supplemented", "claimed"}
    objections = {"upheld", "not-upheld", "processed", "evidence-later"}
    for city in FIVE_CITIES:
        paths = {name.removeprefix(f"{city}-") for name in NAMES if name.startswith(f"{city}-")}
        assert requests | {f"objection-{path}" for path in objections} <= paths


def test_requests_grants_and_leaks_that_data_kept_back_concerns_are_recorded() -> None:
    assert {
        "nanning-granted-after-lifting",
        "guangzhou-filed-while-held",
        "nanning-data-withdrawn",
        "nanning-access-grant-ended",
        "guangzhou-objection-late",
        "guangzhou-leak",
        "nanjing-leak",
        "nanning-quality-check",
        "guangzhou-opening-elsewhere",
        *("nanjing-access-shared-by-class", "nanjing-shared", "nanjing-not-shared", "nanjing-shared-with-a-unit"),
    } <= set(NAMES)


def test_updates_of_an_entry_and_cases_that_one_of_them_ends_are_recorded() -> None:
    assert {f"{city}-update-published" for city in FIVE_CITIES} <= set(NAMES)
    assert {
        "nanning-update-returned",
        "nanning-update-waited",
        "nanning-update-while-held",
        "nanning-items-removed",
        "nanning-access-grant-items-removed",
    } <= set(NAMES)


def test_every_path_of_the_recorder_is_recorded() -> None:
    assert missing() == []


def test_every_type_of_event_is_found_in_some_recorded_log() -> None:
    found = {event.type for name in NAMES for event in recorded.log(name).events}
    assert found == {kind.model_fields["type"].default for kind in e.Event.__origin__.__args__}  # type: ignore[attr-defined]  # the union inside Annotated


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_log_folds_to_a_closed_case_which_is_what_the_workflow_returned(name: str) -> None:
    state = fold(CaseState(), recorded.log(name).events)
    assert state.closed
    assert state.open_tasks() == []
    ended = recorded.history(name)["events"][-1]["workflowExecutionCompletedEventAttributes"]
    assert list(recorded.payloads(ended)) == [json.dumps(state.closed)]


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_act_is_decided_again_as_it_was(name: str) -> None:
    log = recorded.log(name)
    done = 1
    state = fold(CaseState(), log.events[:done])
    procedure = BY_NAME[state.procedure]
    for kept in log.acts:
        rest = log.events[done:]
        by_time = time_made(log.rules, state, rest)
        state, rest, done = fold(state, rest[:by_time]), rest[by_time:], done + by_time
        if isinstance(kept.act, a.File):
            met = met_at_filing(rest)
            state, rest, done = fold(state, rest[:met]), rest[met:], done + met
            proposal = Proposal(state)
            procedure.follow(log.rules, proposal, kept.act.received_at)
            answer: list[e.Event] | dict[str, str] = proposal.events
        else:
            try:
                answer = procedure.judge(log.rules, state, kept.act)
            except Refusal as fact:
                answer = {"code": fact.code, **fact.details()}
        if isinstance(answer, dict):
            assert (kept.state, kept.problem) == ("refused", answer)
            continue
        recorded_events = rest[: len(answer)]
        assert kept.state == "accepted"
        assert of_the_calendar(as_far_as_told(answer, recorded_events)) == of_the_calendar(recorded_events)
        state, done = fold(state, recorded_events), done + len(answer)
    done += told_by_an_appeal(log.events[done:])
    assert done + time_made(log.rules, state, log.events[done:]) == len(log.events)


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_clock_ends_when_the_calendar_of_that_time_says(name: str) -> None:
    record = read_record()
    for event in recorded.log(name).events:
        if isinstance(event, e.TaskOpened | e.ClockMoved) and event.clock.due_at:
            unset = event.clock.model_copy(update={"due_at": None, "last_day": None})
            assert event.clock.calendar_version is not None
            assert with_due(unset, record.at(event.clock.calendar_version)) == event.clock


@pytest.mark.parametrize("name", NAMES)
def test_no_text_for_people_no_login_and_no_name_is_in_a_history_or_a_log(name: str) -> None:
    written = list(recorded.payloads(recorded.history(name)))
    assert len(written) > 3
    files = [folder / f"{name}.json" for folder in (recorded.HISTORIES, recorded.LOGS)]
    for text in (*written, *(file.read_text(encoding="utf-8") for file in files)):
        assert "@" not in text
        for secret in (recorded.FREE_TEXT, "Zhang San", "13800000000", "to be read by people only"):
            assert secret not in text
